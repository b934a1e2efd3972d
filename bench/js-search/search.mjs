/*
 * search.mjs CONTACTS QUERIES TIMES - minisearch and flexsearch as peers
 *
 * CONTACTS: given<TAB>family<TAB>company, in rank order. QUERIES: class<TAB>
 * text. Writes per engine "engine NAME<TAB>BUILD_MS", then "CLASS US" for each
 * query. A class ends early once it has taken its time.
 *
 * minisearch: prefix search, all words, all hits (it has no limit).
 * flexsearch: one text a contact, tokenize forward, first 20 hits.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import MiniSearch from 'minisearch';
import FlexSearch from 'flexsearch';

const TOP = 20;
const MS_PER_CLASS = 1500;
const LEAST_QUERIES = 11;
const [contactsFile, queriesFile, timesFile] = process.argv.slice(2);

const lines = (file) => readFileSync(file, 'utf8').split('\n').filter(Boolean);
const contacts = lines(contactsFile).map((line, id) => {
    const [given, family, company] = line.split('\t');
    return { id, given, family, company };
});
const classes = new Map();
for (const line of lines(queriesFile)) {
    const [kind, text] = line.split('\t');
    if (!classes.has(kind)) classes.set(kind, []);
    classes.get(kind).push(text);
}
const require = createRequire(import.meta.url);
const version = (name) => JSON.parse(readFileSync(
    require.resolve(name).replace(/(node_modules\/[^/]+)\/.*/, '$1/package.json'), 'utf8')).version;
const fields = ['given', 'family', 'company'];

const engines = [
    {
        name: `minisearch ${version('minisearch')}, prefix, all words, wall`,
        build() {
            const index = new MiniSearch({
                fields, searchOptions: { prefix: true, combineWith: 'AND' },
            });
            index.addAll(contacts);
            return (text) => index.search(text).slice(0, TOP).length;
        },
    },
    {
        name: `flexsearch ${version('flexsearch')}, forward, top ${TOP}, wall`,
        build() {
            const index = new FlexSearch.Index({ tokenize: 'forward' });
            for (const { id, given, family, company } of contacts)
                index.add(id, `${given} ${family} ${company}`);
            return (text) => index.search(text, { limit: TOP }).length;
        },
    },
];

const out = [];
for (const engine of engines) {
    const started = performance.now();
    const ask = engine.build();
    out.push(`engine ${engine.name}\t${(performance.now() - started).toFixed(1)}`);
    for (const [kind, queries] of classes) {
        const begin = performance.now();
        let asked = 0;
        for (const text of queries) {
            const start = performance.now();
            ask(text);
            const stop = performance.now();
            out.push(`${kind} ${((stop - start) * 1000).toFixed(2)}`);
            if (++asked >= LEAST_QUERIES && stop - begin > MS_PER_CLASS) break;
        }
    }
}
writeFileSync(timesFile, out.join('\n') + '\n');

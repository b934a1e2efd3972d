/*
 * xml.js - libphonenumber's metadata out of its XML sources
 *
 * load(main, short) returns what bundle.js returns, from
 * PhoneNumberMetadata.xml (or the frozen PhoneNumberMetadataForTesting.xml)
 * and ShortNumberMetadata.xml. Repeats the derivations of libphonenumber's
 * BuildMetadataFromXml: white space out of patterns, possible lengths of the
 * general description as union of the typed ones, inherited lengths left out,
 * absent types marked by the length -1, formatting rules filled in.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';
const fs = require('fs');

/* --- XML: elements, attributes and text are all these files use ------------- */

const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const plain = (text) => text.replace(/&(\w+);/g, (_, name) => ENTITIES[name]);

function parseXml(text) {
    const root = { name: '', attributes: {}, children: [], text: '' };
    const stack = [root];
    const body = text.replace(/<!--[^]*?-->/g, '').replace(/<\?[^]*?\?>/g, '')
        .replace(/<!DOCTYPE[^[>]*(\[[^]*?\])?\s*>/, '');
    const token = /<(\/?)([\w:]+)((?:\s+[\w:]+\s*=\s*"[^"]*")*)\s*(\/?)>|([^<]+)/g;
    for (let m; (m = token.exec(body));) {
        const top = stack[stack.length - 1];
        if (m[5] !== undefined) { top.text += plain(m[5]); continue; }
        if (m[1]) { stack.pop(); continue; }
        const element = { name: m[2], attributes: {}, children: [], text: '' };
        for (const [, name, value] of m[3].matchAll(/([\w:]+)\s*=\s*"([^"]*)"/g))
            element.attributes[name] = plain(value);
        top.children.push(element);
        if (!m[4]) stack.push(element);
    }
    if (stack.length !== 1)
        throw new Error(`element ${stack.pop().name} does not end`);
    return root;
}

const all = (element, name) => element.children.filter((c) => c.name === name);
const first = (element, name) => all(element, name)[0];
const compact = (text) => text.replace(/\s+/g, '');

/* --- descriptions of number types --------------------------------------------- */

/* Element name -> field of PhoneMetadata. */
const TYPES = { fixedLine: 2, mobile: 3, tollFree: 4, premiumRate: 5, sharedCost: 6,
    personalNumber: 7, voip: 8, pager: 21, noInternationalDialling: 24, uan: 25,
    voicemail: 28 };
const SHORT_TYPES = { emergency: 27, shortCode: 29 };
const GENERAL = 1, PATTERN = 2, EXAMPLE = 6, LENGTHS = 9, LOCAL_LENGTHS = 10;

function lengthsOf(element, kind) {
    const lengths = new Set();
    for (const possible of all(element, 'possibleLengths'))
        for (const part of compact(possible.attributes[kind] || '').split(',')) {
            const range = /^\[(\d+)-(\d+)\]$/.exec(part);
            if (range)
                for (let n = +range[1]; n <= +range[2]; n++) lengths.add(n);
            else if (part)
                lengths.add(+part);
        }
    return [...lengths].sort((a, b) => a - b);
}

const union = (lists) => [...new Set(lists.flat())].sort((a, b) => a - b);

function patternOf(element) {
    const pattern = first(element, 'nationalNumberPattern');
    return pattern ? compact(pattern.text) : undefined;
}

function generalOf(territory, types) {
    const typed = territory.children.filter((c) => c.name in types &&
        c.name !== 'noInternationalDialling');
    const desc = [];
    const general = first(territory, 'generalDesc');
    desc[PATTERN] = general && patternOf(general);
    desc[LENGTHS] = union(typed.map((t) => lengthsOf(t, 'national')));
    desc[LOCAL_LENGTHS] = union(typed.map((t) => lengthsOf(t, 'localOnly')))
        .filter((n) => !desc[LENGTHS].includes(n));
    return desc;
}

const same = (a, b) => a.length === b.length && a.every((x, i) => x === b[i]);

function typedOf(element, general) {
    const desc = [];
    if (!element) {
        desc[LENGTHS] = [-1];
        return desc;
    }
    const lengths = lengthsOf(element, 'national');
    const example = first(element, 'exampleNumber');
    desc[PATTERN] = patternOf(element);
    desc[EXAMPLE] = example && example.text;
    desc[LENGTHS] = same(lengths, general[LENGTHS]) ? [] : lengths;
    desc[LOCAL_LENGTHS] = lengthsOf(element, 'localOnly');
    return desc;
}

/* --- formats -------------------------------------------------------------------- */

const NATIONAL_FORMATS = 19, INTERNATIONAL_FORMATS = 20;

function formattingRule(text, territory) {
    return text === undefined ? undefined : text
        .replace('$NP', territory.attributes.nationalPrefix || '').replace('$FG', '$1');
}

function addFormats(territory, data) {
    const national = [], international = [];
    let explicit = false;
    const formats = first(territory, 'availableFormats');
    for (const format of formats ? all(formats, 'numberFormat') : []) {
        const entry = [];
        const rule = format.attributes.nationalPrefixFormattingRule ??
            territory.attributes.nationalPrefixFormattingRule;
        entry[1] = compact(format.attributes.pattern);
        entry[2] = first(format, 'format').text;
        entry[3] = all(format, 'leadingDigits').map((d) => compact(d.text));
        entry[4] = formattingRule(rule, territory);
        national.push(entry);
        const abroad = first(format, 'intlFormat');
        explicit ||= abroad !== undefined;
        if (abroad && abroad.text === 'NA') continue;
        const copy = entry.slice();
        if (abroad) copy[2] = abroad.text;
        international.push(copy);
    }
    data[NATIONAL_FORMATS] = national;
    data[INTERNATIONAL_FORMATS] = explicit ? international : [];
}

/* --- territories ------------------------------------------------------------------ */

function territoryData(territory) {
    const a = territory.attributes;
    const data = [];
    const general = generalOf(territory, TYPES);
    data[GENERAL] = general;
    for (const [name, field] of Object.entries(TYPES))
        data[field] = typedOf(first(territory, name), general);
    data[9] = a.id;
    data[10] = +a.countryCode;
    data[11] = a.internationalPrefix && compact(a.internationalPrefix);
    data[12] = a.nationalPrefix;
    data[13] = a.preferredExtnPrefix;
    data[15] = a.nationalPrefixForParsing !== undefined
        ? compact(a.nationalPrefixForParsing) : a.nationalPrefix;
    data[16] = a.nationalPrefixTransformRule;
    data[18] = (data[2][PATTERN] || '') === (data[3][PATTERN] || '') ? 1 : undefined;
    addFormats(territory, data);
    data[22] = a.mainCountryForCode === 'true' ? 1 : undefined;
    data[23] = a.leadingDigits && compact(a.leadingDigits);
    return data;
}

function shortData(territory) {
    const data = [];
    const general = generalOf(territory,
        { shortCode: 29 }); /* its lengths are those of the short codes */
    data[GENERAL] = general;
    for (const [name, field] of Object.entries(SHORT_TYPES))
        data[field] = typedOf(first(territory, name), general);
    data[9] = territory.attributes.id;
    return data;
}

const territories = (file) =>
    all(first(first(parseXml(fs.readFileSync(file, 'utf8')), 'phoneNumberMetadata'),
        'territories'), 'territory');

exports.load = (mainFile, shortFile) => {
    const regionsOfCode = {}, metadata = {}, short = {};
    for (const territory of territories(mainFile)) {
        const data = territoryData(territory);
        const code = data[10];
        regionsOfCode[code] ||= [];
        if (data[22]) regionsOfCode[code].unshift(data[9]);
        else regionsOfCode[code].push(data[9]);
        metadata[data[9] === '001' ? code : data[9]] = data;
    }
    if (shortFile)
        for (const territory of territories(shortFile))
            short[territory.attributes.id] = shortData(territory);
    return { regionsOfCode, metadata, short };
};

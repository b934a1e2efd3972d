#!/usr/bin/env node
/*
 * generate.js - numbering plan tables from libphonenumber's metadata
 *
 *   generate.js VERSION libphonenumber.js
 *   generate.js VERSION PhoneNumberMetadata.xml [ShortNumberMetadata.xml]
 *
 * The first form reads dist/libphonenumber.js of the npm package
 * google-libphonenumber, which carries Google's metadata; VERSION is the
 * libphonenumber release it equals. Writes base/number_plan.c to stdout.
 *
 * One acyclic automaton answers everything that depends on a whole national
 * number: per calling code, the patterns and lengths of all its regions are
 * walked at once, and each state is labelled with the region and the type that
 * libphonenumber would give the digits read so far. Equal states are shared
 * between all calling codes. Where only the number of further digits matters,
 * a row of labels by that number, a tail, ends the walk.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';
const fs = require('fs');
const path = require('path');
const { Nfa, Pool, longest } = require('./patterns');
const { Programs } = require('./programs');

const [version, file, shortFile] = process.argv.slice(2);
if (!file || !/^[\w.]+$/.test(version)) {
    console.error('usage: generate.js VERSION BUNDLE.js | MAIN.xml [SHORT.xml]');
    process.exit(2);
}
const { regionsOfCode, metadata, short } = file.endsWith('.xml')
    ? require('./xml').load(file, shortFile) : require('./bundle').load(file);

/* Fields of PhoneMetadata, PhoneNumberDesc and NumberFormat. */
const GENERAL = 1, FIXED = 2, MOBILE = 3, IDD = 11, EXTENSION_PREFIX = 13, PARSING = 15,
    TRANSFORM = 16, SAME = 18, FORMATS = 19, FORMATS_ABROAD = 20, LEADING = 23,
    EMERGENCY = 27, SHORT_CODE = 29;
const PATTERN = 2, LENGTHS = 9, LOCAL_LENGTHS = 10;
const F_PATTERN = 1, F_TEXT = 2, F_LEADING = 3, F_RULE = 4;
/* Order of libphonenumber's getNumberTypeHelper(), with its type numbers. */
const TYPES = [[5, 4], [4, 3], [6, 5], [8, 6], [7, 7], [21, 8], [25, 9], [28, 10]];
const UNKNOWN = 11;

/* --- regions ---------------------------------------------------------------------- */

const codes = Object.keys(regionsOfCode).map(Number).sort((a, b) => a - b);
const regions = [];         /* { name, code, data }, in the order of their codes */
const regionNumber = new Map();
for (const code of codes)
    for (const name of regionsOfCode[code]) {
        const data = metadata[name === '001' ? code : name];
        if (!data)
            throw new Error(`no metadata for ${name} ${code}`);
        if (name !== '001')
            regionNumber.set(name, regions.length);
        regions.push({ name, code, data });
    }

const list = (desc, field) => (desc && desc[field]) || [];
const pattern = (desc) => (desc && desc[PATTERN]) || '';
const lengthMask = (lengths) => lengths.reduce((m, n) => n > 0 ? m | 1 << n : m, 0) >>> 0;

/* --- automata ----------------------------------------------------------------------- */

const pool = new Pool();

/* Does a description accept numbers of this length? One without its own list
 * inherits that of the general description. */
function lengthFits(data, field, length) {
    const own = list(data[field], LENGTHS);
    const general = list(data[GENERAL], LENGTHS);
    return (own.length === 0 || own.includes(length)) && general.includes(length);
}

/* Type of digits with these tags in one region. */
function typeIn(region, index, tags, length) {
    const matches = (field) => tags.includes(`${index}:${field}`) &&
        lengthFits(region.data, field, length);
    if (!matches(GENERAL)) return UNKNOWN;
    for (const [field, type] of TYPES) if (matches(field)) return type;
    const same = !!region.data[SAME];
    if (matches(FIXED)) return same || matches(MOBILE) ? 2 : 0;
    return !same && matches(MOBILE) ? 1 : UNKNOWN;
}

/* 0 = nothing, else 1 + region index in its code * 12 + type. */
function labelFor(members, tags, length) {
    for (const [index, region] of members.entries()) {
        const type = typeIn(region, index, tags, length);
        const claims = members.length > 1 && region.data[LEADING]
            ? tags.includes(`${index}:leading`) : type !== UNKNOWN;
        if (claims) return 1 + index * 12 + type;
    }
    return 0;
}

function addCode(code) {
    const members = regions.filter((r) => r.code === code);
    const nfa = new Nfa();
    for (const [index, region] of members.entries()) {
        for (const field of [GENERAL, FIXED, MOBILE, ...TYPES.map((t) => t[0])])
            if (pattern(region.data[field]))
                nfa.addPattern(pattern(region.data[field]), `${index}:${field}`);
        if (members.length > 1 && region.data[LEADING])
            nfa.addPrefix(region.data[LEADING], `${index}:leading`);
    }
    return pool.add(nfa, (tags, length) => labelFor(members, tags, length));
}

function addGeneral(region) {
    const nfa = new Nfa();
    nfa.addPattern(pattern(region.data[GENERAL]), 'general');
    return pool.add(nfa, (tags) => tags.length ? 1 : 0);
}

/* Labels: 1 emergency, 2 another short number, 0 neither. */
function addShort(data) {
    const nfa = new Nfa();
    for (const field of [GENERAL, EMERGENCY, SHORT_CODE])
        if (pattern(data[field])) nfa.addPattern(pattern(data[field]), field);
    return pool.add(nfa, (tags, length) =>
        tags.includes(EMERGENCY) ? 1
            : tags.includes(GENERAL) && tags.includes(SHORT_CODE) &&
              lengthFits(data, SHORT_CODE, length) ? 2 : 0);
}

/* --- the pool as tables: rows that branch, tails, labels ------------------------------------ */

const TAIL = 0x8000;            /* of a state: a tail's place, not a row's number */
const TAIL_LENGTHS = 18;        /* 0 to 17 more digits */

/* Labels in the order of their numbers; those of the short numbers are fixed. */
const labels = [0, 1, 2];
function labelNumber(label) {
    if (!labels.includes(label)) labels.push(label);
    return labels.indexOf(label);
}

/* Labels by the number of further digits for the rows of which nothing else is
 * asked. A row's children precede it. */
function findTails(rows) {
    const tails = new Map();
    rows.forEach(({ next, label }, i) => {
        const rest = i === 0 ? [] : tails.get(next[0]);
        if (rest && next.every((to) => to === next[0]))
            tails.set(i, [labelNumber(label), ...rest, ...Array(TAIL_LENGTHS).fill(0)]
                .slice(0, TAIL_LENGTHS));
    });
    return tails;
}

/* { rows, tails, stateOf }: stateOf maps a row of the pool to a state. */
function layOut(pool, roots) {
    const tailOf = findTails(pool.rows);
    const branching = pool.rows.map((_, i) => i).filter((i) => !tailOf.has(i));
    const states = new Map(branching.map((row, number) => [row, number]));
    const tails = [];
    const addState = (row) => {
        if (states.has(row)) return;
        states.set(row, TAIL | tails.length);
        tails.push(...tailOf.get(row));
    };
    [0, ...roots, ...branching.flatMap((i) => pool.rows[i].next)].forEach(addState);
    if (branching.length > TAIL || tails.length > TAIL) throw new Error('too many states');
    return { rows: branching.map((i) => pool.rows[i]), tails, stateOf: (row) => states.get(row) };
}

/* --- texts and formats ----------------------------------------------------------------- */

const programs = new Programs();
const texts = [''];             /* each ends in NUL; the first is empty */
const textAt = new Map([['', 0]]);
let textSize = 1;
function textOf(text) {
    if (!/^[ -~]*$/.test(text))
        throw new Error(`not plain ASCII: ${text}`);
    if (!textAt.has(text)) {
        textAt.set(text, textSize);
        texts.push(text);
        textSize += text.length + 1;
    }
    return textAt.get(text);
}

const formats = [];
const lastLeading = (format) => list(format, F_LEADING).slice(-1)[0] || '';
const sameFormat = (a, b) => a[F_PATTERN] === b[F_PATTERN] && lastLeading(a) === lastLeading(b);

/* Formats of a calling code's main region, in order. The national text has the
 * prefix rule put in; an empty text means that the format is not used there. */
function addFormats(data) {
    const abroad = list(data, FORMATS_ABROAD).slice();
    const at = formats.length;
    for (const format of list(data, FORMATS)) {
        const rule = format[F_RULE];
        let international = format[F_TEXT];
        if (list(data, FORMATS_ABROAD).length)
            international = abroad.length && sameFormat(abroad[0], format)
                ? abroad.shift()[F_TEXT] : '';
        formats.push([programs.add(lastLeading(format)), programs.add(format[F_PATTERN], true),
            textOf(rule ? format[F_TEXT].replace(/(\$\d)/, rule) : format[F_TEXT]),
            textOf(international)]);
    }
    if (abroad.length)
        throw new Error(`${data[9]}: an international format without a national one`);
    return at;
}

/* --- Unicode ------------------------------------------------------------------------------ */

/* Lines "N from to" (decimal digits) and "W from to" (letters and numbers) of
 * the code points from U+0080 on, in hexadecimal: Unicode 16, the version of
 * the ICU that the tests compare with. */
function unicodeRanges(kind) {
    const lines = fs.readFileSync(path.join(__dirname, 'unicode-16.txt'), 'utf8').split('\n');
    return lines.filter((line) => line.startsWith(kind + ' '))
        .map((line) => line.split(' ').slice(1).map((hex) => parseInt(hex, 16)));
}
/* Decimal digits come in blocks of ten that start at zero. */
const digitZeros = unicodeRanges('N').flatMap(([from, to]) => {
    const zeros = [];
    for (let zero = from; zero <= to; zero += 10) zeros.push(zero);
    return zeros;
});
const wordRanges = [[0x30, 0x39], [0x41, 0x5a], [0x61, 0x7a], ...unicodeRanges('W')];

/* --- output ----------------------------------------------------------------------------------- */

const out = [];
const put = (text) => out.push(text);
function table(declaration, items, perLine) {
    put(`const ${declaration} = {`);
    for (let i = 0; i < items.length; i += perLine)
        put('    ' + items.slice(i, i + perLine).join(', ') + ',');
    put('};\n');
}
const record = (fields) => `{ ${fields.join(', ')} }`;
const hex = (n) => `0x${n.toString(16)}`;

/* base/number_scan.h keeps 60 digits: what may stand before 17 national ones. */
const most = (field) => Math.max(...regions.map((r) => longest(r.data[field])));
if (Math.max(most(IDD), most(PARSING)) + 3 + most(PARSING) + 17 > 60)
    throw new Error('prefixes are too long for the parser');

const roots = codes.map(addCode);
const generals = regions.map(addGeneral);
const shorts = regions.map((r) => short[r.name] ? addShort(short[r.name]) : 0);
const { rows, tails, stateOf } = layOut(pool, [...roots, ...generals, ...shorts]);
const rowLabels = rows.map((row) => labelNumber(row.label));
if (labels.length > 0xff) throw new Error('too many labels');

put(`/*
 * base/number_plan.c - numbering plans of the world
 *
 * Generated by scripts/plan/generate.js from the metadata of libphonenumber
 * ${version} (Copyright The Libphonenumber Authors, Apache-2.0; see NOTICE).
 * Do not edit: run scripts/update-metadata.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
/* clang-format off */
#include "base/number_plan.h"
`);
put(`const char ruf_plan_version[] = "${version}";\n`);
table(`uint16_t ruf_plan_next[${10 * rows.length}]`,
    rows.flatMap((row) => row.next.map(stateOf)), 20);
table(`uint8_t ruf_plan_row_labels[${rows.length}]`, rowLabels, 36);
table(`uint8_t ruf_plan_tails[${tails.length}]`, tails, 36);
table(`struct ruf_plan_label ruf_plan_labels[${labels.length}]`, labels.map((label) =>
    record(label ? [Math.floor((label - 1) / 12), (label - 1) % 12] : [0, UNKNOWN])), 8);

let firstRegion = 0;
table(`struct ruf_plan_code ruf_plan_codes[${codes.length}]`, codes.map((code, i) => {
    const { data } = regions[firstRegion];
    const firstFormat = addFormats(data);
    const fields = [`"${code}"`, String(code).length, code, firstRegion, regionsOfCode[code].length, stateOf(roots[i]),
        firstFormat, formats.length - firstFormat, textOf(data[EXTENSION_PREFIX] || '')];
    firstRegion += regionsOfCode[code].length;
    return record(fields);
}), 2);
const codeIndex = new Map(codes.map((code, i) => [code, i]));
table(`struct ruf_plan_region ruf_plan_regions[${regions.length}]`, regions.map((r, i) =>
    record([`"${r.name}"`, codeIndex.get(r.code), stateOf(generals[i]), stateOf(shorts[i]),
        hex(lengthMask(list(r.data[GENERAL], LENGTHS))) + 'u',
        hex(lengthMask(list(r.data[GENERAL], LOCAL_LENGTHS))) + 'u',
        programs.add(r.data[IDD]), programs.add(r.data[PARSING]),
        textOf(r.data[TRANSFORM] || '')])), 1);
table(`struct ruf_plan_format ruf_plan_formats[${formats.length}]`, formats.map(record), 4);
table(`struct ruf_plan_step ruf_plan_program[${programs.steps.length}]`,
    programs.steps.map(record), 8);
put(`const char ruf_plan_texts[${textSize}] =`);
put(texts.map((text) => `    "${text}\\0"`).join('\n').replace(/\\0"$/, '";\n'));

/* By name: 26 * 26 entries, region number + 1, 0 = unknown. */
const byName = Array(676).fill(0);
for (const [name, number] of regionNumber)
    byName[(name.charCodeAt(0) - 65) * 26 + name.charCodeAt(1) - 65] = number + 1;
table('uint16_t ruf_plan_region_by_name[676]', byName, 26);
/* By the first three digits: calling code's position + 1, 0 = none. */
const byDigits = Array(1000).fill(0);
for (const [i, code] of codes.entries()) {
    const width = 10 ** (3 - String(code).length);
    byDigits.fill(i + 1, code * width, (code + 1) * width);
}
table('uint8_t ruf_plan_code_by_digits[1000]', byDigits, 20);
table(`uint32_t ruf_plan_digit_zeros[${digitZeros.length}]`, digitZeros.map(hex), 10);
table(`uint32_t ruf_plan_word_ranges[${wordRanges.length}][2]`,
    wordRanges.map(([from, to]) => record([hex(from), hex(to)])), 5);
put(`const uint32_t ruf_plan_code_count = ${codes.length};`);
put(`const uint32_t ruf_plan_region_count = ${regions.length};`);
put(`const uint32_t ruf_plan_digit_zero_count = ${digitZeros.length};`);
put(`const uint32_t ruf_plan_word_range_count = ${wordRanges.length};`);
process.stdout.write(out.join('\n') + '\n');
process.stderr.write(`libphonenumber ${version}: ${rows.length} rows, ` +
    `${tails.length / TAIL_LENGTHS} tails, ${labels.length} labels, ` +
    `${codes.length} calling codes, ${regions.length} regions, ${formats.length} formats, ` +
    `${programs.steps.length} program steps\n`);

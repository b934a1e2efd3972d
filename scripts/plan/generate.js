#!/usr/bin/env node
/*
 * generate.js BUNDLE VERSION - numbering plan tables from libphonenumber
 *
 * BUNDLE is dist/libphonenumber.js of the npm package google-libphonenumber,
 * whose metadata is Google's, indexed by protobuf field number; VERSION is the
 * libphonenumber release it equals. Writes base/number_plan.c to stdout.
 *
 * One acyclic automaton answers everything that depends on a whole national
 * number: per calling code, the patterns and lengths of all its regions are
 * walked at once, and each state is labelled with the region and the type that
 * libphonenumber would give the digits read so far. Equal states are shared
 * between all calling codes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';
const fs = require('fs');

const [bundlePath, version] = process.argv.slice(2);
if (!bundlePath || !/^\d+\.\d+\.\d+$/.test(version || '')) {
    console.error('usage: generate.js BUNDLE VERSION');
    process.exit(2);
}

/* --- metadata out of the bundle -------------------------------------------- */

const bundle = fs.readFileSync(bundlePath, 'utf8');

/* The object literal that starts at a marker, by counting brackets. */
function literalAfter(marker) {
    const at = bundle.indexOf(marker);
    if (at < 0)
        throw new Error(`no ${marker} in the bundle`);
    let i = bundle.indexOf('{', at), start = i, depth = 0, quoted = false;
    for (; i < bundle.length; i++) {
        const c = bundle[i];
        if (quoted) {
            if (c === '\\') i++;
            else if (c === '"') quoted = false;
        } else if (c === '"') quoted = true;
        else if (c === '{' || c === '[') depth++;
        else if ((c === '}' || c === ']') && --depth === 0) break;
    }
    return Function(`"use strict";return (${bundle.slice(start, i + 1)})`)();
}

const regionsOfCode = literalAfter('countryCodeToRegionCodeMap=');
const metadata = literalAfter('countryToMetadata=');

const GENERAL = 1, ID = 9, CODE = 10, IDD = 11, PREFIX = 12, PARSING = 15,
    TRANSFORM = 16, SAME = 18, LEADING = 23;
/* Order of libphonenumber's getNumberTypeHelper(), with its type numbers. */
const TYPES = [[5, 4], [4, 3], [6, 5], [8, 6], [7, 7], [21, 8], [25, 9], [28, 10]];
const FIXED = 2, MOBILE = 3;

const codes = Object.keys(regionsOfCode).map(Number).sort((a, b) => a - b);
const regions = [];         /* { name, code, data } */
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

/* --- regular expressions to trees ------------------------------------------- */

const ALL = 0x3ff;

function parsePattern(text) {
    let at = 0, groups = 0;
    const fail = () => { throw new Error(`cannot read pattern ${text} at ${at}`); };
    function alternatives() {
        const list = [sequence()];
        while (text[at] === '|') { at++; list.push(sequence()); }
        return list.length === 1 ? list[0] : { op: 'alt', list };
    }
    function sequence() {
        const list = [];
        while (at < text.length && text[at] !== '|' && text[at] !== ')')
            list.push(repeated());
        return { op: 'cat', list };
    }
    function repeated() {
        let item = atom();
        for (;;) {
            if (text[at] === '?') { at++; item = { op: 'rep', item, min: 0, max: 1 }; }
            else if (text[at] === '{') {
                const m = /^\{(\d+)(,(\d+))?\}/.exec(text.slice(at));
                if (!m) fail();
                at += m[0].length;
                item = { op: 'rep', item, min: +m[1], max: m[2] ? +m[3] : +m[1] };
            } else return item;
        }
    }
    function atom() {
        const c = text[at++];
        if (c === '(') {
            let group = 0;
            if (text.startsWith('?:', at)) at += 2; else group = ++groups;
            const item = alternatives();
            if (text[at++] !== ')') fail();
            return group ? { op: 'group', item, group } : item;
        }
        if (c === '[') return set();
        if (c === '\\' && text[at] === 'd') { at++; return { op: 'set', mask: ALL }; }
        if (c === '$') return { op: 'end' };
        if (c >= '0' && c <= '9') return { op: 'set', mask: 1 << +c };
        at--;
        return fail();
    }
    function set() {
        let mask = 0;
        while (text[at] !== ']') {
            if (text[at] === '\\' && text[at + 1] === 'd') { mask |= ALL; at += 2; continue; }
            const from = +text[at++];
            let to = from;
            if (text[at] === '-') { to = +text[at + 1]; at += 2; }
            if (!(from <= to)) fail();
            for (let d = from; d <= to; d++) mask |= 1 << d;
        }
        at++;
        return { op: 'set', mask };
    }
    const tree = alternatives();
    if (at !== text.length) fail();
    return tree;
}

/* --- nondeterministic automata ------------------------------------------------ */

const nfa = [];             /* state: { edges: [[mask, to]], empty: [to], tag } */
function nfaState(tag) { nfa.push({ edges: [], empty: [], tag }); return nfa.length - 1; }

function compileTree(tree, from) {
    switch (tree.op) {
    case 'set': {
        const to = nfaState();
        nfa[from].edges.push([tree.mask, to]);
        return to;
    }
    case 'cat': return tree.list.reduce((at, part) => compileTree(part, at), from);
    case 'group': return compileTree(tree.item, from);
    case 'alt': {
        const to = nfaState();
        for (const part of tree.list) nfa[compileTree(part, from)].empty.push(to);
        return to;
    }
    case 'rep': {
        let at = from;
        for (let i = 0; i < tree.min; i++) at = compileTree(tree.item, at);
        const to = nfaState();
        nfa[at].empty.push(to);
        for (let i = tree.min; i < tree.max; i++) {
            at = compileTree(tree.item, at);
            nfa[at].empty.push(to);
        }
        return to;
    }
    }
    throw new Error(`no ${tree.op} in a number pattern`);
}

function addPattern(start, text, tag) {
    const end = compileTree(parsePattern(text), start);
    nfa[end].empty.push(nfaState(tag));
}

function closure(states) {
    const seen = new Set(states), stack = [...states];
    while (stack.length)
        for (const to of nfa[stack.pop()].empty)
            if (!seen.has(to)) { seen.add(to); stack.push(to); }
    return [...seen].sort((a, b) => a - b);
}

/* --- one pool of shared deterministic states ------------------------------------ */

const MAX_DIGITS = 17;      /* longest national number that is parsed */

/* A row is ten next states and a label; row 0 is "no label, no way on". */
const rows = [{ next: Array(10).fill(0), label: 0 }];
const rowNumber = new Map([[Array(10).fill(0).join() + '/0', 0]]);
function row(next, label) {
    const key = next.join() + '/' + label;
    if (!rowNumber.has(key)) {
        rowNumber.set(key, rows.length);
        rows.push({ next, label });
    }
    return rowNumber.get(key);
}

/* labelOf(tags, depth) names the state reached by depth digits. */
function build(start, labelOf) {
    const memo = new Map();
    function visit(set, depth) {
        const key = set.join() + '@' + depth;
        if (memo.has(key)) return memo.get(key);
        const tags = set.map((s) => nfa[s].tag).filter((t) => t !== undefined);
        const next = Array(10).fill(0);
        if (depth < MAX_DIGITS)
            for (let digit = 0; digit < 10; digit++) {
                const to = new Set();
                for (const s of set)
                    for (const [mask, t] of nfa[s].edges)
                        if (mask >> digit & 1) to.add(t);
                if (to.size) next[digit] = visit(closure(to), depth + 1);
            }
        const number = row(next, labelOf(tags, depth));
        memo.set(key, number);
        return number;
    }
    return visit(closure([start]), 0);
}

/* --- regions ---------------------------------------------------------------------- */

const list = (desc, field) => (desc && desc[field]) || [];
const pattern = (desc) => (desc && desc[2]) || '';

/* Does a typed description accept digits of this length? One without its own
 * list inherits that of the general description. */
function lengthFits(region, field, length) {
    const own = list(region.data[field], 9);
    const general = list(region.data[GENERAL], 9);
    return (own.length === 0 || own.includes(length)) && general.includes(length);
}

/* Type of digits with these tags in one region; 11 = unknown. */
function typeIn(region, index, tags, length) {
    const matches = (field) => tags.includes(`${index}:${field}`) && lengthFits(region, field, length);
    if (!matches(GENERAL)) return 11;
    for (const [field, type] of TYPES) if (matches(field)) return type;
    const same = !!region.data[SAME];
    if (matches(FIXED)) return same || matches(MOBILE) ? 2 : 0;
    return !same && matches(MOBILE) ? 1 : 11;
}

/* Labels: 0 = nothing, else 1 + region index in its code * 12 + type. */
function labelFor(list_, tags, length) {
    for (const [index, region] of list_.entries()) {
        const type = typeIn(region, index, tags, length);
        if (region.data[LEADING] ? tags.includes(`${index}:leading`) : type !== 11)
            return 1 + index * 12 + type;
        if (list_.length === 1 && type !== 11) return 1 + type;
    }
    return 0;
}

function buildCode(code) {
    const members = regions.filter((r) => r.code === code);
    const start = nfaState();
    for (const [index, region] of members.entries()) {
        for (const field of [GENERAL, FIXED, MOBILE, ...TYPES.map((t) => t[0])])
            if (pattern(region.data[field]))
                addPattern(start, pattern(region.data[field]), `${index}:${field}`);
        if (members.length > 1 && region.data[LEADING]) {
            const end = compileTree(parsePattern(region.data[LEADING]), start);
            let at = nfaState(`${index}:leading`);
            nfa[end].empty.push(at);
            nfa[at].edges.push([ALL, at]);
        }
    }
    return build(start, (tags, length) => labelFor(members, tags, length));
}

function buildGeneral(region) {
    const start = nfaState();
    addPattern(start, pattern(region.data[GENERAL]), 'general');
    return build(start, (tags) => tags.length ? 1 : 0);
}

const lengthMask = (lengths) => lengths.reduce((m, n) => n > 0 ? m | 1 << n : m, 0) >>> 0;

/* --- prefix programs ------------------------------------------------------------------ */

/* Tiny backtracking code, because these expressions take the first alternative
 * that fits, not the longest: SET mask, SPLIT to (try the next first), JUMP to,
 * SAVE slot, END (of the digits), MATCH. */
const OPS = { SET: 0, SPLIT: 1, JUMP: 2, SAVE: 3, END: 4, MATCH: 5 };
const program = [];
const programAt = new Map();
const emit = (op, argument) => { program.push([OPS[op], argument]); return program.length - 1; };

function emitTree(tree) {
    switch (tree.op) {
    case 'set': emit('SET', tree.mask); break;
    case 'end': emit('END', 0); break;
    case 'cat': tree.list.forEach(emitTree); break;
    case 'group':
        emit('SAVE', 2 * (tree.group - 1));
        emitTree(tree.item);
        emit('SAVE', 2 * (tree.group - 1) + 1);
        break;
    case 'alt': {
        const jumps = [];
        tree.list.forEach((part, i) => {
            const split = i + 1 < tree.list.length ? emit('SPLIT', 0) : -1;
            emitTree(part);
            if (split >= 0) {
                jumps.push(emit('JUMP', 0));
                program[split][1] = program.length;
            }
        });
        for (const jump of jumps) program[jump][1] = program.length;
        break;
    }
    case 'rep': {
        for (let i = 0; i < tree.min; i++) emitTree(tree.item);
        const splits = [];
        for (let i = tree.min; i < tree.max; i++) {
            splits.push(emit('SPLIT', 0));
            emitTree(tree.item);
        }
        for (const split of splits) program[split][1] = program.length;
        break;
    }
    }
}

/* Position of a compiled expression, 0 = none. */
emit('MATCH', 0);
function programOf(text) {
    if (!text) return 0;
    if (!programAt.has(text)) {
        programAt.set(text, program.length);
        emitTree(parsePattern(text));
        emit('MATCH', 0);
    }
    return programAt.get(text);
}

/* --- Unicode -------------------------------------------------------------------------- */

function ranges(test, last = 0x10ffff) {
    const out = [];
    let start = -1;
    for (let c = 0; c <= last + 1; c++) {
        const is = c <= last && !(c >= 0xd800 && c <= 0xdfff) && test(String.fromCodePoint(c));
        if (is && start < 0) start = c;
        if (!is && start >= 0) { out.push([start, c - 1]); start = -1; }
    }
    return out;
}
const isLetterOrNumber = (c) => /[\p{L}\p{N}]/u.test(c);
/* Decimal digits come in blocks of ten that start at zero. */
const digitBlocks = ranges((c) => /\p{Nd}/u.test(c)).flatMap(([a, b]) => {
    const zeros = [];
    for (let z = a; z <= b; z += 10) zeros.push(z);
    return zeros;
});

/* --- output --------------------------------------------------------------------------- */

const roots = codes.map(buildCode);
const generals = regions.map(buildGeneral);
const transforms = [...new Set(['', ...regions.map((r) => r.data[TRANSFORM] || '')])];
const codeIndex = new Map(codes.map((code, i) => [code, i]));

const out = [];
const put = (text) => out.push(text);
function table(type, name, values, perLine) {
    put(`const ${type} ${name}[${values.length}] = {`);
    for (let i = 0; i < values.length; i += perLine)
        put('    ' + values.slice(i, i + perLine).join(', ') + ',');
    put('};\n');
}

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
table('uint16_t', 'ruf_plan_next', rows.flatMap((r) => r.next), 20);
table('uint16_t', 'ruf_plan_label', rows.map((r) => r.label), 20);
if (rows.length > 0xffff) throw new Error('too many states');

put(`const struct ruf_plan_code ruf_plan_codes[${codes.length}] = {`);
let first = 0;
codes.forEach((code, i) => {
    const count = regionsOfCode[code].length;
    put(`    { ${code}, ${first}, ${count}, ${roots[i]} },`);
    first += count;
});
put('};\n');
put(`const struct ruf_plan_region ruf_plan_regions[${regions.length}] = {`);
regions.forEach((r, i) => {
    const general = r.data[GENERAL];
    /* A parsing prefix of its own, else the national prefix (field 15 holds it
     * already in this form of the metadata). */
    const parsing = r.data[PARSING] || r.data[PREFIX] || '';
    put(`    { "${r.name}", ${codeIndex.get(r.code)}, ${generals[i]}, ` +
        `0x${lengthMask(list(general, 9)).toString(16)}u, ` +
        `0x${lengthMask(list(general, 10)).toString(16)}u, ` +
        `${programOf(r.data[IDD])}, ${programOf(parsing)}, ` +
        `${transforms.indexOf(r.data[TRANSFORM] || '')} },`);
});
put('};\n');
put(`const char *const ruf_plan_transforms[${transforms.length}] = {`);
transforms.forEach((t) => put(`    "${t}",`));
put('};\n');
put(`const struct ruf_plan_step ruf_plan_program[${program.length}] = {`);
for (let i = 0; i < program.length; i += 6)
    put('    ' + program.slice(i, i + 6).map(([op, a]) => `{ ${op}, ${a} }`).join(', ') + ',');
put('};\n');

/* By name: 26 * 26 entries, region number + 1, 0 = unknown. */
const byName = Array(676).fill(0);
for (const [name, number] of regionNumber)
    byName[(name.charCodeAt(0) - 65) * 26 + name.charCodeAt(1) - 65] = number + 1;
table('uint16_t', 'ruf_plan_region_by_name', byName, 26);
/* By the first three digits: calling code's position + 1, 0 = none. */
const byDigits = Array(1000).fill(0);
for (const [i, code] of codes.entries()) {
    const width = 10 ** (3 - String(code).length);
    byDigits.fill(i + 1, code * width, (code + 1) * width);
}
table('uint16_t', 'ruf_plan_code_by_digits', byDigits, 20);
table('uint32_t', 'ruf_plan_digit_zeros', digitBlocks.map((z) => `0x${z.toString(16)}`), 10);
const words = ranges(isLetterOrNumber);
put(`const uint32_t ruf_plan_word_ranges[${words.length}][2] = {`);
for (let i = 0; i < words.length; i += 5)
    put('    ' + words.slice(i, i + 5).map(([a, b]) => `{ 0x${a.toString(16)}, 0x${b.toString(16)} }`).join(', ') + ',');
put('};\n');
put(`const uint32_t ruf_plan_digit_block_count = ${digitBlocks.length};`);
put(`const uint32_t ruf_plan_word_range_count = ${words.length};`);
process.stdout.write(out.join('\n') + '\n');
process.stderr.write(`libphonenumber ${version}: ${rows.length} states, ` +
    `${codes.length} calling codes, ${regions.length} regions, ` +
    `${program.length} prefix steps\n`);

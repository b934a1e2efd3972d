#!/usr/bin/env node
/*
 * cases.js - libphonenumber's own unit tests (C++) as a table
 *
 *   cases.js VERSION ORACLE phonenumberutil_test.cc shortnumberinfo_test.cc
 *
 * Runs the straight-line statements of the tests that our API has an answer
 * for: numbers are set up field by field as the tests do, and each expectation
 * becomes a line of tests/data/libphonenumber-cases.tsv. The rest is counted
 * and named in the head of the table. ORACLE is the program of scripts/oracle,
 * run on the same test metadata: where a test builds a number that no text
 * gives, there is nothing to ask our parser.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';
const fs = require('fs');
const path = require('path');
const { execFileSync } = require('child_process');

const [version, oracle, ...files] = process.argv.slice(2);
const cases = [];           /* { kind, region, input, expected, test } */
const leftOut = new Map();  /* reason -> count */
const leaveOut = (reason) => leftOut.set(reason, (leftOut.get(reason) || 0) + 1);

/* --- C++ as text; bytes are kept as Latin-1 characters -------------------------- */

const STRING = /"((?:[^"\\]|\\.)*)"/g;

function withoutComments(text) {
    return text.replace(/"(?:[^"\\\n]|\\.)*"|\/\/.*|\/\*[^]*?\*\//g,
        (part) => part[0] === '"' ? part : ' ');
}

const ESCAPES = { n: '\n', t: '\t', r: '\r', '"': '"', '\\': '\\' };

/* Value of one or several string literals, or null. */
function literal(text) {
    if (!/^(?:\s*"(?:[^"\\]|\\.)*")+\s*$/.test(text)) return null;
    return [...text.matchAll(STRING)].map((m) => m[1].replace(
        /\\(?:x([0-9A-Fa-f]+)|u([0-9A-Fa-f]{4})|(.))/g, (all, hex, unicode, c) => {
            if (hex) return String.fromCharCode(parseInt(hex, 16));
            if (unicode)
                return Buffer.from(String.fromCharCode(parseInt(unicode, 16))).toString('latin1');
            if (!(c in ESCAPES)) throw new Error(`unknown escape ${all}`);
            return ESCAPES[c];
        })).join('');
}

/* Split at a character outside strings and brackets. */
function split(text, at) {
    const parts = [''];
    let depth = 0;
    for (const part of text.match(/"(?:[^"\\]|\\.)*"|[^]/g) || []) {
        if (part === '(') depth++;
        if (part === ')') depth--;
        if (depth === 0 && at.includes(part)) parts.push('');
        else parts[parts.length - 1] += part;
    }
    return parts.map((part) => part.trim());
}

/* "for (auto x : list) { ... }" once for each string of the list. */
function unroll(body) {
    const lists = new Map();
    body = body.replace(/std::vector<string> (\w+) = \{([^}]*)\};/g, (all, name, list) => {
        lists.set(name, split(list, ',').filter((item) => item));
        return '';
    });
    return body.replace(/for \(auto (\w+) : (\w+)\) \{([^}]*)\}/g, (all, name, list, inner) =>
        lists.get(list).map((item) =>
            inner.replace(new RegExp(`\\b${name}\\b`, 'g'), item)).join('\n'));
}

/* The tests of a file: name and statements. */
function tests(file) {
    const text = withoutComments(fs.readFileSync(file, 'latin1'));
    return text.split(/^TEST_F\(/m).slice(1).map((part) => {
        const name = part.match(/,\s*(\w+)\)/)[1];
        const body = part.slice(part.indexOf('{') + 1)
            .replace(/uint64\{(\d+)\}/g, '$1').replace(/\b(\d+)(?:ULL|UL|L)\b/g, '$1');
        return { name, statements: split(unroll(body), ';{}').filter((s) => s) };
    });
}

/* --- what the statements mean ------------------------------------------------------ */

const newNumber = () => ({ code: 0, national: '0', zero: false, zeros: 1, extension: '' });

/* As text that only one number is read from. */
function written(number) {
    const zeros = number.zero ? '0'.repeat(Math.max(number.zeros, 0)) : '';
    return `+${number.code}${zeros}${number.national}` +
        (number.extension ? `;ext=${number.extension}` : '');
}

const FIELDS = {
    country_code: (n, v) => { n.code = Number(v); },
    national_number: (n, v) => { n.national = v; },
    italian_leading_zero: (n, v) => { n.zero = v === 'true'; },
    number_of_leading_zeros: (n, v) => { n.zeros = Number(v); },
    extension: (n, v) => { n.extension = literal(v); },
    raw_input: () => {}, country_code_source: () => {}, preferred_domestic_carrier_code: () => {},
};
const CLEARED = { country_code: '0', national_number: '0', italian_leading_zero: 'false',
    number_of_leading_zeros: '1', extension: '""' };
const STYLES = { E164: 'e164', INTERNATIONAL: 'international', NATIONAL: 'national',
    RFC3966: 'rfc3966' };
const STATUS = { NO_PARSING_ERROR: 'OK', INVALID_COUNTRY_CODE_ERROR: 'INVALID_COUNTRY_CODE' };

function region(text) {
    const name = (text.match(/^RegionCode::(\w+)\(\)$/) || [])[1];
    return { UN001: '001', GetUnknown: 'ZZ' }[name] || name || null;
}

class Test {
    constructor(name) {
        this.name = name;
        this.numbers = new Map();
        this.texts = new Map();   /* string, or what was asked to fill it */
        this.parsed = new Map();  /* number -> its case, until it is compared */
    }

    add(kind, where, input, expected) {
        const added = { kind, region: where, input, expected, test: this.name };
        cases.push(added);
        return added;
    }

    addNumber(kind, number, expected, where = 'ZZ') {
        const added = this.add(kind, where, written(number), expected);
        added.ofNumber = true;
    }

    /* Changes a variable; false: not understood. */
    assign(statement) {
        let m;
        if ((m = statement.match(/^PhoneNumber (\w+(?:\s*,\s*\w+)*)$/)))
            m[1].split(/\s*,\s*/).forEach((name) => this.numbers.set(name, newNumber()));
        else if ((m = statement.match(/^string (\w+)$/)))
            this.texts.set(m[1], '');
        else if ((m = statement.match(/^(\w+)\.(?:C|c)lear\(\)$/)))
            this.numbers.has(m[1]) ? this.numbers.set(m[1], newNumber()) : this.texts.set(m[1], '');
        else if ((m = statement.match(/^(\w+)\.set_(\w+)\(([^]*)\)$/)) && this.numbers.has(m[1]))
            FIELDS[m[2]](this.numbers.get(m[1]), m[3]);
        else if ((m = statement.match(/^(\w+)\.clear_(\w+)\(\)$/)) && this.numbers.has(m[1]))
            CLEARED[m[2]] && FIELDS[m[2]](this.numbers.get(m[1]), CLEARED[m[2]]);
        else if ((m = statement.match(/^(?:PhoneNumber )?(\w+)(?:\.CopyFrom\((\w+)\)| = (\w+)|\((\w+)\))$/)) &&
            this.numbers.has(m[2] || m[3] || m[4]))
            this.numbers.set(m[1], { ...this.numbers.get(m[2] || m[3] || m[4]) });
        else if ((m = statement.match(/^(?:const )?(?:string )?(\w+)(?: = |\.assign\(|\()("[^]*")\)?$/)))
            this.texts.set(m[1], literal(m[2]));
        else if ((m = statement.match(/^phone_util_\.Format\((\w+),\s*PhoneNumberUtil::(\w+),\s*&(\w+)\)$/)) &&
            this.numbers.has(m[1]))
            this.texts.set(m[3], { kind: STYLES[m[2]], number: { ...this.numbers.get(m[1]) } });
        else if ((m = statement.match(/^phone_util_\.GetRegionCodeForNumber\((\w+),\s*&(\w+)\)$/)) &&
            this.numbers.has(m[1]))
            this.texts.set(m[2], { kind: 'region', number: { ...this.numbers.get(m[1]) } });
        else return false;
        return true;
    }

    parse(status, text, where, into) {
        const name = STATUS[status] || status;
        const input = literal(text) !== null ? literal(text) : this.texts.get(text);
        if (typeof input !== 'string' || !region(where)) return false;
        const added = this.add('parse', region(where), input, name);
        this.parsed.set(into, name === 'OK' ? added : null);
        this.numbers.set(into, newNumber());
        return true;
    }

    /* EXPECT_EQ of two things, either of which may come first. */
    equal(a, b) {
        let m;
        const first = a.match(/^(?:PhoneNumberUtil|ShortNumberInfo)::(\w+)$/);
        if (first && (m = b.match(/^phone_util_\.Parse(?:AndKeepRawInput)?\(([^]*)\)$/))) {
            const [text, where, into] = split(m[1], ',');
            return this.parse(first[1], text, where, into.replace('&', ''));
        }
        if (first && (m = b.match(/^phone_util_\.(GetNumberType|IsPossibleNumberWithReason)\((\w+)\)$/)) &&
            this.numbers.has(m[2])) {
            this.addNumber(m[1] === 'GetNumberType' ? 'type' : 'reason',
                this.numbers.get(m[2]), first[1]);
            return true;
        }
        if (this.numbers.has(a) && this.numbers.has(b)) {
            const [got, wanted] = this.parsed.get(b) ? [b, a] : [a, b];
            if (this.parsed.get(got)) {
                this.parsed.get(got).expected = written(this.numbers.get(wanted));
                this.parsed.set(got, null);
                return true;
            }
        }
        const asked = this.texts.get(b);
        const expected = literal(a) !== null ? literal(a) : region(a);
        if (asked && asked.kind && expected !== null) {
            this.addNumber(asked.kind, asked.number, expected);
            return true;
        }
        return /default_instance/.test(a); /* what a failed parse leaves: nothing */
    }

    /* EXPECT_TRUE or EXPECT_FALSE of a call. */
    truth(expected, call) {
        let m = call.match(/^(?:phone_util_|short_info_)\.(\w+)\(([^]*)\)$/);
        if (!m) return false;
        const name = m[1];
        const args = split(m[2], ',');
        const number = this.numbers.get(args[0]);
        const where = args.length > 1 ? region(args[1]) : null;
        if (name === 'IsValidNumber' && number)
            this.addNumber('valid', number, expected);
        else if (name === 'IsPossibleNumber' && number)
            this.addNumber('possible', number, expected);
        else if (name === 'IsValidNumberForRegion' && number && where)
            this.addNumber('valid_in', number, expected, where);
        else if (name === 'IsPossibleNumberForString' && literal(args[0]) !== null)
            this.add('possible', where, literal(args[0]), expected);
        else if (name === 'IsEmergencyNumber' && literal(args[0]) !== null)
            this.add('emergency', where, literal(args[0]), expected);
        else if (name === 'IsValidShortNumberForRegion' &&
            (m = args[0].match(/^ParseNumberForTesting\(([^]*), RegionCode::\w+\(\)\)$/)) &&
            literal(m[1]) !== null)
            this.add('short', where, literal(m[1]), expected);
        else return false;
        return true;
    }

    /* A call that we do not follow may have filled these. */
    forget(statement) {
        for (const [, name] of statement.matchAll(/&(\w+)/g)) {
            this.numbers.delete(name);
            this.texts.delete(name);
            this.parsed.delete(name);
        }
    }

    run(statement) {
        const m = statement.match(/^(?:EXPECT|ASSERT)_(TRUE|FALSE|EQ)\(([^]*)\)$/);
        if (m && m[1] === 'EQ')
            return this.equal(...split(m[2], ','));
        if (m) return this.truth(m[1] === 'TRUE' ? '1' : '0', m[2].trim());
        const context = statement.match(/^AssertThrowsForInvalidPhoneContext\(([^]*)\)$/);
        if (context) return this.parse('NOT_A_NUMBER', context[1], 'RegionCode::ZZ()', 'none');
        return this.assign(statement);
    }
}

/* What a statement that we do not follow is about, or null. */
function subject(statement) {
    const call = statement.match(/(?:phone_util_\.|short_info_\.)(\w+)\(/);
    if (call) return `calls of ${call[1]}()`;
    return /^(?:EXPECT|ASSERT)_/.test(statement)
        ? 'steps inside the library, and results of the calls named here' : null;
}

for (const file of files)
    for (const { name, statements } of tests(file)) {
        const test = new Test(name);
        for (const statement of statements)
            if (!test.run(statement)) {
                test.forget(statement);
                if (subject(statement)) leaveOut(subject(statement));
            }
    }

/* --- what cannot be asked ------------------------------------------------------------ */

/* Two answers of one number are asked as one region. */
const inTwoRegions = (c) => c.kind === 'valid_in' && c.input === '+262800123456';
const ofColombia = (c) => c.region === 'CO' || c.expected === 'CO' ||
    c.expected.startsWith('+57') || (c.ofNumber && c.input.startsWith('+57'));

const numbers = [...new Set(cases.filter((c) => c.ofNumber).map((c) => c.input))];
const answers = execFileSync(oracle, { input: numbers.map((n) => `ZZ\t${n}\n`).join(''),
    encoding: 'latin1' }).trimEnd().split('\n');
const readBack = new Set(numbers.filter((n, i) => {
    const [, e164, , , , , extension] = answers[i].split('\t');
    return n === e164 + (extension ? `;ext=${extension}` : '');
}));

const kept = cases.filter((c) => {
    let reason = null;
    if (ofColombia(c)) reason = 'of Colombia, where the library differs from itself';
    else if (inTwoRegions(c)) reason = 'valid in two regions; we name the first';
    else if (c.ofNumber && !readBack.has(c.input)) reason = 'about numbers that no text gives';
    if (reason) leaveOut(reason);
    return !reason;
});

/* --- the table ------------------------------------------------------------------------- */

const escaped = (bytes) => [...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');

/* Characters that show, as they are; others and broken UTF-8 byte by byte. */
function cell(bytes) {
    const raw = Buffer.from(bytes, 'latin1');
    const text = raw.toString();
    const broken = Buffer.compare(Buffer.from(text), raw) !== 0;
    return (broken ? bytes : text).replace(/\\/g, '\\\\').replace(
        broken ? /[^ -~]/g : /[^\P{C}]/gu,
        (c) => escaped(Buffer.from(c, broken ? 'latin1' : 'utf8')));
}

const out = [];
out.push(`# Unit tests of libphonenumber ${version} (C++) as a table`,
    '# Copyright The Libphonenumber Authors. Licensed under the Apache License, Version 2.0.',
    '# SPDX-License-Identifier: Apache-2.0',
    '#',
    `# Made by tests/oracle/cases from ${files.map((f) => path.basename(f)).join(' and ')}.`,
    "# They hold for the library's test metadata, PhoneNumberMetadataForTesting.xml, and its",
    '# ShortNumberMetadata.xml: tests/data/number_plan_testing.c. \\xHH and \\\\ are bytes.',
    '#', '# Left out:');
for (const [reason, count] of [...leftOut].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)))
    out.push(`# ${String(count).padStart(4)} ${reason}`);
out.push('#', '# kind\tregion\tinput\texpected\ttest');
for (const c of kept)
    out.push([c.kind, c.region, cell(c.input), cell(c.expected), c.test].join('\t'));
process.stdout.write(out.join('\n') + '\n');

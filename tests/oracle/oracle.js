/*
 * oracle.js PACKAGE bench FILE BLOCK COUNT - Google's JavaScript library as a
 * peer of `rufname-bench normalize`; the dialogue is that of `oracle bench`,
 * see oracle.cc. PACKAGE is the unpacked npm package google-libphonenumber.
 *
 * CPU time of the whole process: of the garbage collector and the compiler too.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const fs = require('fs');

const [, , folder, what, path, block, count] = process.argv;
if (what !== 'bench' || count === undefined) {
    console.error('usage: oracle.js PACKAGE bench FILE BLOCK COUNT');
    process.exit(2);
}

function cpuNs() {
    const { user, system } = process.cpuUsage();
    return (user + system) * 1000;
}

const begin = cpuNs();
const { PhoneNumberUtil, PhoneNumberFormat } = require(folder);
const util = PhoneNumberUtil.getInstance();

/** E.164 and validity, or an exception. */
function standardise(region, text) {
    const number = util.parse(text, region);
    const valid = util.isValidNumber(number);
    return [util.format(number, PhoneNumberFormat.E164), valid];
}

standardise('DE', '030 23125-001');
process.stdout.write(`${Math.round(cpuNs() - begin)}\n`);

const statuses = {
    'Invalid country calling code': 'INVALID_COUNTRY_CODE',
    'The string supplied did not seem to be a phone number': 'NOT_A_NUMBER',
    'Phone number too short after IDD': 'TOO_SHORT_AFTER_IDD',
    'The string supplied is too short to be a phone number': 'TOO_SHORT_NSN',
    'The string supplied is too long to be a phone number': 'TOO_LONG_NSN',
};

function answer([region, text]) {
    try {
        const [e164, valid] = standardise(region, text);
        return `OK\t${e164}\t${valid ? 1 : 0}\n`;
    } catch (error) {
        return `${statuses[error.message] ?? error.message}\t\t0\n`;
    }
}

function timeBlock(texts) {
    const start = cpuNs();
    for (const [region, text] of texts) {
        try {
            standardise(region, text);
        } catch {
            /* an answer, too */
        }
    }
    return (cpuNs() - start) / texts.length;
}

const lines = fs.readFileSync(path, 'utf8').split('\n').slice(0, -1)
    .slice(0, Number(count)).map((line) => {
        const tab = line.indexOf('\t');
        return [line.slice(0, tab), line.slice(tab + 1)];
    });
const size = Number(block);
const blocks = [];
for (let at = 0; at + size <= lines.length; at += size)
    blocks.push(lines.slice(at, at + size));

/* Blocking on purpose: while it waits it must not cost anything. */
const buffer = Buffer.alloc(256);
for (let got; (got = fs.readSync(0, buffer)) > 0;) {
    for (const request of buffer.toString('utf8', 0, got).trim().split('\n')) {
        if (request === 'round')
            fs.writeSync(1, `${blocks.map((b) => timeBlock(b).toFixed(1)).join(' ')}\n`);
        else if (request === 'answers')
            for (const line of lines)
                fs.writeSync(1, answer(line));
        else
            process.exit(2);
    }
}

#!/usr/bin/env node
/*
 * metadata.js - metadata of another version for the packaged libphonenumber
 *
 *   metadata.js BUNDLE.js | MAIN.xml >file
 *
 * Writes a serialised PhoneMetadataCollection, what tests/oracle/metadata.c
 * hands to the library instead of its own.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';
const path = require('path');

const file = process.argv[2];
const plan = path.join(__dirname, '../../scripts/plan');
const { regionsOfCode, metadata } = file.endsWith('.xml')
    ? require(path.join(plan, 'xml.js')).load(file)
    : require(path.join(plan, 'bundle.js')).load(file);

/* Wire format of protocol buffers: varints and length-delimited fields. */
function varint(n) {
    const bytes = [];
    let rest = BigInt.asUintN(64, BigInt(n));
    do {
        const more = rest > 0x7fn;
        bytes.push(Number(rest & 0x7fn) | (more ? 0x80 : 0));
        rest >>= 7n;
    } while (rest);
    return Buffer.from(bytes);
}
const number = (field, n) => Buffer.concat([varint(field << 3), varint(n)]);
const bytes = (field, content) =>
    Buffer.concat([varint(field << 3 | 2), varint(content.length), content]);
const text = (field, value) => bytes(field, Buffer.from(value));

const each = (field, values, write) => (values || []).map((value) => write(field, value));

function description(desc) {
    const out = [];
    if (desc[2]) out.push(text(2, desc[2]));
    if (desc[6]) out.push(text(6, desc[6]));
    out.push(...each(9, desc[9], number), ...each(10, desc[10], number));
    return Buffer.concat(out);
}

function format(entry) {
    const out = [text(1, entry[1]), text(2, entry[2])];
    out.push(...each(3, entry[3], text));
    if (entry[4]) out.push(text(4, entry[4]));
    return Buffer.concat(out);
}

const DESCRIPTIONS = [1, 2, 3, 4, 5, 6, 7, 8, 21, 24, 25, 28];
const TEXTS = [9, 11, 12, 13, 15, 16, 17, 23];
const FLAGS = [18, 22];

function territory(data) {
    const out = [number(10, data[10])];
    for (const field of DESCRIPTIONS)
        if (data[field]) out.push(bytes(field, description(data[field])));
    for (const field of TEXTS)
        if (data[field] !== undefined && data[field] !== null) out.push(text(field, data[field]));
    for (const field of FLAGS)
        if (data[field]) out.push(number(field, 1));
    for (const field of [19, 20])
        out.push(...each(field, data[field], (f, entry) => bytes(f, format(entry))));
    return Buffer.concat(out);
}

/* The first region of a calling code is its main one. */
for (const regions of Object.values(regionsOfCode))
    if (regions.length > 1) metadata[regions[0]][22] = 1;
process.stdout.write(Buffer.concat(
    Object.values(metadata).map((data) => bytes(1, territory(data)))));

/*
 * read-results.js - rows of rufname-bench --json, from one or more files
 *
 * Used by plot and tables. A later file replaces the groups it has again.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';
const fs = require('fs');
const path = require('path');

/** Default files: all of bench/results, oldest name first. */
function resultFiles(given) {
    if (given.length > 0) return given;
    const dir = path.join(__dirname, 'results');
    return fs.readdirSync(dir).filter((name) => name.endsWith('.json')).sort()
        .map((name) => path.join(dir, name));
}

/** {contexts, rows}: rows keep the order they were measured in. */
function readResults(files) {
    const contexts = [];
    const groups = new Map();
    for (const file of files) {
        const lines = fs.readFileSync(file, 'utf8').split('\n').filter(Boolean).map(JSON.parse);
        if (lines.length === 0 || !lines[0].context) throw new Error(`${file}: no context line`);
        const here = new Map();
        contexts.push(lines[0].context);
        for (const row of lines.slice(1).filter((line) => !line.absent)) {
            if (!here.has(row.bench)) here.set(row.bench, []);
            here.get(row.bench).push({ ...row, context: lines[0].context });
        }
        for (const [bench, rows] of here) groups.set(bench, rows);
    }
    return { contexts, rows: [...groups.values()].flat() };
}

/** 1234.5 ns -> "1.23 µs": three digits, the unit that fits. */
function amount(value, unit) {
    const scales = { ns: [1, 'time'], us: [1e3, 'time'], ms: [1e6, 'time'], s: [1e9, 'time'] };
    const [factor, kind] = scales[unit] ?? [1, ''];
    if (kind !== 'time') return `${digits(value)} ${unit}`;
    const ns = value * factor;
    for (const [size, name] of [[1e9, 's'], [1e6, 'ms'], [1e3, 'µs']])
        if (ns >= 0.9995 * size) return `${digits(ns / size)} ${name}`;
    return `${digits(ns)} ns`;
}

function digits(value) {
    if (value >= 99.95) return Math.round(value).toLocaleString('en');
    return value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}

module.exports = { resultFiles, readResults, amount, digits };

#!/usr/bin/env node
/*
 * changes.js OLD NEW - what differs between two releases of the metadata
 *
 * Both are bundles of google-libphonenumber. One line per region: which parts
 * of its plan changed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';
const { load } = require('./bundle');

const PARTS = { 1: 'general', 2: 'fixed line', 3: 'mobile', 4: 'toll-free', 5: 'premium rate',
    6: 'shared cost', 7: 'personal', 8: 'voip', 10: 'calling code', 11: 'international prefix',
    12: 'national prefix', 13: 'extension prefix', 15: 'prefix for parsing', 16: 'transform',
    18: 'fixed like mobile', 19: 'formats', 20: 'international formats', 21: 'pager',
    23: 'leading digits', 25: 'uan', 28: 'voicemail' };
const SHORT_PARTS = { 27: 'emergency', 29: 'short codes' };

const [before, after] = process.argv.slice(2).map(load);
const text = (value) => JSON.stringify(value ?? null);

function changes(old, now, parts) {
    if (!old) return ['new'];
    if (!now) return ['gone'];
    return Object.keys(parts).filter((field) => text(old[field]) !== text(now[field]))
        .map((field) => parts[field]);
}

let count = 0;
for (const region of new Set([...Object.keys(before.metadata), ...Object.keys(after.metadata)])) {
    const changed = [...changes(before.metadata[region], after.metadata[region], PARTS),
        ...changes(before.short[region] || [], after.short[region] || [], SHORT_PARTS)];
    if (changed.length) {
        console.log(`${region}: ${changed.join(', ')}`);
        count++;
    }
}
console.log(`${count} regions changed`);

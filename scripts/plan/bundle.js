/*
 * bundle.js - libphonenumber's metadata out of google-libphonenumber's bundle
 *
 * load(file) returns { regionsOfCode, metadata, short }: calling code ->
 * regions, main region first; and region (or non-geographic calling code) ->
 * the metadata message as an array indexed by protobuf field number.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';
const fs = require('fs');

/* The object literal that follows a marker, found by counting brackets. */
function literalAfter(text, marker) {
    const at = text.indexOf(marker);
    if (at < 0)
        throw new Error(`no ${marker} in the bundle`);
    const start = text.indexOf('{', at);
    let i = start, depth = 0, quoted = false;
    for (; i < text.length; i++) {
        const c = text[i];
        if (quoted) {
            if (c === '\\') i++;
            else if (c === '"') quoted = false;
        } else if (c === '"') quoted = true;
        else if (c === '{' || c === '[') depth++;
        else if ((c === '}' || c === ']') && --depth === 0) break;
    }
    return Function(`"use strict";return (${text.slice(start, i + 1)})`)();
}

exports.load = (file) => {
    const text = fs.readFileSync(file, 'utf8');
    return {
        regionsOfCode: literalAfter(text, '.metadata.countryCodeToRegionCodeMap='),
        metadata: literalAfter(text, '.metadata.countryToMetadata='),
        short: literalAfter(text, '.shortnumbermetadata.countryToMetadata='),
    };
};

#!/bin/sh
# smoke.sh RUFNAME_BENCH ROOT - a short run of the benches, read back
#
# Checks that a small run ends well (which compares all answers), that every
# line is JSON with the agreed fields, and that the tables and charts can be
# made of it.
#
# SPDX-License-Identifier: Apache-2.0
set -eu
bench=${1:?path of rufname-bench}
root=${2:?root of the checkout}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

"$bench" --json --quick --contacts 300 --max 400 \
    scale policy build open lookup search emit store sync >"$dir/run.json"

node - "$dir/run.json" <<'END'
const lines = require('fs').readFileSync(process.argv[2], 'utf8').trim().split('\n')
    .map((line) => JSON.parse(line));
const context = ['cpu', 'cores', 'isa', 'caches', 'kernel', 'compiler', 'flags', 'commit',
    'date', 'thp', 'governor', 'load1', 'seed'];
const fields = ['bench', 'variant', 'n', 'unit', 'median', 'min', 'p50', 'p90', 'p99', 'p999',
    'samples', 'cv', 'ref', 'ratio', 'bytes_per_key', 'checksum'];
const missing = [...context.filter((name) => !(name in lines[0].context)),
    ...lines.slice(1).flatMap((row) => fields.filter((name) => !(name in row)))];
if (missing.length > 0) throw new Error(`missing: ${missing}`);
const suites = new Set(lines.slice(1).map((row) => row.bench.split(/[ ,]/)[0]));
for (const name of ['scale', 'policy', 'build', 'open', 'lookup', 'search', 'emit', 'store', 'sync'])
    if (!suites.has(name)) throw new Error(`no line of ${name}`);
if (!lines.some((row) => row.bench === 'scale, merge' && row.median > 0))
    throw new Error('nothing merged');
END

"$root/bench/plot" --out "$dir" "$dir/run.json" >/dev/null
[ -s "$dir/latency.svg" ] && [ -s "$dir/peers.svg" ] &&
    [ -s "$dir/scale.svg" ]
# Every table of the document finds its lines, but those of other suites.
cp "$root/docs/figures.md" "$dir/figures.md"
"$root/bench/tables" "$dir/figures.md" "$dir/run.json"
grep -q '^| rufname, sealed file, resident | ' "$dir/figures.md"
! "$root/bench/tables" --check "$root/docs/figures.md" "$dir/run.json" 2>/dev/null

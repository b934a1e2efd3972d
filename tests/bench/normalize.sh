#!/bin/sh
# normalize.sh RUFNAME-BENCH - the suite normalize with few texts
#
# Its lines have their fields, each peer is there and agrees. A peer that lies
# in one answer of thousands fails the run and nothing is timed beside it; a
# peer that is not there is reported; without a judge the run fails.
#
# SPDX-License-Identifier: Apache-2.0
set -eu

bench=${1:?rufname-bench}
root=$(cd "$(dirname "$0")/../.." && pwd)
oracle=${RUF_ORACLE_DIR:-$root/build/oracle}
work=$(mktemp -d "${TMPDIR:-/tmp}/rufname-normalize.XXXXXX")
trap 'rm -rf "$work"' EXIT

fail() {
    echo "normalize: $1" >&2
    cat "$work/log" >&2
    exit 1
}

# run ARGUMENT...: JSON lines to $work/out
run() {
    "$bench" --json --contacts 100 --numbers 2000 "$@" normalize \
        >"$work/out" 2>"$work/log"
}

run || fail 'a good run fails'
node - "$work/out" <<'END' || fail 'the lines are not as they should be'
const lines = require('fs').readFileSync(process.argv[2], 'utf8').trim()
    .split('\n').map((line) => JSON.parse(line));
const assert = require('assert');
const peers = ['libphonenumber C++, ICU', 'libphonenumber C++, RE2 -O3',
    'google-libphonenumber, Node.js'];
assert(lines[0].context.cpu);
const rows = lines.slice(1).filter((line) => line.absent === undefined);
for (const row of rows)
    for (const field of ['bench', 'variant', 'n', 'unit', 'median', 'min', 'p50', 'p90', 'p99',
        'p999', 'samples', 'cv', 'ref', 'ratio', 'checksum'])
        assert(row[field] !== undefined, `${field} in ${JSON.stringify(row)}`);
const find = (bench, variant) => {
    const row = rows.find((r) => r.bench === bench && r.variant.startsWith(variant));
    assert(row, `${bench} of ${variant}`);
    return row;
};
for (const mix of ['normalize directory', 'normalize clean']) {
    const ours = find(mix, 'rufname, plans 8.13.51');
    assert(ours.median > 10 && ours.median < 20000 && ours.n === 2000);
    find(mix, 'rufname as shipped');
    for (const peer of peers) {
        assert(find(mix, peer).ratio > 2, `${mix} of ${peer}`);
        assert(find(`${mix}, alike`, peer).median > 98);
    }
    for (const peer of peers.slice(0, 2)) {
        assert.strictEqual(find(mix, peer).checksum, ours.checksum);
        assert.strictEqual(find(`${mix}, alike`, peer).median, 100);
    }
}
for (const long of ['normalize 1,000 chars', 'normalize 5,000 chars']) {
    find(long, 'rufname');
    for (const peer of peers.slice(0, 2))
        assert(find(long, peer).ratio > 2);
    assert(lines.some((line) => line.bench === long && line.variant === peers[2] && line.absent));
}
for (const who of ['rufname', ...peers])
    find('normalize, first answer', who);
assert(find('normalize, constant data', 'rufname').median <= 256 * 1024);
END

# peers PROGRAM...: a folder with these peers
peers() {
    rm -rf "$work/peers"
    mkdir "$work/peers"
    for program in "$@"; do
        printf '#!/bin/sh\nexec "%s" "$@"\n' "$oracle/$program" \
            >"$work/peers/$program"
        chmod +x "$work/peers/$program"
    done
}

# Each in turn says of the first number that it is none.
for liar in run run-re2 run-js; do
    peers run run-re2 run-js
    printf '#!/bin/sh\n"%s" "$@" | sed -u "0,/^OK/s/^OK/NOT_A_NUMBER/"\n' \
        "$oracle/$liar" >"$work/peers/$liar"
    ! run --oracle "$work/peers" || fail "the lie of $liar was not seen"
    grep -q 'answers differ' "$work/log" || fail "the lie of $liar is not shown"
    ! grep -q '"bench":"normalize directory",.*"unit":"ns"' "$work/out" ||
        fail "$liar was timed although it lied"
done

peers run
run --oracle "$work/peers" || fail 'two absent peers are reported, not wrong'
[ "$(grep -c '"normalize clean","variant":.*"absent":' "$work/out")" -eq 2 ] ||
    fail 'absent peers are not reported'

peers
! run --oracle "$work/peers" || fail 'a run without judge is no good run'

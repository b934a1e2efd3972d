#!/bin/sh
# deterministic.sh - the same contacts under one key give the same file
#
# Homes with one key, filled in different orders: the same bytes. One contact
# that differs: other keys for all of the file.
#
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"

head -c 32 /dev/urandom >"$work/key"
file_policy "$work/policy.json"
awk 'BEGIN {
    print "id,givenName,surname,company,phonebusiness"
    for (i = 0; i < 300; i++)
        printf "%d,Anna%d,Probe%c%c,Muster AG,030 23125-%03d\n", i, i % 7,
            97 + i % 26, 97 + int(i / 26), i * 3 % 1000
}' >"$work/a.csv"
{ head -n 1 "$work/a.csv"; tail -n +2 "$work/a.csv" | sort -r; } >"$work/b.csv"
sed '200s/Anna/Hanna/' "$work/a.csv" >"$work/c.csv"
cmp -s "$work/a.csv" "$work/b.csv" && fail "the order is the same"

with_key() {
    exec 3<"$work/key"
    ruf "$@"
    exec 3<&-
}

for home in a b c; do
    with_key "$work/$home" --quiet init --policy "$work/policy.json" \
        --keystore fd:3
    with_key "$work/$home" --quiet import "$work/$home.csv"
    with_key "$work/$home" --quiet index --deterministic
    with_key "$work/$home" --quiet verify
    od -An -tx1 -j40 -N32 "$work/$home/directory.ruf" >"$work/salt-$home"
done
same "$work/a/directory.ruf" "$work/b/directory.ruf" "the order shows"
note "another order, the same $(wc -c <"$work/a/directory.ruf") bytes"
cmp -s "$work/salt-a" "$work/salt-c" && fail "other contacts, the same keys"
note "one contact differs: other keys"

with_key "$work/a" --quiet index
with_key "$work/b" --quiet index
cmp -s "$work/a/directory.ruf" "$work/b/directory.ruf" &&
    fail "repeatable without being asked for"
note "only if asked for"

#!/bin/sh
# rekey.sh - a new key: everything stays, and the old key opens nothing
#
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"

file_policy "$work/policy.json"
printf 'id,givenName,surname,phonebusiness\n1,Xaveria,Zwirbelhuber,030 23125-001\n2,Anna,Quast,030 23125-002\n' \
    >"$work/c.csv"
home=$work/home
ruf "$home" --quiet init --policy "$work/policy.json"
ruf "$home" --quiet import "$work/c.csv" >/dev/null
ruf "$home" --quiet emit --format stream --commit >/dev/null
contact=$(ruf "$home" search quast | cut -f 1)
ruf "$home" --quiet favourite add "$contact"
cp -a "$home" "$work/old"
contents "$home" >"$work/before"
ruf "$home" emit >"$work/emit-before"

expect 2 U001 ruf "$home" rekey now
expect 0 '' ruf "$home" rekey
contents "$home" >"$work/after"
same "$work/after" "$work/before" "the contents changed"
ruf "$home" emit >"$work/emit-after"
same "$work/emit-after" "$work/emit-before" "the list changed"
[ "$(ruf "$home" search quast | cut -f 1)" = "$contact" ] || fail "another contact id"
ruf "$home" favourite list | grep -q Quast || fail "the favourite is gone"
ruf "$home" --quiet verify
ruf "$home" audit | grep -q rekey || fail "not in the audit"
[ "$(ls "$home" | tr '\n' ' ')" = \
    "directory.report directory.ruf key key.lock lock policy.json profile.json store.check store.db " ] ||
    fail "files: $(ls "$home" | tr '\n' ' ')"
note "contacts, ids, favourites and the audit stay"

# The phone is given the whole list again.
ruf "$home" emit --format stream --commit >"$work/stream"
[ "$(grep -c '^ADD_ID' "$work/stream")" -eq 2 ] || fail "$(cat "$work/stream")"
note "the phone's list begins anew"

# Old key with new files, new key with old files.
for file in store.db directory.ruf; do
    cmp -s "$home/$file" "$work/old/$file" && fail "$file is the old one"
done
cmp -s "$home/key" "$work/old/key" && fail "the key is the old one"
cp -a "$home" "$work/mixed"
cp "$work/old/key" "$work/mixed/key"
expect 4 K202 ruf "$work/mixed" stats
cp -a "$work/old" "$work/mixed2"
cp "$home/key" "$work/mixed2/key"
expect 4 K202 ruf "$work/mixed2" stats
note "neither key opens what the other one sealed"

# A second time, and what is imported afterwards is recognised.
ruf "$home" --quiet rekey
ruf "$home" --json import "$work/c.csv" >"$work/import"
grep -q '"changed": *0' "$work/import" || fail "$(cat "$work/import")"
[ "$(ruf "$home" search quast | cut -f 1)" = "$contact" ] || fail "another contact id"
note "twice in a row"

# A key that others keep is theirs to renew.
head -c 32 /dev/urandom >"$work/raw"
ruf "$work/handed" --quiet init --keystore fd:3 --policy "$work/policy.json" \
    3<"$work/raw"
expect 4 K206 ruf "$work/handed" rekey 3<"$work/raw"
ruf "$work/handed" --quiet stats 3<"$work/raw" >/dev/null
note "a key from a descriptor stays"

# --- behind a PIN ---------------------------------------------------------------

printf '2580\n' >"$work/pin"
printf '1470\n' >"$work/wrong"
ruf "$home" --quiet pin set --pin-fd 3 3<"$work/pin"
expect 4 K212 ruf "$home" rekey --pin-fd 3 3<"$work/wrong"
expect 2 U001 ruf "$home" rekey </dev/null # no terminal to ask on
expect 0 '' ruf "$home" rekey --pin-fd 3 3<"$work/pin"
expect 4 K210 ruf "$home" stats
ruf "$home" --quiet pin clear --pin-fd 3 3<"$work/pin"
ruf "$home" emit >"$work/emit-after"
same "$work/emit-after" "$work/emit-before" "the list changed"
note "behind a PIN"

#!/bin/sh
# wipe.sh - a wiped home gives out nothing and holds nothing
#
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/canary.sh"

mkdir "$work/tmp"
TMPDIR=$work/tmp
export TMPDIR
file_policy "$work/policy.json"
cat >"$work/c.csv" <<'END'
id,givenName,surname,companyName,mail,phonebusiness
1,Xaveria,Zwirbelhuber,Quastenflosser Werke,x.zwirbelhuber@example.com,030 23125-001
2,Ottokar,Pfefferminzel,Quastenflosser Werke,o.pfefferminzel@example.com,030 23125-002
END
cat >"$work/texts" <<'END'
Xaveria
Zwirbelhuber
Pfefferminzel
Quastenflosser
x.zwirbelhuber@example.com
493023125001
493023125002
03023125-001
3023125002
END
canaries "$work/texts"
scan_finds

home=$work/home
make_home() {
    rm -rf "$home"
    ruf "$home" --quiet init --policy "$work/policy.json"
    ruf "$home" --quiet import "$work/c.csv" >/dev/null
    ruf "$home" --quiet emit --format stream --commit >/dev/null
    ruf "$home" --quiet import "$work/c.csv" >/dev/null
    ruf "$home" --quiet emit | grep -q Zwirbelhuber || fail "nothing to wipe"
}

# --- what crashed writers may have left goes as well ----------------------------

make_home
if scan "$home" "$work/tmp"; then fail "plain text before the wipe"; fi
for name in directory.ruf.new store.db-journal store.pages store.keys \
    policy.json.new; do
    cp "$work/c.csv" "$home/$name"
done
[ "$(scan "$home" | wc -l)" -eq 5 ] || fail "the planted files are not found"
echo mine >"$home/somebody-elses-file"
cp "$home/key" "$work/key"
ruf "$home" wipe >"$work/out"
grep -q "^Wipe complete: [0-9]* files, .*call list remain" "$work/out" ||
    fail "no receipt: $(cat "$work/out")"
if scan "$home" "$work/tmp"; then fail "the wipe left something"; fi
[ "$(cat "$home/somebody-elses-file")" = mine ] || fail "a foreign file is gone"
find "$home" -type f -printf '%f\n' | sort >"$work/left"
printf '%s\n' directory.wiped lock somebody-elses-file wipe.receipt |
    cmp -s - "$work/left" || fail "left: $(cat "$work/left")"
note "removed what was there, and nothing else"

# --- afterwards -------------------------------------------------------------------

for command in "lookup 03023125001" "search anna" sync index stats verify \
    "policy show" "explain 03023125001" report doctor "ring 03023125001" \
    "import $work/c.csv" logout emit "export live-caller-id $work/x"; do
    # shellcheck disable=SC2086 # a command and its arguments
    expect 8 W602 ruf "$home" $command
    [ ! -s "$work/stdout" ] || fail "$command: $(cat "$work/stdout")"
done
# Putting the key back does not help.
cp "$work/key" "$home/key"
expect 8 W602 ruf "$home" stats
note "all commands end with 8"

expect 0 '' ruf "$home" wipe # the key that was put back
[ ! -e "$home/key" ] || fail "the key is still there"
expect 0 '' ruf "$home" --json wipe
grep -q '"files": *0' "$work/stdout" || fail "a second wipe found something"
expect 0 '' ruf "$work/nothing" wipe
[ ! -e "$work/nothing" ] || fail "a wipe made a home"
expect 2 U001 ruf "$home" wipe everything
expect 2 U001 ruf "$home" wipe --no
note "a second wipe and one of nothing succeed"

# --- the phone --------------------------------------------------------------------

for i in 1 2; do
    expect 8 W602 ruf "$home" emit --format stream
    [ "$(cat "$work/stdout")" = COMPLETE ] || fail "look $i: no empty list"
done
[ -e "$home/directory.wiped" ] || fail "a look removed the tombstone"
expect 8 W602 ruf "$home" emit --format stream --commit
[ "$(cat "$work/stdout")" = COMPLETE ] || fail "the phone is not cleared"
[ ! -e "$home/directory.wiped" ] || fail "the tombstone stays"
expect 8 W602 ruf "$home" stats
note "the phone gets an empty list"

# --- a new home in the old place ----------------------------------------------------

make_home
ruf "$home" wipe >/dev/null
ruf "$home" --quiet init --policy "$work/policy.json"
ruf "$home" --quiet import "$work/c.csv" >/dev/null
[ "$(ruf "$home" --quiet emit --format stream --commit)" = COMPLETE ] ||
    fail "the phone still owes a clear"
ruf "$home" --quiet emit --format stream | grep -q "^ADD_ID 493023125001" ||
    fail "after the clear the list is not full"
expect 2 U010 ruf "$home" init --policy "$work/policy.json"
note "a new home begins after the clear"

# --- a sync that runs is ended -------------------------------------------------------

tenant=$work/tenant
printf '[{"path":"/v1.0/users/delta","nth":2,"hold_ms":60000}]' >"$work/faults"
start_tenant "$tenant" --contacts 2000 --seed 5 --faults "$work/faults"
rm -rf "$home"
sign_in "$home" "$tenant"
ruf "$home" --quiet sync >/dev/null 2>"$work/sync.err" &
sync_pid=$!
tries=0
until grep -q '^HOLD' "$tenant/requests.log"; do
    kill -0 "$sync_pid" || fail "the sync was over too soon"
    tries=$((tries + 1))
    [ "$tries" -lt 600 ] || fail "the request never came"
    sleep 0.1
done
expect 0 '' ruf "$home" wipe
got=0
wait "$sync_pid" || got=$?
[ "$got" -eq 8 ] || fail "the sync ended with $got: $(cat "$work/sync.err")"
[ "$(find "$home" -type f | wc -l)" -eq 3 ] || fail "left: $(ls "$home")"
note "a running sync stops, and leaves nothing"

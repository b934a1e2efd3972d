#!/bin/sh
# merges.sh - users merge, separate and mark contacts; a sync keeps it
#
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"

home=$work/home

# policy FILE MORE
policy() {
    cat >"$1" <<END
{ "schema": "rufname.policy/1", "version": 1, "region": { "default": "DE" },
  "protection": { "pin": { "required": false } },
  "auth": { "tenant": "t", "client_id": "c" },
  "sources": [ { "id": "ONE", "kind": "file", "priority": 90 },
               { "id": "TWO", "kind": "file", "priority": 20 } ]$2 }
END
}

policy "$work/policy.json" ''
head='id,givenName,surname,company,email,phonebusiness'
cat >"$work/one.csv" <<END
$head
a,Anna,Graf,Muster AG,anna@muster.example,030 23125-001
b,Bernd,Klein,Muster AG,,030 23125-002
c,Hans,Lang,Muster AG,,030 23125-003
END
cat >"$work/two.csv" <<END
$head
x,Anna,Graf,Muster,anna@muster.example,030 23125-001
y,B.,Kurz,Muster AG,,030 23125-004
z,Johannes,Lang,Muster AG,,030 23125-005
END

import() {
    ruf "$home" --quiet import "$work/one.csv" --source ONE >/dev/null
    ruf "$home" --quiet import "$work/two.csv" --source TWO >/dev/null
}

# id NUMBER: of the contact that has it
id() {
    ruf "$home" search "$1" | cut -f 1
}

contacts() {
    ruf "$home" --json stats | json_number contacts
}

ruf "$home" --quiet init --policy "$work/policy.json"
import
[ "$(contacts)" = 5 ] || fail "not five contacts"
ruf "$home" merges >"$work/merges"
[ "$(cut -f 3-5 "$work/merges" | tr '\t\n' ',;')" = \
    'ONE,Anna Graf,Muster AG;TWO,Anna Graf,Muster;' ] || fail "merges"
anna=$(id 030/23125-001)
other=$(sed -n 2p "$work/merges" | cut -f 2)
[ "$(cut -f 1 "$work/merges" | sort -u)" = "$anna" ] || fail "contact id"
[ "$(sed -n 1p "$work/merges" | cut -f 2)" = "$anna" ] || fail "founder's id"
ruf "$home" merges --suggested >"$work/suggested"
[ "$(cut -f 1,4,8 "$work/suggested" | tr '\t\n' ',;')" = \
    'short-form,Hans Lang,Johannes Lang;' ] || fail "suggested"
[ -z "$(ruf "$home" merges --overrides)" ] || fail "nobody decided anything"
ruf "$home" --json merges | grep -q '^{"schema":"rufname.merge/1","id":"'"$anna"\
'","records":\[{"id":"'"$anna"'","source":"ONE","name":"Anna Graf",' ||
    fail "merges --json"
ruf "$home" --json explain "$other" | head -n 1 |
    grep -q '"joined":\[{"by":"email","a":0,"b":1}\]' || fail "explain --json"
note "merged contacts and suggestions are listed"

bernd=$(id 030/23125-002)
kurz=$(id 030/23125-004)
# --- what it would be, first
before=$(ruf "$home" emit; contacts; ruf "$home" audit)
[ "$(ruf "$home" merge "$bernd" "$kurz" --dry-run | cut -f 1,4 | tr '\t\n' ',;')" = \
    "$bernd,Bernd Klein;$bernd,B. Kurz;" ] || fail "merge --dry-run"
[ "$(ruf "$home" separate --dry-run "$anna" "$other" | cut -f 1,2 | tr '\t\n' ',;')" = \
    "$anna,$anna;$other,$other;" ] || fail "separate --dry-run"
[ "$(ruf "$home" emit; contacts; ruf "$home" audit)" = "$before" ] ||
    fail "a dry run changed something"
[ -z "$(ruf "$home" merges --overrides)" ] || fail "a dry run decided something"
expect 1 U050 ruf "$home" merge --dry-run "$bernd" 00000000000000000000000000000000
expect 2 U051 ruf "$home" separate --dry-run "$bernd" "$bernd"
note "a dry run says what would be, and changes nothing"
ruf "$home" --quiet merge "$bernd" "$kurz"
[ "$(contacts)" = 4 ] || fail "not merged"
[ "$(id 030/23125-004)" = "$bernd" ] || fail "not the first contact's id"
ruf "$home" --quiet separate "$anna" "$other"
[ "$(contacts)" = 5 ] || fail "not separated"
[ "$(ruf "$home" merges --overrides | cut -f 1 | sort | tr '\n' ' ')" = \
    'apart together ' ] || fail "overrides"
note "a user merges and separates"

# --- explain: which records, and what joined them
ruf "$home" explain "$kurz" >"$work/explain"
[ "$(head -n 1 "$work/explain")" = "$bernd" ] || fail "explain: not the contact"
grep -q '^  \[1\] ONE: Bernd Klein$' "$work/explain" || fail "explain: records"
grep -q '^  \[1\] + \[2\]  merged by a user$' "$work/explain" ||
    fail "explain: what joined them"
[ "$(grep -c '^  emitted' "$work/explain")" = 2 ] || fail "explain: numbers"
expect 1 U050 ruf "$home" explain 00000000000000000000000000000000
grep -q '^  template  *{given} {family}\[ ({company})\]$' "$work/explain" ||
    fail "explain: no template"
grep -q '^  label  *Bernd Klein (Muster AG)$' "$work/explain" ||
    fail "explain: no label"
! grep -q '^  step' "$work/explain" || fail "explain: steps of a label that fits"
note "explain tells what joined a contact's records"

import
ruf "$home" --quiet index >/dev/null
[ "$(contacts)" = 5 ] || fail "M12: not separate after a sync"
[ "$(id 030/23125-004)" = "$bernd" ] || fail "not merged after a sync"
sed -i.bak /^x,/d "$work/two.csv"
import
ruf "$home" merges --overrides 2>"$work/hidden" | grep -q apart &&
    fail "a pair without its record is shown"
grep -q '^1 more' "$work/hidden" || fail "the hidden pair is not counted"
mv "$work/two.csv.bak" "$work/two.csv"
import
[ "$(contacts)" = 5 ] || fail "a record that comes back is merged again"
note "decisions survive a sync, and a record that goes and comes back"

ruf "$home" --quiet merge "$other" "$anna"
[ "$(contacts)" = 4 ] || fail "not merged again"
[ "$(ruf "$home" merges --overrides | cut -f 1 | sort -u)" = together ] ||
    fail "the decision before is not forgotten"
expect 2 U051 ruf "$home" separate "$bernd" "$bernd"
expect 1 U050 ruf "$home" merge "$bernd" 00000000000000000000000000000000
expect 2 U001 ruf "$home" merge "$bernd" 12
expect 2 U001 ruf "$home" merges --suggested --overrides
ruf "$home" audit | cut -f 3,4,5 | grep -q "^merge${tab}[0-9a-f]\{8\}${tab}0$" ||
    fail "not in the audit"
ruf "$home" audit | grep -q "$anna" && fail "the audit has a contact's id"
note "a later decision replaces an earlier one"

# --- a decision whose index could not be written reaches it with a sync
mv "$home/directory.ruf" "$work/kept.ruf"
mkdir "$home/directory.ruf" # nothing replaces it
ruf "$home" --quiet separate "$other" "$anna" 2>/dev/null && fail "published"
rmdir "$home/directory.ruf"
mv "$work/kept.ruf" "$home/directory.ruf"
[ "$(contacts)" = 4 ] || fail "the old index is gone"
ruf "$home" --quiet sync >/dev/null
[ "$(contacts)" = 5 ] || fail "a sync does not publish the decision"
ruf "$home" --quiet merge "$other" "$anna"
note "a sync publishes what could not be published"

# --- favourites: first among equally good hits
first() {
    ruf "$home" search lang | head -n 1 | cut -f 1
}
johannes=$(id 030/23125-005)
[ "$(first)" != "$johannes" ] || fail "first anyway"
ruf "$home" favourite add "$johannes"
[ "$(first)" = "$johannes" ] || fail "a favourite is not first"
[ "$(ruf "$home" favourite list)" = "$johannes${tab}Johannes Lang${tab}Muster AG" ] ||
    fail "favourite list"
ruf "$home" --quiet index >/dev/null
[ "$(first)" = "$johannes" ] || fail "not after a new index"
ruf "$home" favourite remove "$johannes"
[ "$(first)" != "$johannes" ] || fail "still first"
ruf "$home" favourite add "$johannes"
cp "$work/two.csv" "$work/two.bak"
sed -i /^z,/d "$work/two.csv"
import
[ -z "$(ruf "$home" favourite list)" ] || fail "a favourite outlives its record"
cp "$work/two.bak" "$work/two.csv"
import
[ -z "$(ruf "$home" favourite list)" ] || fail "a swept favourite came back"
expect 1 U050 ruf "$home" favourite add 00000000000000000000000000000000
expect 2 U001 ruf "$home" favourite
note "favourites come first and go with their record"

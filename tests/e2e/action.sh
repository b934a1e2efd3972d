#!/bin/sh
# action.sh - the finished URL of an action, or exit 3
#
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"

home=$work/home
cat >"$work/policy.json" <<'END'
{ "schema": "rufname.policy/1", "version": 1, "region": { "default": "DE" },
  "protection": { "pin": { "required": false } },
  "sources": [ { "id": "CSV", "kind": "file" } ],
  "actions": { "allow": ["tel", "sms", "mailto", "teams_chat"],
    "custom": [ { "id": "own", "template": "muster:{digits}" } ] } }
END
cat >"$work/c.csv" <<'END'
id,givenName,surname,email,fax,phonehome,phonebusiness,phonemobile
1,Anna,Graf,anna.graf@muster.example,030 23125-009,030 23125-101,030 23125-001,0152 28817386
2,Bernd,Klein,,,,,
END
ruf "$home" --quiet init --policy "$work/policy.json"
ruf "$home" --quiet import "$work/c.csv" >/dev/null
anna=$(ruf "$home" search anna | cut -f 1)
bernd=$(ruf "$home" search bernd | cut -f 1)

# url ACTION URL [OPTION...]
url() {
    wanted_url=$2
    action=$1
    shift 2
    got_url=$(ruf "$home" action "$anna" "$action" "$@") || fail "$action"
    [ "$got_url" = "$wanted_url" ] || fail "$action: $got_url"
}

url tel tel:+493023125001
url tel tel:+493023125101 --number '030 23125-101'
url sms sms:+4915228817386
url mailto mailto:anna.graf%40muster.example
url own muster:493023125001
[ "$(ruf "$home" --json action "$anna" tel)" = \
    "{\"schema\":\"rufname.action/1\",\"contact\":\"$anna\",\"action\":\"tel\",\"url\":\"tel:+493023125001\"}" ] ||
    fail "action --json"
[ "$(ruf "$home" action | tr '\n' ' ')" = 'tel sms mailto teams_chat own ' ] ||
    fail "the list of actions"
note "what the policy lists is built"

expect 3 P160 ruf "$home" action "$anna" whatsapp
[ ! -s "$work/stdout" ] || fail "a forbidden action printed something"
expect 3 P160 ruf "$home" action "$anna" teams_call
expect 1 U043 ruf "$home" action "$anna" teams_chat
expect 1 U043 ruf "$home" action "$bernd" tel
expect 1 '' ruf "$home" action 0123456789abcdef0123456789abcdef tel
expect 2 U042 ruf "$home" action "$anna" fly
expect 2 U044 ruf "$home" action "$anna" tel --number '030 23125-002'
expect 2 U001 ruf "$home" action "$anna" tel --number nobody
expect 2 U001 ruf "$home" action "$anna"
note "what it does not list, and what a contact lacks, is refused"

# Whom an action was for comes first among equals, unless the policy says no.
cat >"$work/two.csv" <<'END'
id,givenName,surname,phonebusiness
1,Clara,Vogt,030 23125-011
2,Doris,Vogt,030 23125-012
END
# first HOME: the first of two whom a search finds alike
first() {
    ruf "$1" search vogt | head -n 1 | cut -f 2
}
# second HOME: its id
second() {
    ruf "$1" search doris | cut -f 1
}
sed 's/"version": 1/"version": 2, "recents": { "enabled": false }/' \
    "$work/policy.json" >"$work/none.json"
for kind in policy none; do
    ruf "$work/$kind" --quiet init --policy "$work/$kind.json"
    ruf "$work/$kind" --quiet import "$work/two.csv" >/dev/null
    [ "$(first "$work/$kind")" = 'Clara Vogt' ] || fail "not in order"
    expect 3 P160 ruf "$work/$kind" action "$(second "$work/$kind")" whatsapp
    [ "$(first "$work/$kind")" = 'Clara Vogt' ] || fail "refused, and noted"
    ruf "$work/$kind" action "$(second "$work/$kind")" tel >/dev/null
done
[ "$(first "$work/policy")" = 'Doris Vogt' ] || fail "no recent contact"
[ "$(first "$work/none")" = 'Clara Vogt' ] || fail "a recent one all the same"
note "whom an action was for is recent"

# The user principal name of a directory user stays in the store.
start_tenant "$work/tenant" --contacts 20 --seed 3
fresh_home "$work/users" "$work/tenant"
ruf "$work/users" search "$(ruf "$work/users" emit | head -n 1 | cut -f 2 |
    cut -d ' ' -f 2)" | cut -f 1 >"$work/ids"
found=no
while read -r id; do
    chat=$(ruf "$work/users" action "$id" teams_chat 2>/dev/null) || continue
    case $chat in
    https://teams.microsoft.com/l/chat/0/0'?users='*%40*) found=yes ;;
    *) fail "$chat" ;;
    esac
done <"$work/ids"
[ "$found" = yes ] || fail "no directory user can be written to"
note "directory users are reached by their UPN"

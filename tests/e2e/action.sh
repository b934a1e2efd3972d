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

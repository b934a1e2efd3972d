#!/bin/sh
# presence.sh - who is free to talk: from the index to the service and back
#
# What the command says is compared with the tenant's dump. No state and no id
# of a person reaches a file of the home or a message.
#
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"

tenant=$work/tenant
start_tenant "$tenant" --contacts 300 --seed 5
home=$work/home
fresh_home "$home" "$tenant"
endpoint=getPresencesByUserId
calls() {
    grep -c "$endpoint" "$tenant/requests.log" || true
}

# The dump's word of a user, as the command prints it.
word_of() {
    grep "\"id\":\"$1\"" "$tenant/dump.jsonl" |
        sed -n 's/.*"presence":"\([A-Za-z]*\)".*/\1/p' |
        sed -e 's/Idle$//' -e 's/^DoNotDisturb$/Do not disturb/' \
            -e 's/^BeRightBack$/Be right back/' -e 's/^Hovering$/Unknown/'
}

# users WORD COUNT: ids of visible users in that state
users() {
    grep '"source":"AAD"' "$tenant/dump.jsonl" | grep '"visible":true' |
        grep "\"presence\":\"$1" | head -n "$2" |
        sed 's/.*"id":"\([^"]*\)".*/\1/'
}

for word in Available Busy Away Offline DoNotDisturb BeRightBack Hovering; do
    users "$word" 3
done >"$work/ids"
lines=$(wc -l <"$work/ids" | tr -d ' ')
# shellcheck disable=SC2046 # ids have no blanks
ruf "$home" presence $(cat "$work/ids") >"$work/states"
[ "$(calls)" = 1 ] || fail "$(calls) requests for $lines people"
while read -r id; do
    word_of "$id"
done <"$work/ids" >"$work/wanted"
cut -f 3 "$work/states" >"$work/got"
same "$work/got" "$work/wanted" "presence differs from the dump"
note "$lines people, one request, every word as the service said it"

# By contact id, in German and as JSON; without ids the first ones.
contact=$(head -n 1 "$work/states" | cut -f 1)
[ "$("$RUFNAME" --home "$home" --lang de presence "$contact" | cut -f 3)" = \
    'Verfügbar' ] || fail "no German word"
ruf "$home" --json presence "$contact" |
    grep -q '"presence": *"available"' || fail "no JSON"
ruf "$home" presence >"$work/all"
[ "$(wc -l <"$work/all")" -gt 100 ] || fail "too few without ids"
grep -q "$contact" "$work/all" || fail "one is missing"
before=$(calls)
expect 1 '' ruf "$home" presence 0f0e0d0c-0000-4000-8000-000000000001
expect 1 '' ruf "$home" presence 00000000000000000000000000000000
[ "$(calls)" = "$before" ] || fail "strangers were asked for"
note "by contact id, in German, as JSON; strangers are not asked for"

# A watch prints what changes and ends when told.
user=$(users Available 1)
"$RUFNAME" --home "$home" --lang en presence --watch "$user" \
    >"$work/watched" 2>"$work/watch.log" &
watch=$!
tries=0
until grep -q Available "$work/watched"; do
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || fail "the watch prints nothing"
    sleep 0.1
done
kill -INT "$watch"
code=0
wait "$watch" || code=$?
[ "$code" = 130 ] || fail "the watch ended with $code"
[ "$(wc -l <"$work/watched")" -eq 1 ] || fail "printed again without a change"
note "a watch prints a change once and stops"

# Neither a state nor a question is kept.
"$RUFNAME" --home "$home" --lang en presence "$user" >/dev/null 2>"$work/log"
[ ! -s "$work/log" ] || fail "messages without a reason"
find "$home" -type f -exec cat {} + >"$work/everything"
for secret in "$user" Available; do
    ! grep -aq "$secret" "$work/everything" || fail "$secret in a file"
done
! grep -q '[0-9a-f]\{8\}-.*presence' "$tenant/requests.log" || fail "id in a URL"
note "nothing of it in the home"

# Policy off, cloud without, right missing, throttled.
# policy NAME EDIT: a home with another policy
policy() {
    sed "$2" "$tenant/policy.json" >"$work/$1.json"
    ruf "$work/$1" --quiet init --policy "$work/$1.json" --ca "$tenant/ca.pem"
}
policy off 's/"presence": { "enabled": true }/"presence": {}/'
before=$(calls)
expect 3 P180 ruf "$work/off" presence "$user"
policy china 's/"auth": {/"auth": { "cloud": "china",/'
expect 3 P181 ruf "$work/china" presence "$user"
[ "$(calls)" = "$before" ] || fail "a forbidden question was asked"
port=$(tenant_port "$tenant")
kill_tenant
printf '[{"path":"%s","nth":1,"status":403},{"path":"%s","nth":2,"status":429,
"retry_after":"30"}]' "$endpoint" "$endpoint" >"$work/faults"
start_tenant "$tenant" --contacts 300 --seed 5 --port "$port" \
    --faults "$work/faults"
ruf "$home" --quiet login --flow app --secret-file "$tenant/client-secret"
expect 5 S501 ruf "$home" presence "$user"
grep -q 'Presence.Read.All' "$work/stderr" || fail "which right?"
expect 5 S520 ruf "$home" presence "$user"
ruf "$home" presence "$user" >/dev/null || fail "no recovery"
[ "$(calls)" = 3 ] || fail "$(calls) requests, 3 questions"
note "policy, cloud, right and throttle are obeyed"

ruf "$home" doctor | grep -q 'Presence.Read.All' || fail "doctor knows no right"
note "doctor names the right"

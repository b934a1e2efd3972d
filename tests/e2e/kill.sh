#!/bin/sh
# kill.sh [all] - a sync killed at ten chosen requests, or at each, loses nothing
#
# The tenant holds a request, which proves where the sync is; then kill -9.
# The old index answers as before, and the next sync ends where a home that was
# never disturbed ends.
#
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"

tenant=$work/tenant
size='--contacts 1500 --seed 5'
# shellcheck disable=SC2086 # options
start_tenant "$tenant" $size
port=$(tenant_port "$tenant")
fresh_home "$work/old" "$tenant"
ruf "$work/old" emit >"$work/emit-old"

# A home that reads the next version undisturbed.
advance_tenant "$tenant"
mark=$(wc -l <"$tenant/requests.log")
fresh_home "$work/calm" "$tenant"
gets=$(tail -n "+$((mark + 1))" "$tenant/requests.log" | grep -c '^GET')
ruf "$work/calm" emit >"$work/emit-calm"
contents "$work/calm" >"$work/stats-calm"
cmp -s "$work/emit-old" "$work/emit-calm" && fail "both versions are equal"
[ "$gets" -ge 9 ] || fail "only $gets requests to choose from"

# restart PATH NTH: the same tenant, at its next version, holding one request
restart() {
    kill_tenant
    printf '[{"path":"%s","nth":%d,"hold_ms":60000}]\n' "$1" "$2" \
        >"$work/faults.json"
    # shellcheck disable=SC2086 # options
    start_tenant "$tenant" $size --port "$port" --faults "$work/faults.json"
    advance_tenant "$tenant"
}

kill_sync_at() {
    rm -rf "$work/home"
    cp -a "$work/old" "$work/home"
    restart "$1" "$2"
    "$RUFNAME" --home "$work/home" --quiet sync --full 2>"$work/killed.log" &
    sync_pid=$!
    tries=0
    until grep -q '^HOLD' "$tenant/requests.log"; do
        kill -0 "$sync_pid" 2>/dev/null || fail "$1 $2: the sync ended early"
        tries=$((tries + 1))
        [ "$tries" -lt 600 ] || fail "$1 $2: the request never came"
        sleep 0.1
    done
    kill -0 "$sync_pid" 2>/dev/null || fail "$1 $2: the sync ended by itself"
    kill -9 "$sync_pid"
    code=0
    wait "$sync_pid" 2>/dev/null || code=$?
    [ "$code" -eq 137 ] || fail "$1 $2: exit $code, not killed"
    held=$(sed -n 's/^HOLD //p' "$tenant/requests.log" | head -n 1)
    if grep -F "$held " "$tenant/requests.log" | grep -v '^HOLD' |
        grep -q ' 200 '; then
        fail "$1 $2: the held request was answered"
    fi

    ruf "$work/home" emit >"$work/emit"
    same "$work/emit" "$work/emit-old" "$1 $2: the old index changed"
    ruf "$work/home" lookup "+$(head -n 1 "$work/emit-old" | cut -f 1)" \
        >"$work/stdout" || fail "$1 $2: the old index does not answer"

    restart never 1
    ruf "$work/home" --quiet sync || fail "$1 $2: the next sync fails"
    ruf "$work/home" emit >"$work/emit"
    same "$work/emit" "$work/emit-calm" "$1 $2: the next sync ends elsewhere"
    contents "$work/home" >"$work/stats"
    same "$work/stats" "$work/stats-calm" "$1 $2: the next sync counts else"
    ruf "$work/home" --quiet verify || fail "$1 $2: damage"
    note "killed at $held"
}

# Data and link of a page are committed together: between two requests there is
# one page at most that is asked for again.
kill_sync_at 'POST /' 1
if [ "${1-}" = all ]; then
    nth=0
    while [ "$nth" -lt "$gets" ]; do
        nth=$((nth + 1))
        kill_sync_at 'GET /' "$nth"
    done
else
    for i in 0 1 2 3 4 5 6 7 8; do
        kill_sync_at 'GET /' $((1 + i * (gets - 1) / 8))
    done
fi

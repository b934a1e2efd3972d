#!/bin/sh
# kill.sh [all] - a sync killed at any request or write loses nothing
#
# The tenant holds a request, which proves where the sync is; then kill -9. Or
# the sync dies at a write or a sync of the store: between data and link of a
# page. The old index answers as before, and the next sync ends where a home
# that was never disturbed ends, and asks at most one page of it again. A sample
# of all that; with "all" each request, and many writes.
#
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"

tenant=$work/tenant
size='--contacts 900 --seed 5 --folders 2 --crm 60 --blobs 3 --blob-rows 60'
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
    expect_nothing_lost "$1 $2" "$held"
    note "killed at $held"
}

# pages LOG: those that were answered, of all collections
pages() {
    sed -n 's/^GET \(.*\) 20[06] [0-9]*$/\1/p' "$1" |
        grep -E 'delta|/api/data/|/file-' | sort -u
}

# repeated PATTERN: the most pages of a collection that were asked for twice
repeated() {
    comm -12 "$work/pages-before" "$work/pages-after" | sed 's/?.*//' |
        grep -E "$1" | uniq -c | awk '{ if ($1 > most) most = $1 }
            END { print most + 0 }'
}

# expect_nothing_lost WHERE [HELD]: after the kill, and after the next sync
expect_nothing_lost() {
    ruf "$work/home" emit >"$work/emit"
    same "$work/emit" "$work/emit-old" "$1: the old index changed"
    ruf "$work/home" lookup "+$(head -n 1 "$work/emit-old" | cut -f 1)" \
        >"$work/stdout" || fail "$1: the old index does not answer"

    pages "$tenant/requests.log" >"$work/pages-before"
    restart never 1
    ruf "$work/home" --quiet sync || fail "$1: the next sync fails"
    ruf "$work/home" emit >"$work/emit"
    same "$work/emit" "$work/emit-calm" "$1: the next sync ends elsewhere"
    contents "$work/home" >"$work/stats"
    same "$work/stats" "$work/stats-calm" "$1: the next sync counts else"
    ruf "$work/home" --quiet verify || fail "$1: damage"

    # A page that was not committed; where the kill struck a collection that
    # was not held, also the one asked for ahead of it.
    pages "$tenant/requests.log" >"$work/pages-after"
    [ "$(repeated .)" -le 2 ] || fail "$1: $(repeated .) pages again"
    path=$(echo "${2-}" | sed 's/^[A-Z]* //; s/?.*//; s/[.$]/\\&/g')
    [ -z "$path" ] || [ "$(repeated "^$path\$")" -le 1 ] ||
        fail "$1: $(repeated "^$path\$") pages again of what was held"
}

# kill_sync_in CALL NTH: at the nth such system call
kill_sync_in() {
    rm -rf "$work/home"
    cp -a "$work/old" "$work/home"
    restart never 1
    code=0
    strace -f -qq -o /dev/null -e "trace=$1" \
        -e "inject=$1:signal=SIGKILL:when=$2" \
        "$RUFNAME" --home "$work/home" --quiet sync --full \
        2>"$work/killed.log" || code=$?
    [ "$code" -eq 137 ] || fail "$1 $2: exit $code, not killed"
    expect_nothing_lost "$1 $2"
    note "killed at $1 $2"
}

# each CALL COUNT: killed at so many of these calls, evenly spread
each() {
    rm -rf "$work/home"
    cp -a "$work/old" "$work/home"
    restart never 1
    strace -f -qq -o "$work/calls" -e "trace=$1" \
        "$RUFNAME" --home "$work/home" --quiet sync --full
    calls=$(grep -c "$1(" "$work/calls" || true)
    [ "$calls" -gt "$2" ] || fail "only $calls of $1"
    i=0
    while [ "$i" -lt "$2" ]; do
        # Of the last ones some write what comes after the round.
        kill_sync_in "$1" $((1 + i * calls * 2 / 3 / $2))
        i=$((i + 1))
    done
}

kill_sync_at 'POST /' 1
# Deep in a round: most of it is there already.
kill_sync_at 'users/delta?$skiptoken' 3
if [ "${1-}" = all ]; then
    nth=0
    while [ "$nth" -lt "$gets" ]; do
        nth=$((nth + 1))
        kill_sync_at 'GET /' "$nth"
    done
    writes=40
else
    for i in 0 1 2 3 4 5; do
        kill_sync_at 'GET /' $((1 + i * (gets - 1) / 5))
    done
    writes=2
fi

# Data and link of a page are one transaction: there is no state between them.
can_trace || {
    echo "strace cannot trace here: killed at requests only"
    exit 0
}
each pwrite64 "$writes"
each fsync $((writes / 2))

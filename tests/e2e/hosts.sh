#!/bin/sh
# hosts.sh - a whole sync connects to the hosts that prove lists, and no others
#
# Each connection is taken from a trace of the system calls. Around it lie a
# proxy in the environment, a redirect, a foreign next link and a foreign file
# list; all lead to a port of this machine that nobody was told of. What is
# refused leaves nothing behind either: prove holds afterwards. Skipped where
# strace may not trace.
#
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"

need_strace
foreign=9 # the port for what is thrown away

tenant=$work/tenant
start_tenant "$tenant" --contacts 250 --crm 50 --blobs 2 --blob-rows 20
port=$(tenant_port "$tenant")
home=$work/home
sign_in "$home" "$tenant"

# traced COMMAND...: the places it connects to go to $work/places, one a line,
# its exit code to $got
traced() {
    got=0
    https_proxy=http://127.0.0.1:$foreign HTTPS_PROXY=http://127.0.0.1:$foreign \
        ALL_PROXY=http://127.0.0.1:$foreign NO_PROXY='' \
        strace -f -qq -e trace=connect,sendto,sendmsg -o "$work/trace" \
        "$RUFNAME" --home "$home" --lang en --quiet "$@" \
        >"$work/stdout" 2>"$work/stderr" || got=$?
    places "$work/trace" >"$work/places"
}

# Port and address of each AF_INET peer; names are asked of this machine only.
places() {
    sed -nE 's/.*sin6?_port=htons\(([0-9]+)\).*(inet_addr\("|, "?)([0-9a-f.:]+)".*/\3:\1/p' \
        "$1" | sort -u
}

# only_listed: the places of the last trace are those of prove
only_listed() {
    ruf "$home" --json prove >"$work/proof" || fail "$1: a statement does not hold"
    tr ',' '\n' <"$work/proof" | sed -n 's/.*"\([a-z0-9.-]*:[0-9]*\)".*/\1/p' |
        sed 's/^localhost:/127.0.0.1:/' | sort -u >"$work/listed"
    places "$work/trace" | grep -v ':53$' | comm -23 - "$work/listed" >"$work/unlisted"
    if [ -s "$work/unlisted" ]; then
        fail "$1: connected to $(tr '\n' ' ' <"$work/unlisted")"
    fi
}

traced sync
[ "$got" -eq 0 ] || fail "sync: $(cat "$work/stderr")"
grep -q "^127.0.0.1:$port\$" "$work/places" || fail "no connection was traced"
only_listed "a whole sync"
note "a whole sync connects to the listed hosts, whatever the environment says"

# The check can fail: a connection that nobody listed.
cp "$work/trace" "$work/clean"
echo "7 connect(5, {sa_family=AF_INET, sin_port=htons($foreign), sin_addr=inet_addr(\"127.0.0.1\")}, 16) = 0" \
    >>"$work/trace"
if (only_listed planted) 2>/dev/null; then fail "a planted connection is not seen"; fi
note "a planted connection is seen"

# planted WHAT FAULT EXIT: a sync over a fault is refused and connects nowhere
planted() {
    kill_tenant
    echo "[$2]" >"$work/faults"
    start_tenant "$tenant" --contacts 250 --crm 50 --blobs 2 --blob-rows 20 \
        --port "$port" --faults "$work/faults"
    traced sync --full
    case " $3 " in
    *" $got "*) ;;
    *) fail "$1: exit $got: $(cat "$work/stderr")" ;;
    esac
    only_listed "$1"
    note "$1 is refused: $(sed -n 1p "$work/stderr")"
}

planted "a redirect" "{\"path\":\"/v1.0/users/delta\",\"nth\":0,\"status\":302,
    \"location\":\"https://127.0.0.1:$foreign/v1.0/users/delta\"}" '5 7'
planted "a redirect of the sign-in" "{\"path\":\"/oauth2/v2.0/token\",\"nth\":0,
    \"status\":307,\"location\":\"https://127.0.0.1:$foreign/token\"}" '5 7'
for link in "https://127.0.0.1:$foreign/v1.0/users/delta?x" \
    "http://127.0.0.1:$port/v1.0/users/delta?x" \
    "https://127.0.0.1:$port@127.0.0.1:$foreign/"; do
    planted "the next link $link" \
        "{\"path\":\"/v1.0/users/delta\",\"nth\":0,\"next_link\":\"$link\"}" '5 7'
    grep -q S525 "$work/stderr" || fail "$link: not refused by the gate"
done
planted "a next link of Dynamics" "{\"path\":\"/api/data/v9.2/contacts\",\"nth\":0,
    \"next_link\":\"https://localhost:$foreign/api/data/v9.2/contacts?x\"}" '5 7'

# The proxy of the policy is one of the hosts, and everything goes through it.
kill_tenant
sed -e 's/"version": *[0-9]*/"version": 9/' \
    -e "1s|{|{ \"network\": { \"proxy\": \"http://127.0.0.1:$foreign\" },|" \
    "$tenant/policy.json" >"$work/proxied.json"
ruf "$home" --quiet policy import "$work/proxied.json" >/dev/null
traced sync
[ "$(cat "$work/places")" = "127.0.0.1:$foreign" ] ||
    fail "past the proxy: $(cat "$work/places")"
only_listed "a proxy of the policy"
grep -q "\"127.0.0.1:$foreign\"" "$work/proof" || fail "the proxy is not listed"
note "the proxy of the policy is listed, and nothing goes past it"

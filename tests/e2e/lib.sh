# lib.sh - what the end-to-end tests share; sourced, not run
#
# Needs RUFNAME and TENANT, the paths of the two programs. Everything happens
# below $work, which is gone afterwards; KEEP=1 keeps it.
#
# SPDX-License-Identifier: Apache-2.0

set -eu
LC_ALL=C
export LC_ALL
unset RUFNAME_HOME || true
: "${RUFNAME:?path of rufname}" "${TENANT:?path of rufname-tenant}"

sanitized=${ASAN_OPTIONS:+yes} # by the preset, before a test sets its own

work=$(mktemp -d "${TMPDIR:-/tmp}/rufname-e2e.XXXXXX")
tenant_pid=''
tab=$(printf '\t')

end_test() {
    code=$?
    trap - EXIT
    kill_tenant
    if [ "${KEEP-}" = 1 ]; then
        echo "kept: $work"
    else
        rm -rf "$work"
    fi
    exit "$code"
}
trap end_test EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

note() {
    echo "ok: $*"
}

# skip WHY: this machine cannot run the test
skip() {
    echo "$1: skipped"
    trap - EXIT
    rm -rf "$work"
    exit 77
}

can_trace() {
    strace -o /dev/null true 2>/dev/null || return 1
    # LeakSanitizer cannot look at a process another one traces.
    export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"
}

need_strace() {
    can_trace || skip "strace cannot trace here"
}

# file_policy FILE: contacts come from files, nobody signs in
file_policy() {
    cat >"$1" <<'END'
{ "schema": "rufname.policy/1", "version": 1, "region": { "default": "DE" },
  "protection": { "pin": { "required": false } },
  "auth": { "tenant": "t", "client_id": "c" },
  "sources": [ { "id": "CSV", "kind": "file" } ] }
END
}

# --- the tenant ---------------------------------------------------------------

# start_tenant STATE [OPTION...]: started and ready, or the test fails. An
# existing STATE keeps its secret and its certificate authority.
start_tenant() {
    state=$1
    shift
    rm -f "$state/policy.json"
    "$TENANT" --state "$state" "$@" 2>"$work/tenant.log" &
    tenant_pid=$!
    tries=0
    until [ -s "$state/policy.json" ]; do
        kill -0 "$tenant_pid" 2>/dev/null || {
            cat "$work/tenant.log" >&2
            fail "the tenant did not start"
        }
        tries=$((tries + 1))
        [ "$tries" -lt 600 ] || fail "the tenant was not ready in 60 s"
        sleep 0.1
    done
}

# The port a running tenant was given.
tenant_port() {
    sed -n 's|.*"graph": *"https://127\.0\.0\.1:\([0-9]*\)".*|\1|p' \
        "$1/policy.json"
}

# advance_tenant STATE: the company moves to its next version. Only for a
# tenant started without --churn, which otherwise moves on by itself.
advance_tenant() {
    before=$(grep -c '^VERSION' "$1/requests.log") || true
    kill -USR1 "$tenant_pid"
    while [ "$(grep -c '^VERSION' "$1/requests.log" || true)" = "$before" ]; do
        kill -0 "$tenant_pid" 2>/dev/null || fail "the tenant ended early"
        sleep 0.1
    done
}

# At once: a tenant that holds a request would take its time.
kill_tenant() {
    [ -n "$tenant_pid" ] || return 0
    kill -9 "$tenant_pid" 2>/dev/null || true
    wait "$tenant_pid" 2>/dev/null || true
    tenant_pid=''
}

# --- homes --------------------------------------------------------------------

# ruf HOME COMMAND...
ruf() {
    ruf_home=$1
    shift
    "$RUFNAME" --home "$ruf_home" --lang en "$@"
}

# sign_in HOME STATE
sign_in() {
    ruf "$1" --quiet init --policy "$2/policy.json" --ca "$2/ca.pem"
    ruf "$1" --quiet login --flow app --secret-file "$2/client-secret"
}

# fresh_home HOME STATE: made, signed in, synced
fresh_home() {
    sign_in "$1" "$2"
    ruf "$1" --quiet sync
}

# expect CODE ID COMMAND...: the exit code, and the error id on stderr. ID is
# a basic regular expression; '' wants none.
expect() {
    wanted=$1
    id=$2
    shift 2
    got=0
    "$@" >"$work/stdout" 2>"$work/stderr" || got=$?
    if [ "$got" -ne "$wanted" ]; then
        cat "$work/stderr" >&2
        fail "$*: exit $got, not $wanted"
    fi
    [ -z "$id" ] || grep -q "^rufname: $id" "$work/stderr" || {
        cat "$work/stderr" >&2
        fail "$*: no $id on stderr"
    }
}

# json_number NAME: the first such member of the JSON on stdin
json_number() {
    sed -n "s/.*\"$1\": *\([0-9][0-9]*\).*/\1/p" | head -n 1
}

# What stats say about the contents, without what differs from home to home:
# generation, sizes and times.
contents() {
    ruf "$1" --json stats | sed -e 's/"updated": *"[^"]*"//g' \
        -e 's/"generation": *[0-9]*//' -e 's/"image_bytes": *[0-9]*//' \
        -e 's/"store_bytes": *[0-9]*//'
}

# values NAME FILE: the members NAME of a dump.jsonl, without those that are
# written with an escape
values() {
    grep -o "\"$1\":\"[^\"\\\\]*\"" "$2" | sed -e "s/^\"$1\":\"//" -e 's/"$//' |
        sort -u
}

# same A B WHAT
same() {
    cmp -s "$1" "$2" || {
        diff "$1" "$2" | head -n 10 >&2
        fail "$3"
    }
}

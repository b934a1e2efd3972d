#!/bin/sh
# syscalls.sh - system calls that fail under init, import, index and emit
#
# From where a command first touches the home its system calls fail one at a
# time: no space, input/output error, no descriptor, no permission, broken off,
# a write that lies about its length. The command ends as undisturbed, or with
# an error of the disk that names place and reason and says what to do. After
# it the home verifies, the index is the old or the new one, and the same
# command succeeds. A sample; EVERY=1 tries every call. Skipped where strace may
# not trace.
#
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"

need_strace
file_policy "$work/policy.json"
people() {
    printf 'id,givenName,phonebusiness\n1,Anna,030 23125-001\n'
    printf '2,%s,030 23125-002\n3,Dora,030 23125-003\n4,Emil,030 23125-004\n' "$1"
}
start=$work/start
ruf "$start" --quiet init --policy "$work/policy.json"
people Bernd >"$work/people.csv"
ruf "$start" --quiet import "$work/people.csv"
ruf "$start" --quiet emit --format stream --commit >"$work/stdout"
people Berta >"$work/people.csv"
cp -a "$start" "$work/indexed"
start=$work/indexed
ruf "$start" --quiet index
people Bertha >"$work/people.csv"
ruf "$start" emit >"$work/before"

errors_of() {
    case $1 in
    openat) echo EMFILE EACCES ;;
    read | pread64) echo EIO EINTR ;;
    write | pwrite64) echo ENOSPC EIO EINTR ;;
    fsync | fdatasync | rename | ftruncate | flock | close | newfstatat) echo EIO ;;
    fcntl) [ -z "${EVERY-}" ] || echo ENOLCK ;; # SQLite waits 10 s
    mkdir) echo EACCES ;;
    mmap) [ -n "$sanitized" ] || echo ENOMEM ;; # a sanitizer dies of it
    esac
}

# disturbed INJECTION COMMAND...: on a copy of the home; the exit code in $code
disturbed() {
    inject=$1
    shift
    rm -rf "$work/home" "$work/new"
    cp -a "$start" "$work/home"
    code=0
    strace -qq -f -o "$work/trace" ${inject:+-e "trace=${inject%%:*}" \
        -e "inject=$inject"} "$RUFNAME" --home "$home" --lang en "$@" \
        >"$work/out" 2>"$work/err" </dev/null || code=$?
}

# A home that is there is whole; one that was to be made is whole or gone.
sound() {
    if [ "$home" = "$work/new" ]; then
        [ -e "$home/profile.json" ] || return 0
        ruf "$home" stats >"$work/stdout" || fail "$*: a broken home"
        return 0
    fi
    ruf "$home" --quiet verify || fail "$*: damage"
    ruf "$home" emit >"$work/emit" || fail "$*: no index"
    cmp -s "$work/emit" "$work/before" || cmp -s "$work/emit" "$work/after" ||
        fail "$*: another index"
}

try() {
    injected=$1
    shift
    disturbed "$injected" "$@"
    tries=$((tries + 1))
    sound "$* with $injected"
    [ "$code" = "$calm" ] && return 0
    failures=$((failures + 1))
    case $injected in
    # The C library gives up on an interrupted stdout.
    *EINTR*) grep -q ' stdout: ' "$work/err" || fail "$* with $injected: exit $code, it should go on" ;;
    esac
    # SQLite takes a page that the disk does not give for a damaged one. A
    # close() that strace makes fail has not happened: a lock stays.
    case $code,$injected in
    10,* | 11,mmap:* | 6,pread64:error=EIO:* | 75,fcntl:* | 75,close:*) ;;
    *)
        cat "$work/err" >&2
        fail "$* with $injected: exit $code"
        ;;
    esac
    grep -Eq '^rufname: (I8..: .+: .+: .+|I810: .+|I807: .+ (were written|not written|no locks)|E911: .+|D711: .+)\.$' "$work/err" &&
        grep -q '^→ ' "$work/err" || {
        cat "$work/err" >&2
        fail "$* with $injected: no place, reason or remedy"
    }
    [ "$home" = "$work/new" ] ||
        "$RUFNAME" --home "$home" --quiet "$@" >"$work/stdout" 2>&1 ||
        fail "$* with $injected: does not succeed afterwards"
}

command_fails() {
    home=$1
    shift
    disturbed '' "$@"
    calm=$code
    [ "$calm" -eq 0 ] || fail "$*: exit $calm undisturbed"
    [ "$home" = "$work/new" ] || ruf "$home" emit >"$work/after"
    awk -v home="$home" '{ sub(/^[0-9]+ +/, ""); name = $0
            sub(/\(.*/, "", name); count[name]++ }
        index($0, home) && name != "execve" { begun = 1 }
        begun && name ~ /^[a-z0-9_]+$/ { print name, count[name] }' \
        "$work/trace" >"$work/calls"
    tries=0
    failures=0
    nth=0
    while read -r name number; do
        nth=$((nth + 1))
        [ -n "${EVERY-}" ] || [ $((nth % 4)) -eq 0 ] || continue
        for error in $(errors_of "$name"); do
            try "$name:error=$error:when=$number" "$@" </dev/null
        done
        [ "$name" != write ] ||
            try "$name:retval=1:when=$number" "$@" </dev/null
    done <"$work/calls"
    [ "$failures" -gt 3 ] || fail "$*: only $failures of $tries were seen"
    note "$* ($tries calls failed, $failures of them were told)"
}

command_fails "$work/new" init --policy "$work/policy.json"
command_fails "$work/home" import "$work/people.csv"
command_fails "$work/home" index
command_fails "$work/home" emit --format stream --commit

#!/bin/sh
# core.sh - a core file of the command holds no key
#
# The command is killed by SIGSEGV while it has its key, with unlimited core
# files. As it is, none is written. With its own protection (the limit, the
# process flag) made to fail there is one, and the pages of the key are not in
# it. With those pages left in, which is what the test has to notice, the key is
# found. Skipped where strace may not trace or core files go elsewhere.
#
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"

[ -z "$sanitized" ] || skip "a sanitizer answers the signal itself"
need_strace
case $(cat /proc/sys/kernel/core_pattern) in
core | core.%p) ;;
*) skip "core files go elsewhere" ;;
esac
ulimit -c unlimited 2>/dev/null || skip "no core files"

file_policy "$work/policy.json"
home=$work/home
head -c 32 /dev/urandom >"$work/key"
exec 3<"$work/key"
ruf "$home" --quiet init --policy "$work/policy.json" --keystore fd:3
printf 'id,givenName,surname,phonebusiness\n1,Anna,Quast,030 23125-001\n' \
    >"$work/c.csv"
exec 3<"$work/key"
ruf "$home" --quiet import "$work/c.csv" >/dev/null

key_hex=$(od -An -v -tx1 <"$work/key" | tr -d ' \n')

# crash INJECTION...: SIGSEGV where the index is opened; prints none, clean or
# key
crash() {
    (
        mkdir -p "$work/cores"
        cd "$work/cores"
        rm -f core*
        exec 3<"$work/key"
        strace -qq -o /dev/null "$@" -e inject=mlock2:signal=SEGV:when=1 \
            "$RUFNAME" --home "$home" lookup 03023125001 >/dev/null 2>&1
    ) 2>/dev/null || :
    found=none
    for file in "$work"/cores/core*; do
        [ -s "$file" ] || continue
        found=clean
        ! od -An -v -tx1 <"$file" | tr -d ' \n' | grep -qF "$key_hex" ||
            found=key
    done
    echo "$found"
}

trace='trace=prctl,prlimit64,setrlimit,madvise,mlock2'
unprotected="-e inject=prctl:retval=0 -e inject=prlimit64,setrlimit:retval=0"
[ "$(crash -e "$trace")" = none ] || fail "a core file was written"
# shellcheck disable=SC2086 # options
got=$(crash -e "$trace" $unprotected)
[ "$got" != none ] || skip "no core file even without protection"
[ "$got" = clean ] || fail "the core file holds the key"
# shellcheck disable=SC2086
got=$(crash -e "$trace" $unprotected -e inject=madvise:retval=0)
[ "$got" = key ] || fail "the search does not find a key that is there ($got)"
note "no core file; forced, it holds no key; without MADV_DONTDUMP it would"

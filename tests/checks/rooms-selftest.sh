#!/bin/sh
# rooms-selftest.sh ROOT - does rooms.sh see a forbidden arrow?
#
# Plants one at a time in a copy.
#
# SPDX-License-Identifier: Apache-2.0
set -eu
root=${1:?root of the checkout}
check=$root/tests/checks/rooms.sh
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT

mkdir -p "$copy/tests"
for room in include base policy sync indexer lookup callkit engine cli \
    examples; do
    cp -R "$root/$room" "$copy/$room"
done
cp -R "$root/tests/tenant" "$copy/tests/tenant"
sh "$check" "$copy" >"$copy/out" 2>&1 || {
    cat "$copy/out" >&2
    echo "FAILED: the untouched copy does not pass" >&2
    exit 1
}

# plant FILE LINE: must make the check fail and name FILE
plant() {
    printf '%s\n' "$2" >"$copy/$1"
    if sh "$check" "$copy" >"$copy/out" 2>&1; then
        echo "FAILED: not seen: $2 in $1" >&2
        exit 1
    fi
    grep -q "^$1:" "$copy/out" || {
        cat "$copy/out" >&2
        echo "FAILED: the complaint does not name $1" >&2
        exit 1
    }
    rm "$copy/$1"
    echo "seen: $2 in $1"
}

plant lookup/planted.c '#include "indexer/store.h"'
plant lookup/planted.h '  #  include "sync/sync.h"'
plant sync/planted.c '#include "indexer/store.h"'
plant indexer/planted.c '#include "lookup/index.h"'
plant base/planted.c '#include "policy/policy.h"'
plant callkit/planted.m '#import "engine/home_private.h"'
plant cli/planted.c '#include "indexer/store.h"'
plant engine/planted.c '#include "cli/cli.h"'
plant engine/planted.c '#include <curl/curl.h>'
plant lookup/planted.c '#include <sqlite3.h>'
plant base/planted.c '#include "arena.h"'
plant include/rufname/planted.h '#include "base/arena.h"'
plant include/rufname/planted.h '#include <openssl/evp.h>'
plant tests/tenant/planted.c '#include "base/number.h"'

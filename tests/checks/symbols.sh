#!/bin/sh
# symbols.sh LIBRARY READER - names a program gets when it links the library
#
# Every external symbol starts with ruf_, and the reader needs none of the
# libraries that a memory-limited program must do without.
#
# SPDX-License-Identifier: Apache-2.0
set -eu
library=${1:?archive of the library}
reader=${2:?archive of the reader}

defined() {
    nm -g --defined-only "$1" 2>/dev/null | awk 'NF == 3 { print $3 }' | sort -u
}

# Names that start with two underscores are the compiler's.
if defined "$library" | grep -v -e '^ruf_' -e '^__'; then
    echo "symbols without the prefix ruf_" >&2
    exit 1
fi
count=$(defined "$library" | grep -c '^ruf_')
[ "$count" -gt 50 ] || {
    echo "only $count symbols seen" >&2
    exit 1
}

if nm -u "$reader" | grep -E ' (curl_|cJSON_|utf8proc_|sqlite3_|XML_|SSL_|deflate|inflate)'; then
    echo "the reader needs more than libcrypto" >&2
    exit 1
fi

# What the reader leaves open must be in it, in libcrypto or in the C library;
# of our own names none may be missing.
defined "$reader" >"${TMPDIR:-/tmp}/symbols.$$"
trap 'rm -f "${TMPDIR:-/tmp}/symbols.$$"' EXIT
missing=$(nm -u "$reader" | awk '$1 == "U" && $2 ~ /^ruf_/ { print $2 }' |
    sort -u | grep -vxF -f "${TMPDIR:-/tmp}/symbols.$$" || true)
if [ -n "$missing" ]; then
    printf 'the reader lacks: %s\n' "$missing" >&2
    exit 1
fi
echo "$count symbols"

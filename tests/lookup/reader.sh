#!/bin/sh
# reader.sh DUMP - the format document is enough to write a reader
#
# An image is read by the library and by reader.mjs, which knows the document
# only; both must say the same.
#
# SPDX-License-Identifier: Apache-2.0
set -eu
dump=${1:?program that writes an image and dumps it}
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
key=0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20

for size in '0 0' '1 1' '900 2500'; do
    # shellcheck disable=SC2086 # two numbers
    "$dump" "$folder/directory.ruf" $size >"$folder/library"
    node "$here/reader.mjs" "$folder/directory.ruf" "$key" >"$folder/document"
    cmp "$folder/library" "$folder/document" || {
        diff "$folder/library" "$folder/document" | head -n 5 >&2
        exit 1
    }
    wc -l <"$folder/library"
done
[ "$(wc -l <"$folder/library")" -eq 4897 ]
if node "$here/reader.mjs" "$folder/directory.ruf" "${key%20}21" 2>/dev/null; then
    echo "a wrong key is accepted" >&2
    exit 1
fi

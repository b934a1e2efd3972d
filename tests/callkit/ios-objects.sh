#!/bin/sh
# ios-objects.sh ROOT - the extension's source compiles as ARC for arm64 iOS
#
# With stub headers in the place of the SDK; the result is a Mach-O object. The
# property lists parse. Skipped without clang.
#
# SPDX-License-Identifier: Apache-2.0
set -eu
cd "${1:?root of the checkout}"
command -v clang >/dev/null || { echo "no clang: skipped"; exit 77; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
stubs=tests/callkit/stubs

compile() { # FILE OUT
    clang -target arm64-apple-ios15.0 -fobjc-arc -fblocks -ffreestanding \
        -Wall -Wextra -Wpedantic -Wshadow -Werror -O1 -Iinclude \
        -I"$stubs/shared" -I"$stubs/ios" -Icallkit/ios -c "$1" -o "$2"
}

seen=0
for file in callkit/ios/*.m; do
    compile "$file" "$work/object"
    magic=$(od -An -tx1 -N8 "$work/object" | tr -d ' \n')
    # MH_MAGIC_64, CPU_TYPE_ARM64
    [ "$magic" = cffaedfe0c000001 ] || {
        echo "$file: $magic is no Mach-O object for arm64" >&2
        exit 1
    }
    seen=$((seen + 1))
done
[ "$seen" -ge 3 ]

# The control: ARC is really on.
printf '#import <Foundation/Foundation.h>\nvoid f(id o) { [o release]; }\n' \
    >"$work/control.m"
if compile "$work/control.m" "$work/object" 2>/dev/null; then
    echo "a release was accepted: no ARC" >&2
    exit 1
fi

for file in callkit/ios/*.plist callkit/ios/*.entitlements; do
    command -v python3 >/dev/null || break
    python3 -c 'import plistlib, sys; plistlib.load(open(sys.argv[1], "rb"))' \
        "$file" 2>/dev/null || { echo "$file: no property list" >&2; exit 1; }
done
echo "$seen Mach-O objects"

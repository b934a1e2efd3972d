#!/bin/sh
# install.sh - what `cmake --install` lays down can be built against
#
# Needs BUILD (the build folder), SOURCE (the checkout) and CMAKE.
#
# SPDX-License-Identifier: Apache-2.0
set -eu
: "${BUILD:?}" "${SOURCE:?}" "${CMAKE:?}"

work=$(mktemp -d "${TMPDIR:-/tmp}/rufname-install.XXXXXX")
trap 'rm -rf "$work"' EXIT
"$CMAKE" --install "$BUILD" --prefix "$work/usr" >"$work/log"
"$work/usr/bin/rufname" --version
[ -s "$work/usr/share/man/man1/rufname.1" ]
for file in LICENSE NOTICE THIRD_PARTY.md LICENSE.yyjson; do
    [ -s "$work/usr/share/doc/rufname/$file" ] || {
        echo "FAILED: $file is not installed" >&2
        exit 1
    }
done

# pkg-config
PKG_CONFIG_PATH=$(dirname "$(find "$work/usr" -name rufname.pc)")
export PKG_CONFIG_PATH
# The prefix of the file is the configured one; move it to where it lies.
# shellcheck disable=SC2046 # a list of options
cc -std=c17 $(pkg-config --define-variable=prefix="$work/usr" --cflags rufname) \
    "$SOURCE/examples/who_is_calling.c" -o "$work/by-pc" ${LINK_OPTIONS-} \
    $(pkg-config --define-variable=prefix="$work/usr" --libs rufname)
echo "ok: pkg-config"

# CMake
mkdir "$work/user"
cat >"$work/user/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.25)
project(user LANGUAGES C)
find_package(rufname 0.1 REQUIRED)
add_executable(full "${EXAMPLE}")
target_link_libraries(full rufname::rufname)
add_executable(reader reader.c)
target_link_libraries(reader rufname::reader)
add_executable(number "${NUMBER}")
target_link_libraries(number rufname::number)
END
cat >"$work/user/reader.c" <<'END'
#include <rufname/directory.h>
#include <rufname/index.h>
#include <stddef.h>
int main(void)
{
    struct ruf_index *index = NULL;
    struct ruf_error err;
    static const uint8_t key[RUF_KEY_SIZE];

    return ruf_index_open("none", key, RUF_INDEX_ON_DEMAND, &index, &err) ==
                   RUF_E_NOT_FOUND
               ? 0
               : 1;
}
END
"$CMAKE" -S "$work/user" -B "$work/user/build" -G Ninja \
    -DCMAKE_PREFIX_PATH="$work/usr" -DEXAMPLE="$SOURCE/examples/who_is_calling.c" \
    -DNUMBER="$SOURCE/examples/standardise.c" \
    -DCMAKE_EXE_LINKER_FLAGS="${LINK_OPTIONS-}" >"$work/log"
"$CMAKE" --build "$work/user/build" >"$work/log" || {
    cat "$work/log" >&2
    exit 1
}
"$work/user/build/reader"
echo "ok: find_package"
# The reader is for programs that must stay small.
if ldd "$work/user/build/reader" | grep -e curl -e cjson -e utf8proc -e libssl; then
    echo "FAILED: the reader pulls in more than libcrypto" >&2
    exit 1
fi
echo "ok: the reader needs libcrypto only"
[ "$(echo '030 23125-001' | "$work/user/build/number" DE)" = +493023125001 ]
if ldd "$work/user/build/number" | grep -v -e libc.so -e linux-vdso -e ld-linux; then
    echo "FAILED: the number standardiser needs more than the C library" >&2
    exit 1
fi
echo "ok: the number standardiser needs the C library only"

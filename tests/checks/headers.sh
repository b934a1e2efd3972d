#!/bin/sh
# headers.sh ROOT CC CXX - each public header stands alone, in C17 and in C++17
#
# SPDX-License-Identifier: Apache-2.0
set -eu
root=${1:?root of the checkout}
cc=${2:?C compiler}
cxx=${3:-c++}
warnings='-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror'

for header in "$root"/include/rufname/*.h; do
    name=${header##*/}
    # Twice: the guard has to work, too.
    text="#include <rufname/$name>
#include <rufname/$name>
int main(void) { return 0; }"
    # shellcheck disable=SC2086 # a list of options
    printf '%s\n' "$text" |
        "$cc" -std=c17 $warnings -Wstrict-prototypes -I"$root/include" \
            -fsyntax-only -x c - || {
        echo "$name does not stand alone in C17" >&2
        exit 1
    }
    # shellcheck disable=SC2086
    printf '%s\n' "$text" |
        "$cxx" -std=c++17 $warnings -I"$root/include" -fsyntax-only -x c++ - || {
        echo "$name does not stand alone in C++17" >&2
        exit 1
    }
    echo "ok: $name"
done

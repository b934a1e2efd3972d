#!/bin/sh
# messages - every error id of the library has words in both languages, and one
# meaning
#
# SPDX-License-Identifier: Apache-2.0
set -eu
cd "${1:-$(dirname "$0")/../..}"

# What a user never reads: bugs, reasons other messages carry, a word of PKCE.
inner='D710 D723 D735 E913 E914 E915 E916 E917 E918 E919 S541 P101 S256'
missing=0
for id in $(grep -rhoE '"[PKNCSWDIEU][0-9]{3}"' base policy sync indexer lookup \
    callkit engine/*.c cli | tr -d '"' | sort -u); do
    case " $inner " in *" $id "*) continue ;; esac
    grep -q "^{ \"$id\"," engine/messages.inc || {
        echo "engine/messages.inc: no words for $id"
        missing=1
    }
done
twice=$(sed -n 's/^{ "\([A-Z][0-9]*\)",.*/\1/p' engine/messages.inc | sort | uniq -d)
for id in $twice; do
    echo "engine/messages.inc: two meanings of $id"
    missing=1
done
exit "$missing"

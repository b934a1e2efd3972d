#!/bin/sh
# papers.sh ROOT RUFNAME - documents agree with what they are about
#
# The man page has exactly the commands that the program has; links between
# documents lead somewhere; README stays under 250 lines.
#
# SPDX-License-Identifier: Apache-2.0
set -eu
cd "${1:?root of the checkout}"
rufname=${2:?path of rufname}
bad=0

"$rufname" --help | awk '/^  [a-z]/ { print $1 }' | sort >"${TMPDIR:-/tmp}/has.$$"
sed -n 's/^\.SS[ "]*\([a-z]*\).*/\1/p' docs/man/rufname.1 | sort \
    >"${TMPDIR:-/tmp}/man.$$"
trap 'rm -f "${TMPDIR:-/tmp}/has.$$" "${TMPDIR:-/tmp}/man.$$"' EXIT
[ -s "${TMPDIR:-/tmp}/has.$$" ] || bad=1
diff "${TMPDIR:-/tmp}/has.$$" "${TMPDIR:-/tmp}/man.$$" >&2 || {
    echo "docs/man/rufname.1 and rufname --help list different commands" >&2
    bad=1
}

for file in *.md docs/*.md docs/decisions/*.md callkit/*.md; do
    for link in $(grep -o '](\([^)#]*\)' "$file" | sed 's/^](//' |
        grep -v -e '^https\{0,1\}:' -e '^mailto:'); do
        [ -e "$(dirname "$file")/$link" ] || {
            echo "$file: broken link $link" >&2
            bad=1
        }
    done
done

[ "$(wc -l <README.md)" -lt 250 ] || {
    echo "README.md has 250 lines or more" >&2
    bad=1
}
exit "$bad"

#!/bin/sh
# rooms.sh ROOT - who may include whom
#
# Reads the #include lines of every room. Rooms see base and what stands below;
# sync, indexer and lookup never see each other; libraries from outside appear
# only where they belong, and never in the public headers.
#
# SPDX-License-Identifier: Apache-2.0
set -eu
cd "${1:?root of the checkout}"

# Room, then what it may include besides itself and the public headers.
arrows='base
policy base
sync base policy
indexer base policy
lookup base
callkit base lookup
engine base policy sync indexer lookup callkit
cli engine'

# A header from outside (as the start of its name), then its rooms.
outside='curl/ sync cli
sqlite3.h indexer callkit
expat.h policy sync
microhttpd.h cli
utf8proc.h base indexer lookup
xxhash.h base'

bad=0
complain() {
    echo "$*" >&2
    bad=1
}

# includes DIR: FILE:HEADER, quoted headers as "x, others as <x
includes() {
    find "$1" -name '*.[chm]' -exec grep -HE '^[ 	]*#[ 	]*(include|import)' {} + |
        sed -n 's/^\([^:]*\):[^"<]*\(["<][^">]*\)[">].*/\1:\2/p'
}

# allowed NAME LIST: is NAME one of the blank-separated LIST?
allowed() {
    case " $2 " in
    *" $1 "*) return 0 ;;
    *) return 1 ;;
    esac
}

check_quoted() { # FILE HEADER ROOM MAY
    target=${2%%/*}
    if [ "$target" = "$2" ]; then
        complain "$1: \"$2\" is not written from the root"
    elif ! allowed "$target" "$3 $4"; then
        complain "$1: $3 may not include \"$2\""
    fi
}

check_outside() { # FILE HEADER ROOM
    while read -r start rooms; do
        case $2 in
        "$start"*)
            allowed "$3" "$rooms" || complain "$1: $3 may not include <$2>"
            ;;
        esac
    done <<END
$outside
END
}

list=$(mktemp)
trap 'rm -f "$list"' EXIT

seen=0
while read -r room may; do
    includes "$room" >"$list"
    while IFS=: read -r file header; do
        seen=$((seen + 1))
        # The extension goes into an Xcode project, where files lie side by
        # side; it sees the public headers and nothing else.
        case $file:$header in
        callkit/ios/*:'"'*/*) complain "$file: no path in $header\"" ;;
        callkit/ios/*) continue ;;
        esac
        case $header in
        '"'*) check_quoted "$file" "${header#?}" "$room" "$may" ;;
        '<rufname/'*) ;;
        *) check_outside "$file" "${header#?}" "$room" ;;
        esac
    done <"$list"
done <<END
$arrows
END

# Public headers: each other and the C library.
standard='assert.h limits.h stdbool.h stddef.h stdint.h'
includes include >"$list"
while IFS=: read -r file header; do
    case $header in
    '<rufname/'*) ;;
    '<'*)
        allowed "${header#?}" "$standard" ||
            complain "$file: public headers may not include $header>"
        ;;
    *) complain "$file: public headers include <rufname/...> only" ;;
    esac
done <"$list"

# The examples see what a user sees; the sample tenant shares no code with the
# library it tests.
for dir in examples tests/tenant; do
    [ -d "$dir" ] || continue
    includes "$dir" >"$list"
    while IFS=: read -r file header; do
        case $header in
        '"'*/*) complain "$file: $dir may not include $header\"" ;;
        '<rufname/'*)
            [ "$dir" = examples ] || complain "$file: $dir may not use $header>"
            ;;
        esac
    done <"$list"
done

[ "$seen" -gt 20 ] || complain "only $seen includes seen: is $1 the root?"
[ "$bad" -eq 0 ] && echo "$seen includes, all of them allowed"
exit "$bad"

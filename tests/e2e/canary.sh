# canary.sh - is a text or a number to be found in files? Sourced after lib.sh
#
# canaries FILE...: each line of the files becomes patterns, searched in the
# hexadecimal of the bytes: UTF-8, UTF-16 of either order, base64 at its three
# offsets; a line of digits also packed two a byte and as a 64-bit integer of
# either order. scan DIR tells which files hold one, and fails if none does.
#
# SPDX-License-Identifier: Apache-2.0

to_hex() {
    od -An -v -tx1 | tr -d ' \n'
}

# base64 of a text that begins OFFSET bytes into a group; only those characters
# that depend on nothing around it.
base64_at() { # OFFSET TEXT
    case $1 in
    0) before='' cut=0 ;;
    1) before=x cut=2 ;;
    2) before=xx cut=3 ;;
    esac
    printf '%s%s' "$before" "$2" | base64 -w 0 |
        sed -e "s/^.\{$cut\}//" -e 's/[^=]==*$//' | to_hex
    echo
}

reversed_bytes() {
    sed 's/\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)/\8\7\6\5\4\3\2\1/'
}

canaries() {
    cat "$@" | while IFS= read -r text; do
        printf '%s' "$text" | to_hex
        echo
        for order in LE BE; do
            printf '%s' "$text" | iconv -f UTF-8 -t "UTF-16$order" | to_hex
            echo
        done
        for offset in 0 1 2; do
            base64_at "$offset" "$text"
        done
        case $text in *[!0-9]*) continue ;; esac
        echo "$text"
        printf '%016x\n' "$text"
        printf '%016x\n' "$text" | reversed_bytes
    done >"$work/canary.patterns"
    # Short patterns would be hit by chance.
    if awk 'length($0) < 10' "$work/canary.patterns" | grep .; then
        fail "a canary is too short"
    fi
}

scan() {
    found=1
    find "$@" -type f >"$work/canary.files"
    while IFS= read -r file; do
        to_hex <"$file" >"$work/canary.bytes"
        if grep -q -F -f "$work/canary.patterns" "$work/canary.bytes"; then
            echo "$file"
            found=0
        fi
    done <"$work/canary.files"
    return "$found"
}

# Each form of each canary, planted alone in a file of its own, is found.
scan_finds() {
    mkdir -p "$work/planted"
    count=0
    while IFS= read -r pattern; do
        # Nibbles may be packed half a byte off.
        [ $((${#pattern} % 2)) -eq 0 ] || pattern=0$pattern
        count=$((count + 1))
        # shellcheck disable=SC2046,SC2059 # octal escapes are the format
        printf "$(printf '%s\n' "$pattern" | sed 's/../&\n/g' | grep . |
            while read -r byte; do printf '\\%03o' "0x$byte"; done)" \
            >"$work/planted/$count"
    done <"$work/canary.patterns"
    scan "$work/planted" >"$work/planted.found" || :
    [ "$(wc -l <"$work/planted.found")" -eq "$count" ] ||
        fail "the scan finds $(wc -l <"$work/planted.found") of $count planted"
    rm -rf "$work/planted"
    note "the scan finds each of $count planted patterns"
}

#!/bin/sh
# prove.sh - every statement holds on a synced home, and fails when violated
#
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"

tenant=$work/tenant
start_tenant "$tenant" --contacts 300 --seed 5
home=$work/home
fresh_home "$home" "$tenant"

# verdict NAME: what prove says about it
verdict() {
    ruf "$home" prove | awk -F "$tab" -v name="$1" '$1 == name { print $2 }'
}

# fails NAME: just this statement does not hold
fails() {
    expect 6 '' ruf "$home" prove
    [ "$(awk -F "$tab" '$2 != "holds" { print $1 }' "$work/stdout")" = "$1" ] || {
        cat "$work/stdout" >&2
        fail "not just \"$1\" fails"
    }
}

ruf "$home" prove --out "$work/report" >"$work/prove" || {
    cat "$work/prove" >&2
    fail "a statement does not hold"
}
[ "$(cut -f 1 "$work/prove" | tr '\n' ' ')" = \
    'hosts sealed wipe fields strict deleted logs reproducible ' ] ||
    fail "statements"
awk -F "$tab" '$3 == 0 && $1 != "logs" { exit 1 }' "$work/prove" ||
    fail "a check looked at nothing"
note "all statements hold after a sync"

# --- the report
grep -q '"schema":"rufname.prove/1","holds":true' "$work/report/prove.json" ||
    fail "prove.json"
grep -q '"index_sha256":"[0-9a-f]\{64\}"' "$work/report/prove.json" ||
    fail "no hash of the index"
port=$(tenant_port "$tenant")
grep -q "127.0.0.1:$port" "$work/report/prove.json" || fail "no host"
grep -q 'Alle Aussagen sind belegt' "$work/report/nachweis.txt" || fail "page"
[ "$(wc -l <"$work/report/nachweis.txt")" -le 60 ] || fail "more than a page"
[ "$(stat -c %a "$work/report/prove.json")" = 600 ] || fail "mode"
values display "$tenant/dump.jsonl" | awk 'length($0) >= 7' >"$work/names"
values e164 "$tenant/dump.jsonl" | tr -d + >>"$work/names"
! grep -q -F -f "$work/names" "$work/report/prove.json" \
    "$work/report/nachweis.txt" || fail "the report holds personal data"
[ -z "$(find "$home" -name 'prove.*')" ] || fail "the built indexes are left"
ruf "$home" --json prove | grep -q '"rufname.prove/1"' || fail "prove --json"
note "the report says so, without personal data"

# --- planted violations
name=$(values display "$tenant/dump.jsonl" | awk 'length($0) >= 9' | head -n 40)
number=$(values e164 "$tenant/dump.jsonl" | awk 'length($0) >= 13' | head -n 40 | tr -d +)

# plant: stdin becomes the call directory's report, a file a wipe knows
plant() {
    cat >"$home/directory.report"
    fails sealed
    rm "$home/directory.report"
}
echo "$name" | plant
echo "$name" | iconv -f UTF-8 -t UTF-16LE | plant
echo "$name" | iconv -f UTF-8 -t UTF-16BE | plant
for filler in '' x xx; do
    echo "$name" | while IFS= read -r one; do
        printf '%s%s and more\n' "$filler" "$one" | base64 -w 0
        echo
    done | plant
done
echo "$number" | plant
echo "$number" | while IFS= read -r one; do
    # shellcheck disable=SC2059 # octal escapes are the format
    printf "$(printf '%s' "$one" | sed 's/../&\n/g' | grep '..' |
        while read -r byte; do printf '\\%03o' "0x$byte"; done)"
done | plant
for folder in "$work/tmp" .; do
    mkdir -p "$work/tmp" "$work/here"
    (
        TMPDIR=$work/tmp
        export TMPDIR
        cd "$work/here"
        echo "$name" >"$folder/core.4711"
        fails sealed
        rm "$folder/core.4711"
    ) || fail "a core file in $folder is not looked at"
done
[ "$(verdict sealed)" = holds ] || fail "sealed does not hold again"
note "plain text in a file is found, in each form"

echo 'a note' >"$home/notes.txt"
fails wipe
rm "$home/notes.txt"
note "a file that no wipe would remove is found"

# --- corrections and deletions: an index put back still names who is gone
cp "$home/directory.ruf" "$work/old.ruf"
advance_tenant "$tenant"
ruf "$home" --quiet sync
ruf "$home" --quiet prove || fail "a statement does not hold after a change"
cp "$home/directory.ruf" "$work/new.ruf"
cp "$work/old.ruf" "$home/directory.ruf"
expect 6 D707 ruf "$home" prove
cp "$work/new.ruf" "$home/directory.ruf"
ruf "$home" --quiet prove || fail "a statement does not hold again"
ruf "$home" audit | cut -f 3,5,6 | grep -q "^prove${tab}0${tab}1$" ||
    fail "a statement that failed is not in the audit"
note "corrections and deletions arrive"

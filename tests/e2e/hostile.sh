#!/bin/sh
# hostile.sh - names made to deceive, through every way out
#
# Directories are written by strangers. Control characters, escape sequences,
# bidi controls, markup, formulas, NUL bytes, lone surrogates, broken UTF-8 and
# names of a megabyte come in by CSV, JSON lines and vCard; no output may move
# the cursor, turn the text around or run anything.
#
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"

cat >"$work/policy.json" <<'END'
{ "schema": "rufname.policy/1", "version": 1, "region": { "default": "DE" },
  "protection": { "pin": { "required": false }, "save_copies": "allow" },
  "auth": { "tenant": "t", "client_id": "c" },
  "sources": [ { "id": "CSV", "kind": "file" } ] }
END
home=$work/home
ruf "$home" --quiet init --policy "$work/policy.json" 2>"$work/stderr" ||
    fail "init: $(cat "$work/stderr")"

huge=$(head -c 1000000 /dev/zero | tr '\0' a)
{
    printf 'id,givenName,surname,company,phonebusiness\n'
    printf '1,Red\033[31m,Esc\033]0;title\007,Bell\a,030 23125-001\n'
    printf '2,\342\200\256Turned,\342\201\246Round\342\201\251,\342\200\217,030 23125-002\n'
    printf '3,<script>alert(1)</script>,<b>Markup,&amp;,030 23125-003\n'
    printf '4,=cmd|calc!A1,+1+1,@SUM(A1),030 23125-004\n'
    printf '5,C1\302\233\0622J,Del\177,Over\010\010,030 23125-005\n'
    printf '6,Broken\377\376,Half\303,Long\300\257,030 23125-006\n'
    printf '7,"Line\nbreak","Tab\tand\rreturn",,030 23125-007\n'
    printf '8,Zero\342\200\213width,\357\273\277Mark,\342\200\250,030 23125-008\n'
} >"$work/people.csv"
{
    # shellcheck disable=SC2028 # escapes of JSON
    echo '{"id":"s","givenName":"Lone\ud83d","surname":"Nul\u0000byte","phones":["030 23125-010"]}'
    # shellcheck disable=SC2028 # escapes of JSON
    echo '{"id":"t","givenName":"\u001b[2J","surname":"\u202eEvil","phones":["030 23125-011"]}'
    printf '{"id":"h","givenName":"Huge","surname":"%s","phones":["030 23125-012"]}\n' "$huge"
} >"$work/people.jsonl"
{
    printf 'BEGIN:VCARD\nVERSION:3.0\nUID:v\nN:\033[1mBold;\342\200\256Card\n'
    printf 'FN:\007\nTEL:030 23125-020\nEND:VCARD\n'
    printf 'BEGIN:VCARD\nVERSION:3.0\nUID:w\nFN:Nul\000byte\nTEL:030 23125-021\nEND:VCARD\n'
} >"$work/people.vcf"
for file in people.csv people.jsonl people.vcf; do
    ruf "$home" import "$work/$file" >>"$work/said" 2>&1 ||
        fail "$file: $(tail -n 3 "$work/said")"
done

# Bytes that would do something: controls but LF and TAB, DEL, C1, bidi, marks.
bad=$(printf '[\001-\010\013-\037\177]')
c1=$(printf '\302[\200-\237]')
bidi=$(printf '\342\200[\213-\217\250-\256]\|\342\201[\240-\257]\|\357\273\277')
harmless() {
    for pattern in "$bad" "$c1" "$bidi"; do
        if grep -a -q "$pattern" "$1"; then
            grep -a "$pattern" "$1" | head -n 2 | od -c | head -n 9 >&2
            fail "$2: it would deceive"
        fi
    done
    iconv -f UTF-8 -t UTF-16 "$1" >/dev/null || fail "$2: no UTF-8"
    awk 'length($0) > 100000 { exit 1 }' "$1" || fail "$2: a line without end"
}

harmless "$work/said" import
tries=0
for command in 'emit' '--json emit' 'emit --format stream' 'search e' \
    'search huge' '--json search e' '--json search alert' 'lookup 03023125001' \
    '--json lookup 03023125002' 'explain 03023125005' '--json explain 03023125006' \
    'ring 03023125007' 'report' '--json report' 'stats' '--json stats' \
    'merges --suggested' 'verify' 'policy show' 'audit'; do
    # shellcheck disable=SC2086 # words of a command
    ruf "$home" $command >"$work/out" 2>"$work/err" || true
    cat "$work/err" >>"$work/out"
    [ -s "$work/out" ] || continue
    harmless "$work/out" "$command"
    tries=$((tries + 1))
done
[ "$tries" -ge 15 ] || fail "only $tries commands said something"
for format in csv vcard; do
    ruf "$home" --quiet export "$format" "$work/out" || fail "export $format"
    # A table begins with the mark that spreadsheets want.
    [ "$format" = vcard ] || tail -c +4 "$work/out" >"$work/marked"
    [ "$format" = vcard ] || mv "$work/marked" "$work/out"
    tr -d '\r' <"$work/out" >"$work/plain"
    harmless "$work/plain" "export $format"
    rm "$work/out"
done
note "$tries commands show nothing that moves or turns"

ruf "$home" emit >"$work/emit"
[ "$(wc -l <"$work/emit")" -ge 12 ] || fail "records were lost"
awk -F '\t' 'NF != 2 || $2 == ""' "$work/emit" | grep . && fail "a label is empty"
grep -q 'alert(1)' "$work/emit" || fail "text was changed that does no harm"
note "every record is there, with one label"

name=$(printf 'red\033[31m\302\2332J.csv')
expect 10 I801 ruf "$home" import "$work/$name"
harmless "$work/stderr" "the name of a file"
expect 2 U001 ruf "$home" "$(printf 'dance\033[31m')"
harmless "$work/stderr" "an unknown command"
note "errors do not repeat what was made to deceive"

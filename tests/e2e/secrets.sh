#!/bin/sh
# secrets.sh - no name, number or secret lies in a home in the clear
#
# Patterns come from the tenant's own record of its company, at least seven
# bytes each, so that chance does not hit. They are searched as bytes, in
# hexadecimal: UTF-8, UTF-16LE, and numbers also as 64-bit integers. That the
# search can find is shown on a plain copy first.
#
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"

tenant=$work/tenant
start_tenant "$tenant" --contacts 2000 --seed 3 --churn 20
home=$work/home
fresh_home "$home" "$tenant"
cp "$tenant/dump.jsonl" "$work/dump"
ruf "$home" --quiet sync # leaves what an update leaves
cat "$tenant/dump.jsonl" >>"$work/dump"

hex() {
    od -An -v -tx1 | tr -d ' \n'
}

# One pattern a line in, its hexadecimal bytes out. 0a ends a pattern and is
# never part of one; the digits are kept in pairs while lines are split.
hex_lines() {
    od -An -v -tx1 | tr -d '\n' | sed 's/ 0a/\n/g' | tr -d ' '
    echo
}

# --- patterns -------------------------------------------------------------------

{
    for name in display upn company; do
        values "$name" "$work/dump" | awk 'NR % 9 == 0'
    done
    grep -o '"emails":\["[^"]*"' "$work/dump" | sed 's/.*\["//; s/"$//' |
        sort -u | awk 'NR % 11 == 0'
    values family "$work/dump"
    values raw "$work/dump" | awk 'NR % 11 == 0'
} | awk 'length($0) >= 7' | sort -u >"$work/texts.all"
# The policy names mailboxes, and is no secret.
while IFS= read -r text; do
    grep -qF -- "$text" "$tenant/policy.json" || printf '%s\n' "$text"
done <"$work/texts.all" >"$work/texts"
values e164 "$work/dump" | awk 'NR % 11 == 0' | tr -d '+' >"$work/digits"
cat "$work/texts" "$work/digits" >"$work/plain"
# National digits, as people write them: without 49.
sed -n 's/^49\(.......*\)/\1/p' "$work/digits" >>"$work/plain"

# 64-bit integers, most significant byte first, and last
while IFS= read -r n; do
    printf '%016x\n' "$n"
done <"$work/digits" >"$work/big"
sed 's/\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)/\8\7\6\5\4\3\2\1/' \
    "$work/big" >"$work/little"

hex_lines <"$work/plain" | grep . >"$work/utf8"
iconv -f UTF-8 -t UTF-16LE <"$work/plain" | od -An -v -tx1 | tr -d '\n' |
    sed 's/ 0a 00/\n/g' | tr -d ' ' | grep . >"$work/utf16"
head -n 1 "$tenant/client-secret" | hex_lines | grep . >"$work/secret"

# --- the control ------------------------------------------------------------------

mkdir "$work/control"
cat "$work/dump" "$tenant/client-secret" "$work/plain" >"$work/control/utf8"
iconv -f UTF-8 -t UTF-16LE <"$work/plain" >"$work/control/utf16"
for kind in big little; do
    # printf of dash knows octal escapes only
    sed 's/../&\n/g' "$work/$kind" | grep . |
        awk '{
            h = "0123456789abcdef"
            high = index(h, substr($0, 1, 1)) - 1
            low = index(h, substr($0, 2, 1)) - 1
            printf "\\%03o", high * 16 + low
        }' >"$work/escaped.octal"
    # shellcheck disable=SC2059 # the octal escapes are the format
    printf "$(cat "$work/escaped.octal")" >"$work/control/$kind"
done

for kind in utf8 utf16 big little secret; do
    case $kind in
    secret) file=$work/control/utf8 ;;
    *) file=$work/control/$kind ;;
    esac
    hex <"$file" >"$work/bytes"
    hits=$(grep -o -F -f "$work/$kind" "$work/bytes" | sort -u | wc -l)
    wanted=$(sort -u "$work/$kind" | wc -l)
    # Overlapping patterns can hide each other from grep -o.
    [ "$hits" -gt 0 ] && [ "$((hits * 10))" -ge "$((wanted * 9))" ] ||
        fail "control: $hits of $wanted $kind patterns found"
    note "control: $hits of $wanted $kind patterns found in plain files"
done

# --- the home ------------------------------------------------------------------------

cat "$work/utf8" "$work/utf16" "$work/big" "$work/little" "$work/secret" |
    sort -u >"$work/patterns"
find "$home" -type f | sort >"$work/files"
[ "$(wc -l <"$work/files")" -ge 4 ] || fail "too few files to search"
while IFS= read -r file; do
    hex <"$file" >"$work/bytes"
    if grep -o -F -f "$work/patterns" "$work/bytes" >"$work/hits"; then
        head -n 5 "$work/hits" >&2
        fail "${file#"$home"/} holds plain text"
    fi
done <"$work/files"
note "$(wc -l <"$work/patterns") patterns, $(wc -l <"$work/files") files: none"

# --- a crash -------------------------------------------------------------------------

# A sync that is under way and has a token in memory crashes: no core, wherever
# the system would put one.
port=$(tenant_port "$tenant")
kill_tenant
printf '[{"path":"/users/delta","nth":0,"hold_ms":20000}]' >"$work/faults"
start_tenant "$tenant" --contacts 2000 --seed 3 --port "$port" \
    --faults "$work/faults"
mkdir "$work/crash"
(
    cd "$work/crash"
    ulimit -c unlimited
    exec "$RUFNAME" --home "$home" --quiet sync --full
) >"$work/crash.log" 2>&1 &
crashed=$!
tries=0
until grep -q '^HOLD' "$tenant/requests.log"; do
    tries=$((tries + 1))
    [ "$tries" -lt 300 ] || fail "the request never came"
    sleep 0.1
done
if [ -r "/proc/$crashed/limits" ]; then
    grep -q '^Max core file size  *0  *0 ' "/proc/$crashed/limits" ||
        fail "a core may be written"
fi
kill -ABRT "$crashed"
code=0
wait "$crashed" 2>/dev/null || code=$?
[ "$code" -eq 134 ] || fail "ended with $code, not by the signal"
find "$work/crash" -type f | grep . && fail "a core was written"
[ ! -s "$work/crash.log" ] || fail "words of a crash"
note "a crash within a sync leaves no core"

# Private from the first byte.
if find "$home" \( -type f -perm /077 -o -type d -perm /077 \) | grep .; then
    fail "others may read the home"
fi
note "nobody else may read the home"

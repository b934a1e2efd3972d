#!/bin/sh
# export.sh - contacts leave as vCard or CSV only where the policy allows, and
# come back the same
#
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"

# policy FILE ALLOWANCE
policy() {
    cat >"$1" <<END
{ "schema": "rufname.policy/1", "version": 1, "region": { "default": "DE" },
  "protection": { "save_copies": "$2", "pin": { "required": false } },
  "auth": { "tenant": "t", "client_id": "c" }, "merge": { "mode": "off" },
  "sources": [ { "id": "FILE", "kind": "file" } ] }
END
}

# home HOME FILE: made, with what FILE holds
home() {
    ruf "$1" --quiet init --policy "$work/allow.json"
    ruf "$1" --quiet import "$2" >/dev/null
}

policy "$work/allow.json" allow
policy "$work/block.json" block
long='Müller-Lüdenscheidt-Österreicher-Größenwahn-Überflieger-Äußerst-Längst'
cat >"$work/in.csv" <<END
id,givenName,surname,displayName,company,department,jobTitle,email1,email2,phoneBusiness1,phoneBusiness2,phoneMobile,fax
1,Anna,Graf,"Graf, Anna","Muster; Söhne, AG","Ein\\kauf",Leitung,a@muster.example,b@muster.example,030 23125-001,030 23125-002,0152 28817386,030 23125-009
2,"=HYPERLINK(""x"")",+Plus,,@SUM,-1,"Say ""hi""",,,siehe Notiz,,,
3,,'t Hooft,,''Doppelt,,,,,+49 89 99998-012,,,
4,Ä,$long,$long $long,$long,,,,,030 23125-003,,,
5,Berta,Strich,,"A;=1+1;'b;''c",,,,,030 23125-004,,,
END

home "$work/one" "$work/in.csv"
for format in vcard csv; do
    name=$work/out.$format
    [ "$format" = csv ] || name=$work/out.vcf
    ruf "$work/one" --quiet export "$format" "$name"
    [ "$(stat -c %a "$name")" = 600 ] || fail "$format: others may read it"
    home "$work/$format" "$name"
    [ "$(ruf "$work/$format" --json stats | json_number contacts)" = 5 ] ||
        fail "$format: not five contacts"
    for query in graf hooft plus ludenscheidt strich; do
        # ids are those of another home; what a number was written like is not
        # told once it has an E.164 form
        for side in one "$format"; do
            ruf "$work/$side" --json search "$query" |
                sed -e 's/"id":"[^"]*"//' -e 's/"raw":"[-+0-9 ]*"//g' \
                    -e 's/"start":[0-9]*,"length":[0-9]*//g' >"$work/$side.hits"
        done
        [ -s "$work/one.hits" ] || fail "$query finds nothing"
        same "$work/one.hits" "$work/$format.hits" "$format: $query came back as another"
    done
    ruf "$work/one" emit >"$work/one.emit"
    ruf "$work/$format" emit >"$work/two.emit"
    same "$work/one.emit" "$work/two.emit" "$format: another call directory"
done
note "what was exported comes back the same"

# --- the formats' own rules, without the importer
awk '{ sub(/\r$/, "") } length($0) > 75 { exit 1 }' "$work/out.vcf" ||
    fail "a vCard line of more than 75 bytes"
grep -qv "$(printf '\r')\$" "$work/out.vcf" && fail "a line end without CR"
iconv -f UTF-8 -t UTF-16 <"$work/out.vcf" >/dev/null || fail "not UTF-8"
sed 's/\r$//' "$work/out.vcf" | while IFS= read -r line; do
    printf '%s' "$line" | iconv -f UTF-8 -t UTF-16 >/dev/null 2>&1 || exit 1
done || fail "a line is cut within a character"
grep -q '^N:Graf;Anna' "$work/out.vcf" || fail "N"
grep -qF 'ORG:Muster\; Söhne\, AG;Ein\\kauf' "$work/out.vcf" || fail "escaping"
grep -q '^TEL;TYPE=CELL:+4915228817386' "$work/out.vcf" || fail "TEL"
tr ',' '\n' <"$work/out.csv" | grep -q '^"[=+@-]' &&
    fail "a cell that a spreadsheet takes for a formula"
[ "$(head -c 3 "$work/out.csv" | od -An -tx1 | tr -d ' ')" = efbbbf ] ||
    fail "no byte order mark"
grep -qF "\"'=HYPERLINK(\"\"x\"\")\",\"'+Plus\"" "$work/out.csv" || fail "guard"
tr ',;' '\n\n' <"$work/out.csv" | grep -q '^"\{0,1\}[=+@-]' &&
    fail "a formula behind a semicolon"
note "lines are folded and values escaped"

# --- where copies are not allowed
ruf "$work/no" --quiet init --policy "$work/block.json"
ruf "$work/no" --quiet import "$work/in.csv" >/dev/null
for format in vcard csv; do
    expect 3 P183 ruf "$work/no" export "$format" "$work/none"
    [ ! -e "$work/none" ] || fail "a file although it is forbidden"
done
[ "$(ruf "$work/no" audit | cut -f 3,5,6 | grep -c "^export${tab}3${tab}0$")" = 2 ] ||
    fail "a refusal is not noted"
ruf "$work/one" audit | cut -f 3,5,6 | grep -q "^export${tab}0${tab}5$" ||
    fail "an export is not noted"
expect 10 I80 ruf "$work/one" export csv "$work/no such folder/x"
expect 2 U001 ruf "$work/one" export vcard
note "the policy decides, and the audit knows"

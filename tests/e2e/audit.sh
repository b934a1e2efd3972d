#!/bin/sh
# audit.sh - what was done is noted, without personal data
#
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"

home=$work/home

# policy MORE: files only
policy() {
    cat <<END
{ "schema": "rufname.policy/1", "version": 1, "region": { "default": "DE" },
  "protection": { "pin": { "required": false } },
  "sources": [ { "id": "CSV", "kind": "file" } ]$1 }
END
}

policy '' >"$work/policy.json"
cat >"$work/c.csv" <<'END'
id,givenName,surname,company,phonebusiness
1,Kanari,Graf,Muster AG,030 23125-001
2,Anna,Klein,Muster AG,030 23125-002
END
ruf "$home" --quiet init --policy "$work/policy.json"
[ -z "$(ruf "$home" audit)" ] || fail "something was done already"
ruf "$home" --quiet import "$work/c.csv" >/dev/null
echo 'no header' | tr -d '\n' >"$work/bad.vcf"
ruf "$home" --quiet import "$work/bad.vcf" >/dev/null 2>&1 && fail "bad.vcf"
ruf "$home" audit >"$work/audit"
[ "$(cut -f 1,3,4,5,6 "$work/audit" | tr '\t\n' ', ')" = \
    '1,import,,0,2 2,import,,6,0 ' ] || {
    cat "$work/audit" >&2
    fail "imports are not noted"
}
cut -f 2 "$work/audit" | grep -qv '^20[0-9-]*T[0-9:]*Z$' && fail "time"
ruf "$home" --json audit | head -n 1 | grep -q '^{"schema":"rufname.audit/1",'\
'"number":1,"time":"[^"]*","event":"import","object":"","exit":0,"count":2}$' ||
    fail "audit --json"
grep -q -e Kanari -e 23125 -e c.csv "$work/audit" && fail "personal data"
note "imports are noted, with their outcome"

policy ', "audit": { "enabled": false }' >"$work/off.json"
ruf "$work/off" --quiet init --policy "$work/off.json"
ruf "$work/off" --quiet import "$work/c.csv" >/dev/null
[ -z "$(ruf "$work/off" audit)" ] || fail "noted although switched off"
ruf "$home" --quiet policy import "$work/off.json" >/dev/null 2>&1
ruf "$home" --quiet import "$work/c.csv" >/dev/null
[ "$(ruf "$home" audit | tail -n 1 | cut -f 3)" = policy ] ||
    fail "nobody sees that auditing was switched off"
expect 2 U001 ruf "$home" audit more
note "nothing is noted where the policy says so"

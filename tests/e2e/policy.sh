#!/bin/sh
# policy.sh - trying out and taking over policies, on what is stored
#
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"

home=$work/home

# policy VERSION MORE: one source of files
policy() {
    cat <<END
{ "schema": "rufname.policy/1", "version": $1, "region": { "default": "DE" },
  "protection": { "pin": { "required": false } },
  "sources": [ { "id": "CSV", "kind": "file" } ]$2 }
END
}

# rule ID FIELD VALUE THEN
rule() {
    printf '{ "id": "%s", "when": { "field": "%s", "op": "equals", "value": "%s" }, "then": "%s" }' \
        "$1" "$2" "$3" "$4"
}

entries() {
    ruf "$home" emit | tr '\n' ' '
}

cat >"$work/c.csv" <<'END'
id,givenName,surname,company,department,phonebusiness,phonehome
1,Kanari,Graf,Muster AG,Vertrieb,030 23125-001,030 23125-101
2,Anna,Klein,Muster AG,Vorstand,030 23125-002,
3,Bernd,Lang,Muster AG,Vertrieb,030 23125-003,
4,Carla,Sommer,Muster AG,Einkauf,030 23125-004,
END
policy 1 '' >"$work/1.json"
ruf "$home" --quiet init --policy "$work/1.json"
ruf "$home" --quiet import "$work/c.csv" >/dev/null
all=$(entries)

# --- simulation ------------------------------------------------------------

policy 2 ", \"caller_id\": { \"kinds\": [\"business\", \"home\"], \"label\": \"{given}\" },
  \"filters\": [ $(rule board department vorstand exclude),
    $(rule quiet family lang no_caller_id), $(rule none family nobody exclude),
    $(rule numbers number.e164 '+49 30 23125-004' drop_numbers) ]" \
    >"$work/2.json"
ruf "$home" policy simulate "$work/2.json" >"$work/simulated"
cat >"$work/wanted" <<END
rule board (exclude): 1 hits, 0 hidden already
rule quiet (no_caller_id): 1 hits, 0 hidden already
rule none (exclude): never matches
rule numbers (drop_numbers): 1 hits, 0 hidden already
rule B1 (exclude): never matches
~ 493023125001${tab}Kanari Graf (Muster AG) → Kanari
- 493023125002${tab}Anna Klein (Muster AG)
- 493023125003${tab}Bernd Lang (Muster AG)
- 493023125004${tab}Carla Sommer (Muster AG)
+ 493023125101${tab}Kanari
source CSV: 4 records, 1 removed, 0 hidden
Version 1 → 2: 4 records, 1 removed
caller identification: 4 → 2; + 1 - 3 ~ 1
END
same "$work/simulated" "$work/wanted" "the simulation says something else"
[ "$(entries)" = "$all" ] || fail "a simulation changed the home"
[ "$("$RUFNAME" --home "$home" --lang de policy simulate "$work/2.json" |
    sed -n 3p)" = 'Regel none (exclude): greift nie' ] || fail "in German"
ruf "$home" --json policy simulate "$work/2.json" >"$work/json"
grep -q '^{"schema":"rufname.policy-simulate/1","version_before":1,"version":2,'\
'"records":4,"removed":1,"unused_rules":1,"needs_confirm":false,'\
'"entries_before":4,"entries":2,"appearing":1,"vanishing":3,"changing":1,'\
'"dropped":0}$' "$work/json" || fail "simulate --json"
note "a simulation shows what appears, vanishes, changes, and changes nothing"

# --- a tighter policy acts at once -------------------------------------------

ruf "$home" --quiet policy import "$work/2.json" >/dev/null 2>&1
[ "$(entries)" = "493023125001${tab}Kanari 493023125101${tab}Kanari " ] ||
    fail "the index does not follow the policy: $(entries)"
[ "$(ruf "$home" --json stats | json_number records)" = 3 ] ||
    fail "an excluded record is stored"
expect 1 '' ruf "$home" explain '030 23125-002'
expect 1 '' ruf "$home" explain '030 23125-004'
ruf "$home" search sommer | grep -q Sommer || fail "the record went as well"
ruf "$home" policy show | grep -q '"version":.*2' || fail "policy show"
ruf "$home" explain '030 23125-003' |
    grep -q '^  emitted  *no: a filter rule (quiet)$' || fail "which rule holds it back?"
ruf "$home" --json explain '030 23125-003' |
    grep -q '"held":"filter","held_by":"quiet"' || fail "explain --json: which rule?"
ruf "$home" audit | cut -f 3,5,6 | grep -q "^policy${tab}0${tab}1$" ||
    fail "taking over is not in the audit"
note "a tighter policy acts at once on store and index"

# --- what is refused leaves the last valid one ---------------------------------

before=$(ruf "$home" policy show)
expect 3 P120 ruf "$home" policy import "$work/1.json"
expect 3 P120 ruf "$home" policy simulate "$work/1.json"
policy 3 ', "level": "highest"' >"$work/bad.json"
expect 3 P105 ruf "$home" policy import "$work/bad.json"
grep -q 'bad.json:3:.*error P105: /level' "$work/stderr" ||
    fail "the mistake has no place"
policy 3 ", \"filters\": [ $(rule most department vertrieb exclude) ]" \
    >"$work/most.json"
expect 3 P121 ruf "$home" policy import "$work/most.json"
grep -q 'rule most (exclude): 2 hits.*removes more than half of CSV' \
    "$work/stdout" || fail "which rule is it?"
[ "$(ruf "$home" policy show)" = "$before" ] || fail "a refused policy came in"
expect 2 U001 ruf "$home" policy simulate --confirm "$work/most.json"
expect 2 U001 ruf "$home" policy import
note "a refused policy changes nothing"

ruf "$home" policy import --confirm "$work/most.json" >/dev/null 2>&1
[ "$(ruf "$home" --json stats | json_number records)" = 1 ] ||
    fail "--confirm does not take it over"
note "with --confirm a rule may remove most of a source"

# --- over the limit -------------------------------------------------------------

policy 3 ', "caller_id": { "max_entries": 1 }' >"$work/limit.json"
sed 's/"version": 3/"version": 1/' "$work/limit.json" >"$work/first.json"
ruf "$work/limited" --quiet init --policy "$work/first.json"
ruf "$work/limited" --quiet import "$work/c.csv" >/dev/null
[ "$(ruf "$work/limited" emit | cut -f 1)" = 493023125001 ] ||
    fail "not the lowest number stays"
[ "$(ruf "$work/limited" --json stats | json_number entries_over_limit)" = 3 ] ||
    fail "what was left out is not reported"
note "what is over caller_id.max_entries is reported"

# --- a looser one asks for a full round ---------------------------------------

policy 4 '' >"$work/4.json"
ruf "$home" policy simulate "$work/4.json" >"$work/simulated"
grep -q 'source CSV: 1 records, 0 removed, 2 hidden; what appears is unknown until sync' \
    "$work/simulated" || fail "what would appear is not said to be unknown"
ruf "$home" policy import "$work/4.json" >/dev/null 2>"$work/told"
grep -q 'run rufname sync' "$work/told" || fail "no hint at a sync"
ruf "$home" --quiet import "$work/c.csv" >/dev/null
[ "$(entries)" = "$all" ] || fail "what was hidden does not come back"
note "a looser policy shows the rest after reading anew"

policy 5 ', "enabled": 1' | sed 's/"CSV", "kind": "file"/"OTHER", "kind": "file"/' \
    >"$work/5.json"
ruf "$home" policy simulate "$work/5.json" 2>/dev/null |
    grep -q 'source CSV: 4 records, 4 removed, 0 hidden; no longer read' ||
    fail "a source that goes is not told"
ruf "$home" --quiet policy import "$work/5.json" >/dev/null 2>&1
[ -z "$(entries)" ] || fail "records of a source that is gone"
[ "$(ruf "$home" --json stats | json_number records)" = 0 ] || fail "stored"
note "a source that the policy drops leaves nothing"

# --- fields that the level does not keep ----------------------------------------

# In a home of its own.
quiet=$work/quiet
ruf "$quiet" --quiet init --policy "$work/1.json"
ruf "$quiet" --quiet import "$work/c.csv" >/dev/null
ruf "$quiet" search einkauf | grep -q Sommer || fail "no department at first"
policy 2 ', "level": "high"' >"$work/high.json"
ruf "$quiet" --quiet policy import "$work/high.json" >/dev/null 2>&1
[ -z "$(ruf "$quiet" search einkauf)" ] || fail "level high keeps departments"
[ "$(ruf "$quiet" emit | wc -l | tr -d ' ')" = 4 ] || fail "a record went"
ruf "$quiet" --quiet import "$work/c.csv" >/dev/null
[ -z "$(ruf "$quiet" search einkauf)" ] || fail "level high takes departments"
policy 3 '' >"$work/3.json"
ruf "$quiet" policy import "$work/3.json" 2>&1 | grep -q 'read whole' ||
    fail "no hint that fields are missing"
ruf "$quiet" --quiet import "$work/c.csv" >/dev/null
ruf "$quiet" search einkauf | grep -q Sommer || fail "departments do not come back"
policy 4 ", \"level\": \"high\", \"filters\": [ { \"id\": \"none\", \"then\": \"exclude\",
    \"when\": { \"field\": \"department\", \"op\": \"missing\" } } ]" >"$work/judged.json"
ruf "$quiet" --quiet policy import "$work/judged.json" >/dev/null 2>&1
[ "$(ruf "$quiet" emit | wc -l | tr -d ' ')" = 4 ] ||
    fail "a rule on a field that is not kept"
note "level high keeps no department, unless a rule judges by it"

# --- locked without a valid policy --------------------------------------------

policy 6 '' >"$work/6.json"
echo '{' >"$home/policy.json"
for command in emit stats sync 'policy show' 'search graf'; do
    # shellcheck disable=SC2086 # two words
    expect 3 P100 ruf "$home" $command
done
expect 3 P105 ruf "$home" policy import "$work/bad.json"
expect 3 P100 ruf "$home" stats
ruf "$home" --quiet policy import "$work/6.json" >/dev/null 2>&1
ruf "$home" stats >/dev/null || fail "a valid policy does not unlock"
rm "$home/policy.json"
expect 3 P100 ruf "$home" stats
ruf "$home" --quiet policy import "$work/6.json" >/dev/null 2>&1
ruf "$home" --quiet import "$work/c.csv" >/dev/null
[ "$(entries)" = "$all" ] || fail "the home does not work again"
note "no valid policy: nothing readable, until one comes"

# --- no local storage -----------------------------------------------------------

policy 2 ', "store": { "mode": "memory" }' >"$work/memory.json"
ruf "$work/limited" policy simulate "$work/memory.json" |
    grep -q 'source CSV: 4 records, 4 removed' || fail "what goes is not told"
ruf "$work/limited" --quiet policy import "$work/memory.json" >/dev/null 2>&1
[ "$(ruf "$work/limited" --json stats | json_number records)" = 0 ] ||
    fail "records stay without local storage"
expect 0 C402 ruf "$work/limited" emit
[ ! -s "$work/stdout" ] || fail "something is emitted"
expect 0 C402 ruf "$work/limited" emit --format stream
[ "$(cat "$work/stdout")" = COMPLETE ] || fail "the phone is not emptied"
expect 3 P163 ruf "$work/limited" import "$work/c.csv"
expect 3 P163 ruf "$work/limited" sync
expect 3 P163 ruf "$work/limited" login --flow app --secret-file "$work/c.csv"
expect 3 P163 ruf "$work/limited" lookup '030 23125-001'
expect 3 P163 ruf "$work/limited" search anna
expect 3 P163 ruf "$work/limited" rekey
note "without local storage nothing is kept, and C402 says what that means"

# --- cut short ------------------------------------------------------------------

policy 7 ", \"filters\": [ $(rule board department vorstand exclude) ]" \
    >"$home/policy.next"
chmod 600 "$home/policy.next"
[ "$(ruf "$home" emit | wc -l | tr -d ' ')" = 3 ] || fail "not finished"
[ ! -e "$home/policy.next" ] || fail "policy.next is left"
ruf "$home" policy show | grep -q '"version":.*7' || fail "not in force"
echo '{' >"$home/policy.next"
chmod 600 "$home/policy.next"
ruf "$home" policy show | grep -q '"version":.*7' || fail "a broken policy.next"
[ ! -e "$home/policy.next" ] || fail "a broken policy.next is left"
note "the next one who opens the home finishes what was begun"

# Killed at any moment: under the old policy or under the new one, never
# between them.
policy 8 ", \"caller_id\": { \"label\": \"{given}\" }" >"$work/even.json"
policy 8 ", \"caller_id\": { \"label\": \"{family}\" }" >"$work/odd.json"
ruf "$home" --quiet policy import "$work/odd.json" >/dev/null 2>&1
i=0
killed=0
while [ "$i" -lt 40 ]; do
    i=$((i + 1))
    [ $((i % 2)) = 0 ] && next=even || next=odd
    "$RUFNAME" --home "$home" policy import "$work/$next.json" \
        >/dev/null 2>&1 &
    pid=$!
    sleep "0.0$((i % 10))$((i * 7 % 10))"
    kill -9 "$pid" 2>/dev/null && killed=$((killed + 1))
    wait "$pid" 2>/dev/null || true
    label=$(ruf "$home" policy show | sed -n 's/.*"label":.*"{\(.*\)}".*/\1/p')
    first=$(ruf "$home" emit | head -n 1 | cut -f 2)
    case "$label $first" in
    'given Kanari' | 'family Graf') ;;
    *) fail "round $i: label $label, shown as $first" ;;
    esac
done
ruf "$home" verify >/dev/null || fail "damaged by kills"
note "killed 40 times, $killed of them before the end"

#!/bin/sh
# pin.sh - a policy that requires a PIN: nothing answers before it is entered
#
# unlock holds for the commands after it through the kernel's keyring, which a
# container may forbid; then only what needs no keyring is looked at.
#
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"

# policy MEMBERS: of the section protection
policy() {
    cat <<END
{ "schema": "rufname.policy/1", "version": 1, "region": { "default": "DE" },
  "protection": { $1 },
  "sources": [ { "id": "CSV", "kind": "file" } ] }
END
}
printf 'id,givenName,surname,phonebusiness\n1,Anna,Quast,030 23125-001\n' \
    >"$work/c.csv"

# pins LINE...: to be read from descriptor 3
pins() {
    printf '%s\n' "$@" >"$work/pins"
    exec 3<"$work/pins"
}

home=$work/home
all='emit|lookup 03023125001|search anna|index|stats|verify|policy show|report
doctor|sync|logout|audit|ring 03023125001|explain 03023125001
login --flow device|presence|export live-caller-id x'
# refused ID: every command that needs the home
refused() {
    echo "$all" | tr '|' '\n' | while IFS= read -r command; do
        # shellcheck disable=SC2086 # a command and its arguments
        expect 4 "$1" ruf "$home" $command
        [ ! -s "$work/stdout" ] || fail "$command: $(cat "$work/stdout")"
    done
    expect 4 "$1" ruf "$home" import "$work/c.csv"
}

# --- none is set -----------------------------------------------------------------

policy '' >"$work/policy.json" # the defaults require one
ruf "$home" --quiet init --policy "$work/policy.json"
refused K211
expect 2 U001 ruf "$home" pin set </dev/null # no terminal, no descriptor
expect 2 U001 ruf "$home" pin set --pin-fd x
expect 2 U001 ruf "$home" pin
expect 2 U001 ruf "$home" pin 2580
expect 2 U001 ruf "$home" unlock 2580
pins 258
expect 2 K220 ruf "$home" pin set --pin-fd 3
pins 25a0
expect 2 K221 ruf "$home" pin set --pin-fd 3
pins 2580
expect 0 '' ruf "$home" pin set --pin-fd 3
note "a PIN is set"

# --- locked -------------------------------------------------------------------------

refused K210
# What needs no home, or no data, still works.
ruf "$home" --quiet policy check "$work/policy.json" >/dev/null
echo '+493023125001' | ruf "$home" normalize >/dev/null
ruf "$home" explain K210 >/dev/null
pins 1470
expect 4 K212 ruf "$home" unlock --pin-fd 3
grep -q 'Attempts left: 4' "$work/stderr" || fail "$(cat "$work/stderr")"
pins ''
expect 2 U001 ruf "$home" unlock --pin-fd 3
note "locked: every command ends with 4"

# --- unlocked -------------------------------------------------------------------------

pins 2580
code=0
ruf "$home" --quiet unlock --pin-fd 3 2>"$work/err" || code=$?
if [ "$code" -eq 4 ] && grep -q K205 "$work/err"; then
    note "no kernel keyring here: the rest is left out"
    exit 0
fi
[ "$code" -eq 0 ] || fail "unlock: $(cat "$work/err")"
ruf "$home" --quiet import "$work/c.csv" >/dev/null
ruf "$home" --quiet lookup 03023125001 | grep -q 'Anna Quast$' ||
    fail "unlocked, and nobody is known"
ruf "$home" --quiet lock
refused K210
note "unlock holds until lock"

pins 2580 1470
expect 0 '' ruf "$home" pin change --pin-fd 3
pins 2580
expect 4 K212 ruf "$home" unlock --pin-fd 3
pins 1470
expect 3 K224 ruf "$home" pin clear --pin-fd 3
note "changed; the policy forbids clearing"

# The PIN is in no file, and neither is the key: nothing in the home opens it.
cp -a "$home" "$work/copy"
ruf "$work/copy" wipe >/dev/null # takes the remembered key along
refused K210

# --- attempts --------------------------------------------------------------------------

# A process that dies while it checks has used up its attempt: killed at the
# first call after the counter is on disk, which is where scrypt takes memory.
tries_left() {
    pins 0000
    ruf "$home" unlock --pin-fd 3 2>&1 | sed -n 's/.*Attempts left: \([0-9]\).*/\1/p'
}
pins 1470
ruf "$home" --quiet unlock --pin-fd 3
if can_trace; then
    pins 0000
    strace -qq -o "$work/trace" "$RUFNAME" --home "$home" unlock --pin-fd 3 \
        2>/dev/null || :
    # The large mapping of scrypt, by its size, counted among its kind.
    nth=$(grep '^mmap' "$work/trace" | grep -n '^mmap(NULL, 1342[0-9]*,' |
        head -n 1 | cut -d: -f1)
    [ -n "$nth" ] || fail "no sign of scrypt"
    before=$(tries_left)
    pins 0000
    strace -qq -o /dev/null -e trace=mmap -e "inject=mmap:signal=KILL:when=$nth" \
        "$RUFNAME" --home "$home" unlock --pin-fd 3 >/dev/null 2>&1 || :
    after=$(tries_left)
    [ "$((before - after))" -eq 2 ] ||
        fail "a killed attempt was not counted: $before, $after"
    note "a killed attempt counts"
fi
pins 1470
ruf "$home" --quiet unlock --pin-fd 3
ruf "$home" --quiet lock
for left in 4 3 2 1; do
    pins 0000
    expect 4 K212 ruf "$home" unlock --pin-fd 3
    grep -q "Attempts left: $left" "$work/stderr" || fail "not $left left"
done
pins 0000
expect 4 K213 ruf "$home" unlock --pin-fd 3
refused K211
pins 2580
expect 0 '' ruf "$home" pin set --pin-fd 3
pins 2580
ruf "$home" --quiet unlock --pin-fd 3
expect 1 D722 ruf "$home" lookup 03023125001 # empty, and not damaged
[ "$(ruf "$home" --quiet emit --format stream)" = COMPLETE ] ||
    fail "the phone keeps what it has"
ruf "$home" --quiet import "$work/c.csv" >/dev/null
ruf "$home" --quiet verify
ruf "$home" --quiet wipe >/dev/null
note "the fifth wrong one empties the home"

policy '"pin": { "max_attempts": 1, "action": "wipe" }' >"$work/policy.json"
home=$work/strict
ruf "$home" --quiet init --policy "$work/policy.json"
pins 2580
ruf "$home" --quiet pin set --pin-fd 3
pins 1470
expect 8 W602 ruf "$home" unlock --pin-fd 3
expect 8 W602 ruf "$home" stats
[ ! -e "$home/key" ] || fail "the key is still there"
note "or wipes it, where the policy says so"

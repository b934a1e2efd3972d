#!/bin/sh
# keystores.sh - the same home with its key in each of the key stores
#
# Secret Service: libsecret's own file back end, which needs no D-Bus. A
# container may forbid the kernel's keyring; that part is then left out.
#
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"

SECRET_BACKEND=file
SECRET_FILE_TEST_PATH=$work/secrets
SECRET_FILE_TEST_PASSWORD=invented
export SECRET_BACKEND SECRET_FILE_TEST_PATH SECRET_FILE_TEST_PASSWORD

# GIO keeps the tag of a file that libsecret's back end has replaced.
echo 'leak:libglib-2.0' >"$work/leaks"
export LSAN_OPTIONS="suppressions=$work/leaks:print_suppressions=0"

file_policy "$work/policy.json"
printf 'id,givenName,surname,phonebusiness\n1,Anna,Quast,030 23125-001\n' \
    >"$work/c.csv"

# works HOME KEYSTORE: made, filled and asked in processes of their own
works() {
    ruf "$1" --quiet init --policy "$work/policy.json" --keystore "$2"
    ruf "$1" --quiet import "$work/c.csv" >/dev/null
    ruf "$1" --quiet lookup 03023125001 | grep -q 'Anna Quast$' ||
        fail "$2: nobody is known"
    ruf "$1" --quiet verify || fail "$2: damage"
}

# answers_nothing HOME ID
answers_nothing() {
    expect 4 "$2" ruf "$1" lookup 03023125001
    [ ! -s "$work/stdout" ] || fail "an answer without a key"
}

works "$work/file" file
[ -s "$work/file/key" ] || fail "file: no key"
mv "$work/file/key" "$work/file/key.away"
answers_nothing "$work/file" K201
mv "$work/file/key.away" "$work/file/key"
ruf "$work/file" --quiet lookup 03023125001 >/dev/null
printf 'short' >"$work/file/key"
answers_nothing "$work/file" K203
note "file"

# --- Secret Service -----------------------------------------------------------

if ruf "$work/try" --quiet init --policy "$work/policy.json" \
    --keystore secret-service 2>"$work/err"; then
    works "$work/first" secret-service
    works "$work/second" secret-service
    [ ! -e "$work/first/key" ] || fail "secret-service: a key in the home"
    cp "$work/secrets" "$work/secrets.before"
    ruf "$work/first" wipe >/dev/null
    cmp -s "$work/secrets" "$work/secrets.before" && fail "no item was erased"
    ruf "$work/second" --quiet lookup 03023125001 >/dev/null ||
        fail "the wipe of one home took the key of another"
    ruf "$work/second" wipe >/dev/null
    # A home whose item is gone, and one whose service does not answer.
    rm "$work/secrets"
    answers_nothing "$work/try" K201
    # Neither D-Bus nor the file: what a headless machine has.
    (
        unset SECRET_BACKEND
        DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent
        export DBUS_SESSION_BUS_ADDRESS
        expect 4 K205 ruf "$work/try" lookup 03023125001
        expect 4 K205 ruf "$work/new" init --policy "$work/policy.json" \
            --keystore secret-service
        [ ! -e "$work/new" ] || fail "a home without a key"
        # What cannot be erased stays marked, and gives out nothing.
        expect 4 K205 ruf "$work/try" wipe
        expect 8 W603 ruf "$work/try" lookup 03023125001
        [ ! -e "$work/try/store.db" ] || fail "the files wait for the key"
    )
    expect 8 W602 ruf "$work/try" lookup 03023125001
    note "secret-service"
else
    grep -q '^rufname: U011' "$work/err" || fail "$(cat "$work/err")"
    note "secret-service: not in this build"
fi

# --- kernel -------------------------------------------------------------------

if ruf "$work/kernel" --quiet init --policy "$work/policy.json" \
    --keystore keyring 2>"$work/err"; then
    ruf "$work/kernel" wipe >/dev/null
    works "$work/kernel" keyring
    [ ! -e "$work/kernel/key" ] || fail "keyring: a key in the home"
    cp -a "$work/kernel" "$work/copy"
    ruf "$work/kernel" wipe >/dev/null
    # The copy has all the files, but the key is gone.
    answers_nothing "$work/copy" K201
    note "keyring"
else
    grep -q '^rufname: K205' "$work/err" || fail "$(cat "$work/err")"
    note "keyring: forbidden here"
fi

# --- descriptor ----------------------------------------------------------------

head -c 32 /dev/urandom >"$work/raw"
od -An -v -tx1 <"$work/raw" | tr -d ' \n' >"$work/hex"
exec 3<"$work/raw"
ruf "$work/fd" --quiet init --policy "$work/policy.json" --keystore fd:3
exec 3<"$work/hex"
ruf "$work/fd" --quiet import "$work/c.csv" >/dev/null
exec 3<"$work/raw"
ruf "$work/fd" --quiet lookup 03023125001 | grep -q 'Anna Quast$' ||
    fail "fd:3: nobody is known"
exec 3<"$work/c.csv"
answers_nothing "$work/fd" K203
exec 3</dev/null
answers_nothing "$work/fd" K203
exec 3<&-
answers_nothing "$work/fd" K204
head -c 32 /dev/urandom >"$work/other"
exec 3<"$work/other"
answers_nothing "$work/fd" K202
[ ! -e "$work/fd/key" ] || fail "fd:3: a key in the home"
note "fd:N"

for name in '' File fd: fd:x fd:99999 fd:-1 host keychain; do
    expect 2 U011 ruf "$work/none" init --policy "$work/policy.json" \
        --keystore "$name"
    [ ! -e "$work/none" ] || fail "a home for an unknown key store"
done
note "other names are refused"

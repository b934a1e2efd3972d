#!/bin/sh
# oidc.sh - the sign-in against a strict OpenID provider
#
# Browser with PKCE, device code, secret, certificate; refresh tokens that
# rotate, where using an old one ends the whole sign-in. Skipped where Node.js is
# older than oidc-provider needs and no newer one is pinned for the processor.
#
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/../e2e/lib.sh"
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/lib.sh"

node "$HERE/node/recent.js" ||
    skip "oidc-provider needs a newer Node.js than $(node --version)"
make_certificates
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=Rufname app" \
    -keyout "$work/app.key" -out "$work/app.crt" 2>/dev/null
cat "$work/app.crt" "$work/app.key" >"$work/app.pem"
port=$(free_port)
issuer=https://127.0.0.1:$port
export NODE_MODULES
start oidc node "$HERE/oidc.mjs" "$port" "$work/server.pem" "$work/server.key" \
    "$work/app.crt"
wait_for "$port" oidc

# home NAME CLIENT
home() {
    cat >"$work/policy.json" <<END
{ "schema": "rufname.policy/1", "version": 1,
  "protection": { "pin": { "required": false } },
  "auth": { "tenant": "tenant", "client_id": "$2",
    "endpoints": { "login": "$issuer", "graph": "https://graph.example" } },
  "sources": [ { "id": "AAD", "kind": "entra_users" } ] }
END
    ruf "$work/$1" --quiet init --policy "$work/policy.json" --ca "$work/ca.pem"
}

grants() {
    grep -c "^$1 ok" "$work/oidc.log" || true
}

# --- an app -----------------------------------------------------------------------

home secret secret-app
printf '%s\n' 'a secret / with & signs=+' >"$work/secret.txt"
ruf "$work/secret" --quiet login --flow app --secret-file "$work/secret.txt"
[ "$(grants client_credentials)" -eq 1 ] || fail "no token by secret"
printf 'wrong\n' >"$work/wrong.txt"
expect 5 S507 ruf "$work/secret" login --flow app --secret-file "$work/wrong.txt"
note "app: secret taken, a wrong one refused"

home certificate certificate-app
ruf "$work/certificate" --quiet login --flow app --cert-file "$work/app.pem"
[ "$(grants client_credentials)" -eq 2 ] || fail "no token by certificate"
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=Another" \
    -keyout "$work/other.key" -out "$work/other.crt" 2>/dev/null
cat "$work/other.crt" "$work/other.key" >"$work/other.pem"
expect 5 S507 ruf "$work/certificate" login --flow app --cert-file "$work/other.pem"
note "app: PS256 assertion taken, another certificate refused"

# --- a person in a browser ----------------------------------------------------------

home browser person
: >"$work/login.err"
ruf "$work/browser" login >"$work/login.out" 2>"$work/login.err" &
login=$!
tries=0
until grep -q '^https://' "$work/login.err"; do
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || fail "no address to open"
    sleep 0.1
done
# This provider grants offline_access only where consent is asked for, which
# Entra ID does by itself: so the person asks for it.
node "$HERE/browser.mjs" \
    "$(grep '^https://' "$work/login.err")&prompt=consent" ||
    fail "the browser came to no end"
wait "$login" || {
    cat "$work/login.err" "$work/oidc.log" >&2
    fail "signing in with a browser"
}
[ "$(grants authorization_code)" -eq 1 ] || fail "no token by code"
note "person: browser, PKCE"

# --- a person with a device code -------------------------------------------------------

home device person
ruf "$work/device" login --flow device >"$work/login.out" 2>"$work/login.err" &
login=$!
tries=0
until grep -q 'enter:' "$work/login.err"; do
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || fail "no code to type"
    sleep 0.1
done
node "$HERE/browser.mjs" \
    "$(sed -n 's/.*\(https:[^ ]*\) .*/\1/p' "$work/login.err")" \
    "$(sed -n 's/.*enter: //p' "$work/login.err")" ||
    fail "the browser came to no end"
wait "$login" || {
    cat "$work/login.err" "$work/oidc.log" >&2
    fail "signing in with a device code"
}
note "person: device code, no interval told"

# --- refresh tokens rotate -----------------------------------------------------------------

# The provider's tokens live for a minute, less than they are kept for: every
# run renews, with the refresh token of the run before. Graph is not there.
for round in 1 2 3; do
    expect 5 S510 ruf "$work/browser" sync
done
[ "$(grants refresh_token)" -eq 3 ] || {
    cat "$work/oidc.log" >&2
    fail "$(grants refresh_token) of 3 refreshes"
}
note "person: three refreshes, each token used once"

for secret in 'with & signs' "$(sed -n 2p "$work/app.key")"; do
    ! grep -rqF -- "$secret" "$work/secret" "$work/certificate" ||
        fail "a secret lies in the clear"
done
note "no secret or key in a home's files"

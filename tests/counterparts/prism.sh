#!/bin/sh
# prism.sh - Graph requests and the sample tenant's answers against the contract
#
# prism stands between client and tenant, knows the types and paths of Graph
# (tests/data/graph-openapi-subset.yaml) and turns every violation of either
# side into an error.
#
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/../e2e/lib.sh"
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/lib.sh"

contract=$HERE/../data/graph-openapi-subset.yaml
prism=$NODE_MODULES/@stoplight/prism-cli/dist/index.js
make_certificates
front=$(free_port)
proxy=$(free_port)

start_tenant "$work/tenant" --contacts 700 --folders 3 --churn 30 \
    --links "https://127.0.0.1:$front"
origin=$(sed -n 's|.*"login": "\(https://[^"]*\)".*|\1|p' \
    "$work/tenant/policy.json")
cat "$work/ca.pem" "$work/tenant/ca.pem" >"$work/both.pem"
NODE_EXTRA_CA_CERTS=$work/both.pem
start prism node "$prism" proxy --errors --host 127.0.0.1 --port "$proxy" \
    "$contract" "$origin"
start front node "$HERE/front.mjs" "$front" "$work/server.pem" \
    "$work/server.key" "$proxy"
wait_for "$proxy" prism
wait_for "$front" front

sed 's/"region":/"store": { "photos": "thumb" }, "region":/' \
    "$work/tenant/policy.json" >"$work/policy.json"
ruf "$work/home" --quiet init --policy "$work/policy.json" \
    --ca "$work/both.pem"
ruf "$work/home" --quiet login --flow app \
    --secret-file "$work/tenant/client-secret"

# Graph sources only: sign-in, CRM and files have judges of their own.
judge() {
    ruf "$work/home" --quiet sync || {
        grep -i -A 12 'violation\|error' "$work/prism.log" | head -n 40 >&2
        fail "$1: the contract was broken"
    }
    ! grep -q 'violates\|Violation' "$work/prism.log" || {
        grep 'violates\|Violation' "$work/prism.log" | head -n 5 >&2
        fail "$1: the contract was broken"
    }
}
judge "full round"
judge "changes"
ruf "$work/home" presence >"$work/states" 2>"$work/presence.log" || {
    cat "$work/presence.log" >&2
    fail "presence: the contract was broken"
}
grep -q 'getPresencesByUserId' "$work/tenant/requests.log" || fail "no presence"
grep -q 'batch' "$work/tenant/requests.log" || fail "no photos"
grep -q 'contactFolders' "$work/tenant/requests.log" || fail "no folders"
grep -q 'deltatoken' "$work/tenant/requests.log" || fail "no changes"
note "rounds, changes, folders, photos, presence: both sides keep the contract"

# That the judge judges: a request and an answer that break the contract.
kill_tenant
printf '[{"path":"/v1.0/contacts/delta","nth":0,"body":"html"}]' >"$work/faults"
start_tenant "$work/tenant" --contacts 50 --port "${origin##*:}" \
    --links "https://127.0.0.1:$front" --faults "$work/faults"

# verdict PATH: the status the judge gives it
verdict() {
    node -e 'fetch(process.argv[1], { headers: { authorization: "Bearer x" } })
        .then((answer) => console.log(answer.status))' \
        "https://127.0.0.1:$front$1"
}
[ "$(verdict '/v1.0/users?$top=5000')" -eq 422 ] || fail "no judge of requests"
[ "$(verdict /v1.0/contacts/delta)" -eq 500 ] || fail "no judge of answers"
note "a wrong request and a wrong answer are caught"

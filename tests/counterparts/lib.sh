# lib.sh - starting the counterparts; sourced after tests/e2e/lib.sh
#
# Needs NODE_MODULES, the folder scripts/counterparts installed into, and HERE,
# the folder of these files. Everything listens on loopback, with certificates
# of an authority made for the run.
#
# SPDX-License-Identifier: Apache-2.0

: "${NODE_MODULES:?folder of the npm packages}" "${HERE:?folder of lib.sh}"
pids=''

end_counterparts() {
    code=$?
    for pid in $pids; do
        kill "$pid" 2>/dev/null || true
    done
    (exit "$code")
    end_test
}
trap end_counterparts EXIT

# An authority and a certificate for localhost: ca.pem, server.pem, server.key
make_certificates() {
    (
        cd "$work"
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
            -days 2 -subj "/CN=Rufname counterparts" -keyout ca.key -out ca.pem
        openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
            -subj "/CN=localhost" -keyout server.key -out server.csr
        printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\n' >san
        openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -days 2 \
            -CAcreateserial -extfile san -out server.pem
    ) >"$work/openssl.log" 2>&1 || {
        cat "$work/openssl.log" >&2
        fail "no certificates"
    }
    NODE_EXTRA_CA_CERTS=$work/ca.pem
    export NODE_EXTRA_CA_CERTS
}

free_port() {
    node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => {
        console.log(s.address().port); s.close(); })'
}

# wait_for PORT NAME: until somebody listens, or the test fails
wait_for() {
    tries=0
    until node -e 'require("net").connect(+process.argv[1], "127.0.0.1")
        .on("connect", () => process.exit(0))
        .on("error", () => process.exit(1))' "$1"; do
        tries=$((tries + 1))
        [ "$tries" -lt 300 ] || {
            cat "$work/$2.log" >&2
            fail "$2 did not start"
        }
        sleep 0.2
    done
}

# start NAME COMMAND...: in the background, its output in $work/NAME.log
start() {
    name=$1
    shift
    "$@" >"$work/$name.log" 2>&1 &
    pids="$pids $!"
}

# requests NAME: the request count of the last sync, from $work/sync.json
requests() {
    json_number requests <"$work/sync.json"
}

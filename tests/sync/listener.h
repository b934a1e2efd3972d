/*
 * listener.h - a small TLS server that says what a test wants
 *
 * Made of OpenSSL alone, so that a test can send what no decent server would.
 * One connection at a time, one request per connection.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TESTS_SYNC_LISTENER_H
#define TESTS_SYNC_LISTENER_H

#include <openssl/ssl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/* How a connection is spoilt. */
enum listener_tls {
    LISTENER_GOOD = 0,
    LISTENER_TLS11,   /* no newer version */
    LISTENER_CBC,     /* TLS 1.2 with a CBC suite only */
    LISTENER_EXPIRED, /* certificate of yesterday */
    LISTENER_WRONG_HOST,
    LISTENER_SHORT_KEY, /* RSA with 1024 bits */
    LISTENER_ISSUED,    /* good: certificate of an authority */
    LISTENER_SHA1,      /* the same, signed with SHA-1 */
    LISTENER_CLIENT,    /* certificate for clients only */
    LISTENER_PLAIN      /* no TLS at all */
};

struct listener {
    int socket;
    unsigned port;
    char origin[64];
    char *ca_pem; /* trust this */
    enum listener_tls tls;
    const char *answer; /* bytes after the handshake */
    size_t answer_size;
    atomic_uint pause_us; /* before each byte of the answer; 0: at once */
    atomic_bool stays;    /* silent behind its answer, until the client goes */
    pthread_t thread;
    SSL_CTX *context;
    atomic_uint connections; /* accepted */
    atomic_uint handshakes;  /* finished */
    atomic_uint requests;    /* with a whole head */
    atomic_bool bearer_seen;
    char last_request[8192];
};

void listener_start(struct listener *listener, enum listener_tls tls,
                    const char *answer, size_t answer_size);
void listener_stop(struct listener *listener);

#endif

/*
 * sync/trust.h - trust anchors beside the system's
 *
 * Threads: immutable after reading.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SYNC_TRUST_H
#define SYNC_TRUST_H

#include <openssl/ssl.h>
#include <rufname/status.h>
#include <stdbool.h>
#include <stddef.h>

struct ruf_trust {
    X509 **anchors;
    size_t count;
};

/**
 * Read PEM certificates.
 * @return RUF_OK; RUF_E_POLICY (S533: none, or damaged); RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status
ruf_trust_read(struct ruf_trust *trust, const char *pem, struct ruf_error *err);
/** A zeroed struct is fine. */
void ruf_trust_free(struct ruf_trust *trust);

/** Add them to a context that holds the system's store. false: refused. */
bool ruf_trust_add(const struct ruf_trust *trust, SSL_CTX *context);

#endif

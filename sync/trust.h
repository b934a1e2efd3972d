/*
 * sync/trust.h - trust anchors: the system's, and those of the policy
 *
 * The system's are read when a chain asks for one: its directory holds each in
 * a file by a hash of its name. The bundle, all of them in one file, is read
 * only if that has no answer; it takes longer than a handshake.
 *
 * Threads: one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SYNC_TRUST_H
#define SYNC_TRUST_H

#include <openssl/ssl.h>
#include <rufname/status.h>
#include <stdbool.h>

/** Stays where it is: connections point to it. */
struct ruf_trust {
    X509_STORE *store;
    X509_LOOKUP_METHOD *late; /**< reads the bundle */
    const char *bundle;       /**< NULL: none, or read */
};

/**
 * @param[in] pem        certificates beside the system's; NULL: none.
 * @param[in] directory  as c_rehash(1) makes it; NULL: none.
 * @param[in] bundle     PEM file, outlives the trust; NULL: none.
 * @return RUF_OK; RUF_E_POLICY (S533: no certificates in pem, or damaged ones);
 *         RUF_E_NOMEM. Free it whether this failed or not.
 */
RUF_MUST_USE enum ruf_status
ruf_trust_create(const char *pem, const char *directory, const char *bundle,
                 struct ruf_trust *out, struct ruf_error *err);
/** A zeroed struct is fine. */
void ruf_trust_free(struct ruf_trust *trust);

/** Verify by it, and nothing else. */
void ruf_trust_use(const struct ruf_trust *trust, SSL_CTX *context);

#endif

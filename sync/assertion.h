/*
 * sync/assertion.h - an app proves itself by its certificate
 *
 * A JWT (RFC 7519, 7523) signed PS256 with the certificate's RSA key, named by
 * x5t#S256: what Entra ID takes in place of a client secret.
 *
 * Threads: pure but for clock and random.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SYNC_ASSERTION_H
#define SYNC_ASSERTION_H

#include "base/secret.h"
#include <stdint.h>

/**
 * @param[in] pem       certificate and its private key, any order.
 * @param[in] audience  URL of the token endpoint.
 * @param[in] now_s     Unix seconds; the JWT is good for five minutes.
 * @param[out] out      NUL-terminated.
 * @return RUF_OK; RUF_E_AUTH (S509: no usable pair of certificate and RSA
 *         key); RUF_E_INTERNAL; RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status
ruf_assertion_create(const char *pem, const char *audience,
                     const char *client_id, int64_t now_s,
                     struct ruf_secret *out, struct ruf_error *err);

#endif

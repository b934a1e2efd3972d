/*
 * sync/blob_auth.h - how a request to Blob Storage proves itself
 *
 * By a token of the sign-in, by a shared access signature that goes into the
 * query, or by the account's key that signs every request.
 *
 * Threads: pure.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SYNC_BLOB_AUTH_H
#define SYNC_BLOB_AUTH_H

#include "base/secret.h"
#include <rufname/status.h>
#include <stddef.h>

#define RUF_BLOB_VERSION "2021-12-02"

enum ruf_blob_proof {
    RUF_BLOB_BEARER = 0,
    RUF_BLOB_SIGNATURE, /**< SAS */
    RUF_BLOB_KEY        /**< Shared Key */
};

struct ruf_blob_auth {
    enum ruf_blob_proof proof;
    struct ruf_secret secret; /**< SAS without '?', or the decoded key */
    size_t secret_size;
    char account[64];
};

/** What is signed besides the URL; "" for what is not sent. */
struct ruf_blob_request {
    const char *url;      /**< whole, without SAS */
    const char *date;     /**< RFC 1123, GMT */
    const char *range;    /**< "bytes=0-99" */
    const char *match;    /**< If-Match */
    const char *no_match; /**< If-None-Match */
};

/**
 * Is this a SAS or an account key?
 * @param[in] secret  as the user gave it; NULL: use tokens.
 * @param[in] url     of the account, for its name.
 * @return RUF_OK; RUF_E_AUTH (S507: neither); RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status
ruf_blob_auth_create(const char *secret, const char *url, const char *place,
                     struct ruf_blob_auth *out, struct ruf_error *err);
/** Wipes; a zeroed struct is fine. */
void ruf_blob_auth_destroy(struct ruf_blob_auth *auth);

/**
 * "Authorization: SharedKey ..." of a GET.
 * @param[out] out  for the header line.
 * @return RUF_OK; RUF_E_INTERNAL (S541: does not fit).
 */
RUF_MUST_USE enum ruf_status
ruf_blob_auth_sign(const struct ruf_blob_auth *auth,
                   const struct ruf_blob_request *request, char *out,
                   size_t size, struct ruf_error *err);

#endif

/*
 * sync/challenge.h - claims challenges: read, merged, sent back
 *
 * An API that wants more than a token says (Conditional Access, continuous
 * access evaluation) answers 401 with the claims it misses. They go, merged
 * with what this client can do ("cp1"), into the next token request.
 *
 * Threads: as cJSON, one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SYNC_CHALLENGE_H
#define SYNC_CHALLENGE_H

#include <rufname/status.h>
#include <stdbool.h>
#include <stddef.h>

#define RUF_CLAIMS_MAX 8192

/** Claims of a client that understands challenges. */
#define RUF_CLAIMS_BASE "{\"access_token\":{\"xms_cc\":{\"values\":[\"cp1\"]}}}"

/**
 * Value of one WWW-Authenticate header: a Bearer challenge with
 * error="insufficient_claims"? Its claims, still base64, go to out ("" if they
 * are missing or too long).
 */
bool ruf_challenge_read(const char *value, char *out, size_t size);

/**
 * Decode (base64 or base64url, padded or not) and merge with RUF_CLAIMS_BASE.
 * @param[out] json  malloc()ed; NULL if these are no claims.
 * @return RUF_OK; RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status
ruf_challenge_merge(const char *base64, char **json, struct ruf_error *err);

#endif

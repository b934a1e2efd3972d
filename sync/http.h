/*
 * sync/http.h - the gate: every socket of this library is opened here
 *
 * A gate knows the peers the policy names and talks to no one else: every URL,
 * those a server hands out included, is parsed and compared by scheme, host and
 * port before a header is built. HTTPS only, TLS 1.2 or newer with forward
 * secrecy and AES-GCM, no redirects, no proxy but the policy's, bodies bounded
 * after decompression. Nothing is read from the environment.
 *
 * Threads: a gate and its transfers belong to one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SYNC_HTTP_H
#define SYNC_HTTP_H

#include "policy/policy.h"
#include <rufname/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RUF_HTTP_PAGE_MAX (32u * 1024u * 1024u)
#define RUF_HTTP_TOKEN_MAX (256u * 1024u)

/** Who may be talked to. Each has one origin; a token belongs to one peer. */
enum ruf_http_peer {
    RUF_HTTP_LOGIN = 0,
    RUF_HTTP_GRAPH,
    RUF_HTTP_SOURCE, /**< first of the policy's sources, those with a url */
    RUF_HTTP_PEER_COUNT = RUF_HTTP_SOURCE + RUF_POLICY_SOURCES_MAX
};

/** The peer of a source with a url, by its place in the policy. */
static inline enum ruf_http_peer ruf_http_peer_of_source(size_t index)
{
    return (enum ruf_http_peer)(RUF_HTTP_SOURCE + (unsigned)index);
}

#define RUF_HTTP_LINES_MAX 8

struct ruf_http;          /**< the gate */
struct ruf_http_transfer; /**< a slot for one request at a time */

/** Is it worth asking again? */
enum ruf_http_failure {
    RUF_HTTP_ANSWERED = 0, /**< any HTTP status */
    RUF_HTTP_UNREACHABLE,  /**< no connection was made */
    RUF_HTTP_LOST,         /**< the connection broke or went silent */
    RUF_HTTP_REFUSED       /**< certificate, body cap, nonsense: final */
};

struct ruf_http_request {
    enum ruf_http_peer peer; /**< the URL must be of this one's origin */
    const char *url;         /**< copied */
    const char *bearer;      /**< token, copied into wiped memory; or NULL */
    const char *prefer;      /**< copied; or NULL */
    const char *form;        /**< body of a POST, borrowed; NULL: GET */
    size_t body_max;         /**< bytes after decompression */
    bool secret;             /**< the answer holds tokens: wiped memory */
    bool raw;                /**< a file: no Accept, no decompression */
    char *const *lines;      /**< more headers; borrowed until the answer */
    size_t line_count;       /**< at most RUF_HTTP_LINES_MAX */
};

struct ruf_http_answer {
    enum ruf_http_failure failure;
    struct ruf_error error; /**< why, unless RUF_HTTP_ANSWERED */
    int status;             /**< HTTP status */
    const char *body;       /**< NUL-terminated */
    size_t size;
    int64_t retry_after_ms; /**< -1: none, or not usable */
    const char *claims;     /**< of a claims challenge, base64 ("" if it has
                                 none); NULL: no challenge */
    uint64_t bytes;         /**< body bytes as transferred */
};

/**
 * @return RUF_OK; RUF_E_POLICY (S532: an endpoint is not a plain https URL,
 *         S533: the extra trust anchors cannot be read); RUF_E_INTERNAL
 *         (S541); RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status ruf_http_create(const struct ruf_policy *policy,
                                             struct ruf_http **out,
                                             struct ruf_error *err);

/** All its transfers must be gone; NULL is fine. */
void ruf_http_destroy(struct ruf_http *http);

/** "host:port" of a peer, for messages. */
const char *ruf_http_place(const struct ruf_http *http,
                           enum ruf_http_peer peer);

/**
 * May this URL be asked under this peer's name?
 * @return RUF_OK; RUF_E_SERVER (S525: another origin, user-info, not https,
 *         unusual bytes); RUF_E_NOMEM. The detail never holds the URL.
 */
RUF_MUST_USE enum ruf_status ruf_http_check_url(const struct ruf_http *http,
                                                enum ruf_http_peer peer,
                                                const char *url,
                                                struct ruf_error *err);

/** All requests to this peer wait until then (ruf_clock_ms()). */
void ruf_http_pause(struct ruf_http *http, enum ruf_http_peer peer,
                    int64_t until_ms);
int64_t ruf_http_paused_until(const struct ruf_http *http,
                              enum ruf_http_peer peer);

RUF_MUST_USE enum ruf_status
ruf_http_transfer_create(struct ruf_http *http, struct ruf_http_transfer **out,
                         struct ruf_error *err);

/** Ends a request under way, wipes what was secret; NULL is fine. */
void ruf_http_transfer_destroy(struct ruf_http_transfer *transfer);

/**
 * Check the URL and begin. The last answer of this slot is gone.
 * @return RUF_OK; as ruf_http_check_url(); RUF_E_INTERNAL (S541); RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status
ruf_http_start(struct ruf_http_transfer *transfer,
               const struct ruf_http_request *request, struct ruf_error *err);

/**
 * Begin the same request again.
 * @param[in] fresh       on a new connection.
 * @param[in] timeout_ms  for this try; at least 1000 is used.
 */
RUF_MUST_USE enum ruf_status ruf_http_again(struct ruf_http_transfer *transfer,
                                            bool fresh, int64_t timeout_ms,
                                            struct ruf_error *err);

/** Take the request off the wire; ruf_http_again() sends it. */
void ruf_http_hold(struct ruf_http_transfer *transfer);

/** The answer, valid until the next start; NULL while under way. */
const struct ruf_http_answer *
ruf_http_answer(const struct ruf_http_transfer *transfer);

/** A header of the answer; false, and "", if absent or longer than size. */
bool ruf_http_header(const struct ruf_http_transfer *transfer, const char *name,
                     char *out, size_t size);

/**
 * Move all transfers on, waiting at most max_ms for something to happen.
 * @return RUF_OK; RUF_E_INTERNAL (S541); RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status
ruf_http_wait(struct ruf_http *http, int64_t max_ms, struct ruf_error *err);

#endif

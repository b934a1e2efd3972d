/*
 * sync/sync.h - reading the sources of a company
 *
 * A run reads every enabled source by its own protocol and hands pages of
 * records to a sink. Data and the link to the next page go to the sink in one
 * call, which commits both in one transaction: a kill replays, never skips.
 *
 * Threads: a run works on the calling thread only (libcurl's multi interface);
 * progress and sink are called from it. curl_global_init() is the program's
 * duty, once, before the first run.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SYNC_SYNC_H
#define SYNC_SYNC_H

#include "base/record.h"
#include "policy/policy.h"
#include <rufname/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Where a collection stands, as the sink remembers it. */
enum ruf_link_kind {
    RUF_LINK_NONE = 0, /**< never read, or to be read in full again */
    RUF_LINK_NEXT,     /**< an interrupted round: go on here */
    RUF_LINK_DELTA     /**< a finished round: ask for what changed */
};

struct ruf_sync_state {
    enum ruf_link_kind link_kind;
    bool delta_round;   /**< the interrupted round is a delta round */
    char *link;         /**< malloc()ed by the sink, freed by sync */
    char *select;       /**< query the link belongs to; malloc()ed */
    int64_t not_before; /**< Unix seconds; throttled until then */
};

/** One page of one collection of one source. */
struct ruf_sync_page {
    const char *source;     /**< policy source id */
    const char *collection; /**< "users", "contacts", mailbox and folder */
    const char *select;     /**< changes when the query changes */
    bool starts_round;      /**< first page: drop what was staged */
    bool delta_round;       /**< else a full round: unseen records vanish */
    const struct ruf_record *records;
    size_t record_count;
    enum ruf_link_kind link_kind; /**< NEXT, or DELTA: the round is complete */
    const char *link;
};

/** What a finished round did to the visible records. */
struct ruf_round_result {
    uint64_t added;
    uint64_t changed;
    uint64_t removed;
};

/** Where pages, links and tokens are kept. Implemented over the store. */
struct ruf_sync_sink {
    void *context;
    enum ruf_status (*load)(void *context, const char *source,
                            const char *collection, struct ruf_sync_state *out,
                            struct ruf_error *err);
    /** Commit records and link in one transaction. result is filled when the
     *  page completes its round. */
    enum ruf_status (*page)(void *context, const struct ruf_sync_page *page,
                            struct ruf_round_result *result,
                            struct ruf_error *err);
    /** Forget the links of a collection, keep its visible records. */
    enum ruf_status (*reset)(void *context, const char *source,
                             const char *collection, struct ruf_error *err);
    /** Hand out the names of all collections of a source that are kept. The
     *  receiver may hand in pages meanwhile. */
    enum ruf_status (*collections)(void *context, const char *source,
                                   void (*name)(void *receiver,
                                                const char *collection),
                                   void *receiver, struct ruf_error *err);
    enum ruf_status (*throttle)(void *context, const char *source,
                                int64_t not_before, struct ruf_error *err);
    /** A secret by name ("refresh_token"); *value malloc()ed, NULL if none. */
    enum ruf_status (*secret_load)(void *context, const char *name,
                                   char **value, struct ruf_error *err);
    /** Durable when it returns. NULL value: erase. */
    enum ruf_status (*secret_save)(void *context, const char *name,
                                   const char *value, struct ruf_error *err);
    /** Erase all secrets whose name starts with this; "": all. */
    enum ruf_status (*secret_clear)(void *context, const char *prefix,
                                    struct ruf_error *err);
    /** Called around the renewal of a token: between the two nobody else
     *  writes secrets. Both NULL: nobody can. */
    enum ruf_status (*secrets_lock)(void *context, struct ruf_error *err);
    void (*secrets_unlock)(void *context);
    /**
     * An access token of somebody else's sign-in; then nothing of a sign-in is
     * asked of the secrets or put into them. NULL: the sign-in is ours.
     * @param[in]  claims  what the service wants to see, JSON; NULL: nothing.
     * @param[out] token   malloc()ed, wiped by the caller.
     * @return RUF_OK; RUF_E_AUTH (a person has to act); RUF_E_NETWORK ...
     */
    enum ruf_status (*access_token)(void *context, const char *scope,
                                    const char *claims, char **token,
                                    int64_t *lifetime_s, struct ruf_error *err);
    /** Hand out each visible record of a source, in which collection it is,
     *  and the etag of its photo; NULL: nobody asked for it yet. The receiver
     *  must not call the sink. NULL: the sink keeps no photos, and none of the
     *  following. */
    enum ruf_status (*photos)(void *context, const char *source,
                              void (*record)(void *receiver,
                                             struct ruf_text collection,
                                             struct ruf_text id,
                                             const struct ruf_text *etag),
                              void *receiver, struct ruf_error *err);
    /** Keep a JPEG or PNG of at most RUF_PHOTO_MAX bytes; size 0: there is
     *  none. RUF_E_NOT_FOUND: the record is gone. */
    enum ruf_status (*photo)(void *context, const char *source,
                             struct ruf_text id, struct ruf_text etag,
                             const void *bytes, size_t size,
                             struct ruf_error *err);
    /** Around the photos of one answer, whose number may be 0: all of them are
     *  kept, or none if status is not RUF_OK. @return status, or why not. */
    enum ruf_status (*photos_begin)(void *context, struct ruf_error *err);
    enum ruf_status (*photos_end)(void *context, enum ruf_status status,
                                  struct ruf_error *err);
    /** Day (since 1970) on which etags were compared last; 0: never. */
    enum ruf_status (*photos_checked_load)(void *context, const char *source,
                                           int64_t *day, struct ruf_error *err);
    enum ruf_status (*photos_checked_save)(void *context, const char *source,
                                           int64_t day, struct ruf_error *err);
};

enum ruf_login_flow {
    RUF_LOGIN_DEVICE = 0, /**< a code typed on another device */
    RUF_LOGIN_APP,        /**< client secret or certificate */
    RUF_LOGIN_CODE,       /**< a browser on this machine, PKCE */
    RUF_LOGIN_FLOW_COUNT
};

/** Shows the user where to go and what to type; code is NULL if there is
 *  nothing to type. */
typedef void ruf_login_prompt(void *context, const char *uri, const char *code);

struct ruf_login_options {
    enum ruf_login_flow flow;
    const char *client_secret;      /**< app flow; or NULL and: */
    const char *client_certificate; /**< certificate and RSA key, PEM */
    ruf_login_prompt *prompt;       /**< device and code flow */
    void *prompt_context;
    bool (*cancelled)(void *context); /**< polled at least every 200 ms */
    void *cancel_context;
};

/**
 * Sign in and keep what later runs need in the sink's secrets.
 * @return RUF_OK; RUF_E_AUTH (S5xx: declined, expired, wrong secret);
 *         RUF_E_NETWORK; RUF_E_SERVER; RUF_E_CANCELLED; RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status
ruf_sync_login(const struct ruf_policy *policy,
               const struct ruf_sync_sink *sink,
               const struct ruf_login_options *options, struct ruf_error *err);

/**
 * Keep a secret of one source: the shared access signature or account key of a
 * container. NULL: forget it, the sign-in's token is used again.
 * @return RUF_OK; RUF_E_USAGE (U031: not a source of blobs); RUF_E_AUTH (S507:
 *         neither signature nor key); RUF_E_NOMEM; errors of the sink.
 */
RUF_MUST_USE enum ruf_status
ruf_sync_source_secret(const struct ruf_policy *policy,
                       const struct ruf_sync_sink *sink, const char *source,
                       const char *secret, struct ruf_error *err);

/**
 * Have tokens at hand that are good for a while, for all enabled sources. Who
 * is not signed in, or is refused, hears of it in the run.
 * @return RUF_OK; RUF_E_POLICY (S532, S533); RUF_E_INTERNAL; RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status
ruf_sync_renew_tokens(const struct ruf_policy *policy,
                      const struct ruf_sync_sink *sink, struct ruf_error *err);

/** Erase tokens and secrets. */
RUF_MUST_USE enum ruf_status ruf_sync_logout(const struct ruf_sync_sink *sink,
                                             struct ruf_error *err);

/** How one source fared. */
struct ruf_source_result {
    const char *source; /**< borrowed from the policy */
    enum ruf_status status;
    struct ruf_error error; /**< if status is not RUF_OK */
    uint64_t added;
    uint64_t changed;
    uint64_t removed;
    uint64_t requests;    /**< HTTP requests sent, retries included */
    uint64_t bytes;       /**< body bytes received, as transferred */
    uint64_t ms;          /**< wall time */
    uint64_t dropped;     /**< objects that could not be used */
    uint64_t ignored;     /**< values of a wrong type or beyond a cap */
    uint64_t photos;      /**< fetched and kept, or taken away */
    uint64_t photos_left; /**< to be asked for in the next run */
    bool up_to_date;      /**< its records are, whatever came of photos */
};

struct ruf_sync_progress {
    const char *source;
    uint64_t records; /**< records of this source seen so far */
    uint64_t total;   /**< the service's own count; 0: it tells none */
};

struct ruf_sync_options {
    bool full;               /**< ignore delta links */
    const char *only_source; /**< source id, or NULL: all enabled */
    /** NULL saves the request for the total. */
    void (*progress)(void *context, const struct ruf_sync_progress *progress);
    void *progress_context;
    bool (*cancelled)(void *context);
    void *cancel_context;
};

/**
 * Read all enabled network sources. One that fails keeps its records and does
 * not stop the others.
 * @param[out] results  room for policy->source_count; count is set.
 * @return RUF_OK; RUF_E_PARTIAL (some failed); RUF_E_CANCELLED; or, when every
 *         source failed, the status of the first one (err = its error).
 */
RUF_MUST_USE enum ruf_status
ruf_sync_run(const struct ruf_policy *policy, const struct ruf_sync_sink *sink,
             const struct ruf_sync_options *options,
             struct ruf_source_result *results, size_t *result_count,
             struct ruf_error *err);

#endif

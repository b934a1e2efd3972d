/*
 * rufname/home.h - the host API: a home on disk and what can be done with it
 *
 * A home is one directory (0700) with everything Rufname keeps: policy,
 * profile, encrypted store, sealed index. Apps, the command and the search
 * screen all go through these calls; what the policy forbids is refused here.
 *
 * Every call that reads or writes data asks first whether it may be used now
 * (rufname/access.h) and may answer RUF_E_LOCKED or RUF_E_WIPED.
 *
 * Threads: one thread at a time per struct ruf_home. Processes: any number of
 * readers, one writer (RUF_E_BUSY otherwise). The program calls
 * curl_global_init() once before ruf_home_login() or ruf_home_sync().
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RUFNAME_HOME_H
#define RUFNAME_HOME_H

#include <rufname/host.h>
#include <rufname/index.h>
#include <rufname/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ruf_home; /**< Opaque; made by ruf_home_open(). */

/** What a new home is made of. Texts are borrowed for the call. */
struct ruf_home_setup {
    size_t struct_size; /**< sizeof(struct ruf_home_setup) */
    const char *policy; /**< rufname.policy/1 of any form, UTF-8 */
    size_t policy_size; /**< bytes, at most 256 KiB */
    const char *ca_pem; /**< extra trust anchors, PEM; NULL: none */
    size_t ca_pem_size;
    /** "file", "secret-service", "keyring", "fd:N" or "host"; NULL: "file" */
    const char *keystore;
    const struct ruf_host *host; /**< NULL: plain Linux */
};

/** A finding of a policy check, handed out one by one. */
struct ruf_finding {
    bool is_error;
    const char *id;      /**< "P105" */
    const char *pointer; /**< RFC 6901 JSON pointer */
    uint32_t line;       /**< 1-based, 0 = unknown */
    uint32_t column;     /**< 1-based, bytes */
    const char *detail;  /**< English, one line */
};

typedef void ruf_finding_callback(void *context,
                                  const struct ruf_finding *finding);

/**
 * Check a policy document; needs no home.
 * @param[in] report  receives every error and warning; may be NULL.
 * @return RUF_OK (warnings possible); RUF_E_POLICY (err = first error);
 *         RUF_E_NOMEM.
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_home_check_policy(const char *policy, size_t size,
                      ruf_finding_callback *report, void *context,
                      struct ruf_error *err);

/**
 * Make a home: key, store, profile. The parent directory must exist.
 * @param[in] report  every error and warning of the policy; may be NULL.
 * @return RUF_OK; RUF_E_USAGE (U010: there is a home already, U011: unknown
 *         key store); RUF_E_POLICY; RUF_E_IO; RUF_E_NOMEM. On failure nothing
 *         is left behind.
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_home_init(const char *path, const struct ruf_home_setup *setup,
              ruf_finding_callback *report, void *report_context,
              struct ruf_error *err);

/**
 * Open a home: profile, policy and key. Neither store nor index is touched. One
 * behind a PIN opens locked. Calls that write read the policy again, since
 * another process may have taken over one (RUF_E_POLICY, P100, if it is none
 * any more); the others stay under the one they know until then.
 * @return RUF_OK; RUF_E_USAGE (U012: no home here); RUF_E_KEY (K201: the key
 *         is missing); RUF_E_WIPED (W602: it was wiped; W603: a wipe began and
 *         cannot be finished); RUF_E_POLICY (P100); RUF_E_IO; RUF_E_NOMEM.
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_home_open(const char *path, struct ruf_home **out, struct ruf_error *err);

/**
 * The same with the callbacks of a host.
 * @param[in] host  copied; NULL: plain Linux.
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_home_open_with(const char *path, const struct ruf_host *host,
                   struct ruf_home **out, struct ruf_error *err);

/** Wipes the key; NULL is fine. */
RUF_API void ruf_home_close(struct ruf_home *home);

/**
 * The policy in force as a JSON document, with all defaults.
 * @return malloc()ed text, NULL without memory.
 */
RUF_API char *ruf_home_policy(const struct ruf_home *home);

/**
 * Read a number as the home reads those of its sources: region.default of the
 * policy where there is no calling code, and the corrections it allows. Of
 * several numbers in one text the first.
 * @param[in]  text  UTF-8, any bytes tolerated; size bytes.
 * @param[out] out   always written; out->key finds it in the index.
 */
RUF_API void ruf_home_read_number(const struct ruf_home *home, const char *text,
                                  size_t size, struct ruf_number *out);

/**
 * May contacts be stored on this device? false: store.mode of the policy is
 * "memory". Then tokens, records and index live in the memory of this process
 * for as long as the handle is open and has its key: sign in, sync or import,
 * and search with the same handle. Closing or locking it forgets everything;
 * another handle, of this process or another, has none of it. What a phone gets
 * is empty (C402).
 */
RUF_API bool ruf_home_may_store(const struct ruf_home *home);

/** Language the policy asks for: "de", "en", or NULL for automatic. */
RUF_API const char *ruf_home_language(const struct ruf_home *home);

/**
 * Open the published index of a home.
 * @return as ruf_index_open(); RUF_E_LOCKED (P162: the last good sync is longer
 *         ago than store.max_age_days of the policy).
 */
RUF_API RUF_MUST_USE enum ruf_status ruf_home_index(const struct ruf_home *home,
                                                    enum ruf_index_mode mode,
                                                    struct ruf_index **out,
                                                    struct ruf_error *err);

/** How to sign in. */
enum ruf_sign_in {
    RUF_SIGN_IN_DEVICE = 0, /**< code typed on another device */
    RUF_SIGN_IN_APP,        /**< client credentials */
    RUF_SIGN_IN_CODE        /**< a browser on this machine */
};

struct ruf_login {
    size_t struct_size;
    enum ruf_sign_in flow;
    const char *client_secret; /**< app flow; NULL: see client_certificate */
    /** Tell the user to open uri and type code; code is NULL in code flow. */
    void (*prompt)(void *context, const char *uri, const char *code);
    /** Polled at least every 200 ms; true ends the call. May be NULL. */
    bool (*cancelled)(void *context);
    void *context;
    /** App flow: certificate and its RSA key, PEM in one text. */
    const char *client_certificate;
};

/**
 * Sign in; tokens go into the encrypted store. Nothing is done where the host
 * signs in (access_token of rufname/host.h).
 * @return RUF_OK; RUF_E_AUTH; RUF_E_NETWORK; RUF_E_SERVER; RUF_E_CANCELLED;
 *         RUF_E_BUSY; store errors.
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_home_login(struct ruf_home *home, const struct ruf_login *login,
               struct ruf_error *err);

/**
 * Keep the secret of one source of blobs in the encrypted store: a shared
 * access signature or the account's key. Without one the sign-in's token is
 * used.
 * @param[in] secret  NULL: forget it.
 * @return RUF_OK; RUF_E_USAGE (U031); RUF_E_AUTH (S507); RUF_E_BUSY; store
 *         errors.
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_home_source_secret(struct ruf_home *home, const char *source,
                       const char *secret, struct ruf_error *err);

/** Forget all tokens and secrets of the sign-in. */
RUF_API RUF_MUST_USE enum ruf_status ruf_home_logout(struct ruf_home *home,
                                                     struct ruf_error *err);

/** How one source fared. */
struct ruf_source_report {
    char id[17];
    enum ruf_status status;
    struct ruf_error error; /**< if status is not RUF_OK */
    uint64_t added;
    uint64_t changed;
    uint64_t removed;
    uint64_t requests;
    uint64_t bytes; /**< of bodies as transferred */
    uint64_t ms;
    uint64_t photos;      /**< fetched or taken away, if the policy wants any */
    uint64_t photos_left; /**< to be fetched in the next run */
    int64_t updated;      /**< of one that failed: Unix seconds of the last
                               finished round, 0 = never */
    int64_t expires;      /**< the right is gone: see ruf_source_info */
};

#define RUF_SOURCES_MAX 32

/** One source of the policy, as people see it. Texts are borrowed. */
struct ruf_source_info {
    char id[17];
    const char *name;
    const char *kind; /**< "entra_users" */
    bool on;          /**< read at a sync */
    bool may_switch;  /**< the policy lets people switch it */
    bool stale;       /**< on, and older than sync.stale_hours */
    uint64_t records;
    int64_t updated; /**< Unix seconds of the last finished round, 0 = never */
    /** The right is gone (403): records go at the next sync from then on; 0:
     *  the right is there. */
    int64_t expires;
};

typedef void ruf_source_callback(void *context,
                                 const struct ruf_source_info *info);

/**
 * Hand out every source of the policy, in its order.
 * @return RUF_OK; RUF_E_NOMEM; store errors.
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_home_sources(struct ruf_home *home, ruf_source_callback *callback,
                 void *context, struct ruf_error *err);

/**
 * Switch a source off: its records go at once, also from the index; or on: the
 * next sync reads it in full.
 * @return RUF_OK; RUF_E_USAGE (U014: no such source); RUF_E_POLICY (P182: the
 *         policy has it off or does not let people switch it); RUF_E_BUSY;
 *         store and disk errors.
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_home_source_switch(struct ruf_home *home, const char *id, bool on,
                       struct ruf_error *err);

struct ruf_sync_report {
    struct ruf_source_report sources[RUF_SOURCES_MAX];
    size_t source_count;
    uint64_t generation; /**< of the published index */
    bool published;      /**< false: nothing had changed */
};

struct ruf_sync_request {
    size_t struct_size;
    bool full;          /**< ignore delta links */
    const char *source; /**< only this one; NULL: all enabled */
    /** Told after each page; total is the service's own count of records, in a
     *  full round of users or organisational contacts. Else it is 0: nobody
     *  counts changes, mailboxes, tables and files before they are read.
     *  NULL saves asking for it. */
    void (*progress)(void *context, const char *source, uint64_t records,
                     uint64_t total);
    bool (*cancelled)(void *context);
    void *context;
    bool allow_shrink; /**< believe a source that lost most of its records */
    /** Say what would change and change nothing: neither records nor links nor
     *  the index. Renewed tokens and pauses of a server are kept. */
    bool dry_run;
};

/**
 * Read the sources, then publish a new index if anything changed.
 * @return RUF_OK; RUF_E_PARTIAL (some sources failed, see report); the status
 *         of the first source if all failed; RUF_E_CANCELLED; RUF_E_BUSY;
 *         store and disk errors. The last good index stays in every case.
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_home_sync(struct ruf_home *home, const struct ruf_sync_request *request,
              struct ruf_sync_report *report, struct ruf_error *err);

struct ruf_import_report {
    uint64_t records;
    uint64_t skipped;               /**< rows with an error */
    struct ruf_error first_skipped; /**< where and why */
    uint64_t unknown_columns;
    uint64_t added;
    uint64_t changed;
    uint64_t removed;
};

/**
 * Take over a contact file (.csv .jsonl .vcf, also .gz). Does not publish:
 * call ruf_home_publish() after the last file.
 * @param[in] source  policy source of kind "file" or "blob"; NULL: the only
 *                    one of kind "file".
 * @return RUF_OK; RUF_E_USAGE (U013; U062: the source is switched off);
 *         RUF_E_CORRUPT (the file; nothing was
 *         taken over); RUF_E_BUSY; store and disk errors.
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_home_import(struct ruf_home *home, const char *path, const char *source,
                struct ruf_import_report *report, struct ruf_error *err);

/** Build the index from the store and publish it. */
RUF_API RUF_MUST_USE enum ruf_status ruf_home_publish(struct ruf_home *home,
                                                      uint64_t *generation,
                                                      struct ruf_error *err);

enum ruf_publish_form {
    RUF_PUBLISH_NORMAL = 0, /**< no two files are alike */
    /** The same key, generation and contents give the same bytes: for tests.
     *  Who sees two such files sees whether they are equal. */
    RUF_PUBLISH_REPEATABLE
};

/** ruf_home_publish() in one of these forms. */
RUF_API RUF_MUST_USE enum ruf_status
ruf_home_publish_as(struct ruf_home *home, enum ruf_publish_form form,
                    uint64_t *generation, struct ruf_error *err);

struct ruf_source_stats {
    char id[17];
    uint64_t records;
    int64_t updated; /**< Unix seconds of the last finished round, 0 = never */
    bool stale;      /**< read at a sync, and older than sync.stale_hours */
};

struct ruf_home_stats {
    uint64_t contacts; /**< after merging */
    uint64_t records;
    struct ruf_source_stats sources[RUF_SOURCES_MAX];
    size_t source_count;
    uint64_t numbers_total;
    uint64_t numbers_valid;
    uint64_t numbers_indexed;
    uint64_t numbers_unresolved;
    uint64_t entries; /**< lines of the emission */
    uint64_t blocked; /**< numbers the phone is to block */
    uint64_t trunks;  /**< prefixes of companies */
    uint64_t photos;  /**< contacts with a photo */
    uint64_t generation;
    uint64_t image_bytes;
    uint64_t store_bytes; /**< with its write-ahead log */
    /** Left out of the index for caller_id.max_entries: those of the lowest
     *  source priority, then the highest numbers. */
    uint64_t entries_over_limit;
};

RUF_API RUF_MUST_USE enum ruf_status
ruf_home_describe(struct ruf_home *home, struct ruf_home_stats *out,
                  struct ruf_error *err);

struct ruf_verify_report {
    bool store_ok;
    bool image_ok;
    struct ruf_error store_error; /**< if not store_ok */
    struct ruf_error image_error; /**< if not image_ok */
};

/**
 * Check every block of the image and every page of the store.
 * @return RUF_OK: all checked, see the report; as ruf_home_enter().
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_home_verify(struct ruf_home *home, struct ruf_verify_report *out,
                struct ruf_error *err);

#ifdef __cplusplus
}
#endif
#endif

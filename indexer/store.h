/*
 * indexer/store.h - the encrypted system of record
 *
 * SQLCipher 4, raw 256-bit key, WAL with synchronous=FULL. Holds raw records
 * per source with their standardised numbers, the state of every round, and
 * sign-in secrets. Itself only a cache of the cloud: repair is delete and sync.
 * Schema: docs/store-schema.md.
 *
 * Threads: one thread at a time. Processes: one writer, guarded by the home's
 * lock; readers see the last committed state.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef INDEXER_STORE_H
#define INDEXER_STORE_H

#include "indexer/contacts.h"
#include "policy/difference.h"
#include "policy/policy.h"
#include <rufname/index.h>
#include <rufname/status.h>

struct ruf_store;

enum ruf_store_mode { RUF_STORE_READ = 0, RUF_STORE_WRITE, RUF_STORE_CREATE };

/** Room for the path of a store in memory, its NUL included. */
#define RUF_STORE_MEMORY_PATH_SIZE 64

/**
 * A path that names a store in the memory of this process: encrypted like one
 * on disk, its pages in use in locked memory, gone with the last handle on it.
 * Readers wait for a writer's transaction.
 * @return RUF_OK; RUF_E_INTERNAL (E912).
 */
RUF_MUST_USE enum ruf_status
ruf_store_memory_path(char path[RUF_STORE_MEMORY_PATH_SIZE],
                      struct ruf_error *err);

/**
 * Open or create the store file.
 * @param[in] key  master key of the home; the database key is derived from it.
 * @return RUF_OK; RUF_E_NOT_FOUND (no file); RUF_E_KEY (K202: the key is not
 *         this store's); RUF_E_CORRUPT (D711 damaged, D712 newer schema);
 *         RUF_E_IO; RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status ruf_store_open(const char *path,
                                            const uint8_t key[RUF_KEY_SIZE],
                                            enum ruf_store_mode mode,
                                            struct ruf_store **out,
                                            struct ruf_error *err);

/**
 * Encrypt the store under another key of the home, in one transaction: cut
 * short, it is under the old one or under the new one as a whole. Contact ids,
 * markers and the audit chain stay as they are, since the key they hang on goes
 * along, inside the store.
 * @param[in] store  open for writing, not within a transaction.
 * @return RUF_OK; RUF_E_BUSY; RUF_E_IO; RUF_E_NOMEM. Without RUF_OK either key
 *         may be the one that opens it.
 */
RUF_MUST_USE enum ruf_status ruf_store_rekey(struct ruf_store *store,
                                             const uint8_t key[RUF_KEY_SIZE],
                                             struct ruf_error *err);

/** Checkpoints and closes; NULL is fine. */
void ruf_store_close(struct ruf_store *store);

/**
 * From here to ruf_store_trial_end() every change, also what would be
 * committed, is seen by this store only and then undone.
 */
RUF_MUST_USE enum ruf_status ruf_store_trial_begin(struct ruf_store *store,
                                                   struct ruf_error *err);
RUF_MUST_USE enum ruf_status ruf_store_trial_end(struct ruf_store *store,
                                                 struct ruf_error *err);

/* --- rounds: the store side of struct ruf_sync_sink ---------------------- */

/** Where a collection stands. link and select are malloc()ed or NULL. */
struct ruf_collection_state {
    int link_kind; /**< 0 none, 1 next (in a round), 2 delta */
    bool delta_round;
    char *link;
    char *select;
    int64_t not_before;
};

/** A round under way of which a page is lost, as after a power cut, starts
 *  over. */
RUF_MUST_USE enum ruf_status ruf_store_collection_load(
    struct ruf_store *store, const char *source, const char *collection,
    struct ruf_collection_state *out, struct ruf_error *err);
void ruf_collection_state_free(struct ruf_collection_state *state);

/** One page: see struct ruf_sync_page, whose fields these are. */
struct ruf_store_page {
    const char *source;
    const char *collection;
    const char *select;
    bool starts_round;
    bool delta_round;
    const struct ruf_record *records;
    size_t record_count;
    bool completes_round;
    bool allow_shrink; /**< believe a full round that lost most records */
    const char *link;
};

struct ruf_store_round {
    uint64_t added;
    uint64_t changed;
    uint64_t removed;
};

/**
 * Stage a page and its link in one transaction; the completing page folds the
 * round into the visible records: filtered (policy), standardised, unseen ones
 * of a full round removed.
 */
RUF_MUST_USE enum ruf_status ruf_store_page(struct ruf_store *store,
                                            const struct ruf_policy *policy,
                                            const struct ruf_store_page *page,
                                            struct ruf_store_round *out,
                                            struct ruf_error *err);

RUF_MUST_USE enum ruf_status ruf_store_collection_reset(struct ruf_store *store,
                                                        const char *source,
                                                        const char *collection,
                                                        struct ruf_error *err);

/**
 * Remove all of a source: records, markers, photos, links and what is staged.
 * A server's wish for a pause stays.
 * @param[out] removed  records that were visible.
 */
RUF_MUST_USE enum ruf_status ruf_store_source_clear(struct ruf_store *store,
                                                    const char *source,
                                                    uint64_t *removed,
                                                    struct ruf_error *err);

/** Hand out the names of a source's collections; the receiver may write. */
RUF_MUST_USE enum ruf_status
ruf_store_collections(struct ruf_store *store, const char *source,
                      void (*name)(void *receiver, const char *collection),
                      void *receiver, struct ruf_error *err);

RUF_MUST_USE enum ruf_status ruf_store_throttle(struct ruf_store *store,
                                                const char *source,
                                                int64_t not_before,
                                                struct ruf_error *err);

/**
 * A transaction of the caller's, for photos; other calls that write make one
 * themselves.
 * @return RUF_OK; RUF_E_BUSY; RUF_E_IO; RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status ruf_store_begin(const struct ruf_store *store,
                                             struct ruf_error *err);

/** Commit if status is RUF_OK, else roll back.
 *  @return status, or why it could not be committed. */
RUF_MUST_USE enum ruf_status ruf_store_end(const struct ruf_store *store,
                                           enum ruf_status status,
                                           struct ruf_error *err);

/* --- photos: thumbnails, one a record --------------------------------------
 */

/** Largest photo that is kept. */
#define RUF_STORE_PHOTO_MAX RUF_PHOTO_SIZE_MAX

/** A record and what is known of its photo; text is borrowed for the call. */
struct ruf_store_photo {
    struct ruf_text collection;
    struct ruf_text native_id;
    struct ruf_text etag; /**< as put; absent: nobody asked for a photo yet */
    size_t size;          /**< bytes kept; 0: there is none */
};

typedef void ruf_store_photo_record(void *context,
                                    const struct ruf_store_photo *photo);

/**
 * Hand out every visible record of a source and what is known of its photo, in
 * stored order. The receiver must not change the store.
 * @return RUF_OK; RUF_E_CORRUPT; RUF_E_IO; RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status ruf_store_photos(struct ruf_store *store,
                                              const char *source,
                                              ruf_store_photo_record *record,
                                              void *context,
                                              struct ruf_error *err);

/**
 * Keep the photo of a record, replacing an older one. It goes with the record.
 * @param[in] etag   what the source calls this state of it; "" if it has none.
 * @param[in] bytes  JPEG or PNG, up to RUF_STORE_PHOTO_MAX; size 0 keeps the
 *                   etag alone: the source was asked and has no photo.
 * @return RUF_OK; RUF_E_USAGE (U035: neither JPEG nor PNG, or too large);
 *         RUF_E_NOT_FOUND (U036: no such record, nothing is kept); RUF_E_BUSY;
 *         RUF_E_IO; RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status
ruf_store_photo_put(struct ruf_store *store, const char *source,
                    struct ruf_text native_id, struct ruf_text etag,
                    const void *bytes, size_t size, struct ruf_error *err);

/**
 * Read the photo of a record into the caller's RUF_STORE_PHOTO_MAX bytes.
 * @param[out] size  0 if none is kept or the record is unknown.
 * @return RUF_OK; RUF_E_CORRUPT; RUF_E_IO; RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status ruf_store_photo_get(struct ruf_store *store,
                                                 const char *source,
                                                 struct ruf_text native_id,
                                                 uint8_t *bytes, size_t *size,
                                                 struct ruf_error *err);

/** Reads photos one after the other. */
struct ruf_store_photo_reader;

/** @return RUF_OK; RUF_E_CORRUPT; RUF_E_IO; RUF_E_NOMEM. */
RUF_MUST_USE enum ruf_status
ruf_store_photo_reader_open(struct ruf_store *store,
                            struct ruf_store_photo_reader **out,
                            struct ruf_error *err);
void ruf_store_photo_reader_close(struct ruf_store_photo_reader *reader);

/**
 * Read a photo into the caller's RUF_STORE_PHOTO_MAX bytes.
 * @param[in]  photo  of a struct ruf_source_contact.
 * @param[out] size   0 if it is not there any more.
 * @return RUF_OK; RUF_E_CORRUPT; RUF_E_IO; RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status
ruf_store_photo_read(struct ruf_store_photo_reader *reader, int64_t photo,
                     uint8_t *bytes, size_t *size, struct ruf_error *err);

/** Forget the photo of a record and its etag; none is fine. */
RUF_MUST_USE enum ruf_status ruf_store_photo_remove(struct ruf_store *store,
                                                    const char *source,
                                                    struct ruf_text native_id,
                                                    struct ruf_error *err);

/** Forget all photos: the policy no longer wants any. */
RUF_MUST_USE enum ruf_status ruf_store_photos_clear(struct ruf_store *store,
                                                    struct ruf_error *err);

/* --- secrets and facts ---------------------------------------------------- */

/** *value malloc()ed, NULL if there is none. */
RUF_MUST_USE enum ruf_status ruf_store_secret_load(struct ruf_store *store,
                                                   const char *name,
                                                   char **value,
                                                   struct ruf_error *err);
/** NULL value erases. Durable on return. */
RUF_MUST_USE enum ruf_status ruf_store_secret_save(struct ruf_store *store,
                                                   const char *name,
                                                   const char *value,
                                                   struct ruf_error *err);

/** Erase all secrets whose name starts with prefix. Durable on return. */
RUF_MUST_USE enum ruf_status ruf_store_secret_clear(struct ruf_store *store,
                                                    const char *prefix,
                                                    struct ruf_error *err);

/** Numbers the store keeps about itself ("generation"); 0 if unset. */
RUF_MUST_USE enum ruf_status ruf_store_fact_load(struct ruf_store *store,
                                                 const char *name,
                                                 int64_t *value,
                                                 struct ruf_error *err);
RUF_MUST_USE enum ruf_status ruf_store_fact_save(struct ruf_store *store,
                                                 const char *name,
                                                 int64_t value,
                                                 struct ruf_error *err);

/* --- reading ----------------------------------------------------------------
 */

/**
 * All visible records of enabled sources as source contacts, in the arena,
 * with their photos if the policy wants any.
 * Records of sources the policy no longer names are left out.
 */
RUF_MUST_USE enum ruf_status
ruf_store_contacts(struct ruf_store *store, const struct ruf_policy *policy,
                   struct ruf_arena *arena, struct ruf_source_contact **out,
                   size_t *count, struct ruf_error *err);

/**
 * Told of each stored record what the rules say; NULL: the policy names no such
 * source, or it is off. Borrowed for the call.
 */
typedef void ruf_store_judged(void *context, struct ruf_text source,
                              const struct ruf_filter_verdict *verdict);

/** As ruf_store_contacts(), telling the verdict on each record. */
RUF_MUST_USE enum ruf_status ruf_store_contacts_judged(
    struct ruf_store *store, const struct ruf_policy *policy,
    struct ruf_arena *arena, ruf_store_judged *judged, void *context,
    struct ruf_source_contact **out, size_t *count, struct ruf_error *err);

/** Told how many records of a source a rule hides; rule "": none of them. */
typedef void ruf_store_hidden(void *context, struct ruf_text source,
                              struct ruf_text rule, uint64_t count);

/** Count the records that are not stored but for a marker. */
RUF_MUST_USE enum ruf_status ruf_store_count_hidden(struct ruf_store *store,
                                                    ruf_store_hidden *hidden,
                                                    void *context,
                                                    struct ruf_error *err);

/** Runs within the transaction of a new policy. */
typedef enum ruf_status ruf_store_within(void *context, struct ruf_error *err);

/**
 * Make the store what the policy allows: sources it no longer reads and
 * excluded records go, dropped numbers too, and all others are standardised
 * anew. One transaction, of which 'within' is the last part: if that fails,
 * nothing has changed.
 * @param[in] fates    one per source of the policy.
 * @param[out] removed  records that went.
 */
RUF_MUST_USE enum ruf_status
ruf_store_apply_policy(struct ruf_store *store, const struct ruf_policy *policy,
                       const enum ruf_source_fate *fates,
                       ruf_store_within *within, void *context,
                       uint64_t *removed, struct ruf_error *err);

/**
 * Standardise all stored numbers anew if other plan tables or an older layout
 * of the store wrote them, or if 'always'.
 */
RUF_MUST_USE enum ruf_status
ruf_store_standardise(struct ruf_store *store, const struct ruf_policy *policy,
                      bool always, struct ruf_error *err);

/** Receives a record with its standardised numbers, borrowed for the call. */
typedef void ruf_store_contact(void *context,
                               const struct ruf_source_contact *contact);

/**
 * Hand out the visible records that carry a number, in stored order.
 * @param[in] e164  0: every record with a number that has no E.164 form.
 */
RUF_MUST_USE enum ruf_status
ruf_store_carriers(struct ruf_store *store, const struct ruf_policy *policy,
                   ruf_e164 e164, ruf_store_contact *callback, void *context,
                   struct ruf_error *err);

/**
 * One text field of one record.
 * @param[out] text  at most room bytes; not NUL-terminated.
 * @param[out] size  0: no such record, no value, or one that has no room.
 */
RUF_MUST_USE enum ruf_status
ruf_store_record_field(struct ruf_store *store, struct ruf_text source,
                       struct ruf_text native_id, enum ruf_record_field field,
                       char *text, size_t room, size_t *size,
                       struct ruf_error *err);

/** Count numbers by source, reason and correction. */
RUF_MUST_USE enum ruf_status ruf_store_health(struct ruf_store *store,
                                              struct ruf_report *out,
                                              struct ruf_error *err);

/** Unix seconds of the last finished round of any source; 0: never. */
RUF_MUST_USE enum ruf_status ruf_store_last_round(struct ruf_store *store,
                                                  int64_t *finished,
                                                  struct ruf_error *err);

struct ruf_store_source_stats {
    char id[17];
    uint64_t records;
    int64_t updated; /**< Unix seconds of the last finished round */
};

struct ruf_store_stats {
    struct ruf_store_source_stats sources[RUF_POLICY_SOURCES_MAX];
    size_t source_count;
    uint64_t records;
    uint64_t numbers_total;      /**< raw numbers of all records */
    uint64_t numbers_valid;      /**< of these, those with an E.164 form */
    uint64_t numbers_unresolved; /**< total - valid */
};

RUF_MUST_USE enum ruf_status ruf_store_stats(struct ruf_store *store,
                                             struct ruf_store_stats *out,
                                             struct ruf_error *err);

/** Receives one finding of a check; text is English, one line. */
typedef void ruf_store_finding(void *context, const char *text);

/**
 * Full integrity check (cipher_integrity_check after a checkpoint, then
 * integrity_check). @return RUF_OK also with findings; see count.
 */
RUF_MUST_USE enum ruf_status ruf_store_verify(struct ruf_store *store,
                                              ruf_store_finding *report,
                                              void *context, size_t *findings,
                                              struct ruf_error *err);

#endif

/*
 * engine/home_private.h - what the files of the engine share
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ENGINE_HOME_PRIVATE_H
#define ENGINE_HOME_PRIVATE_H

#include "base/file.h"
#include "base/seal.h"
#include "base/secret.h"
#include "indexer/build.h"
#include "indexer/store.h"
#include "indexer/store_choices.h"
#include "policy/policy.h"
#include <rufname/home.h>
#include <rufname/host.h>
#include <rufname/phone.h>
#include <rufname/report.h>

/* Files of a home. */
#define HOME_PROFILE "profile.json"
#define HOME_POLICY "policy.json"
#define HOME_POLICY_NEXT "policy.next" /* being taken over */
#define HOME_CA "ca.pem"
#define HOME_KEY "key"
#define HOME_STORE "store.db"
#define HOME_STORE_WAL (HOME_STORE "-wal")
#define HOME_STORE_SHM (HOME_STORE "-shm")
#define HOME_STORE_JOURNAL (HOME_STORE "-journal")
#define HOME_STORE_CHECK "store.check" /* indexer/store.c writes it */
#define HOME_STORE_PAGES "store.pages" /* so it does these */
#define HOME_STORE_KEYS "store.keys"
#define HOME_IMAGE "directory.ruf"
#define HOME_PROVE_FIRST "prove.first.ruf" /* built to be compared */
#define HOME_PROVE_SECOND "prove.second.ruf"
#define HOME_LOCK "lock"
#define HOME_KEY_LOCK "key.lock"

struct ruf_keystore;
struct ruf_home_memory;
struct ruf_home_document;

/* Hex digits that name a home, and their NUL. */
#define RUF_HOME_ID_SIZE 33

/* What rufname/access.h decides on, apart from the policy and the clock. Not
 * part of what is const in a home: it changes as the home is used. */
struct ruf_access_memory {
    int64_t clock_seen;
    int64_t clock_kept; /* of that: what the key item has */
    int64_t checked_in;
    int64_t pin_set_at; /* 0: no PIN */
    int64_t pin_entered_at;
    int64_t used_at;
    int64_t renewed_at; /* for other processes: when they were told of it */
    uint32_t attempts;
    uint64_t generation; /* newest index the key store knows of, 0: none */
    uint8_t image[RUF_DIGEST_SIZE]; /* hash of its header */
    uint16_t judged; /* the last decision the key item has noted */
    bool has_notes;  /* it may have some that the audit does not have */
    bool remembered; /* other processes may use it, too */
    bool jailbroken;
    bool account_disabled;
    bool tampered;
    bool other_device;
    char *os_version;
    char *app_version;
};

struct ruf_home {
    char *path;
    struct ruf_home_document *document; /* of the policy, and former ones */
    struct ruf_policy *policy;          /* as parsed */
    struct ruf_policy effective; /* the same with trust anchors of init */
    struct ruf_secret key;       /* none while it is locked */
    struct ruf_secret next;      /* of a renewal that was cut short */
    char id[RUF_HOME_ID_SIZE];
    struct ruf_access_memory *access;
    struct ruf_host host; /* all of it filled in */
    struct ruf_keystore *keystore;
    struct ruf_home_memory *memory; /* NULL: store and index are on disk */
    bool on_disk; /* whatever the policy says: to take over one, at opening */
};

/* Read, replace or remove one file of a home: as ruf_file_read(),
 * ruf_file_replace(), ruf_file_remove(). */
RUF_MUST_USE enum ruf_status ruf_home_file_read(const char *home,
                                                const char *name, size_t limit,
                                                char **bytes, size_t *size,
                                                struct ruf_error *err);
RUF_MUST_USE enum ruf_status ruf_home_file_write(const char *home,
                                                 const char *name,
                                                 const void *bytes, size_t size,
                                                 struct ruf_error *err);
RUF_MUST_USE enum ruf_status
ruf_home_file_remove(const char *home, const char *name, struct ruf_error *err);

/* A store opened for writing, under the home's lock. */
struct ruf_home_writer {
    struct ruf_lock *lock;
    struct ruf_store *store;
};

/* Under the policy that is in force by then: see engine/home_policy.h. What was
 * taken from home->policy before may be out of date. */
RUF_MUST_USE enum ruf_status ruf_home_writer_open(struct ruf_home *home,
                                                  struct ruf_home_writer *out,
                                                  struct ruf_error *err);
/* The same to sign in or sync, which an offline block does not forbid. */
RUF_MUST_USE enum ruf_status
ruf_home_refresher_open(struct ruf_home *home, struct ruf_home_writer *out,
                        struct ruf_error *err);
/* Under the policy the handle knows: for tokens, of which it says nothing. */
RUF_MUST_USE enum ruf_status
ruf_home_writer_open_as_is(const struct ruf_home *home,
                           struct ruf_home_writer *out, struct ruf_error *err);
void ruf_home_writer_close(struct ruf_home_writer *writer);

/* RUF_E_WIPED (W602) if a wipe began since the home was opened. */
RUF_MUST_USE enum ruf_status ruf_home_still_ours(const struct ruf_home *home,
                                                 struct ruf_error *err);

/* Open the store for reading. */
RUF_MUST_USE enum ruf_status ruf_home_store_open(const struct ruf_home *home,
                                                 struct ruf_store **out,
                                                 struct ruf_error *err);

/* Fact of the store: generation of the index published last. */
#define FACT_GENERATION "generation"
/* Entries it leaves out for caller_id.max_entries. */
#define FACT_OVER_LIMIT "over_limit"

/* Set before a run may change records, cleared when the image shows them. */
#define FACT_UNPUBLISHED "unpublished"

/* That generation, or what the key store remembers if that is newer; 0 where
 * neither does. An index older than this
 * was put back by somebody. */
uint64_t ruf_home_published(const struct ruf_home *home);

/* RUF_E_POLICY (P163) where nothing may be stored: see ruf_home_may_store(). */
RUF_MUST_USE enum ruf_status ruf_home_check_storage(const struct ruf_home *home,
                                                    struct ruf_error *err);

/* RUF_E_LOCKED (P162) if the last good sync of any source is longer ago than
 * store.max_age_days. */
RUF_MUST_USE enum ruf_status ruf_home_check_age(const struct ruf_home *home,
                                                struct ruf_error *err);

/* As ruf_home_index(), however old the data is: nothing of it is shown. */
RUF_MUST_USE enum ruf_status ruf_home_index_any_age(const struct ruf_home *home,
                                                    enum ruf_index_mode mode,
                                                    struct ruf_index **out,
                                                    struct ruf_error *err);

/* ruf_policy_parse(), each finding told to 'report', which may be NULL. */
RUF_MUST_USE enum ruf_status
ruf_home_parse_policy(const char *text, size_t size,
                      ruf_finding_callback *report, void *context,
                      struct ruf_policy **out, struct ruf_error *err);

/* As ruf_home_open_with(), also where no valid policy is in force: home->policy
 * is NULL then. */
RUF_MUST_USE enum ruf_status
ruf_home_open_any_policy(const char *path, const struct ruf_host *host,
                         struct ruf_home **out, struct ruf_error *err);

/* What an image shows. */
struct ruf_view {
    struct ruf_people people;
    struct ruf_labelled_entries entries;
    struct ruf_trunks trunks;
};

/* Load, merge, label by a policy, into the arena. 'judged' may be NULL. */
RUF_MUST_USE enum ruf_status
ruf_view_make(struct ruf_store *store, const struct ruf_policy *policy,
              struct ruf_arena *arena, ruf_store_judged *judged, void *context,
              struct ruf_view *out, struct ruf_error *err);

/* Build the image of a store under a name, by a seed. *over_limit: entries left
 * out for caller_id.max_entries. */
struct ruf_image_seed;
RUF_MUST_USE enum ruf_status
ruf_build_home_image(const struct ruf_home *home, struct ruf_store *store,
                     const char *image_path, const struct ruf_image_seed *seed,
                     uint64_t *over_limit, struct ruf_error *err);

/* Store to image: load, merge, label, build, replace. */
RUF_MUST_USE enum ruf_status ruf_publish(const struct ruf_home *home,
                                         struct ruf_store *store,
                                         uint64_t *generation,
                                         struct ruf_error *err);

/* Make the calls of one request over a folder, under its lock unless it is only
 * a look. */
RUF_MUST_USE enum ruf_status
ruf_folder_emit(const char *folder, const struct ruf_directory_options *options,
                const struct ruf_directory_host *host,
                struct ruf_directory_report *report, struct ruf_error *err);

/* What a store holds, merged. Everything lives in the arena. */
struct ruf_gathered {
    struct ruf_source_contact *contacts;
    size_t count;
    struct ruf_store_override *decided; /* all that users decided */
    size_t decided_count;
    struct ruf_people people;
    struct ruf_suggestions suggestions; /* if wanted */
};

/* Store to people: load, lay what users decided beside it, merge. 'judged' may
 * be NULL. */
RUF_MUST_USE enum ruf_status
ruf_gather(struct ruf_store *store, const struct ruf_policy *policy,
           struct ruf_arena *arena, bool suggestions, ruf_store_judged *judged,
           void *context, struct ruf_gathered *out, struct ruf_error *err);

/* The name of a record as it is shown: display name, or the parts of the name
 * in 'room'. */
#define RUF_RECORD_NAME_ROOM (2 * RUF_RECORD_TEXT_MAX + 2)
struct ruf_text ruf_record_name(const struct ruf_source_contact *record,
                                char room[RUF_RECORD_NAME_ROOM]);

/* Hand out every number of a record, as ruf_home_explain() does. */
void ruf_explain_record(const struct ruf_source_contact *record,
                        const struct ruf_policy *policy,
                        ruf_explained_callback *callback, void *context);

#endif

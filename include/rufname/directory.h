/*
 * rufname/directory.h - the calls of one Call Directory request
 *
 * Turns an index, its names and the numbers it blocks, into the calls that an
 * iOS Call Directory extension makes on its CXCallDirectoryExtensionContext, in
 * constant memory. What is sent is decided once, before the first call, from
 * the files of a folder:
 *
 *   clear  complete only: the phone forgets everything
 *   full   all entries, then complete: they replace what the phone had
 *   delta  ask; yes: what changed since the last commit, no: all entries
 *   keep   ask, complete: the phone keeps what it has
 *
 * The folder is the home, or the app group of an app and its extension:
 *
 *   directory.ruf            newest index, written by the app
 *   directory.next.ruf       the one being sent, while a request runs
 *   directory.committed.ruf  what the phone accepted last; a delta needs both
 *   directory.commit         commit record: pending or committed, keyed
 *   directory.commit.held    the committed one, while a request runs
 *   directory.report         how the last request went; nothing personal
 *   directory.wiped          tombstone: until a clear was accepted
 *
 * Threads: a request is for one thread, but ruf_directory_request_fail() and
 * ruf_directory_request_finish() may come from any other while it emits. One
 * request per folder at a time: the phone runs no two.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RUFNAME_DIRECTORY_H
#define RUFNAME_DIRECTORY_H

#include <rufname/index.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Most entries one request may add; the phone fails at 2,000,000. */
#define RUF_DIRECTORY_ENTRIES_MAX 1999999

/**
 * Receiver of the calls, in the order in which they are to reach the phone. A
 * callback that returns anything but RUF_OK stops the emission; complete() is
 * then not called.
 */
struct ruf_directory_host {
    void *context;
    /** isIncremental. */
    bool (*ask)(void *context);
    /** addIdentificationEntryWithNextSequentialPhoneNumber:label: The label is
     *  valid during the call. */
    enum ruf_status (*add_identification)(void *context, ruf_e164 number,
                                          struct ruf_text label,
                                          struct ruf_error *err);
    /** addBlockingEntryWithNextSequentialPhoneNumber: */
    enum ruf_status (*add_blocking)(void *context, ruf_e164 number,
                                    struct ruf_error *err);
    /** removeIdentificationEntryWithPhoneNumber: */
    enum ruf_status (*remove_identification)(void *context, ruf_e164 number,
                                             struct ruf_error *err);
    /** removeBlockingEntryWithPhoneNumber: */
    enum ruf_status (*remove_blocking)(void *context, ruf_e164 number,
                                       struct ruf_error *err);
    /** completeRequestWithCompletionHandler: */
    enum ruf_status (*complete)(void *context, struct ruf_error *err);
    /** Polled every 1,000 entries; true ends the emission. May be NULL. */
    bool (*should_stop)(void *context);
};

/**
 * Emit every entry of an index in ascending order, then the numbers it blocks,
 * which lose their name, then complete: no folder, no decision, no record. Uses
 * add_identification, add_blocking, complete, should_stop only.
 *
 * @return RUF_OK; RUF_E_CANCELLED (should_stop() said so); RUF_E_POLICY (C411:
 *         more entries than a phone accepts, before any call); RUF_E_CORRUPT;
 *         RUF_E_IO; or what a callback returned.
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_directory_emit_full(const struct ruf_index *index,
                        const struct ruf_directory_host *host,
                        struct ruf_error *err);

/* --- one request ------------------------------------------------------------
 */

/** What is to be sent. Zero it, set struct_size, fill in. */
struct ruf_directory_options {
    size_t struct_size; /**< sizeof(struct ruf_directory_options) */
    /** The home's key, RUF_KEY_SIZE bytes, copied; NULL: not available now (a
     *  locked Keychain, or wiped). */
    const uint8_t *key;
    /** The policy switched caller identification off: clear. */
    bool disabled;
    /** Change no file: for a look at what would be sent. */
    bool dry_run;
    /** A blocked number keeps its name as well; otherwise it loses it, since
     *  what a phone makes of the combination is uncertain. */
    bool name_blocked;
    /** Most entries; 0: RUF_DIRECTORY_ENTRIES_MAX. Blocked numbers come first,
     *  then the lowest numbers; the rest is counted in the report. */
    uint32_t entries_max;
};

enum ruf_directory_mode {
    RUF_DIRECTORY_CLEAR = 0,
    RUF_DIRECTORY_FULL,
    RUF_DIRECTORY_DELTA,
    RUF_DIRECTORY_KEEP
};

enum ruf_directory_outcome {
    RUF_DIRECTORY_UNFINISHED = 0, /**< decided, or still being sent */
    RUF_DIRECTORY_COMMITTED,      /**< the phone has it */
    RUF_DIRECTORY_EXPIRED,        /**< completed too late: nothing was stored */
    RUF_DIRECTORY_REFUSED,        /**< the phone reported a failure */
    RUF_DIRECTORY_ABORTED         /**< an error of ours after the first call */
};

/** A request in numbers; also the content of directory.report. */
struct ruf_directory_report {
    enum ruf_directory_mode mode;
    enum ruf_directory_outcome outcome;
    char reason[8];      /**< id of what kept an index from being read, or "" */
    uint64_t generation; /**< of the index; 0: none was readable */
    uint64_t base;       /**< generation a delta starts from, else 0 */
    uint64_t removals;   /**< calls made, or planned before the emission */
    uint64_t additions;
    uint64_t skipped; /**< entries with a number or label no phone takes */
    uint64_t dropped; /**< entries over entries_max */
};

struct ruf_directory_request; /**< Opaque. */

/**
 * Decide what to send. Everything that can fail happens here, before the first
 * call: a file that cannot be read makes the request one that keeps what the
 * phone has, and its reason is in the report. From here to the answer of the
 * phone the record is pending: a request that dies costs the phone all its
 * entries, whatever it had in mind, so the next one is full.
 *
 * If this fails, ask and complete: that keeps as well.
 *
 * @param[in]  folder  directory, NUL-terminated.
 * @param[out] out     owned by the caller; NULL on failure.
 * @return RUF_OK; RUF_E_NOMEM.
 */
RUF_API RUF_MUST_USE enum ruf_status ruf_directory_request_open(
    const char *folder, const struct ruf_directory_options *options,
    struct ruf_directory_request **out, struct ruf_error *err);

/** Removes directory.next.ruf unless it was committed. NULL is fine. */
RUF_API void ruf_directory_request_close(struct ruf_directory_request *request);

/** The plan before the emission, the result after it. */
RUF_API void
ruf_directory_request_describe(struct ruf_directory_request *request,
                               struct ruf_directory_report *out);

/**
 * What kept the index from being read.
 * @return RUF_OK: nothing did, or there is none yet.
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_directory_request_reason(const struct ruf_directory_request *request,
                             struct ruf_error *err);

/**
 * Make the calls; once per request.
 *
 * @return RUF_OK: complete() was called, wait for its answer and hand it to
 *         ruf_directory_request_finish(). Anything else: cancel the request
 *         with an error that is not nil; the record is `none` already.
 *         RUF_E_CANCELLED: the phone reported a failure, or should_stop().
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_directory_request_emit(struct ruf_directory_request *request,
                           const struct ruf_directory_host *host,
                           struct ruf_error *err);

/**
 * requestFailedForExtensionContext:withError: was called. The emission stops
 * within 1,000 entries, and whatever complete() brings is no commit. Any
 * thread; may come after finish.
 */
RUF_API void ruf_directory_request_fail(struct ruf_directory_request *request);

/** What the completion block said. */
enum ruf_directory_answer {
    RUF_DIRECTORY_STORED = 0,  /**< expired == NO */
    RUF_DIRECTORY_NOT_IN_TIME, /**< expired == YES: nothing was stored */
};

/**
 * The completion block ran: commit, or forget. Any thread.
 * @return RUF_OK: recorded, also when it was no commit (see the report);
 *         RUF_E_IO: the record could not be written; the next request is full.
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_directory_request_finish(struct ruf_directory_request *request,
                             enum ruf_directory_answer answer,
                             struct ruf_error *err);

/* --- the folder, seen from the app ------------------------------------------
 */

/** What the phone is known to hold. */
enum ruf_directory_state {
    RUF_DIRECTORY_UNKNOWN = 0, /**< no record: the next request is full */
    RUF_DIRECTORY_PENDING,     /**< a request runs, or died: the next is full */
    RUF_DIRECTORY_HOLDS        /**< exactly that generation */
};

struct ruf_directory_commit {
    enum ruf_directory_state state;
    uint64_t generation;
    uint64_t identification_count;
    uint64_t blocking_count;
};

/**
 * Read the commit record. A damaged one, or one of another key, is none.
 * @return RUF_OK; RUF_E_IO; RUF_E_NOMEM.
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_directory_read_commit(const char *folder, const uint8_t key[RUF_KEY_SIZE],
                          struct ruf_directory_commit *out,
                          struct ruf_error *err);

/**
 * Open the index the phone was given last.
 * @return as ruf_index_open(); RUF_E_NOT_FOUND: nothing is committed.
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_directory_open_committed(const char *folder,
                             const uint8_t key[RUF_KEY_SIZE],
                             struct ruf_index **out, struct ruf_error *err);

/** How the last request went. @return RUF_OK; RUF_E_NOT_FOUND; RUF_E_CORRUPT
 * (D740); RUF_E_IO. */
RUF_API RUF_MUST_USE enum ruf_status
ruf_directory_read_report(const char *folder, struct ruf_directory_report *out,
                          struct ruf_error *err);

/**
 * A reload ended with an error of the phone: forget what it holds, so that the
 * next request is full.
 * @return RUF_OK; RUF_E_IO.
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_directory_forget(const char *folder, struct ruf_error *err);

/**
 * Does this error of reloadExtensionWithIdentifier: leave the phone's entries
 * in doubt? Not those of an extension that is switched off (6) or loading (7).
 */
RUF_API bool ruf_directory_error_forgets(long code);

/**
 * Wipe: tombstone first, then the images, the record and the report. From then
 * on requests clear, until one of them was accepted. Repeating it is fine.
 * @return RUF_OK; RUF_E_IO: something is left, call it again.
 */
RUF_API RUF_MUST_USE enum ruf_status ruf_directory_wipe(const char *folder,
                                                        struct ruf_error *err);

#ifdef __cplusplus
}
#endif
#endif

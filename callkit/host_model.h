/*
 * callkit/host_model.h - a phone, as far as call directories matter
 *
 * Plays the system service that loads Call Directory extensions: its states,
 * batches, limits, error codes and store, and an incoming call. Modelled on
 * Apple's documentation and on the observed behaviour of iOS 18 to 26; what is
 * only observed may change.
 *
 * An extension runs in the calling process. Failures of a request are told on
 * another thread while the call that caused them has not returned.
 *
 * Threads: one thread at a time; callbacks say where they run.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CALLKIT_HOST_MODEL_H
#define CALLKIT_HOST_MODEL_H

#include <rufname/directory.h>

struct ruf_phone;         /**< The service with its store. */
struct ruf_phone_request; /**< One request of one extension. */

/** CXErrorCodeCallDirectoryManagerError, and what is outside the enum. */
enum ruf_phone_error {
    RUF_PHONE_OK = -1,
    RUF_PHONE_UNKNOWN = 0,
    RUF_PHONE_NO_EXTENSION,
    RUF_PHONE_INTERRUPTED,
    RUF_PHONE_OUT_OF_ORDER,
    RUF_PHONE_DUPLICATE,
    RUF_PHONE_TOO_MANY,
    RUF_PHONE_DISABLED,
    RUF_PHONE_LOADING,
    RUF_PHONE_UNEXPECTED_REMOVAL,
    RUF_PHONE_SQLITE_CORRUPT = 11, /**< of another domain */
    RUF_PHONE_SQLITE_CONSTRAINT = 19,
    RUF_PHONE_UNAVAILABLE = 102,
    RUF_PHONE_CANCELLED = 1000 /**< the extension's own error */
};

/** States of an extension, with the values of the store. */
enum ruf_phone_state {
    RUF_PHONE_ABSENT = 0,
    RUF_PHONE_OFF,      /**< disabled, no rows */
    RUF_PHONE_OFF_KEPT, /**< switched off, rows not purged yet */
    RUF_PHONE_BUSY,     /**< loading */
    RUF_PHONE_ON,
    RUF_PHONE_GONE /**< bundle removed or being replaced */
};

struct ruf_phone_options {
    size_t struct_size;
    const char *database; /**< file of the store; NULL: in memory */
    uint32_t batch;       /**< entries shipped at a time; 0: 10,000 */
    /** Keep only rows of these two numbers: enough for one call. 0, 0: all. */
    ruf_e164 only[2];
    /** Told each call and what became of it, in the words of
     *  callkit/conformance.h; may be NULL. Runs on the calling thread. */
    void (*trace)(void *context, struct ruf_text line);
    void *trace_context;
};

/** The extension's entry point; complete or cancel before returning, or die. */
typedef void ruf_phone_extension(void *context,
                                 struct ruf_phone_request *request);

RUF_MUST_USE enum ruf_status
ruf_phone_create(const struct ruf_phone_options *options,
                 struct ruf_phone **out, struct ruf_error *err);
void ruf_phone_destroy(struct ruf_phone *phone);

/* --- what a user and the system do ------------------------------------------
 */

/** Put an app with an extension on the phone; its switch is off. */
void ruf_phone_install(struct ruf_phone *phone, const char *bundle,
                       int priority);
/** Take the app away. Its rows stay for a while. */
void ruf_phone_uninstall(struct ruf_phone *phone, const char *bundle);
/** The app came back as an update: the switch is as it was. */
void ruf_phone_update(struct ruf_phone *phone, const char *bundle);
/** Switch on in Settings: loads, unless the old rows are still there. */
enum ruf_phone_error ruf_phone_switch_on(struct ruf_phone *phone,
                                         const char *bundle,
                                         ruf_phone_extension *extension,
                                         void *context);
void ruf_phone_switch_off(struct ruf_phone *phone, const char *bundle);
/** reloadExtensionWithIdentifier:completionHandler: */
enum ruf_phone_error ruf_phone_reload(struct ruf_phone *phone,
                                      const char *bundle,
                                      ruf_phone_extension *extension,
                                      void *context);
/** Let time pass, then purge and reset as the system's maintenance does. */
void ruf_phone_maintain(struct ruf_phone *phone, int64_t seconds);
/** The store is damaged: every load ends with SQLite 11, nobody is known. */
void ruf_phone_corrupt(struct ruf_phone *phone);
/** A new, empty store: all switches are off. */
void ruf_phone_rebuild(struct ruf_phone *phone);

enum ruf_phone_state ruf_phone_state(struct ruf_phone *phone,
                                     const char *bundle);

/* --- trouble to order -------------------------------------------------------
 */

struct ruf_phone_trouble {
    /** The process is killed before this call, counted from 1; 0: never.
     *  killed() runs at that moment; later calls do nothing. */
    uint64_t kill_at;
    void (*killed)(void *context);
    void *context;
    /** This batch fails, counted from 1, with this error; 0: none. */
    uint64_t fail_batch;
    enum ruf_phone_error error;
    bool expires; /**< the completion comes too late */
    /** The process is killed once all is stored: no completion block. */
    bool no_answer;
};

/** For the next load only. */
void ruf_phone_plan_trouble(struct ruf_phone *phone,
                            const struct ruf_phone_trouble *trouble);

/* --- the extension's side ---------------------------------------------------
 */

/** Failure delegate; runs on another thread. */
void ruf_phone_on_failure(struct ruf_phone_request *request,
                          void (*failed)(void *context), void *context);
bool ruf_phone_ask(struct ruf_phone_request *request);
void ruf_phone_add_name(struct ruf_phone_request *request, int64_t number,
                        struct ruf_text label);
void ruf_phone_add_blocked(struct ruf_phone_request *request, int64_t number);
void ruf_phone_remove_name(struct ruf_phone_request *request, int64_t number);
void ruf_phone_remove_blocked(struct ruf_phone_request *request,
                              int64_t number);
void ruf_phone_remove_all(struct ruf_phone_request *request);
/** The completion block runs on another thread, before this returns. */
void ruf_phone_complete(struct ruf_phone_request *request,
                        void (*completed)(void *context, bool expired),
                        void *context);
/** A code of 0 stands for a nil error: taken for a success. */
void ruf_phone_cancel(struct ruf_phone_request *request, int code);
/** Did the process die? Then nothing it does matters any more. */
bool ruf_phone_is_dead(const struct ruf_phone_request *request);

/** What the last load looked like. */
struct ruf_phone_load {
    uint64_t calls;
    uint64_t batches;
    uint64_t switches; /**< batches shipped early: additions met removals */
    uint64_t surplus;  /**< additions and removals after a failure notice */
    bool asked;
    bool incremental; /**< the answer */
};
void ruf_phone_last_load(const struct ruf_phone *phone,
                         struct ruf_phone_load *out);

/* --- an incoming call -------------------------------------------------------
 */

/** What the phone knows about a caller from its call directories. */
struct ruf_phone_caller {
    bool blocked;
    bool known;
    char label[512]; /**< NUL-terminated, cut at a character if longer */
    char bundle[128];
    ruf_e164 matched; /**< the variant of the number that was found */
};

/** Both variants of a number that the phone looks up: as sent, and in
 *  international form with the network's region. 0: none. */
void ruf_phone_variants(const char *sent, const char *region, ruf_e164 out[2]);

void ruf_phone_ring(struct ruf_phone *phone, const char *sent,
                    const char *region, struct ruf_phone_caller *out);

/** Was memory out in any call so far? Then the phone may know too little. */
bool ruf_phone_lacks_memory(const struct ruf_phone *phone);

/** Walk the rows of an extension, ascending, as lookups see them (nothing
 *  unless it is on). Absent label: a blocked number. */
void ruf_phone_rows(struct ruf_phone *phone, const char *bundle,
                    void (*row)(void *context, ruf_e164 number,
                                struct ruf_text label),
                    void *context);

/** A phone as the receiver of a request. Without a directory request the
 *  phone's answer is not recorded. */
struct ruf_phone_bridge {
    struct ruf_phone_request *phone;
    struct ruf_directory_request *request;
};
struct ruf_directory_host ruf_phone_bridge(struct ruf_phone_bridge *bridge);

/** The extension in C: opens a request on a folder and emits it. */
struct ruf_phone_emitter {
    const char *folder;
    struct ruf_directory_options options;
    struct ruf_directory_report report; /**< of the last run */
};
/** A ruf_phone_extension; context: struct ruf_phone_emitter. */
void ruf_phone_run_emitter(void *context, struct ruf_phone_request *request);

#endif

/*
 * rufname/phone.h - what a phone gets from a home, and what it shows
 *
 * The same request as an iOS extension makes (rufname/directory.h), with a
 * home in the place of the app group; the screen of an incoming call; and the
 * input of Apple's Live Caller ID Lookup.
 *
 * Threads: as for struct ruf_home.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RUFNAME_PHONE_H
#define RUFNAME_PHONE_H

#include <rufname/directory.h>
#include <rufname/home.h>
#include <rufname/pir.h>

#ifdef __cplusplus
extern "C" {
#endif

enum ruf_emit_record {
    RUF_EMIT_LOOK = 0, /**< change nothing */
    RUF_EMIT_COMMIT    /**< the phone takes it: record that */
};

/**
 * Make the calls of the next request. What the policy says about caller ID
 * holds: switched off, the request clears.
 *
 * @param[out] report  what was sent.
 * @return RUF_OK; the status of what kept the index from being read, in which
 *         case the calls were made and keep what the phone has; RUF_E_BUSY
 *         (commit only); RUF_E_CANCELLED; or what a callback returned.
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_home_emit(struct ruf_home *home, const struct ruf_directory_host *host,
              enum ruf_emit_record record, struct ruf_directory_report *report,
              struct ruf_error *err);

/** Who is shown, and from where. */
enum ruf_ring_source {
    RUF_RING_NOBODY = 0,
    RUF_RING_DEVICE,   /**< the phone's own contacts: asked first */
    RUF_RING_DIRECTORY /**< the call directory */
};

struct ruf_ring {
    enum ruf_ring_source source;
    char label[512];        /**< UTF-8, NUL-terminated; "" for nobody */
    ruf_e164 as_sent;       /**< digits as the network sent them */
    ruf_e164 international; /**< with the home's region; 0: none */
    ruf_e164 matched;       /**< the one of the two that was found */
    uint64_t generation;    /**< of the list asked; 0: none */
    bool committed;         /**< a phone has it; else: it would get it now */
    uint64_t device_contacts;
    /** Nobody, but the number lies below the prefix of a company: its label in
     *  the app ("~ Muster AG"), which the phone does not have. Else "". */
    char trunk[512];
    bool blocked; /**< the phone does not ring: the call directory says so */
};

/**
 * Let a modelled phone ring: it asks its own contacts, then the list it was
 * given last, or, if nothing was committed, the one it would be given now.
 *
 * @param[in] text     the caller's number as the network sends it.
 * @param[in] device   vCard file of the phone's own contacts; may be NULL.
 * @return RUF_OK; RUF_E_NOT_FOUND (D722: nothing was synced yet); RUF_E_CORRUPT
 *         (index or vCard file); RUF_E_IO; RUF_E_NOMEM.
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_home_ring(struct ruf_home *home, const char *text, const char *device,
              struct ruf_ring *out, struct ruf_error *err);

/**
 * Write the input of Apple's PIR server (rufname/pir.h) from the newest index,
 * noted in the audit with its rows; so is a refusal.
 * @return as ruf_pir_export(), ruf_home_index(); RUF_E_POLICY (C412: caller
 *         identification is switched off); RUF_E_BUSY.
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_home_export_pir(struct ruf_home *home, const char *path,
                    const struct ruf_pir_options *options,
                    struct ruf_pir_result *result, struct ruf_error *err);

#ifdef __cplusplus
}
#endif
#endif

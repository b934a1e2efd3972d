/*
 * rufname/status.h - results and error details
 *
 * Every function that can fail returns enum ruf_status and, on failure only,
 * fills a caller-owned struct ruf_error. There is no "last error": the object
 * belongs to one call and one thread.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RUFNAME_STATUS_H
#define RUFNAME_STATUS_H

#include <stdint.h>

#if defined(__GNUC__)
#define RUF_API __attribute__((visibility("default")))
#define RUF_MUST_USE __attribute__((warn_unused_result))
#define RUF_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define RUF_API
#define RUF_MUST_USE
#define RUF_PRINTF(text, first)
#endif

#ifdef __cplusplus
extern "C" {
#endif

/** Classes of failure. Each one has an exit code of the command. */
enum ruf_status {
    RUF_OK = 0,
    RUF_E_NOT_FOUND, /**< nothing found, where finding was the task (1) */
    RUF_E_USAGE,     /**< bad argument, unknown option, no such source (2) */
    RUF_E_POLICY,    /**< policy forbids it or is invalid (3) */
    RUF_E_LOCKED,    /**< access is locked (4) */
    RUF_E_KEY,       /**< key missing or not the one of this data (4) */
    RUF_E_NETWORK,   /**< no connection, TLS refused, time-out (5) */
    RUF_E_SERVER,    /**< server answered, but not what the contract says (5) */
    RUF_E_AUTH,      /**< sign-in needed or refused (5) */
    RUF_E_CORRUPT,   /**< store, image or input file damaged or foreign (6) */
    RUF_E_PARTIAL,   /**< some parts done, others failed (7) */
    RUF_E_WIPED,     /**< organisation data was removed (8) */
    RUF_E_INTERNAL,  /**< a bug or a broken library below us (9) */
    RUF_E_IO,        /**< disk, permission, closed pipe (10) */
    RUF_E_NOMEM,     /**< an allocation failed (11) */
    RUF_E_BUSY,      /**< another writer holds the lock (75) */
    RUF_E_CANCELLED  /**< the caller asked to stop (130) */
};

/**
 * What went wrong, where. Holds no personal data and no secret, so it may be
 * logged as it is. Written only when a call fails.
 */
struct ruf_error {
    enum ruf_status status;
    char id[8];       /**< stable id, "K201"; catalogue: engine/messages.c */
    int os_errno;     /**< errno of the failed system call, else 0 */
    int http_status;  /**< HTTP status of the refused answer, else 0 */
    uint32_t line;    /**< 1-based line in a text input, else 0 */
    uint32_t column;  /**< 1-based column in bytes, else 0 */
    uint64_t offset;  /**< byte offset in a binary input, else 0 */
    char place[256];  /**< file, source id, host or JSON pointer; UTF-8 */
    char detail[512]; /**< technical reason, English, lower case, one line */
};

#ifdef __cplusplus
}
#endif
#endif

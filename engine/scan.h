/*
 * engine/scan.h - do these bytes hold a text or a number, in any clear form?
 *
 * Texts are looked for in UTF-8, UTF-16 of either order and base64 at its three
 * offsets; numbers as digits in all of these, packed two digits a byte, and as
 * 64-bit integers of either order. Forms of less than seven bytes are left out
 * (six if packed): chance would find them.
 *
 * Threads: one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ENGINE_SCAN_H
#define ENGINE_SCAN_H

#include <rufname/contact.h>
#include <rufname/status.h>
#include <stdbool.h>
#include <stddef.h>

struct ruf_scan;

RUF_MUST_USE enum ruf_status ruf_scan_create(struct ruf_scan **out,
                                             struct ruf_error *err);
/** Wipes what was looked for; NULL is fine. */
void ruf_scan_destroy(struct ruf_scan *scan);

/** Look for a text; one that is too short is left out. Memory that runs out is
 *  told by ruf_scan_ready(). */
void ruf_scan_add_text(struct ruf_scan *scan, struct ruf_text text);
void ruf_scan_add_number(struct ruf_scan *scan, ruf_e164 number);

/** Call when all is added. @return RUF_OK, RUF_E_NOMEM. */
RUF_MUST_USE enum ruf_status ruf_scan_ready(struct ruf_scan *scan,
                                            struct ruf_error *err);

/** Forms that are looked for. */
size_t ruf_scan_count(const struct ruf_scan *scan);

/** Is one of them in these bytes? */
bool ruf_scan_bytes(const struct ruf_scan *scan, const void *bytes,
                    size_t size);

/** Is one of them in this file? @return RUF_OK; as ruf_file_open(). */
RUF_MUST_USE enum ruf_status ruf_scan_file(const struct ruf_scan *scan,
                                           const char *path, bool *found,
                                           struct ruf_error *err);

#endif

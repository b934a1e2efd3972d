/*
 * sync/import_input.h - a contact file as UTF-8 bytes with positions
 *
 * Reads plain and gzip files alike, takes off a byte order mark and turns
 * UTF-16 (with a mark) into UTF-8, in constant memory.
 *
 * Threads: one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SYNC_IMPORT_INPUT_H
#define SYNC_IMPORT_INPUT_H

#include "base/bytes.h"
#include <rufname/status.h>
#include <stdbool.h>
#include <stdint.h>

struct ruf_input;

/** @return RUF_OK; RUF_E_NOT_FOUND, RUF_E_IO; RUF_E_NOMEM. */
RUF_MUST_USE enum ruf_status
ruf_input_open(const char *path, struct ruf_input **out, struct ruf_error *err);
void ruf_input_close(struct ruf_input *input);

/** Next byte, 0..255; -1 at the end or after a failure. */
int ruf_input_byte(struct ruf_input *input);

/** The byte ruf_input_byte() will give, without taking it. */
int ruf_input_peek(struct ruf_input *input);

/** 1-based line of the next byte. */
uint32_t ruf_input_line(const struct ruf_input *input);

/** RUF_OK, or why reading ended early: RUF_E_CORRUPT (D734: damaged gzip),
 *  RUF_E_IO. */
RUF_MUST_USE enum ruf_status ruf_input_status(const struct ruf_input *input,
                                              struct ruf_error *err);

/**
 * Next line without its end (LF, CR or CRLF), NUL-terminated in the writer.
 * Lines beyond limit bytes are cut; *cut tells.
 * @return false at the end.
 */
bool ruf_input_read_line(struct ruf_input *input, size_t limit,
                         struct ruf_writer *line, bool *cut);

#endif

/*
 * sync/import_input.h - a contact file as UTF-8 bytes with positions
 *
 * Reads plain and gzip data alike, takes off a byte order mark and turns
 * UTF-16 (with a mark) and, if the policy says so, Windows-1252 into UTF-8, in
 * constant memory. The bytes come from a file or from whoever has them.
 *
 * Threads: one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SYNC_IMPORT_INPUT_H
#define SYNC_IMPORT_INPUT_H

#include "base/bytes.h"
#include "policy/policy.h"
#include <rufname/status.h>
#include <stdbool.h>
#include <stdint.h>

struct ruf_input;

/** Where bytes come from. */
struct ruf_input_reader {
    void *context;
    /** Up to size bytes; *got is 0 at the end and only there. */
    enum ruf_status (*read)(void *context, void *bytes, size_t size,
                            size_t *got, struct ruf_error *err);
};

/** @param[in] name  for messages. @return RUF_OK; RUF_E_NOMEM. */
RUF_MUST_USE enum ruf_status
ruf_input_create(const char *name, const struct ruf_input_reader *reader,
                 enum ruf_charset charset, struct ruf_input **out,
                 struct ruf_error *err);

/** A file. @return RUF_OK; RUF_E_IO; RUF_E_NOMEM. */
RUF_MUST_USE enum ruf_status ruf_input_open(const char *path,
                                            enum ruf_charset charset,
                                            struct ruf_input **out,
                                            struct ruf_error *err);
/** NULL is fine. */
void ruf_input_close(struct ruf_input *input);

/** Next byte, 0..255; -1 at the end or after a failure. */
int ruf_input_byte(struct ruf_input *input);

/** The byte ruf_input_byte() will give, without taking it. */
int ruf_input_peek(struct ruf_input *input);

/** 1-based line of the next byte. */
uint32_t ruf_input_line(const struct ruf_input *input);

/** RUF_OK, or why reading ended early: RUF_E_CORRUPT (D734: damaged gzip),
 *  RUF_E_IO, or what the reader said. */
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

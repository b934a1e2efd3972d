/*
 * rufname/message.h - errors in words, German and English
 *
 * Threads: pure.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RUFNAME_MESSAGE_H
#define RUFNAME_MESSAGE_H

#include <rufname/status.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum ruf_language { RUF_ENGLISH = 0, RUF_GERMAN };

/** Is there a sentence for this id ("K201")? */
RUF_API bool ruf_error_known(const char *id);

/**
 * Write one sentence that says what is wrong and where, and one that says what
 * to do. Both are cut to fit and end in NUL.
 */
RUF_API void ruf_error_describe(const struct ruf_error *err,
                                enum ruf_language language, char *sentence,
                                size_t sentence_size, char *remedy,
                                size_t remedy_size);

#ifdef __cplusplus
}
#endif
#endif

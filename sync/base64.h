/*
 * sync/base64.h - base64 both ways (RFC 4648), over OpenSSL
 *
 * Threads: pure.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SYNC_BASE64_H
#define SYNC_BASE64_H

#include <stdbool.h>
#include <stddef.h>

/** Characters of size bytes with padding and a NUL. */
#define RUF_BASE64_SIZE(size) (((size) + 2) / 3 * 4 + 1)

/** Standard alphabet, padded. out holds RUF_BASE64_SIZE(size). */
void ruf_base64(const void *bytes, size_t size, char *out);

/** URL alphabet, unpadded. out holds RUF_BASE64_SIZE(size). */
void ruf_base64url(const void *bytes, size_t size, char *out);

/**
 * Decode either alphabet, padded or not. out holds strlen(text) bytes.
 * @return false if it is neither.
 */
bool ruf_base64_decode(const char *text, void *out, size_t *size);

#endif

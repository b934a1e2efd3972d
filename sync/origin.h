/*
 * sync/origin.h - scheme, host and port of a URL, read by libcurl's own parser
 *
 * The parser that decides is the one that connects, so no spelling can mean
 * one host here and another one there.
 *
 * Threads: pure.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SYNC_ORIGIN_H
#define SYNC_ORIGIN_H

#include <stdbool.h>

#define RUF_URL_MAX (64u * 1024u) /**< bytes of a URL we ask */

/** An https origin. */
struct ruf_origin {
    char host[256]; /**< ASCII lower case; IPv6 in brackets */
    char port[6];   /**< always set */
};

enum ruf_origin_result {
    RUF_ORIGIN_OK = 0,
    RUF_ORIGIN_BAD, /**< not a plain absolute https URL */
    RUF_ORIGIN_NOMEM
};

/**
 * The origin of an absolute https URL in visible ASCII without user-info and
 * zone id. Everything else is RUF_ORIGIN_BAD.
 */
enum ruf_origin_result ruf_origin_parse(const char *url,
                                        struct ruf_origin *out);

bool ruf_origin_equal(const struct ruf_origin *a, const struct ruf_origin *b);

#endif

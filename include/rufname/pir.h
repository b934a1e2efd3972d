/*
 * rufname/pir.h - the input of Apple's Live Caller ID Lookup (iOS 18)
 *
 * Writes the KeywordDatabase that PIRProcessDatabase of apple/
 * swift-homomorphic-encryption reads (pir/v1/pir_database.proto):
 *
 *     message KeywordDatabase    { repeated KeywordDatabaseRow rows = 1; }
 *     message KeywordDatabaseRow { bytes keyword = 1; bytes value = 2; }
 *
 * A keyword is a number with its plus, "+4930123"; a value is a CallIdentity
 * or, for blocking, one byte. Rows are streamed: memory does not grow.
 *
 * Privacy: the file holds names and numbers in the clear, and so does the
 * server that it is for. docs/live-caller-id.md says what that means.
 *
 * Threads: works on the calling thread.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RUFNAME_PIR_H
#define RUFNAME_PIR_H

#include <rufname/index.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** CallIdentity.category. */
enum ruf_pir_category {
    RUF_PIR_UNSPECIFIED = 0,
    RUF_PIR_PERSON,
    RUF_PIR_BUSINESS
};

#define RUF_PIR_SHARDS_MAX 4096u

/** Each use case is a data set of its own. */
enum ruf_pir_content {
    RUF_PIR_IDENTITIES = 0, /**< a CallIdentity per name */
    RUF_PIR_BLOCKED         /**< one byte, 1, per number to block */
};

/** Zero it, set struct_size, fill in. Category, cache_minutes and
 *  test_identity are of identities only. */
struct ruf_pir_options {
    size_t struct_size; /**< sizeof(struct ruf_pir_options) */
    enum ruf_pir_content content;
    enum ruf_pir_category category;
    uint32_t cache_minutes; /**< how long a phone keeps an answer; 0: unsaid */
    uint32_t shards; /**< count the rows per shard of so many; 0: do not */
    /** Add Apple's test identity, +14085551212 "Johnny Appleseed", which its
     *  onboarding asks for. */
    bool test_identity;
};

/** What was written. */
struct ruf_pir_result {
    uint64_t rows;
    uint64_t bytes;
    uint64_t largest_value; /**< bytes; the cost of a query grows with it */
    uint32_t shard_min;     /**< rows of the emptiest shard */
    uint32_t shard_max;     /**< rows of the fullest */
    uint32_t shard_rows[RUF_PIR_SHARDS_MAX];
};

/**
 * Write the identities or the blocked numbers of an index, a row per number.
 * A blocked number has no identity.
 * @return RUF_OK; RUF_E_USAGE (U041: more shards than RUF_PIR_SHARDS_MAX);
 *         RUF_E_CORRUPT; RUF_E_IO; RUF_E_NOMEM. On failure the file is what it
 *         was.
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_pir_export(const char *path, const struct ruf_index *index,
               const struct ruf_pir_options *options,
               struct ruf_pir_result *result, struct ruf_error *err);

/**
 * Shard of a keyword: the first eight bytes of its SHA-256 as a little-endian
 * number, modulo the number of shards.
 * @return RUF_OK; RUF_E_INTERNAL.
 */
RUF_API RUF_MUST_USE enum ruf_status ruf_pir_shard(const void *keyword,
                                                   size_t size, uint32_t shards,
                                                   uint32_t *out,
                                                   struct ruf_error *err);

#ifdef __cplusplus
}
#endif
#endif

/*
 * rufname/index.h - read-only view of a sealed caller-ID index
 *
 * An index is one immutable file, directory.ruf (docs/index-format.md). It
 * maps E.164 numbers to labels and contacts. A writer replaces the file as a
 * whole; a reader that has it open keeps its own generation.
 *
 * Threads: share a struct ruf_index freely; a thread waits for another only
 * while that one decrypts what both need first. struct ruf_query is scratch
 * space for one thread at a time. The first search of an index decrypts with up
 * to four threads of its own, which have ended when it returns; no other call
 * starts any.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RUFNAME_INDEX_H
#define RUFNAME_INDEX_H

#include <rufname/contact.h>
#include <rufname/number.h>
#include <rufname/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Bytes of the master key of a home. */
#define RUF_KEY_SIZE 32

struct ruf_index; /**< Opaque; made by ruf_index_open(). */
struct ruf_query; /**< Opaque; made by ruf_query_create(). */

/** Where the verified plain bytes live. Same answers either way. */
enum ruf_index_mode {
    /** Blocks are verified and decrypted when first touched and then kept in
     *  locked memory; the tables of search all at once by the first search. */
    RUF_INDEX_RESIDENT = 0,
    /** Each query keeps the last few blocks only: bounded memory, no search. */
    RUF_INDEX_ON_DEMAND
};

/** Most numbers an index asks a phone to block, and the smallest one. */
#define RUF_BLOCKED_MAX 10000
#define RUF_BLOCKED_NUMBER_MIN UINT64_C(10000)

/** Most bytes of a photo. */
#define RUF_PHOTO_SIZE_MAX 16384

/** Facts about an open index. */
struct ruf_index_info {
    uint64_t generation;  /**< grows by one with every publish */
    uint64_t entry_count; /**< distinct numbers that are emitted */
    uint64_t contact_count;
    uint64_t trunk_count;   /**< prefixes that stand for a whole company */
    uint64_t blocked_count; /**< numbers to block, 0..RUF_BLOCKED_MAX */
    uint64_t photo_count;   /**< contacts with a photo */
    uint64_t image_size;    /**< bytes of the file */
};

/**
 * Open an image and check its header; a block is checked when it is read.
 *
 * @param[in]  path  file name, NUL-terminated.
 * @param[in]  key   the home's master key; copied into locked memory.
 * @param[in]  mode  see enum ruf_index_mode.
 * @param[out] out   the index, owned by the caller; NULL on failure.
 * @param[out] err   may be NULL.
 * @return RUF_OK; RUF_E_NOT_FOUND (no such file); RUF_E_IO (no regular file,
 *         unreadable);
 *         RUF_E_KEY (intact, but sealed with another key); RUF_E_CORRUPT
 *         (foreign, truncated, damaged, newer format; err->offset = place);
 *         RUF_E_NOMEM.
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_index_open(const char *path, const uint8_t key[RUF_KEY_SIZE],
               enum ruf_index_mode mode, struct ruf_index **out,
               struct ruf_error *err);

/**
 * The same, but refuse a file that was put back: one whose generation is
 * smaller than that of the newest the caller knows of.
 * @param[in] oldest  smallest generation accepted.
 * @return as ruf_index_open(); RUF_E_CORRUPT (D707: an older index).
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_index_open_since(const char *path, const uint8_t key[RUF_KEY_SIZE],
                     enum ruf_index_mode mode, uint64_t oldest,
                     struct ruf_index **out, struct ruf_error *err);

/**
 * Read and check every byte of an image and all it says about itself: order,
 * bounds, tables that find each of their keys. Slow; neither mode needs it
 * before it is safe to use.
 * @return as ruf_index_open_since().
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_index_verify(const char *path, const uint8_t key[RUF_KEY_SIZE],
                 uint64_t oldest, struct ruf_error *err);

/** Wipe and free. Must be the last call on the index; NULL is fine. */
RUF_API void ruf_index_close(struct ruf_index *index);

/** Counts and sizes of an open index. */
RUF_API void ruf_index_describe(const struct ruf_index *index,
                                struct ruf_index_info *out);

/**
 * Scratch space for queries on one index. Texts handed out by a query stay
 * valid until the next call on the same query.
 * @return RUF_OK, RUF_E_NOMEM.
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_query_create(const struct ruf_index *index, struct ruf_query **out,
                 struct ruf_error *err);

/** Wipe and free; NULL is fine. The index stays open. */
RUF_API void ruf_query_destroy(struct ruf_query *query);

/** Answer to "who is calling?". */
struct ruf_caller {
    bool known; /**< false: all else is zero */
    /** Nobody is known by this very number, but it lies below a prefix that
     *  one company has: the label names the company, contact_count is 0. */
    bool approximate;
    struct ruf_text label;    /**< what the phone shows */
    const uint32_t *contacts; /**< contact numbers, 0..contact_count-1 */
    size_t contact_count;
};

/**
 * Look up one number. An unknown number is a normal answer.
 * @return RUF_OK; RUF_E_CORRUPT (a damaged block); RUF_E_IO; RUF_E_NOMEM.
 */
RUF_API RUF_MUST_USE enum ruf_status ruf_query_lookup(struct ruf_query *query,
                                                      ruf_e164 number,
                                                      struct ruf_caller *out,
                                                      struct ruf_error *err);

/** Most numbers one ruf_query_lookup_many() answers. */
#define RUF_LOOKUP_BATCH 64

/**
 * Look up several numbers. In resident mode their memory accesses overlap,
 * which is faster than one call each.
 *
 * @param[in]  numbers  count numbers, in any order.
 * @param[out] out      one answer per number, valid until the next call.
 * @param[out] done     how many were answered, from the front: all, at most
 *                      RUF_LOOKUP_BATCH; fewer only where numbers with very
 *                      many contacts meet. At least 1 if count is.
 * @return as ruf_query_lookup().
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_query_lookup_many(struct ruf_query *query, const ruf_e164 *numbers,
                      size_t count, struct ruf_caller *out, size_t *done,
                      struct ruf_error *err);

/**
 * Read one contact by its number in this index (ruf_caller.contacts).
 * @return RUF_OK; RUF_E_NOT_FOUND (number too large); RUF_E_CORRUPT; RUF_E_IO.
 */
RUF_API RUF_MUST_USE enum ruf_status ruf_query_contact(struct ruf_query *query,
                                                       uint32_t contact,
                                                       struct ruf_contact *out,
                                                       struct ruf_error *err);

enum ruf_photo_type { RUF_PHOTO_JPEG = 0, RUF_PHOTO_PNG };

/** Thumbnail of a contact. */
struct ruf_contact_photo {
    const uint8_t *bytes; /**< as the source gave it; NULL: there is none */
    size_t size;          /**< 0..RUF_PHOTO_SIZE_MAX */
    enum ruf_photo_type
        type;        /**< by its first bytes; nothing else is checked */
    uint32_t source; /**< position in the contact's sources */
};

/**
 * Read the photo of a contact; having none is a normal answer.
 * @param[out] out  bytes are valid until the next ruf_query_photo() on the same
 *                  query.
 * @return RUF_OK; RUF_E_NOT_FOUND (number too large); RUF_E_CORRUPT; RUF_E_IO.
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_query_photo(struct ruf_query *query, uint32_t contact,
                struct ruf_contact_photo *out, struct ruf_error *err);

/**
 * Is the phone to block this number? It may have a caller all the same.
 * @return RUF_OK; RUF_E_CORRUPT; RUF_E_IO; RUF_E_NOMEM (first read of a block).
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_query_is_blocked(struct ruf_query *query, ruf_e164 number, bool *blocked,
                     struct ruf_error *err);

/**
 * All numbers the phone is to block.
 * @param[out] numbers  strictly ascending; room for ruf_index_info's
 *                      blocked_count, RUF_BLOCKED_MAX at most.
 * @param[out] count    how many there are.
 * @return RUF_OK; RUF_E_CORRUPT; RUF_E_IO; RUF_E_NOMEM.
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_index_blocked(const struct ruf_index *index, ruf_e164 *numbers,
                  size_t *count, struct ruf_error *err);

/** One entry of the directory. */
struct ruf_entry {
    ruf_e164 number;
    struct ruf_text label; /**< valid until the next ruf_cursor_next() */
};

struct ruf_cursor; /**< Opaque; walks all entries in ascending order. */

/** Start before the first entry. Constant memory. @return RUF_OK, RUF_E_NOMEM.
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_cursor_create(const struct ruf_index *index, struct ruf_cursor **out,
                  struct ruf_error *err);

/** Wipe and free; NULL is fine. */
RUF_API void ruf_cursor_destroy(struct ruf_cursor *cursor);

/**
 * Step to the next entry.
 * @param[out] out  entry; number 0 once all entries were delivered.
 * @return RUF_OK; RUF_E_CORRUPT; RUF_E_IO.
 */
RUF_API RUF_MUST_USE enum ruf_status ruf_cursor_next(struct ruf_cursor *cursor,
                                                     struct ruf_entry *out,
                                                     struct ruf_error *err);

#ifdef __cplusplus
}
#endif
#endif

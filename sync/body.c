/*
 * sync/body.c - the bytes of an answer, as they arrive and unpacked
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sync/body.h"
#include "base/bytes.h"
#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_SIZE (64u * 1024u)
#define RATIO_MAX 1032u /* of DEFLATE: 258 bytes for two bits */

void ruf_body_drop(struct ruf_body *body)
{
    if (body->secret.bytes != NULL)
        ruf_secret_destroy(&body->secret);
    else
        free(body->bytes);
    memset(body, 0, sizeof(*body));
}

void ruf_body_restart(struct ruf_body *body)
{
    body->size = 0;
    body->too_large = false;
    body->no_memory = false;
}

enum ruf_status ruf_body_prepare(struct ruf_body *body, size_t max, bool secret,
                                 struct ruf_error *err)
{
    if (secret || body->secret.bytes != NULL)
        ruf_body_drop(body);
    ruf_body_restart(body);
    body->max = max;
    if (secret) {
        enum ruf_status status = ruf_secret_create(max + 1, &body->secret, err);

        if (status != RUF_OK)
            return status;
        body->bytes = (char *)body->secret.bytes;
        body->capacity = max;
    }
    return RUF_OK;
}

/* Room for need bytes in all. */
static bool reserve(struct ruf_body *body, size_t need)
{
    size_t capacity = body->capacity < FIRST_SIZE ? FIRST_SIZE : body->capacity;
    char *grown;

    if (need > body->max) {
        body->too_large = true;
        return false;
    }
    if (body->bytes != NULL && need <= body->capacity)
        return true;
    while (capacity < need)
        capacity *= 2; /* need <= max <= 32 MiB */
    grown = realloc(body->bytes, capacity + 1);
    if (grown == NULL) {
        body->no_memory = true;
        return false;
    }
    body->bytes = grown;
    body->capacity = capacity;
    return true;
}

bool ruf_body_append(struct ruf_body *body, const void *bytes, size_t size)
{
    if (size == 0)
        return true;
    if (size > body->max - body->size) {
        body->too_large = true;
        return false;
    }
    if (!reserve(body, body->size + size))
        return false;
    memcpy(body->bytes + body->size, bytes, size);
    body->size += size;
    return true;
}

char *ruf_body_text(struct ruf_body *body)
{
    static char empty[1];

    if (body->bytes == NULL)
        return empty;
    body->bytes[body->size] = '\0';
    return body->bytes;
}

/* --- unpacking
 * ------------------------------------------------------------------------ */

/* The last four bytes tell the size of the last member. That is a hint: there
 * may be more of them, and it may lie, but not beyond what DEFLATE can do. */
static size_t expected_size(const struct ruf_body *packed, size_t max)
{
    size_t told =
        packed->size < 4
            ? 0
            : ruf_load32((const uint8_t *)packed->bytes + packed->size - 4);
    size_t most = packed->size * RATIO_MAX;

    told = told < most ? told : most;
    return told < max ? told : max;
}

/* The member at *at, behind what there is. */
static bool unpack_member(struct libdeflate_decompressor *unpacker,
                          const struct ruf_body *packed, size_t *at,
                          struct ruf_body *plain)
{
    enum libdeflate_result result;
    size_t used = 0;
    size_t made = 0;

    do {
        size_t room =
            plain->capacity < plain->max ? plain->capacity : plain->max;

        result = libdeflate_gzip_decompress_ex(
            unpacker, packed->bytes + *at, packed->size - *at,
            plain->bytes + plain->size, room - plain->size, &used, &made);
        if (result == LIBDEFLATE_INSUFFICIENT_SPACE &&
            !reserve(plain, room + 1))
            return false;
    } while (result == LIBDEFLATE_INSUFFICIENT_SPACE);
    *at += used;
    plain->size += made;
    return result == LIBDEFLATE_SUCCESS;
}

bool ruf_body_unpack(struct libdeflate_decompressor *unpacker,
                     const struct ruf_body *packed, struct ruf_body *plain)
{
    size_t at = 0;

    if (!reserve(plain, expected_size(packed, plain->max)))
        return false;
    while (at < packed->size)
        if (!unpack_member(unpacker, packed, &at, plain))
            return false;
    return true;
}

/*
 * callkit/side.c - the set of entries that an index stands for on a phone
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "callkit/side.h"
#include "base/error.h"
#include <stdlib.h>
#include <string.h>

#define NUMBER_MIN UINT64_C(10000)
#define LABEL_SIZE_MAX 65534u

/* --- what a phone takes ----------------------------------------------------
 */

bool ruf_directory_number_fits(ruf_e164 number)
{
    return number >= NUMBER_MIN && number <= RUF_E164_MAX;
}

/* Eight bytes at a time: is each of them printable ASCII or a blank? Borrows
 * run upwards only, so the lowest flagged byte is always right. */
static bool is_plain_word(const unsigned char *bytes)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t tops = ones * 0x80;
    uint64_t word;

    memcpy(&word, bytes, sizeof(word));
    /* top bit set, or below 0x20, or 0x7F */
    return ((word | (word - ones * 0x20) | (word + ones)) & tops) == 0;
}

/* Code points of three bytes that show nothing. */
static bool is_blank(const unsigned char *c)
{
    unsigned point =
        (c[0] & 0x0Fu) << 12 | (c[1] & 0x3Fu) << 6 | (c[2] & 0x3Fu);

    return point == 0x3000 || point == 0x202F || point == 0x205F ||
           point == 0x1680 || (point >= 0x2000 && point <= 0x200F) ||
           point == 0x2028 || point == 0x2029 || point == 0xFEFF;
}

static bool continues(unsigned char byte)
{
    return (byte & 0xC0) == 0x80;
}

/* The character of two to four bytes at c, left bytes of text there. @return
 * its size; 0: malformed, or a control character */
static size_t check_long(const unsigned char *c, size_t left, bool *visible)
{
    if (left >= 2 && c[0] >= 0xC2 && c[0] < 0xE0 && continues(c[1])) {
        if (c[0] == 0xC2 && c[1] < 0xA0)
            return 0; /* U+0080 to U+009F */
        *visible = *visible || c[0] != 0xC2 || c[1] != 0xA0;
        return 2;
    }
    if (left >= 3 && (c[0] & 0xF0) == 0xE0 && continues(c[1]) &&
        continues(c[2])) {
        /* Overlong, or half a surrogate pair. */
        if ((c[0] == 0xE0 && c[1] < 0xA0) || (c[0] == 0xED && c[1] >= 0xA0))
            return 0;
        *visible = *visible || !is_blank(c);
        return 3;
    }
    if (left >= 4 && c[0] >= 0xF0 && c[0] <= 0xF4 && continues(c[1]) &&
        continues(c[2]) && continues(c[3])) {
        if ((c[0] == 0xF0 && c[1] < 0x90) || (c[0] == 0xF4 && c[1] >= 0x90))
            return 0;
        *visible = true;
        return 4;
    }
    return 0;
}

bool ruf_directory_label_fits(struct ruf_text label)
{
    const unsigned char *bytes = (const unsigned char *)label.data;
    bool visible = false;
    size_t i = 0;

    if (label.size == 0 || label.size > LABEL_SIZE_MAX)
        return false;
    while (i < label.size) {
        size_t left = label.size - i;

        /* Once something is visible, whole words will do; the last one may
         * overlap what was checked. */
        if (visible && left >= 8 && is_plain_word(bytes + i)) {
            i += 8;
        } else if (visible && left < 8 && label.size >= 8 &&
                   is_plain_word(bytes + label.size - 8)) {
            return true;
        } else if (bytes[i] < 0x80) {
            if (bytes[i] < ' ' || bytes[i] == 0x7F)
                return false;
            visible = visible || bytes[i] != ' ';
            i++;
        } else {
            size_t size = check_long(bytes + i, left, &visible);

            if (size == 0)
                return false;
            i += size;
        }
    }
    return visible;
}

/* --- numbers to block ------------------------------------------------------
 */

enum ruf_status ruf_side_open(struct ruf_side *side,
                              const struct ruf_index *index,
                              struct ruf_error *err)
{
    struct ruf_index_info info;
    size_t count = 0;
    enum ruf_status status;

    ruf_index_describe(index, &info);
    side->index = index;
    side->blocking = calloc((size_t)info.blocked_count + 1, sizeof(ruf_e164));
    if (side->blocking == NULL)
        return ruf_fail_memory(err);
    status = ruf_index_blocked(index, side->blocking, &count, err);
    side->blocking_count =
        count < side->entries_max ? count : side->entries_max;
    return status;
}

void ruf_side_close(struct ruf_side *side)
{
    free(side->blocking);
    side->blocking = NULL;
    side->blocking_count = 0;
    side->index = NULL;
}

/* --- walking ---------------------------------------------------------------
 */

enum ruf_status ruf_side_walk_open(struct ruf_side_walk *walk,
                                   const struct ruf_side *side,
                                   struct ruf_error *err)
{
    memset(walk, 0, sizeof(*walk));
    walk->side = side;
    walk->left = side->entries_max - side->blocking_count;
    return ruf_cursor_create(side->index, &walk->cursor, err);
}

void ruf_side_walk_close(struct ruf_side_walk *walk)
{
    ruf_cursor_destroy(walk->cursor);
    memset(walk, 0, sizeof(*walk));
}

static bool is_blocked(struct ruf_side_walk *walk, ruf_e164 number)
{
    const struct ruf_side *side = walk->side;

    while (walk->blocking_at < side->blocking_count &&
           side->blocking[walk->blocking_at] < number)
        walk->blocking_at++;
    return walk->blocking_at < side->blocking_count &&
           side->blocking[walk->blocking_at] == number && !side->name_blocked;
}

void ruf_side_walk_trust(struct ruf_side_walk *walk)
{
    struct ruf_index_info info;

    ruf_index_describe(walk->side->index, &info);
    walk->trusted = true;
    walk->plain =
        walk->side->blocking_count == 0 && info.entry_count <= walk->left;
}

enum ruf_status ruf_side_walk_search(struct ruf_side_walk *walk,
                                     struct ruf_error *err)
{
    for (;;) {
        enum ruf_status status =
            ruf_cursor_next(walk->cursor, &walk->entry, err);

        if (status != RUF_OK || walk->entry.number == 0)
            return status;
        if (is_blocked(walk, walk->entry.number))
            continue;
        if (!walk->trusted && (!ruf_directory_number_fits(walk->entry.number) ||
                               !ruf_directory_label_fits(walk->entry.label))) {
            walk->skipped++;
            continue;
        }
        if (walk->left > 0) {
            walk->left--;
            walk->count++;
            return RUF_OK;
        }
        walk->dropped++;
    }
}

enum ruf_status ruf_side_walk_to_end(struct ruf_side_walk *walk,
                                     struct ruf_error *err)
{
    enum ruf_status status;

    do
        status = ruf_side_walk_next(walk, err);
    while (status == RUF_OK && walk->entry.number != 0);
    return status;
}

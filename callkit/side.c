/*
 * callkit/side.c - the set of entries that an index stands for on a phone
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "callkit/side.h"
#include "base/text.h"
#include <string.h>

#define NUMBER_MIN UINT64_C(10000)
#define LABEL_SIZE_MAX 65534u

/* --- what a phone takes ----------------------------------------------------
 */

bool ruf_directory_number_fits(ruf_e164 number)
{
    return number >= NUMBER_MIN && number <= RUF_E164_MAX;
}

/* Eight bytes at a time: is each of them printable ASCII other than a blank?
 * Borrows run upwards only, so the lowest flagged byte is always right. */
static bool is_plain_word(const char *bytes)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t tops = ones * 0x80;
    uint64_t word;

    memcpy(&word, bytes, sizeof(word));
    /* top bit set, or below 0x20, or 0x7F */
    return ((word | (word - ones * 0x20) | (word + ones)) & tops) == 0;
}

static bool is_blank(uint32_t c)
{
    return c == ' ' || c == 0xA0 || c == 0x3000 || c == 0x202F || c == 0x205F ||
           c == 0x1680 || (c >= 0x2000 && c <= 0x200B) || c == 0x2028 ||
           c == 0x2029 || c == 0xFEFF;
}

static bool label_fits_slowly(struct ruf_text label)
{
    bool visible = false;

    if (!ruf_utf8_valid(label))
        return false;
    for (size_t i = 0; i < label.size;) {
        uint32_t c;

        i += ruf_utf8_decode(label.data + i, label.size - i, &c);
        if (c < 0x20 || (c >= 0x7F && c <= 0x9F))
            return false;
        visible = visible || !is_blank(c);
    }
    return visible;
}

bool ruf_directory_label_fits(struct ruf_text label)
{
    size_t i = 0;

    if (label.size == 0 || label.size > LABEL_SIZE_MAX)
        return false;
    while (i + 8 <= label.size && is_plain_word(label.data + i))
        i += 8;
    /* Most labels are ASCII and start with a letter: done without decoding. */
    if (i + 8 > label.size && (unsigned char)label.data[0] > ' ') {
        while (i < label.size && label.data[i] >= 0x20 && label.data[i] < 0x7F)
            i++;
        if (i == label.size)
            return true;
    }
    return label_fits_slowly(label);
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

enum ruf_status ruf_side_walk_next(struct ruf_side_walk *walk,
                                   struct ruf_error *err)
{
    for (;;) {
        enum ruf_status status =
            ruf_cursor_next(walk->cursor, &walk->entry, err);

        if (status != RUF_OK || walk->entry.number == 0)
            return status;
        if (is_blocked(walk, walk->entry.number))
            continue;
        if (!ruf_directory_number_fits(walk->entry.number) ||
            !ruf_directory_label_fits(walk->entry.label)) {
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

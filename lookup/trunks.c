/*
 * lookup/trunks.c - a number nobody is known by, below the prefix of a company
 *
 * Asked only where NUMBERS has no answer, and only of an index with trunks.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/bytes.h"
#include "base/decimal.h"
#include "lookup/index_private.h"

/* A row of TRUNKS. */
struct trunk {
    uint64_t prefix; /* with zeros up to RUF_TRUNK_DIGITS */
    unsigned digits;
    unsigned extension_max;
    uint16_t label_size;
    uint32_t label;
};

static enum ruf_status damaged(const struct ruf_query *query,
                               struct ruf_error *err)
{
    return ruf_index_damaged(query->index, RUF_SECTION_TRUNKS, err);
}

static struct trunk parse_row(const uint8_t *bytes)
{
    return (struct trunk){ ruf_load64(bytes), bytes[8], bytes[9],
                           ruf_load16(bytes + 10), ruf_load32(bytes + 12) };
}

/* All rows of a resident index, which were decrypted when it was opened. */
static const uint8_t *resident_rows(const struct ruf_query *query)
{
    return query->index->sections[RUF_SECTION_TRUNKS].bytes;
}

/* Inline: a row that is parsed where it is needed stays in registers. */
HOT_INLINE enum ruf_status read_row(struct ruf_query *query, uint32_t row,
                                    struct trunk *out, struct ruf_error *err)
{
    const uint64_t at = (uint64_t)row * RUF_TRUNK_ROW_SIZE;
    const uint8_t *bytes = resident_rows(query);
    enum ruf_status status = RUF_OK;

    if (bytes != NULL)
        bytes += at;
    else
        status = ruf_index_bytes(query, RUF_SECTION_TRUNKS, at,
                                 RUF_TRUNK_ROW_SIZE, &bytes, err);
    if (status == RUF_OK)
        *out = parse_row(bytes);
    return status;
}

/* How many rows are at or before this one, all of them in memory: halves
 * without branches. */
static uint32_t count_before(const uint8_t *rows, uint32_t count,
                             uint64_t aligned)
{
    const uint8_t *at = rows;

    while (count > 1) {
        uint32_t half = count / 2;
        const uint8_t *middle = at + (size_t)half * RUF_TRUNK_ROW_SIZE;

        at = ruf_load64(middle) <= aligned ? middle : at;
        count -= half;
    }
    return (uint32_t)((size_t)(at - rows) / RUF_TRUNK_ROW_SIZE) +
           (ruf_load64(at) <= aligned ? 1 : 0);
}

/* The last trunk at or before the number. No prefix begins another one, so if
 * any trunk holds the number, it is this. */
static enum ruf_status find_row(struct ruf_query *query, uint64_t aligned,
                                struct trunk *out, bool *found,
                                struct ruf_error *err)
{
    const uint8_t *resident = resident_rows(query);
    uint32_t low = 0;
    uint32_t high = query->index->trunk_count;
    enum ruf_status status = RUF_OK;

    if (resident != NULL)
        low = high = count_before(resident, high, aligned);
    while (low < high && status == RUF_OK) {
        uint32_t middle = low + (high - low) / 2;
        struct trunk row;

        status = read_row(query, middle, &row, err);
        if (status == RUF_OK && row.prefix <= aligned)
            low = middle + 1;
        else
            high = middle;
    }
    *found = status == RUF_OK && low > 0;
    return *found ? read_row(query, low - 1, out, err) : status;
}

/* Numbers of people that the phone may not show. */
static enum ruf_status is_held(struct ruf_query *query, ruf_e164 number,
                               bool *held, struct ruf_error *err)
{
    const uint64_t start =
        (uint64_t)query->index->trunk_count * RUF_TRUNK_ROW_SIZE;

    return ruf_index_has_number(query, RUF_SECTION_TRUNKS, start,
                                query->index->held_count, number, held, err);
}

static enum ruf_status read_label(struct ruf_query *query,
                                  const struct trunk *trunk, char *label,
                                  struct ruf_caller *out, struct ruf_error *err)
{
    const struct ruf_index *index = query->index;
    uint64_t start = (uint64_t)index->trunk_count * RUF_TRUNK_ROW_SIZE +
                     (uint64_t)index->held_count * sizeof(ruf_e164);
    enum ruf_status status;

    if (trunk->label_size == 0 || trunk->label_size > RUF_LABEL_SIZE_MAX ||
        trunk->label > index->trunk_labels_size ||
        trunk->label_size > index->trunk_labels_size - trunk->label)
        return damaged(query, err);
    status = ruf_index_copy(query, RUF_SECTION_TRUNKS, start + trunk->label,
                            trunk->label_size, label, err);
    if (status != RUF_OK)
        return status;
    out->known = true;
    out->approximate = true;
    out->label = (struct ruf_text){ label, trunk->label_size };
    return RUF_OK;
}

/* Would every answer be right? Ascending, no prefix within another one. */
static bool follows(const struct trunk *row, const struct trunk *before)
{
    return row->digits > 0 && row->digits < RUF_TRUNK_DIGITS &&
           row->extension_max > 0 &&
           row->digits + row->extension_max <= RUF_TRUNK_DIGITS &&
           row->prefix >= ruf_powers_of_ten[RUF_TRUNK_DIGITS - 1] &&
           row->prefix % ruf_powers_of_ten[RUF_TRUNK_DIGITS - row->digits] ==
               0 &&
           (before->digits == 0 ||
            row->prefix >=
                before->prefix +
                    ruf_powers_of_ten[RUF_TRUNK_DIGITS - before->digits]);
}

static enum ruf_status check_held(struct ruf_query *query,
                                  struct ruf_error *err)
{
    const struct ruf_index *index = query->index;
    uint64_t at = (uint64_t)index->trunk_count * RUF_TRUNK_ROW_SIZE;
    ruf_e164 last = 0;

    for (uint32_t i = 0; i < index->held_count; i++, at += sizeof(last)) {
        uint8_t bytes[sizeof(last)];
        enum ruf_status status = ruf_index_copy(query, RUF_SECTION_TRUNKS, at,
                                                sizeof(bytes), bytes, err);

        if (status != RUF_OK)
            return status;
        if (ruf_load64(bytes) <= last)
            return damaged(query, err);
        last = ruf_load64(bytes);
    }
    return RUF_OK;
}

enum ruf_status ruf_trunks_check(struct ruf_query *query, struct ruf_error *err)
{
    struct trunk before = { 0 };
    enum ruf_status status = RUF_OK;

    for (uint32_t i = 0; i < query->index->trunk_count && status == RUF_OK;
         i++) {
        struct ruf_caller caller;
        struct trunk row;

        status = read_row(query, i, &row, err);
        if (status == RUF_OK && !follows(&row, &before))
            status = damaged(query, err);
        if (status == RUF_OK)
            status = read_label(query, &row, query->labels, &caller, err);
        before = row;
    }
    return status == RUF_OK ? check_held(query, err) : status;
}

enum ruf_status ruf_trunk_lookup(struct ruf_query *query, ruf_e164 number,
                                 char *label, struct ruf_caller *out,
                                 struct ruf_error *err)
{
    struct trunk trunk = { 0 };
    bool found = false;
    unsigned digits;
    uint64_t aligned;
    enum ruf_status status;

    if (number == 0 || number > RUF_E164_MAX)
        return RUF_OK;
    digits = ruf_count_digits(number);
    aligned = number * ruf_powers_of_ten[RUF_TRUNK_DIGITS - digits];
    status = find_row(query, aligned, &trunk, &found, err);
    if (status != RUF_OK || !found)
        return status;
    if (trunk.digits == 0 || trunk.digits >= RUF_TRUNK_DIGITS)
        return damaged(query, err);
    if (digits <= trunk.digits || digits - trunk.digits > trunk.extension_max ||
        aligned - trunk.prefix >=
            ruf_powers_of_ten[RUF_TRUNK_DIGITS - trunk.digits])
        return RUF_OK;
    status = is_held(query, number, &found, err);
    return status != RUF_OK || found
               ? status
               : read_label(query, &trunk, label, out, err);
}

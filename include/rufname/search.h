/*
 * rufname/search.h - search as you type over a caller-ID index
 *
 * Needs an index opened in resident mode. Words are matched at their start,
 * in any order, over names, company, department, position, e-mail and number.
 *
 * Threads: as rufname/index.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RUFNAME_SEARCH_H
#define RUFNAME_SEARCH_H

#include <rufname/index.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Why a contact was found, best first. Printed by name, never stored. */
enum ruf_search_tier {
    RUF_TIER_FULL_NUMBER = 0,
    RUF_TIER_FULL_NAME,
    RUF_TIER_FAMILY,
    RUF_TIER_GIVEN,
    RUF_TIER_TWO_WORDS,
    RUF_TIER_INITIALS,
    RUF_TIER_COMPANY,
    RUF_TIER_POSITION,
    RUF_TIER_EMAIL,
    RUF_TIER_NUMBER_PART,
    RUF_TIER_KEYPAD,
    RUF_TIER_TYPO,
    RUF_TIER_SOUND
};

/** Lower-case English words of a tier: "family name". */
RUF_API const char *ruf_search_tier_name(enum ruf_search_tier tier);

/** Field a highlight lies in. */
enum ruf_search_field {
    RUF_FIELD_GIVEN = 0,
    RUF_FIELD_FAMILY,
    RUF_FIELD_DISPLAY,
    RUF_FIELD_COMPANY,
    RUF_FIELD_DEPARTMENT,
    RUF_FIELD_TITLE,
    RUF_FIELD_EMAIL,
    RUF_FIELD_NUMBER
};

/** Matched bytes of the original text of a field. */
struct ruf_highlight {
    enum ruf_search_field field;
    uint32_t item;   /**< position in emails[] or numbers[], else 0 */
    uint32_t start;  /**< first byte */
    uint32_t length; /**< bytes */
};

#define RUF_HIGHLIGHTS_MAX 8
#define RUF_SEARCH_LIMIT_MAX 1000

/** One hit. */
struct ruf_hit {
    uint32_t contact; /**< for ruf_query_contact() */
    enum ruf_search_tier tier;
    struct ruf_highlight highlights[RUF_HIGHLIGHTS_MAX];
    size_t highlight_count;
};

/**
 * Find the best contacts for what was typed so far.
 *
 * @param[in]  text      UTF-8; bytes after the first 256 are ignored. An
 *                       empty or blank query has no hits.
 * @param[out] hits      room for capacity hits, ranked, best first.
 * @param[in]  capacity  1..RUF_SEARCH_LIMIT_MAX.
 * @param[out] count     hits written.
 * @return RUF_OK; RUF_E_USAGE (index not resident, capacity out of range);
 *         RUF_E_CORRUPT.
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_query_search(struct ruf_query *query, const char *text, size_t size,
                 struct ruf_hit *hits, size_t capacity, size_t *count,
                 struct ruf_error *err);

#ifdef __cplusplus
}
#endif
#endif

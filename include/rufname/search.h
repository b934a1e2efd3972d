/*
 * rufname/search.h - search as you type over a caller-ID index
 *
 * Needs an index opened in resident mode. What is found, and in which order:
 *
 * Words. Text is folded two ways: ä as a (base) and ä as ae (German); both drop
 * case and diacritics. A query word in either folding must stand at the start
 * of a word of the contact in either folding. Apostrophes, hyphens and dots are
 * optional: the query is read with them left out ("oconnor") and with them as
 * blanks ("o connor"), and the better answer counts; texts of contacts are
 * indexed both ways, e-mail addresses by their parts. Every word of the query
 * must match some field, in any order. Fields: given and family name (the
 * display name where both are missing), company, department, position, e-mail.
 * Words longer than 64 bytes are cut; words after the eighth are ignored, and
 * so are bytes after the first 256, leading blanks not counted.
 *
 * Initials, two letters or more, must be the whole word: the first letters of
 * given and family name ("hm"), or of all their words ("hpml").
 *
 * Numbers. A query of digits and + ( ) / - . and blanks with at least three
 * digits matches the start of a number in international form (with +, 00 or
 * bare) and in national form (with 0 or bare). Four digits or more, without +,
 * match anywhere in it. A leading hyphen and two digits or more match ends
 * only. Numbers that could not be identified match by their digits as written.
 * Such a query is tried as words, too.
 *
 * Keypad. Two digits or more, all of 2 to 9 and nothing else, match starts of
 * given and family names that begin with a letter: 685537 finds Müller.
 *
 * Typos and sound-alikes are tried only if nothing else is found, sound-alikes
 * only if typos find nothing. A word of five characters or more without digits
 * forgives one insertion, deletion, replacement or swap of neighbours against
 * some beginning of a word that starts with no digit. A word of three or more
 * without digits sounds like a word of a given or family name if their codes in
 * Kölner Phonetik are equal. Other words of the query have to match as usual.
 *
 * Order: tier; then favourites, then recents; then rank in the index, which is
 * source priority, phone-book order, id.
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
    RUF_TIER_FULL_NUMBER = 0, /**< all digits of a number */
    /** Two words or more, each equal to a word of given or family name, and
     *  none of the two names left out. */
    RUF_TIER_FULL_NAME,
    RUF_TIER_FAMILY,    /**< one word: start of a word of the family name */
    RUF_TIER_GIVEN,     /**< one word: of the given name */
    RUF_TIER_TWO_WORDS, /**< several words, all of them in the names */
    RUF_TIER_INITIALS,  /**< from here on the worst word decides */
    RUF_TIER_COMPANY,
    RUF_TIER_POSITION, /**< department or position */
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

/** Matched bytes of the original text of a field; of a number, of its text as
 *  the source wrote it. */
struct ruf_highlight {
    enum ruf_search_field field;
    uint32_t item;   /**< position in emails[] or numbers[], else 0 */
    uint32_t start;  /**< first byte */
    uint32_t length; /**< bytes */
};

#define RUF_HIGHLIGHTS_MAX 8
#define RUF_SEARCH_LIMIT_MAX 1000

/**
 * One hit. Highlights go by what made the tier: words at their start, a whole
 * word for a typo or a sound-alike, a run of digits for a number. Overlapping
 * ones are one; they come in the order of enum ruf_search_field, item, start.
 */
struct ruf_hit {
    uint32_t contact; /**< for ruf_query_contact() */
    enum ruf_search_tier tier;
    struct ruf_highlight highlights[RUF_HIGHLIGHTS_MAX]; /**< the first ones */
    size_t highlight_count;
};

/** How to search. Start with RUF_SEARCH_OPTIONS. */
struct ruf_search_options {
    size_t struct_size;
    /** Contact numbers, ascending, no doubles; borrowed for the call. At most
     *  RUF_SEARCH_BOOSTED_MAX of each list are looked at. */
    const uint32_t *favourites;
    size_t favourite_count;
    const uint32_t *recents;
    size_t recent_count;
    /** Steps a query may take, counted, not timed; 0 = about a million. */
    uint64_t work_limit;
};

#define RUF_SEARCH_BOOSTED_MAX 1000
#define RUF_SEARCH_OPTIONS                                                     \
    {                                                                          \
        sizeof(struct ruf_search_options), 0, 0, 0, 0, 0                       \
    }

/** How a search went. */
struct ruf_search_result {
    size_t count; /**< hits written */
    /** The work limit was reached: the hits are the first ones of the full
     *  answer, as far as the tiers looked through to their end go. */
    bool partial;
    uint64_t work; /**< steps taken */
};

/**
 * Find the best contacts for what was typed so far.
 *
 * @param[in]  text      UTF-8, of any length. An empty or blank query has no
 *                       hits.
 * @param[in]  options   NULL: no favourites, no recents, default limit.
 * @param[out] hits      room for capacity hits, ranked, best first.
 * @param[in]  capacity  1..RUF_SEARCH_LIMIT_MAX.
 * @return RUF_OK; RUF_E_USAGE (index not resident, capacity out of range);
 *         RUF_E_CORRUPT; RUF_E_IO; RUF_E_NOMEM (first search of a query).
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_query_search_with(struct ruf_query *query, const char *text, size_t size,
                      const struct ruf_search_options *options,
                      struct ruf_hit *hits, size_t capacity,
                      struct ruf_search_result *result, struct ruf_error *err);

/** The same without options. @param[out] count  hits written. */
RUF_API RUF_MUST_USE enum ruf_status
ruf_query_search(struct ruf_query *query, const char *text, size_t size,
                 struct ruf_hit *hits, size_t capacity, size_t *count,
                 struct ruf_error *err);

#ifdef __cplusplus
}
#endif
#endif

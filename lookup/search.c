/*
 * lookup/search.c - search as you type
 *
 * Each word of the query is a range of the sorted tokens. The first range
 * marks contacts, each further one keeps those it touches too; what is left is
 * graded by tier and kept in a list of the best. Inside a tier a smaller
 * contact number is a better rank.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/bytes.h"
#include "base/error.h"
#include "base/fold.h"
#include "base/text.h"
#include "base/words.h"
#include "lookup/index_private.h"
#include <stdlib.h>
#include <string.h>

#define QUERY_SIZE_MAX 256
#define QUERY_WORDS_MAX 6
#define NUMBER_DIGITS_MIN 3

/* What the words of a query matched in one contact. */
struct match {
    uint32_t serial;                  /* of the query this belongs to */
    uint16_t words;                   /* matched so far */
    uint16_t exact;                   /* bit per word matched in full */
    uint16_t fields[QUERY_WORDS_MAX]; /* enum ruf_token_field bits */
};

struct search_scratch {
    uint32_t serial;
    struct match *matches; /* one per contact */
    uint32_t *found;       /* contacts matched by the last word */
    size_t found_count;
};

struct token_range {
    uint64_t first;
    uint64_t end;
    uint64_t postings;
};

struct parsed_query {
    struct ruf_word words[QUERY_WORDS_MAX];
    struct token_range ranges[QUERY_WORDS_MAX];
    size_t count;
    bool is_number;
    char digits[QUERY_SIZE_MAX];
    size_t digit_count;
    bool international; /* began with + or 00 */
};

static uint16_t field_bit(enum ruf_token_field field)
{
    return (uint16_t)(1u << field);
}

/* --- tokens
 * ----------------------------------------------------------------------- */

static struct ruf_text token_text(const struct ruf_index *index, uint64_t i)
{
    const uint8_t *offsets =
        index->sections[RUF_SECTION_TOKENS].bytes + RUF_TOKENS_HEADER_SIZE;
    const uint8_t *text = offsets + 8 * (index->token_count + 1);
    uint32_t start = ruf_load32(offsets + 4 * i);
    uint32_t end = ruf_load32(offsets + 4 * (i + 1));

    return (struct ruf_text){ (const char *)text + start, end - start };
}

static uint32_t first_posting(const struct ruf_index *index, uint64_t i)
{
    const uint8_t *offsets =
        index->sections[RUF_SECTION_TOKENS].bytes + RUF_TOKENS_HEADER_SIZE;

    return ruf_load32(offsets + 4 * (index->token_count + 1 + i));
}

static uint16_t posting_fields(const struct ruf_index *index, uint64_t i)
{
    const uint8_t *bytes = index->sections[RUF_SECTION_POSTINGS].bytes;

    return ruf_load16(bytes + 4 * index->posting_count + 2 * i);
}

static uint32_t posting_contact(const struct ruf_index *index, uint64_t i)
{
    return ruf_load32(index->sections[RUF_SECTION_POSTINGS].bytes + 4 * i);
}

/* First token not below the word; with 'after', first token that does not
 * start with it and is not below. */
static uint64_t token_bound(const struct ruf_index *index, struct ruf_text word,
                            bool after)
{
    uint64_t low = 0;
    uint64_t high = index->token_count;

    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        struct ruf_text token = token_text(index, middle);
        bool below;

        if (after)
            token = ruf_text_slice(token, 0, word.size);
        below = after ? ruf_text_compare(token, word) <= 0
                      : ruf_text_compare(token, word) < 0;
        if (below)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct token_range find_range(const struct ruf_index *index,
                                     struct ruf_text word)
{
    struct token_range range;

    range.first = token_bound(index, word, false);
    range.end = token_bound(index, word, true);
    range.postings = range.first < range.end
                         ? first_posting(index, range.end) -
                               first_posting(index, range.first)
                         : 0;
    return range;
}

/* --- the query
 * ----------------------------------------------------------------------- */

static void read_digits(struct ruf_text text, struct parsed_query *out)
{
    out->is_number = text.size > 0;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];

        if (c >= '0' && c <= '9')
            out->digits[out->digit_count++] = c;
        else if (strchr("+()/-. ", c) == NULL)
            out->is_number = false;
    }
    if (out->digit_count < NUMBER_DIGITS_MIN)
        out->is_number = false;
    out->international = text.size > 0 && text.data[0] == '+';
    if (!out->international && out->digit_count >= 2 && out->digits[0] == '0' &&
        out->digits[1] == '0') {
        out->international = true;
        out->digit_count -= 2;
        memmove(out->digits, out->digits + 2, out->digit_count);
    }
}

static void parse_query(struct ruf_text text, struct parsed_query *out)
{
    char folded[4 * QUERY_SIZE_MAX];
    size_t size;
    size_t at = 0;

    memset(out, 0, sizeof(*out));
    text = ruf_text_trim(ruf_text_slice(text, 0, QUERY_SIZE_MAX));
    read_digits(text, out);
    size = ruf_fold(text, RUF_FOLD_BASE, folded);
    while (out->count < QUERY_WORDS_MAX &&
           ruf_next_word(folded, size, &at, &out->words[out->count]))
        out->count++;
}

/* --- matching
 * -------------------------------------------------------------------------- */

static void match_token(const struct ruf_index *index,
                        struct search_scratch *scratch, uint64_t token,
                        uint16_t allowed, bool exact, size_t word)
{
    uint32_t end = first_posting(index, token + 1);

    for (uint32_t i = first_posting(index, token); i < end; i++) {
        uint32_t contact = posting_contact(index, i);
        struct match *match = &scratch->matches[contact];
        uint16_t fields = posting_fields(index, i) & allowed;

        if (fields == 0)
            continue;
        if (word == 0 && match->serial != scratch->serial) {
            memset(match, 0, sizeof(*match));
            match->serial = scratch->serial;
        }
        if (match->serial != scratch->serial || match->words < word)
            continue;
        if (match->words == word) {
            match->words++;
            scratch->found[scratch->found_count++] = contact;
        }
        match->fields[word] |= fields;
        if (exact)
            match->exact |= (uint16_t)(1u << word);
    }
}

static void match_range(const struct ruf_index *index,
                        struct search_scratch *scratch,
                        const struct token_range *range, size_t word_size,
                        uint16_t allowed, size_t word)
{
    for (uint64_t i = range->first; i < range->end; i++) {
        bool exact = token_text(index, i).size == word_size;
        uint16_t fields = allowed;

        /* Initials are matched whole: "tm" must not find "tmx". */
        if (!exact)
            fields &= (uint16_t)~field_bit(RUF_TOKEN_INITIALS);
        match_token(index, scratch, i, fields, exact, word);
    }
}

/* Rarest word first: it marks the fewest contacts. */
static void order_words(struct parsed_query *query)
{
    for (size_t i = 1; i < query->count; i++)
        for (size_t k = i;
             k > 0 && query->ranges[k].postings < query->ranges[k - 1].postings;
             k--) {
            struct token_range range = query->ranges[k];
            struct ruf_word word = query->words[k];

            query->ranges[k] = query->ranges[k - 1];
            query->words[k] = query->words[k - 1];
            query->ranges[k - 1] = range;
            query->words[k - 1] = word;
        }
}

static void match_words(const struct ruf_index *index,
                        struct search_scratch *scratch,
                        struct parsed_query *query)
{
    uint16_t allowed = (uint16_t)~field_bit(RUF_TOKEN_NUMBER);

    for (size_t i = 0; i < query->count; i++)
        query->ranges[i] =
            find_range(index, (struct ruf_text){ query->words[i].bytes,
                                                 query->words[i].size });
    order_words(query);
    for (size_t i = 0; i < query->count; i++) {
        scratch->found_count = 0;
        match_range(index, scratch, &query->ranges[i], query->words[i].size,
                    allowed, i);
    }
}

/* International digits as they are; else also in national form behind each
 * calling code in use. */
static void match_number(const struct ruf_index *index,
                         struct search_scratch *scratch,
                         const struct parsed_query *query)
{
    char digits[QUERY_SIZE_MAX + 8];
    size_t skip = !query->international && query->digits[0] == '0' ? 1 : 0;
    struct token_range range;

    scratch->found_count = 0;
    if (skip == 0) {
        range = find_range(
            index, (struct ruf_text){ query->digits, query->digit_count });
        match_range(index, scratch, &range, query->digit_count,
                    field_bit(RUF_TOKEN_NUMBER), 0);
    }
    for (size_t i = 0; !query->international && i < index->code_count; i++) {
        size_t size = ruf_e164_format(index->codes[i], digits);

        memmove(digits, digits + 1, --size);
        memcpy(digits + size, query->digits + skip, query->digit_count - skip);
        size += query->digit_count - skip;
        range = find_range(index, (struct ruf_text){ digits, size });
        match_range(index, scratch, &range, size, field_bit(RUF_TOKEN_NUMBER),
                    0);
    }
}

/* --- ranking
 * -----------------------------------------------------------------------------
 */

static enum ruf_search_tier word_tier(uint16_t fields)
{
    if (fields & (field_bit(RUF_TOKEN_FAMILY) | field_bit(RUF_TOKEN_DISPLAY)))
        return RUF_TIER_FAMILY;
    if (fields & field_bit(RUF_TOKEN_GIVEN))
        return RUF_TIER_GIVEN;
    if (fields & field_bit(RUF_TOKEN_INITIALS))
        return RUF_TIER_INITIALS;
    if (fields & field_bit(RUF_TOKEN_COMPANY))
        return RUF_TIER_COMPANY;
    if (fields & (field_bit(RUF_TOKEN_DEPARTMENT) | field_bit(RUF_TOKEN_TITLE)))
        return RUF_TIER_POSITION;
    return RUF_TIER_EMAIL;
}

static enum ruf_search_tier grade(const struct match *match,
                                  const struct parsed_query *query)
{
    const uint16_t name = field_bit(RUF_TOKEN_GIVEN) |
                          field_bit(RUF_TOKEN_FAMILY) |
                          field_bit(RUF_TOKEN_DISPLAY);
    enum ruf_search_tier worst = RUF_TIER_FULL_NUMBER;
    uint16_t all = 0;
    bool names_only = true;

    if (match->fields[0] & field_bit(RUF_TOKEN_NUMBER))
        return match->exact & 1 ? RUF_TIER_FULL_NUMBER : RUF_TIER_NUMBER_PART;
    for (size_t i = 0; i < query->count; i++) {
        enum ruf_search_tier tier = word_tier(match->fields[i]);

        worst = tier > worst ? tier : worst;
        all |= match->fields[i];
        names_only = names_only && (match->fields[i] & name) != 0;
    }
    if (query->count == 1 || !names_only)
        return worst;
    if (match->exact == (1u << query->count) - 1 &&
        (all & field_bit(RUF_TOKEN_GIVEN)) != 0 &&
        (all & field_bit(RUF_TOKEN_FAMILY)) != 0)
        return RUF_TIER_FULL_NAME;
    return RUF_TIER_TWO_WORDS;
}

static bool is_better(const struct ruf_hit *a, enum ruf_search_tier tier,
                      uint32_t contact)
{
    return tier < a->tier || (tier == a->tier && contact < a->contact);
}

/* Insert into the sorted list of the best. */
static size_t keep_best(struct ruf_hit *hits, size_t count, size_t capacity,
                        enum ruf_search_tier tier, uint32_t contact)
{
    size_t at = count;

    if (count == capacity) {
        if (!is_better(&hits[count - 1], tier, contact))
            return count;
        at = count - 1;
    } else {
        count++;
    }
    while (at > 0 && is_better(&hits[at - 1], tier, contact)) {
        hits[at].contact = hits[at - 1].contact;
        hits[at].tier = hits[at - 1].tier;
        at--;
    }
    hits[at].contact = contact;
    hits[at].tier = tier;
    return count;
}

static size_t collect(const struct search_scratch *scratch,
                      const struct parsed_query *query, struct ruf_hit *hits,
                      size_t count, size_t capacity)
{
    for (size_t i = 0; i < scratch->found_count; i++) {
        uint32_t contact = scratch->found[i];

        count = keep_best(hits, count, capacity,
                          grade(&scratch->matches[contact], query), contact);
    }
    return count;
}

/* --- highlights
 * ----------------------------------------------------------------------------
 */

static void add_highlight(struct ruf_hit *hit, enum ruf_search_field field,
                          size_t item, size_t start, size_t length)
{
    struct ruf_highlight *mark;

    for (size_t i = 0; i < hit->highlight_count; i++)
        if (hit->highlights[i].field == field &&
            hit->highlights[i].item == item &&
            hit->highlights[i].start == start)
            return;
    if (hit->highlight_count == RUF_HIGHLIGHTS_MAX)
        return;
    mark = &hit->highlights[hit->highlight_count++];
    mark->field = field;
    mark->item = (uint32_t)item;
    mark->start = (uint32_t)start;
    mark->length = (uint32_t)length;
}

/* Where in the folded text a prefix of the word at 'word' ends; apostrophes
 * in the text do not count. */
static size_t prefix_end(const char *folded, const struct ruf_word *word,
                         size_t size)
{
    size_t at = word->start;

    for (size_t done = 0; at < word->end && done < size; at++)
        done += folded[at] != '\'' ? 1 : 0;
    return at;
}

static void highlight_text(struct ruf_hit *hit,
                           const struct parsed_query *query,
                           enum ruf_search_field field, size_t item,
                           struct ruf_text text, enum ruf_folding folding)
{
    char folded[4 * QUERY_SIZE_MAX];
    uint32_t offsets[4 * QUERY_SIZE_MAX + 1];
    struct ruf_word word;
    size_t at = 0;
    size_t size;

    text = ruf_text_slice(text, 0, QUERY_SIZE_MAX);
    size = ruf_fold_map(text, folding, folded, offsets);
    while (ruf_next_word(folded, size, &at, &word))
        for (size_t i = 0; i < query->count; i++) {
            size_t start;

            if (word.size < query->words[i].size ||
                memcmp(word.bytes, query->words[i].bytes,
                       query->words[i].size) != 0)
                continue;
            start = offsets[word.start];
            add_highlight(
                hit, field, item, start,
                offsets[prefix_end(folded, &word, query->words[i].size)] -
                    start);
        }
}

static void highlight_both(struct ruf_hit *hit,
                           const struct parsed_query *query,
                           enum ruf_search_field field, size_t item,
                           struct ruf_text text)
{
    highlight_text(hit, query, field, item, text, RUF_FOLD_BASE);
    highlight_text(hit, query, field, item, text, RUF_FOLD_GERMAN);
}

static enum ruf_status highlight(struct ruf_query *query,
                                 const struct parsed_query *parsed,
                                 struct ruf_hit *hit, struct ruf_error *err)
{
    struct ruf_contact contact;
    enum ruf_status status =
        ruf_query_contact(query, hit->contact, &contact, err);

    hit->highlight_count = 0;
    if (status != RUF_OK)
        return status;
    highlight_both(hit, parsed, RUF_FIELD_FAMILY, 0, contact.family);
    highlight_both(hit, parsed, RUF_FIELD_GIVEN, 0, contact.given);
    if (contact.family.size == 0)
        highlight_both(hit, parsed, RUF_FIELD_DISPLAY, 0, contact.display);
    highlight_both(hit, parsed, RUF_FIELD_COMPANY, 0, contact.company);
    highlight_both(hit, parsed, RUF_FIELD_DEPARTMENT, 0, contact.department);
    highlight_both(hit, parsed, RUF_FIELD_TITLE, 0, contact.title);
    for (size_t i = 0; i < contact.email_count; i++)
        highlight_both(hit, parsed, RUF_FIELD_EMAIL, i, contact.emails[i]);
    return RUF_OK;
}

/* --- entry
 * ------------------------------------------------------------------------------------
 */

static void scratch_free(struct search_scratch *scratch)
{
    free(scratch->matches);
    free(scratch->found);
    free(scratch);
}

static enum ruf_status scratch_get(struct ruf_query *query,
                                   struct ruf_error *err)
{
    size_t contacts = (size_t)query->index->contact_count + 1;
    struct search_scratch *scratch = query->search;

    if (scratch == NULL) {
        scratch = calloc(1, sizeof(*scratch));
        if (scratch == NULL)
            return ruf_fail_memory(err);
        scratch->matches = calloc(contacts, sizeof(*scratch->matches));
        scratch->found = calloc(contacts, sizeof(*scratch->found));
        if (scratch->matches == NULL || scratch->found == NULL) {
            scratch_free(scratch);
            return ruf_fail_memory(err);
        }
        query->search = scratch;
        query->search_free = scratch_free;
    }
    if (++scratch->serial == 0) { /* wrapped: old marks would look new */
        memset(scratch->matches, 0, contacts * sizeof(*scratch->matches));
        scratch->serial = 1;
    }
    return RUF_OK;
}

enum ruf_status ruf_query_search(struct ruf_query *query, const char *text,
                                 size_t size, struct ruf_hit *hits,
                                 size_t capacity, size_t *count,
                                 struct ruf_error *err)
{
    struct parsed_query parsed;
    enum ruf_status status;

    *count = 0;
    if (query->index->plain.bytes == NULL || capacity == 0 ||
        capacity > RUF_SEARCH_LIMIT_MAX)
        return ruf_fail(err, RUF_E_USAGE, "U020", "",
                        "search needs a resident index and a limit of 1 to "
                        "%d",
                        RUF_SEARCH_LIMIT_MAX);
    parse_query((struct ruf_text){ text, size }, &parsed);
    status = scratch_get(query, err);
    if (status != RUF_OK)
        return status;
    if (parsed.is_number)
        match_number(query->index, query->search, &parsed);
    else if (parsed.count > 0)
        match_words(query->index, query->search, &parsed);
    else
        query->search->found_count = 0;
    *count = collect(query->search, &parsed, hits, 0, capacity);
    for (size_t i = 0; i < *count && status == RUF_OK; i++)
        status = highlight(query, &parsed, &hits[i], err);
    return status;
}

const char *ruf_search_tier_name(enum ruf_search_tier tier)
{
    static const char *const names[] = {
        "full number", "full name", "family name", "given name", "two words",
        "initials",    "company",   "position",    "e-mail",     "number",
        "keypad",      "typo",      "sound",
    };

    return names[tier];
}

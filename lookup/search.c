/*
 * lookup/search.c - search as you type: the list of the best, and the stages
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "base/scratch.h"
#include "base/text.h"
#include "lookup/search_private.h"
#include <stdlib.h>
#include <string.h>

#define WORK_LIMIT_DEFAULT 1000000

/* --- the best
 * ------------------------------------------------------------------------- */

static unsigned tier_of(uint64_t key)
{
    return (unsigned)(key >> 40);
}

/* First place in an ascending list with an item not below this one. */
static size_t lower(const uint32_t *list, size_t count, uint32_t contact)
{
    size_t low = 0;
    size_t high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (list[middle] < contact)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool holds(const uint32_t *list, size_t count, uint32_t contact)
{
    size_t at = lower(list, count, contact);

    return at < count && list[at] == contact;
}

static unsigned boost_of(const struct search_scratch *s, uint32_t contact)
{
    if (s->favourite_count + s->recent_count == 0)
        return SEARCH_NOT_BOOSTED;
    if (holds(s->options->favourites, s->favourite_count, contact))
        return 0;
    return holds(s->options->recents, s->recent_count, contact)
               ? 1
               : SEARCH_NOT_BOOSTED;
}

size_t ruf_search_boosted_count(const struct search_scratch *s)
{
    return s->favourite_count + s->recent_count;
}

/* A list made for another generation may name contacts that are gone. */
uint32_t ruf_search_boosted(const struct search_scratch *s, size_t i)
{
    return i < s->favourite_count ? s->options->favourites[i]
                                  : s->options->recents[i - s->favourite_count];
}

/* The part of a list this index knows. */
static size_t known_count(const struct search_scratch *s, const uint32_t *list,
                          size_t count)
{
    if (count > RUF_SEARCH_BOOSTED_MAX)
        count = RUF_SEARCH_BOOSTED_MAX;
    while (count > 0 && list[count - 1] >= s->tables.contacts)
        count--;
    return count;
}

void ruf_search_offer(struct search_scratch *s, unsigned tier, uint32_t contact)
{
    uint64_t key;
    size_t at;

    if (tier >= SEARCH_TIER_NONE)
        return;
    key = SEARCH_KEY(tier, boost_of(s, contact), contact);
    if (s->count == s->capacity && key >= s->best[s->count - 1])
        return;
    for (at = 0; at < s->count; at++)
        if ((uint32_t)s->best[at] == contact) {
            if (s->best[at] <= key)
                return;
            s->count--;
            memmove(s->best + at, s->best + at + 1,
                    (s->count - at) * sizeof(s->best[0]));
            break;
        }
    if (s->count == s->capacity)
        s->count--;
    for (at = s->count; at > 0 && s->best[at - 1] > key; at--)
        s->best[at] = s->best[at - 1];
    s->best[at] = key;
    s->count++;
}

bool ruf_search_settled(const struct search_scratch *s, unsigned tier)
{
    return s->count == s->capacity && tier_of(s->best[s->count - 1]) <= tier;
}

static bool is_exhausted(const struct search_scratch *s)
{
    return s->work > s->work_limit;
}

/* --- the contacts of best rank
 * ------------------------------------------------------------ */

/* Those kept already may be found again, so that many more are collected. */
void ruf_search_top_start(struct search_scratch *s)
{
    s->top_count = 0;
    s->top_limit = s->capacity + s->count;
}

bool ruf_search_top_add(struct search_scratch *s, uint32_t contact)
{
    size_t at = s->top_count;

    if (at == s->top_limit) {
        if (contact >= s->top[at - 1])
            return false;
    } else if (at == 0 || contact > s->top[at - 1]) {
        s->top[s->top_count++] = contact;
        return true;
    }
    at = lower(s->top, s->top_count, contact);
    if (at < s->top_count && s->top[at] == contact)
        return true;
    if (s->top_count < s->top_limit)
        s->top_count++;
    memmove(s->top + at + 1, s->top + at,
            (s->top_count - at - 1) * sizeof(s->top[0]));
    s->top[at] = contact;
    return true;
}

void ruf_search_top_text(struct search_scratch *s,
                         const struct search_field *field, uint32_t text)
{
    struct search_places places;
    uint32_t first;

    if (text >= field->text_count)
        return;
    places = ruf_search_places(field, text, text + 1);
    first = places.next;
    while (places.next < places.end) {
        uint32_t contact = ruf_search_next(field, &places);

        if (contact >= s->tables.contacts || !ruf_search_top_add(s, contact))
            break;
    }
    s->work += places.next - first > 1;
}

void ruf_search_top_texts(struct search_scratch *s,
                          const struct search_field *field, uint32_t first,
                          uint32_t end)
{
    for (uint32_t text = first; text < end; text++) {
        uint32_t place = ruf_search_item(&field->starts, text);

        /* Most often its first contact is worse than the worst kept. */
        if (s->top_count == s->top_limit && place < field->listed.count &&
            ruf_search_item(&field->listed, place) >= s->top[s->top_count - 1])
            continue;
        ruf_search_top_text(s, field, text);
    }
}

/* --- entry
 * ------------------------------------------------------------------------------------
 */

static void scratch_free(struct search_scratch *scratch)
{
    free(scratch->tables.ranks);
    free(scratch);
}

static enum ruf_status scratch_get(struct ruf_query *query,
                                   struct ruf_error *err)
{
    static const uint32_t kinds[] = { RUF_SECTION_SEARCH_WORDS,
                                      RUF_SECTION_SEARCH_FIELDS,
                                      RUF_SECTION_SEARCH_NUMBERS,
                                      RUF_SECTION_SEARCH_GRAMS };
    struct search_scratch *scratch = query->search;
    enum ruf_status status;

    if (scratch != NULL)
        return RUF_OK;
    status = ruf_index_load(query->index, kinds,
                            sizeof(kinds) / sizeof(kinds[0]), err);
    if (status != RUF_OK)
        return status;
    scratch = calloc(1, sizeof(*scratch));
    if (scratch == NULL)
        return ruf_fail_memory(err);
    if (!ruf_search_tables_open(query->index, &scratch->tables)) {
        free(scratch);
        return ruf_index_damaged(
            query->index, (enum ruf_section_kind)RUF_SECTION_SEARCH_WORDS, err);
    }
    if (!ruf_search_rank_words(&scratch->tables)) {
        scratch_free(scratch);
        return ruf_fail_memory(err);
    }
    ruf_search_marks_init(scratch);
    query->search = scratch;
    query->search_free = scratch_free;
    return RUF_OK;
}

static void start(struct search_scratch *s,
                  const struct ruf_search_options *options, size_t capacity)
{
    s->options = options;
    s->capacity = capacity;
    s->count = 0;
    s->work = 0;
    s->work_limit =
        options->work_limit == 0 ? WORK_LIMIT_DEFAULT : options->work_limit;
    s->reliable = RUF_TIER_SOUND;
    s->favourite_count =
        known_count(s, options->favourites, options->favourite_count);
    s->recent_count = known_count(s, options->recents, options->recent_count);
}

/* Better tiers first; each stage is left out once none of its can enter. */
static void run(struct search_scratch *s, struct ruf_query *query)
{
    if (s->digits.is_number)
        ruf_search_full_number_stage(s, query);
    if (!is_exhausted(s) && !ruf_search_settled(s, RUF_TIER_FULL_NUMBER))
        ruf_search_words_stage(s);
    if (!is_exhausted(s) && s->digits.is_number &&
        !ruf_search_settled(s, RUF_TIER_EMAIL))
        ruf_search_number_part_stage(s);
    if (!is_exhausted(s) && s->digits.is_keypad &&
        !ruf_search_settled(s, RUF_TIER_NUMBER_PART))
        ruf_search_keypad_stage(s);
    if (!is_exhausted(s) && s->count == 0)
        ruf_search_typo_stage(s);
    if (!is_exhausted(s) && s->count == 0)
        ruf_search_sound_stage(s);
}

static enum ruf_status write_hits(struct search_scratch *s,
                                  struct ruf_query *query, struct ruf_hit *hits,
                                  struct ruf_search_result *result,
                                  struct ruf_error *err)
{
    enum ruf_status status = RUF_OK;

    while (s->count > 0 && (int)tier_of(s->best[s->count - 1]) > s->reliable)
        s->count--;
    for (size_t i = 0; i < s->count; i++)
        ruf_index_prefetch_record(query->index, RUF_SECTION_CONTACTS,
                                  RUF_SECTION_CONTACT_OFFSETS,
                                  (uint32_t)s->best[i]);
    for (size_t i = 0; i < s->count && status == RUF_OK; i++) {
        RUF_SCRATCH struct ruf_contact contact;
        RUF_SCRATCH struct search_marks plan;

        hits[i].contact = (uint32_t)s->best[i];
        hits[i].tier = (enum ruf_search_tier)tier_of(s->best[i]);
        ruf_search_plan_marks(s, &hits[i], &plan);
        status = ruf_contact_read(query, hits[i].contact, plan.wanted, &contact,
                                  err);
        if (status == RUF_OK)
            status = ruf_search_mark(query, &plan, &contact, &hits[i], err);
    }
    result->count = status == RUF_OK ? s->count : 0;
    result->partial = is_exhausted(s);
    result->work = s->work;
    return status;
}

enum ruf_status ruf_query_search_with(struct ruf_query *query, const char *text,
                                      size_t size,
                                      const struct ruf_search_options *options,
                                      struct ruf_hit *hits, size_t capacity,
                                      struct ruf_search_result *result,
                                      struct ruf_error *err)
{
    struct ruf_search_options all = RUF_SEARCH_OPTIONS;
    enum ruf_status status;

    memset(result, 0, sizeof(*result));
    if (query->index->resident == NULL || capacity == 0 ||
        capacity > RUF_SEARCH_LIMIT_MAX)
        return ruf_fail(err, RUF_E_USAGE, "U020", "",
                        "search needs a resident index and a limit of 1 to "
                        "%d",
                        RUF_SEARCH_LIMIT_MAX);
    if (options != NULL)
        memcpy(&all, options,
               options->struct_size < sizeof(all) ? options->struct_size
                                                  : sizeof(all));
    status = scratch_get(query, err);
    if (status != RUF_OK)
        return status;
    start(query->search, &all, capacity);
    ruf_search_parse(query->search, (struct ruf_text){ text, size });
    run(query->search, query);
    return write_hits(query->search, query, hits, result, err);
}

enum ruf_status ruf_query_search(struct ruf_query *query, const char *text,
                                 size_t size, struct ruf_hit *hits,
                                 size_t capacity, size_t *count,
                                 struct ruf_error *err)
{
    struct ruf_search_result result;
    enum ruf_status status = ruf_query_search_with(
        query, text, size, NULL, hits, capacity, &result, err);

    *count = result.count;
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

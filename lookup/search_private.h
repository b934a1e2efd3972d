/*
 * lookup/search_private.h - what the files of search share
 *
 * A search goes through stages: full numbers, words, parts of numbers, keypad,
 * typos, sounds. Each offers contacts with the tier they earned to one short
 * list of the best, and stops when no contact left could still enter it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef LOOKUP_SEARCH_PRIVATE_H
#define LOOKUP_SEARCH_PRIVATE_H

#include "base/record.h"
#include "lookup/search_tables.h"
#include <rufname/search.h>

#define SEARCH_QUERY_MAX 256
#define SEARCH_WORDS_MAX 8
#define SEARCH_DIGITS_MAX 250 /* of one number */
#define SEARCH_PREFIXES_MAX 300
#define SEARCH_TIER_NONE (RUF_TIER_SOUND + 1)

/* The texts of a field that a form of a word finds. */
struct search_range {
    uint32_t first; /* texts of one word */
    uint32_t exact; /* behind those equal to it */
    uint32_t end;
    uint32_t pair_first; /* pairs of other texts */
    uint32_t pair_end;
    bool known;
};

/* How a word may begin that was mistyped: its symbols, where they are known. */
struct search_slip {
    uint32_t symbols;
    uint32_t known;
};
#define SEARCH_SLIPS_MAX (1 + 4 * RUF_SEARCH_BEGINNING)

/* A word in one folding. */
struct search_form {
    char bytes[RUF_WORD_SIZE_MAX];
    size_t size;
    struct search_span span;
    struct search_range ranges[RUF_COLUMN_COUNT];
    uint32_t letters[RUF_WORD_SIZE_MAX]; /* code points, for typos */
    size_t letter_count;
    struct search_slip slips[SEARCH_SLIPS_MAX]; /* if it may be a typo */
    size_t slip_count;
    uint32_t sound;
    char sound_digits[2 * RUF_WORD_SIZE_MAX];
    size_t sound_size;
};

/* Texts of several words that may hold a word: bit text % 512. */
#define SEARCH_SIEVE_BITS 512u
#define SEARCH_SIEVE_FULL 256 /* more texts than that: all bits are set */

/* Texts of a column as a set: bit (text + 1) % 8192. */
#define SEARCH_TEXT_BITS 8192u

/* A word of the query: one form, or two where the foldings differ. */
struct search_word {
    struct search_form forms[2];
    size_t form_count;
    unsigned columns; /* bit per column with texts; after ruf_search_ranges() */
    uint64_t costs[RUF_COLUMN_COUNT]; /* of its lists, about; several words */
    uint64_t sieves[RUF_COLUMN_COUNT][SEARCH_SIEVE_BITS / 64];
    bool may_be_typo;
    bool may_sound;
};

/* The query with joined parts as one word, or as several. */
struct search_reading {
    struct search_word words[SEARCH_WORDS_MAX];
    size_t count;
};

/* A column where a word may stand, reduced to what a first look needs. */
struct search_probe {
    const struct search_array *column;
    uint32_t first; /* texts of one word */
    uint32_t count;
    uint32_t single_count;
    const uint64_t *sieve; /* of the others */
};

/* The words of a reading, and the probes of each. */
struct search_filter {
    struct search_probe probes[SEARCH_WORDS_MAX * 2 * RUF_COLUMN_COUNT];
    size_t ends[SEARCH_WORDS_MAX];
    size_t count;
};

/* Digits of a query that looks like a number. */
struct search_digits {
    char text[SEARCH_QUERY_MAX];
    size_t size;
    bool is_number; /* worth looking up */
    bool plus;      /* began with + */
    bool ends_only; /* began with a hyphen */
    bool is_keypad;
};

/* A beginning of numbers in packed form. */
struct search_prefix {
    uint64_t low;     /* first number that starts so */
    uint64_t high;    /* last one */
    size_t code_size; /* of the numbers meant; 0 = any */
    uint32_t first;   /* such numbers in the order of digits */
    uint32_t end;
};

/* Contacts of a list that are gone through at a time. */
#define SEARCH_STRIDE 256u

/* Scratch space of a query object and the search going on in it. */
struct search_scratch {
    struct search_tables tables;
    struct search_reading readings[2];
    size_t reading_count;
    struct search_digits digits;
    const struct ruf_search_options *options;
    size_t favourite_count;
    size_t recent_count;
    size_t capacity;
    uint64_t best[RUF_SEARCH_LIMIT_MAX]; /* keys, ascending */
    size_t count;
    uint32_t top[2 * RUF_SEARCH_LIMIT_MAX]; /* contacts, ascending */
    size_t top_count;
    size_t top_limit;
    uint64_t work;
    uint64_t work_limit;
    int reliable; /* tiers up to this one were looked through */
    struct search_filter filter;
    uint64_t texts[SEARCH_TEXT_BITS / 64]; /* with the word looked up */
    uint32_t kept[SEARCH_STRIDE];
    struct search_prefix prefixes[SEARCH_PREFIXES_MAX]; /* of the digits */
    size_t prefix_count;
    unsigned char letters[256]; /* what each byte is to a mark */
    /* Of the text being marked; it is read eight bytes at a time. */
    char folded[4 * RUF_RECORD_TEXT_MAX + 8];
    uint32_t offsets[4 * RUF_RECORD_TEXT_MAX + 1];
};

/* --- the best (search.c)
 * -------------------------------------------------------- */

/* A contact earned a tier. Offering twice, or later in a worse tier, is fine;
 * SEARCH_TIER_NONE is passed over. */
void ruf_search_offer(struct search_scratch *s, unsigned tier,
                      uint32_t contact);

/* Can no contact of a tier behind this one enter any more? */
bool ruf_search_settled(const struct search_scratch *s, unsigned tier);

/* Keys order by tier, then favourites, recents, others, then rank. */
#define SEARCH_KEY(tier, boost, contact)                                       \
    ((uint64_t)(tier) << 40 | (uint64_t)(boost) << 32 | (contact))
#define SEARCH_NOT_BOOSTED 2u

/* Nor one of this tier with this or a worse rank, favourites left aside? */
static inline bool ruf_search_settled_at(const struct search_scratch *s,
                                         unsigned tier, uint32_t contact)
{
    return s->count == s->capacity &&
           s->best[s->count - 1] <=
               SEARCH_KEY(tier, SEARCH_NOT_BOOSTED, contact);
}

/* Count steps of work at a tier; false once the limit is reached. */
static inline bool ruf_search_spend(struct search_scratch *s, uint64_t steps,
                                    unsigned tier)
{
    s->work += steps;
    if (s->work <= s->work_limit)
        return true;
    if (s->reliable >= (int)tier)
        s->reliable = (int)tier - 1;
    return false;
}

/* The favourite or recent number i, favourites first. */
size_t ruf_search_boosted_count(const struct search_scratch *s);
uint32_t ruf_search_boosted(const struct search_scratch *s, size_t i);

/* Collect the contacts of best rank: start, add in any order, offer all. */
void ruf_search_top_start(struct search_scratch *s);
/* @return false if no larger contact number can enter either. */
bool ruf_search_top_add(struct search_scratch *s, uint32_t contact);
void ruf_search_top_text(struct search_scratch *s,
                         const struct search_field *field, uint32_t text);
/* Texts [first, end), which must not be beyond text_count. */
void ruf_search_top_texts(struct search_scratch *s,
                          const struct search_field *field, uint32_t first,
                          uint32_t end);

/* --- query text (search_query.c)
 * ------------------------------------------------ */

void ruf_search_parse(struct search_scratch *s, struct ruf_text text);

/* Prepare the words for typos and sounds. */
void ruf_search_prepare_loose(struct search_reading *reading);

/* --- words (search_match.c, search_words.c)
 * ----------------------------------------------------- */

enum search_match { SEARCH_NO = 0, SEARCH_PREFIX, SEARCH_EXACT };

const struct search_range *ruf_search_range(const struct search_tables *tables,
                                            struct search_form *form,
                                            enum ruf_search_column column);

/* Find the ranges of all columns, and fill the sieves. */
void ruf_search_ranges(const struct search_tables *tables,
                       struct search_word *word);

/* Does a text, by its number + 1, hold a word that starts with this one? */
enum search_match ruf_search_match_text(const struct search_tables *tables,
                                        struct search_word *word,
                                        enum ruf_search_column column,
                                        uint32_t text_plus_one);

/* Does the word begin one of the contact's, in any column? */
bool ruf_search_has_word(const struct search_scratch *s,
                         const struct search_word *word, uint32_t contact);

/* The columns, as bits, in which the contact has words of a reading. */
unsigned ruf_search_columns(const struct search_scratch *s,
                            const struct search_reading *reading,
                            uint32_t contact);

/* The best tier of all readings, looking at columns up to 'last'. */
unsigned ruf_search_grade(const struct search_scratch *s, uint32_t contact,
                          enum ruf_search_column last);

/* Does the word begin one of the contact's in this column? */
bool ruf_search_has_in(const struct search_scratch *s,
                       const struct search_word *word,
                       enum ruf_search_column column, uint32_t contact);

/* The tier a reading finds a contact in; as a stage of typos or sounds would
 * grade it if 'tier' is theirs. */
unsigned ruf_search_reading_tier(struct search_scratch *s,
                                 struct search_reading *reading,
                                 uint32_t contact, unsigned tier);

/* All words as usual or, if tier is that of typos or sounds, loosely. */
bool ruf_search_loose_match(struct search_scratch *s,
                            struct search_reading *reading, unsigned tier,
                            uint32_t contact);

/* The columns, as bits, where the contact has a word that matches by keypad,
 * typo or sound, whichever tier it is. */
unsigned ruf_search_loose_columns(struct search_scratch *s,
                                  const struct search_reading *reading,
                                  unsigned tier, uint32_t contact);

void ruf_search_words_stage(struct search_scratch *s);

/* --- two words (search_join.c)
 * --------------------------------------------------------- */

/* Two words of a reading that contacts must have. */
struct search_pair {
    const struct search_reading *reading;
    struct search_word *words[2];
    unsigned tier;   /* no contact to come earns a better one */
    bool exact_only; /* as they are, not as beginnings */
};

/* Offer contacts that have both in columns up to 'last', one of them in
 * 'first' or behind. @return false if the work is spent. */
bool ruf_search_join(struct search_scratch *s, const struct search_pair *pair,
                     enum ruf_search_column first, enum ruf_search_column last);

/* --- other stages
 * --------------------------------------------------------------- */

void ruf_search_full_number_stage(struct search_scratch *s,
                                  struct ruf_query *query);
void ruf_search_number_part_stage(struct search_scratch *s);
void ruf_search_keypad_stage(struct search_scratch *s);
void ruf_search_typo_stage(struct search_scratch *s);
void ruf_search_sound_stage(struct search_scratch *s);

/* Tier of a number for the digits asked for. @param code_size of its calling
 * code, 0 if none is known. */
unsigned ruf_search_match_digits(const struct search_digits *asked,
                                 const char *digits, size_t size,
                                 size_t code_size);

/* The digits a number is found by: E.164, else those of its text. */
size_t ruf_search_number_digits(const struct ruf_contact_number *number,
                                char out[SEARCH_DIGITS_MAX]);

/* Tier of one number of a contact, and of its best one. */
unsigned ruf_search_match_number(const struct search_digits *asked,
                                 const struct ruf_contact_number *number);

unsigned ruf_search_number_tier(const struct search_digits *asked,
                                const struct ruf_contact *contact);

/* Size of the calling code digits begin with, 0 if it is not assigned. */
size_t ruf_search_code_size(const char *digits, size_t size);

/* Fill the slips of a form of at least five letters. */
void ruf_search_make_slips(struct search_form *form);

/* One edit or none between a word and some beginning of another. */
bool ruf_search_is_typo(const struct search_form *form, const char *word,
                        size_t size);

/* --- highlights (search_marks.c)
 * ------------------------------------------------- */

/* Fill the table of letters, once. */
void ruf_search_marks_init(struct search_scratch *s);

/* What is to be marked in a hit. */
struct search_marks {
    struct search_reading *reading; /* NULL: digits only */
    unsigned columns;               /* with words that match, as bits */
    unsigned loose;                 /* the same, those that are only alike */
    unsigned wanted;                /* CONTACT_...: parts to look into */
};

void ruf_search_plan_marks(struct search_scratch *s, const struct ruf_hit *hit,
                           struct search_marks *out);

/* Mark what made the tier of a hit; form rules are those of search.h.
 * @param contact  read last, as far as it was wanted. */
enum ruf_status ruf_search_mark(struct ruf_query *query,
                                const struct search_marks *plan,
                                const struct ruf_contact *contact,
                                struct ruf_hit *hit, struct ruf_error *err);

#endif

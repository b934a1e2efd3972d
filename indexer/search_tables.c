/*
 * indexer/search_tables.c - persons to words, texts and numbers
 *
 * A directory repeats itself: names, companies, departments. Each distinct
 * text of a field is folded and split once; after that a contact costs a hash
 * look-up per field.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "indexer/search_tables.h"
#include "base/error.h"
#include "base/fold.h"
#include "base/scratch.h"
#include "base/secret.h"
#include "base/text.h"
#include "base/words.h"
#include "indexer/search_private.h"
#include <stdlib.h>
#include <string.h>

/* --- words of a text
 * ------------------------------------------------------------- */

static void add_word(struct ruf_search_builder *builder,
                     struct search_field *field, const char *word, size_t size)
{
    uint32_t number = ruf_search_pool_add(&builder->words, word, size);

    builder->failed = builder->failed || number == SEARCH_POOL_FULL ||
                      !ruf_search_list_add(&field->words, number);
}

/* Are the parts of a run searched for, or joined to one word as well? */
enum splitting { PARTS_AND_JOINED = 0, PARTS_ONLY };

static void add_folded(struct ruf_search_builder *builder,
                       struct search_field *field, const char *folded,
                       size_t size, enum splitting splitting)
{
    struct ruf_words words = ruf_words(folded, size);
    struct ruf_word word;

    while (ruf_words_next(&words, &word))
        if (word.kind != RUF_WORD_JOINED || splitting == PARTS_AND_JOINED)
            add_word(builder, field, word.bytes, word.size);
}

/* Plain ASCII folds to its lower case, both ways; false if there is more. */
static bool lower_ascii(struct ruf_text text, char *out)
{
    unsigned char all = 0;

    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];

        all |= c;
        out[i] = (char)(c + ((unsigned char)(c - 'A') < 26 ? 'a' - 'A' : 0));
    }
    return all < 0x80;
}

static bool is_letter_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* Words of both foldings, the second only where it differs. */
static void add_words(struct ruf_search_builder *builder,
                      struct search_field *field, struct ruf_text text,
                      enum splitting splitting)
{
    char *base = builder->base;
    char *german = builder->german;
    size_t base_size;
    size_t german_size;

    if (lower_ascii(text, base)) {
        add_folded(builder, field, base, text.size, splitting);
        return;
    }
    base_size = ruf_fold(text, RUF_FOLD_BASE, base);
    german_size = ruf_fold(text, RUF_FOLD_GERMAN, german);
    add_folded(builder, field, base, base_size, splitting);
    if (base_size != german_size || memcmp(base, german, base_size) != 0)
        add_folded(builder, field, german, german_size, splitting);
}

/* --- texts of a field
 * ------------------------------------------------------------ */

/* The text's number; *fresh tells the caller to add its words and to close
 * them with end_text(). */
static uint32_t find_text(struct ruf_search_builder *builder,
                          struct search_field *field, const void *bytes,
                          size_t size, uint32_t hash, bool *fresh)
{
    size_t before = field->texts.starts.count;
    uint32_t number =
        ruf_search_pool_add_hashed(&field->texts, bytes, size, hash);

    builder->failed = builder->failed || number == SEARCH_POOL_FULL;
    *fresh = field->texts.starts.count != before;
    return number;
}

static void end_text(struct ruf_search_builder *builder,
                     struct search_field *field)
{
    builder->failed =
        builder->failed || field->words.count > UINT32_MAX ||
        !ruf_search_list_add(&field->word_ends, (uint32_t)field->words.count);
}

static void set_column(struct ruf_search_builder *builder,
                       enum ruf_search_column column, uint32_t value)
{
    builder->failed =
        builder->failed ||
        !ruf_search_list_add(&builder->fields[column].column, value);
}

/* @return text + 1, 0 for an absent one. */
static uint32_t add_text(struct ruf_search_builder *builder,
                         enum ruf_search_column column, struct ruf_text text,
                         uint32_t hash, enum splitting splitting)
{
    struct search_field *field = &builder->fields[column];
    uint32_t number;
    bool fresh;

    if (text.size == 0) {
        set_column(builder, column, 0);
        return 0;
    }
    number = find_text(builder, field, text.data, text.size, hash, &fresh);
    if (fresh) {
        add_words(builder, field, text, splitting);
        end_text(builder, field);
    }
    set_column(builder, column, number + 1);
    return number + 1;
}

/* --- initials
 * ------------------------------------------------------------------ */

/* First letters of all words of a name text, as a number. */
static uint32_t letters_of(struct ruf_search_builder *builder,
                           enum ruf_search_column column, uint32_t number,
                           struct ruf_text text)
{
    struct search_list *known = &builder->letters[column];
    char *folded = builder->base;
    RUF_SCRATCH char letters[RUF_WORD_SIZE_MAX];
    struct ruf_words words;
    struct ruf_word word;
    size_t size = 0;

    if (number < known->count)
        return known->items[number];
    text = ruf_text_slice(text, 0, RUF_RECORD_TEXT_MAX);
    words = ruf_words(folded, ruf_fold(text, RUF_FOLD_BASE, folded));
    while (ruf_words_next(&words, &word)) {
        uint32_t c;
        size_t step = ruf_utf8_decode(word.bytes, word.size, &c);

        if (word.kind == RUF_WORD_JOINED || size + step > RUF_WORD_SIZE_MAX / 2)
            continue;
        memcpy(letters + size, word.bytes, step);
        size += step;
    }
    number = ruf_search_pool_add(&builder->initials, letters, size);
    builder->failed = builder->failed || number == SEARCH_POOL_FULL ||
                      !ruf_search_list_add(known, number);
    return number;
}

static size_t first_size(struct ruf_text letters)
{
    uint32_t c;

    return letters.size == 0 ? 0
                             : ruf_utf8_decode(letters.data, letters.size, &c);
}

/* "hm" and, of more words, "hpml". */
static void add_initials(struct ruf_search_builder *builder,
                         const uint32_t parts[2])
{
    struct search_field *field = &builder->fields[RUF_COLUMN_INITIALS];
    struct ruf_text given = ruf_search_pool_text(&builder->initials, parts[0]);
    struct ruf_text family = ruf_search_pool_text(&builder->initials, parts[1]);
    size_t given_first = first_size(given);
    size_t family_first = first_size(family);
    RUF_SCRATCH char letters[RUF_WORD_SIZE_MAX];

    if (given_first == 0 || family_first == 0)
        return;
    memcpy(letters, given.data, given_first);
    memcpy(letters + given_first, family.data, family_first);
    add_word(builder, field, letters, given_first + family_first);
    if (given.size == given_first && family.size == family_first)
        return;
    memcpy(letters, given.data, given.size);
    memcpy(letters + given.size, family.data, family.size);
    add_word(builder, field, letters, given.size + family.size);
}

/* --- e-mail
 * -------------------------------------------------------------------- */

static bool has_word(const struct search_field *field, uint32_t column,
                     uint32_t word)
{
    uint32_t i;

    if (column == 0)
        return false;
    i = column == 1 ? 0 : field->word_ends.items[column - 2];
    for (; i < field->word_ends.items[column - 1]; i++)
        if (field->words.items[i] == word)
            return true;
    return false;
}

/* The words of plain addresses, before their turn: what they lead to is fetched
 * while the person's other texts are added. */
struct early_words {
    size_t count;
    bool complete; /* these are all words of the person's addresses */
    struct {
        const char *bytes;
        size_t size;
        uint32_t hash;
    } items[16];
};

static struct ruf_text local_part(struct ruf_text email)
{
    struct ruf_text text = ruf_text_slice(email, 0, RUF_RECORD_TEXT_MAX);
    const char *at = text.size == 0 ? NULL : memrchr(text.data, '@', text.size);

    if (at != NULL)
        text.size = (size_t)(at - text.data);
    return text;
}

/* @return false if there are too many. */
static bool take_early(const struct search_pool *words, const char *folded,
                       size_t size, struct early_words *out)
{
    for (size_t i = 0; i < size; i++) {
        size_t start = i;

        while (i < size && is_letter_or_digit(folded[i]))
            i++;
        if (i == start)
            continue;
        if (out->count == sizeof(out->items) / sizeof(out->items[0]))
            return false;
        out->items[out->count].bytes = folded + start;
        out->items[out->count].size =
            i - start < RUF_WORD_SIZE_MAX ? i - start : RUF_WORD_SIZE_MAX;
        out->items[out->count].hash = ruf_search_pool_hash(
            words, folded + start, out->items[out->count].size);
        ruf_search_pool_fetch_slot(words, out->items[out->count++].hash);
    }
    return true;
}

static void find_early(struct ruf_search_builder *builder,
                       const struct ruf_person *person, struct early_words *out)
{
    char *folded = builder->local;
    size_t used = 0;

    out->count = 0;
    out->complete = true;
    for (size_t i = 0; i < person->email_count && out->complete; i++) {
        struct ruf_text text = local_part(person->emails[i]);

        out->complete =
            used + text.size <= sizeof(builder->local) &&
            lower_ascii(text, folded + used) &&
            take_early(&builder->words, folded + used, text.size, out);
        used += text.size;
    }
}

static void add_local_words(struct ruf_search_builder *builder,
                            const struct ruf_person *person,
                            const struct early_words *early)
{
    struct search_list *words = &builder->email.words;

    words->count = 0;
    for (size_t i = 0; early->complete && i < early->count; i++) {
        uint32_t number = ruf_search_pool_add_hashed(
            &builder->words, early->items[i].bytes, early->items[i].size,
            early->items[i].hash);

        builder->failed = builder->failed || number == SEARCH_POOL_FULL ||
                          !ruf_search_list_add(words, number);
    }
    for (size_t i = 0; !early->complete && i < person->email_count; i++) {
        struct ruf_text text = local_part(person->emails[i]);

        if (text.size > 0)
            add_words(builder, &builder->email, text, PARTS_ONLY);
    }
}

/* Distinct words of the local parts. One that is a word of the contact's name
 * is left out: the name answers for it, and in a better tier. */
static void keep_local_words(struct ruf_search_builder *builder,
                             const uint32_t names[2])
{
    const struct search_field *family = &builder->fields[RUF_COLUMN_FAMILY];
    const struct search_field *given = &builder->fields[RUF_COLUMN_GIVEN];
    const struct search_list *all = &builder->email.words;
    struct search_list *kept = &builder->email_words;

    kept->count = 0;
    for (size_t i = 0; i < all->count; i++) {
        bool known = has_word(family, names[0], all->items[i]) ||
                     has_word(given, names[1], all->items[i]);

        for (size_t k = 0; k < kept->count && !known; k++)
            known = kept->items[k] == all->items[i];
        if (!known)
            builder->failed =
                builder->failed || !ruf_search_list_add(kept, all->items[i]);
    }
}

/* The contact's text of RUF_COLUMN_LOCAL: the words that were kept. */
static void add_local(struct ruf_search_builder *builder, uint32_t hash)
{
    struct search_field *field = &builder->fields[RUF_COLUMN_LOCAL];
    const struct search_list *words = &builder->email_words;
    uint32_t number;
    bool fresh;

    if (words->count == 0) {
        set_column(builder, RUF_COLUMN_LOCAL, 0);
        return;
    }
    number = find_text(builder, field, words->items,
                       words->count * sizeof(words->items[0]), hash, &fresh);
    for (size_t i = 0; fresh && i < words->count; i++)
        builder->failed = builder->failed ||
                          !ruf_search_list_add(&field->words, words->items[i]);
    if (fresh)
        end_text(builder, field);
    set_column(builder, RUF_COLUMN_LOCAL, number + 1);
}

/* All domains as one text, an "@" before each. */
static void add_domains(struct ruf_search_builder *builder,
                        const struct ruf_person *person)
{
    char *text = builder->domains;
    size_t size = 0;

    for (size_t i = 0; i < person->email_count; i++) {
        struct ruf_text email =
            ruf_text_slice(person->emails[i], 0, RUF_RECORD_TEXT_MAX);
        const char *at =
            email.size == 0 ? NULL : memrchr(email.data, '@', email.size);
        size_t start = at == NULL ? email.size : (size_t)(at - email.data);

        if (size + email.size - start > sizeof(builder->domains))
            break;
        if (start < email.size)
            memcpy(text + size, email.data + start, email.size - start);
        size += email.size - start;
    }
    (void)add_text(builder, RUF_COLUMN_DOMAIN, (struct ruf_text){ text, size },
                   ruf_search_pool_hash(
                       &builder->fields[RUF_COLUMN_DOMAIN].texts, text, size),
                   PARTS_ONLY);
}

/* --- persons
 * ------------------------------------------------------------------- */

/* The texts of a person that lead into large tables, all over the memory. Their
 * hashes are made some persons ahead, so that what they lead to is there when
 * its turn comes. */
static const enum ruf_search_column ahead_columns[] = {
    RUF_COLUMN_FAMILY,     RUF_COLUMN_GIVEN, RUF_COLUMN_COMPANY,
    RUF_COLUMN_DEPARTMENT, RUF_COLUMN_TITLE,
};

#define AHEAD_TEXTS (sizeof(ahead_columns) / sizeof(ahead_columns[0]))
#define AHEAD_SLOTS 8
#define AHEAD_ITEMS 4

struct ahead {
    struct ruf_text texts[AHEAD_TEXTS];
    uint32_t hashes[AHEAD_TEXTS];
};

static void look_ahead(const struct ruf_search_builder *builder,
                       const struct ruf_person *person, struct ahead *out)
{
    bool unnamed = person->family.size == 0 && person->given.size == 0;
    const struct ruf_text texts[AHEAD_TEXTS] = {
        unnamed ? person->display : person->family, person->given,
        person->company, person->department, person->title
    };

    for (size_t i = 0; i < AHEAD_TEXTS; i++) {
        const struct search_pool *pool =
            &builder->fields[ahead_columns[i]].texts;

        out->texts[i] = ruf_text_slice(texts[i], 0, RUF_RECORD_TEXT_MAX);
        out->hashes[i] =
            ruf_search_pool_hash(pool, out->texts[i].data, out->texts[i].size);
        ruf_search_pool_fetch_slot(pool, out->hashes[i]);
    }
}

static void fetch_items(const struct ruf_search_builder *builder,
                        const struct ahead *ahead)
{
    for (size_t i = 0; i < AHEAD_TEXTS; i++)
        ruf_search_pool_fetch_item(&builder->fields[ahead_columns[i]].texts,
                                   ahead->hashes[i]);
}

/* @param[in] names  family and given text + 1, or 0. */
static void add_name_initials(struct ruf_search_builder *builder,
                              const struct ahead *texts,
                              const uint32_t names[2])
{
    struct search_field *field = &builder->fields[RUF_COLUMN_INITIALS];
    uint32_t letters[2];
    uint32_t number;
    bool fresh;

    letters[1] = names[0] == 0 ? 0
                               : letters_of(builder, RUF_COLUMN_FAMILY,
                                            names[0] - 1, texts->texts[0]);
    letters[0] = names[1] == 0 ? 0
                               : letters_of(builder, RUF_COLUMN_GIVEN,
                                            names[1] - 1, texts->texts[1]);
    if (builder->failed || names[0] == 0 || names[1] == 0) {
        set_column(builder, RUF_COLUMN_INITIALS, 0);
        return;
    }
    number = find_text(
        builder, field, letters, sizeof(letters),
        ruf_search_pool_hash(&field->texts, letters, sizeof(letters)), &fresh);
    if (fresh) {
        add_initials(builder, letters);
        end_text(builder, field);
    }
    set_column(builder, RUF_COLUMN_INITIALS, number + 1);
}

static void add_person(struct ruf_search_builder *builder,
                       const struct ruf_person *person,
                       const struct ahead *texts)
{
    const struct search_pool *locals = &builder->fields[RUF_COLUMN_LOCAL].texts;
    uint32_t numbers[AHEAD_TEXTS];
    RUF_SCRATCH struct early_words early;
    uint32_t hash;

    find_early(builder, person, &early);
    for (size_t i = 0; i < AHEAD_TEXTS; i++)
        numbers[i] = add_text(builder, ahead_columns[i], texts->texts[i],
                              texts->hashes[i], PARTS_AND_JOINED);
    if (builder->failed)
        return;
    add_name_initials(builder, texts, numbers);
    if (builder->failed)
        return;
    add_local_words(builder, person, &early);
    keep_local_words(builder, numbers);
    hash = ruf_search_pool_hash(locals, builder->email_words.items,
                                builder->email_words.count *
                                    sizeof(builder->email_words.items[0]));
    ruf_search_pool_fetch_slot(locals, hash);
    add_domains(builder, person);
    builder->failed =
        builder->failed || builder->contacts == UINT32_MAX - 1 ||
        !ruf_search_numbers_add(&builder->numbers, builder->contacts, person);
    add_local(builder, hash);
    builder->contacts++;
}

void ruf_search_builder_add(struct ruf_search_builder *builder,
                            const struct ruf_person *persons, size_t count)
{
    struct ahead ahead[AHEAD_SLOTS];

    for (size_t i = 0; i < count + AHEAD_SLOTS && !builder->failed; i++) {
        if (i >= AHEAD_SLOTS)
            add_person(builder, &persons[i - AHEAD_SLOTS],
                       &ahead[i % AHEAD_SLOTS]);
        if (i < count)
            look_ahead(builder, &persons[i], &ahead[i % AHEAD_SLOTS]);
        if (i >= AHEAD_SLOTS - AHEAD_ITEMS &&
            i - (AHEAD_SLOTS - AHEAD_ITEMS) < count)
            fetch_items(builder, &ahead[(i + AHEAD_ITEMS) % AHEAD_SLOTS]);
    }
}

/* --- the builder
 * ---------------------------------------------------------------- */

enum ruf_status ruf_search_builder_create(struct ruf_search_builder **out,
                                          struct ruf_error *err)
{
    struct ruf_search_builder *builder = calloc(1, sizeof(*builder));
    uint64_t seed;
    enum ruf_status status;

    *out = NULL;
    if (builder == NULL)
        return ruf_fail_memory(err);
    status = ruf_random(&seed, sizeof(seed), err);
    if (status != RUF_OK) {
        free(builder);
        return status;
    }
    builder->words.seed = seed;
    builder->initials.seed = seed;
    builder->numbers.longer.seed = seed;
    for (size_t i = 0; i < RUF_COLUMN_COUNT; i++)
        builder->fields[i].texts.seed = seed;
    *out = builder;
    return RUF_OK;
}

static bool write_all(struct ruf_search_builder *builder,
                      struct ruf_search_tables *out)
{
    size_t words = builder->words.starts.count;
    uint32_t *order = calloc(words + 1, sizeof(*order));
    uint32_t *rank = calloc(words + 1, sizeof(*rank));
    bool ok = order != NULL && rank != NULL &&
              ruf_search_write_words(builder, order, rank, &out->sections[0]) &&
              ruf_search_write_fields(builder, rank, &out->sections[1]) &&
              ruf_search_write_numbers(&builder->numbers, builder->contacts,
                                       &out->sections[2], &out->sections[3]);

    free(order);
    free(rank);
    return ok;
}

enum ruf_status ruf_search_builder_finish(struct ruf_search_builder *builder,
                                          struct ruf_search_tables *out,
                                          struct ruf_error *err)
{
    memset(out, 0, sizeof(*out));
    if (!builder->failed && write_all(builder, out))
        return RUF_OK;
    ruf_search_tables_free(out);
    return ruf_fail_memory(err);
}

void ruf_search_builder_destroy(struct ruf_search_builder *builder)
{
    if (builder == NULL)
        return;
    ruf_search_pool_free(&builder->words);
    ruf_search_pool_free(&builder->initials);
    ruf_search_list_free(&builder->letters[0]);
    ruf_search_list_free(&builder->letters[1]);
    for (size_t i = 0; i < RUF_COLUMN_COUNT; i++) {
        struct search_field *field = &builder->fields[i];

        ruf_search_pool_free(&field->texts);
        ruf_search_list_free(&field->word_ends);
        ruf_search_list_free(&field->words);
        ruf_search_list_free(&field->column);
    }
    ruf_search_list_free(&builder->email.words);
    ruf_search_list_free(&builder->email_words);
    ruf_search_numbers_free(&builder->numbers);
    ruf_wipe(builder, sizeof(*builder));
    free(builder);
}

void ruf_search_tables_free(struct ruf_search_tables *tables)
{
    for (size_t i = 0; i < RUF_SEARCH_SECTIONS; i++)
        ruf_writer_wipe(&tables->sections[i]);
}

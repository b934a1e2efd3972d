/*
 * indexer/search_tables.c - words of all contacts, sorted, with postings
 *
 * Every word becomes an occurrence (word, contact, field); sorting the
 * occurrences gives tokens and postings in one pass.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "indexer/search_tables.h"
#include "base/error.h"
#include "base/fold.h"
#include "base/image_sections.h"
#include "base/text.h"
#include "base/words.h"
#include <stdlib.h>
#include <string.h>

struct occurrence {
    uint64_t head;   /* first eight bytes, big-endian: sorts most words */
    uint32_t offset; /* of the word in the text pool */
    uint32_t contact;
    uint16_t size;
    uint16_t fields; /* one bit */
};

struct tables {
    struct ruf_writer pool;
    struct occurrence *list;
    size_t count;
    size_t room;
    uint32_t contact;
    bool failed;
};

static uint64_t head_of(const char *word, size_t size)
{
    uint64_t head = 0;

    for (size_t i = 0; i < 8; i++)
        head = head << 8 | (i < size ? (unsigned char)word[i] : 0);
    return head;
}

static void add_word(struct tables *tables, const char *word, size_t size,
                     enum ruf_token_field field)
{
    struct occurrence *occurrence;

    if (size == 0 || tables->failed)
        return;
    if (tables->count == tables->room) {
        size_t room = tables->room == 0 ? 4096 : 2 * tables->room;
        struct occurrence *list = realloc(tables->list, room * sizeof(*list));

        if (list == NULL) {
            tables->failed = true;
            return;
        }
        tables->list = list;
        tables->room = room;
    }
    if (size > RUF_TOKEN_SIZE_MAX)
        size = RUF_TOKEN_SIZE_MAX;
    occurrence = &tables->list[tables->count++];
    occurrence->head = head_of(word, size);
    occurrence->offset = (uint32_t)tables->pool.size;
    occurrence->contact = tables->contact;
    occurrence->size = (uint16_t)size;
    occurrence->fields = (uint16_t)(1u << field);
    ruf_write_bytes(&tables->pool, word, size);
    tables->failed = tables->failed || tables->pool.failed ||
                     tables->pool.size > UINT32_MAX / 2;
}

static void add_words(struct tables *tables, const char *folded, size_t size,
                      enum ruf_token_field field)
{
    struct ruf_word word;
    size_t at = 0;

    while (ruf_next_word(folded, size, &at, &word))
        add_word(tables, word.bytes, word.size, field);
}

/* Both foldings, the second only where it differs. */
static void add_text(struct tables *tables, struct ruf_text text,
                     enum ruf_token_field field)
{
    char base[4 * RUF_RECORD_TEXT_MAX];
    char german[4 * RUF_RECORD_TEXT_MAX];
    size_t base_size;
    size_t german_size;

    text = ruf_text_slice(text, 0, RUF_RECORD_TEXT_MAX);
    if (text.size == 0)
        return;
    base_size = ruf_fold(text, RUF_FOLD_BASE, base);
    german_size = ruf_fold(text, RUF_FOLD_GERMAN, german);
    add_words(tables, base, base_size, field);
    if (base_size != german_size || memcmp(base, german, base_size) != 0)
        add_words(tables, german, german_size, field);
}

/* Words of the local part and of the domain without its last label. */
static void add_email(struct tables *tables, struct ruf_text address)
{
    const char *dot =
        address.size == 0 ? NULL : memrchr(address.data, '.', address.size);

    if (dot != NULL)
        address.size = (size_t)(dot - address.data);
    add_text(tables, address, RUF_TOKEN_EMAIL);
}

static void add_number(struct tables *tables,
                       const struct ruf_person_number *number)
{
    char digits[RUF_RAW_NUMBER_MAX];
    size_t size = 0;

    if (number->e164 != 0) {
        char text[RUF_E164_TEXT_SIZE];

        size = ruf_e164_format(number->e164, text);
        add_word(tables, text + 1, size - 1, RUF_TOKEN_NUMBER);
        return;
    }
    for (size_t i = 0; i < number->raw.size && size < sizeof(digits); i++)
        if (number->raw.data[i] >= '0' && number->raw.data[i] <= '9')
            digits[size++] = number->raw.data[i];
    add_word(tables, digits, size, RUF_TOKEN_NUMBER);
}

static size_t first_letter(struct ruf_text text, char *out)
{
    char folded[64] = "";
    uint32_t c;
    size_t size;

    text = ruf_text_slice(text, 0, 8);
    size = ruf_fold(text, RUF_FOLD_BASE, folded);
    if (size == 0)
        return 0;
    (void)ruf_utf8_decode(folded, size, &c);
    return ruf_utf8_encode(c, out);
}

static void add_initials(struct tables *tables, const struct ruf_person *person)
{
    char initials[8];
    size_t given = first_letter(person->given, initials);
    size_t family = first_letter(person->family, initials + given);

    if (given > 0 && family > 0)
        add_word(tables, initials, given + family, RUF_TOKEN_INITIALS);
}

static void add_person(struct tables *tables, const struct ruf_person *person)
{
    add_text(tables, person->given, RUF_TOKEN_GIVEN);
    add_text(tables, person->family, RUF_TOKEN_FAMILY);
    if (person->given.size == 0 && person->family.size == 0)
        add_text(tables, person->display, RUF_TOKEN_DISPLAY);
    add_text(tables, person->company, RUF_TOKEN_COMPANY);
    add_text(tables, person->department, RUF_TOKEN_DEPARTMENT);
    add_text(tables, person->title, RUF_TOKEN_TITLE);
    for (size_t i = 0; i < person->email_count; i++)
        add_email(tables, person->emails[i]);
    for (size_t i = 0; i < person->number_count; i++)
        add_number(tables, &person->numbers[i]);
    add_initials(tables, person);
}

/* --- sorting
 * -------------------------------------------------------------------------- */

static int compare_words(const char *pool, const struct occurrence *a,
                         const struct occurrence *b)
{
    struct ruf_text x = { pool + a->offset, a->size };
    struct ruf_text y = { pool + b->offset, b->size };

    if (a->head != b->head)
        return a->head < b->head ? -1 : 1;
    return ruf_text_compare(x, y);
}

static int by_word(const void *left, const void *right, void *pool)
{
    const struct occurrence *a = left;
    const struct occurrence *b = right;
    int order = compare_words(pool, a, b);

    if (order != 0)
        return order;
    return (a->contact > b->contact) - (a->contact < b->contact);
}

/* --- writing
 * ----------------------------------------------------------------------------
 */

struct output {
    struct ruf_writer text_offsets;
    struct ruf_writer first_postings;
    struct ruf_writer text;
    struct ruf_writer contacts;
    struct ruf_writer fields;
    uint64_t tokens;
    uint64_t postings;
};

static void write_occurrences(const struct tables *tables,
                              struct output *output)
{
    const char *pool = (const char *)tables->pool.bytes;

    for (size_t i = 0; i < tables->count; i++) {
        const struct occurrence *here = &tables->list[i];
        const struct occurrence *before = i == 0 ? NULL : here - 1;
        bool same_word =
            before != NULL && compare_words(pool, before, here) == 0;

        if (!same_word) {
            ruf_write_u32(&output->text_offsets, (uint32_t)output->text.size);
            ruf_write_u32(&output->first_postings, (uint32_t)output->postings);
            ruf_write_bytes(&output->text, pool + here->offset, here->size);
            output->tokens++;
        }
        if (same_word && before->contact == here->contact) {
            /* The same word in another field of the same contact. */
            uint8_t *last = output->fields.bytes + output->fields.size - 2;

            ruf_store16(last, (uint16_t)(ruf_load16(last) | here->fields));
            continue;
        }
        ruf_write_u32(&output->contacts, here->contact);
        ruf_write_u16(&output->fields, here->fields);
        output->postings++;
    }
    ruf_write_u32(&output->text_offsets, (uint32_t)output->text.size);
    ruf_write_u32(&output->first_postings, (uint32_t)output->postings);
}

static bool join_output(struct output *output, struct ruf_search_tables *out)
{
    ruf_write_u64(&out->tokens, output->tokens);
    ruf_write_u64(&out->tokens, output->text.size);
    ruf_write_u64(&out->tokens, output->postings);
    ruf_write_bytes(&out->tokens, output->text_offsets.bytes,
                    output->text_offsets.size);
    ruf_write_bytes(&out->tokens, output->first_postings.bytes,
                    output->first_postings.size);
    ruf_write_bytes(&out->tokens, output->text.bytes, output->text.size);
    ruf_write_bytes(&out->postings, output->contacts.bytes,
                    output->contacts.size);
    ruf_write_bytes(&out->postings, output->fields.bytes, output->fields.size);
    return !output->text_offsets.failed && !output->first_postings.failed &&
           !output->text.failed && !output->contacts.failed &&
           !output->fields.failed && !out->tokens.failed &&
           !out->postings.failed;
}

static bool write_tables(struct tables *tables, struct ruf_search_tables *out)
{
    struct output output;
    bool ok;

    memset(&output, 0, sizeof(output));
    if (tables->count > 1)
        qsort_r(tables->list, tables->count, sizeof(*tables->list), by_word,
                tables->pool.bytes);
    write_occurrences(tables, &output);
    ok = join_output(&output, out);
    ruf_writer_wipe(&output.text_offsets);
    ruf_writer_wipe(&output.first_postings);
    ruf_writer_wipe(&output.text);
    ruf_writer_wipe(&output.contacts);
    ruf_writer_wipe(&output.fields);
    return ok;
}

enum ruf_status ruf_search_tables_build(const struct ruf_people *people,
                                        struct ruf_search_tables *out,
                                        struct ruf_error *err)
{
    struct tables tables;
    bool ok;

    memset(out, 0, sizeof(*out));
    memset(&tables, 0, sizeof(tables));
    for (size_t i = 0; i < people->count && !tables.failed; i++) {
        tables.contact = (uint32_t)i;
        add_person(&tables, &people->persons[i]);
    }
    ok = !tables.failed && write_tables(&tables, out);
    ruf_writer_wipe(&tables.pool);
    free(tables.list);
    if (ok)
        return RUF_OK;
    ruf_search_tables_free(out);
    return ruf_fail_memory(err);
}

void ruf_search_tables_free(struct ruf_search_tables *tables)
{
    ruf_writer_wipe(&tables->tokens);
    ruf_writer_wipe(&tables->postings);
}

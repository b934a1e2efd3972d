/*
 * dump_index.c - write an image and tell what the library reads from it
 *
 *   dump_index FILE PERSONS ENTRIES    key: bytes 1..32
 *
 * reader.mjs, written from docs/index-format.md alone, must say the same.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tests/support/image_fixture.h"
#include <rufname/identity.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void must(enum ruf_status status)
{
    if (status != RUF_OK)
        abort();
}

static void print_text(struct ruf_text text)
{
    (void)printf("|%.*s", (int)text.size, text.size == 0 ? "" : text.data);
}

static void print_hex(const uint8_t *bytes, size_t size)
{
    (void)putchar('|');
    for (size_t i = 0; i < size; i++)
        (void)printf("%02x", bytes[i]);
}

static void print_entries(const struct ruf_index *index,
                          struct ruf_query *query)
{
    struct ruf_cursor *cursor;
    struct ruf_entry entry;

    must(ruf_cursor_create(index, &cursor, NULL));
    for (;;) {
        struct ruf_caller caller;

        must(ruf_cursor_next(cursor, &entry, NULL));
        if (entry.number == 0)
            break;
        (void)printf("E%llu", (unsigned long long)entry.number);
        print_text(entry.label);
        must(ruf_query_lookup(query, entry.number, &caller, NULL));
        print_text(caller.label);
        for (size_t i = 0; i < caller.contact_count; i++)
            (void)printf("|%u", caller.contacts[i]);
        (void)putchar('\n');
    }
    ruf_cursor_destroy(cursor);
}

static void print_contact(struct ruf_query *query, uint32_t n)
{
    struct ruf_contact contact;

    must(ruf_query_contact(query, n, &contact, NULL));
    (void)printf("C%u", n);
    print_hex(contact.id.bytes, sizeof(contact.id.bytes));
    print_text(contact.given);
    print_text(contact.family);
    print_text(contact.display);
    print_text(contact.company);
    print_text(contact.title);
    print_text(contact.department);
    for (size_t i = 0; i < RUF_CONTACT_FIELD_COUNT; i++)
        (void)printf("|%u", contact.field_sources[i]);
    for (size_t i = 0; i < contact.number_count; i++) {
        const struct ruf_contact_number *number = &contact.numbers[i];

        (void)printf("|%llu,%d,%d,%u", (unsigned long long)number->e164,
                     (int)number->kind, (int)number->emitted, number->sources);
        print_text(number->raw);
    }
    for (size_t i = 0; i < contact.email_count; i++) {
        print_text(contact.emails[i]);
        (void)printf("|%u", contact.email_sources[i]);
    }
    for (size_t i = 0; i < contact.source_count; i++)
        print_text(contact.sources[i]);
    (void)putchar('\n');
}

static void print_identity(struct ruf_query *query, uint32_t n)
{
    struct ruf_identity identity;

    must(ruf_query_identity(query, n, &identity, NULL));
    (void)printf("I%u", n);
    print_hex(identity.hash_id, sizeof(identity.hash_id));
    for (size_t i = 0; i < identity.id_count; i++) {
        print_text(identity.ids[i].source);
        print_text(identity.ids[i].id);
    }
    print_text(identity.presence_id);
    (void)putchar('\n');
}

/* Each trunk by an unknown number below it, then the numbers that are held. */
static void print_trunks(const struct image_fixture *fixture,
                         struct ruf_query *query)
{
    const struct ruf_trunks *trunks = &fixture->trunks;
    struct ruf_caller caller;

    for (size_t i = 0; i < trunks->count; i++) {
        ruf_e164 number = trunks->trunks[i].prefix * 10 + 7;

        must(ruf_query_lookup(query, number, &caller, NULL));
        (void)printf("T%llu", (unsigned long long)number);
        print_text(caller.label);
        (void)printf("|%d\n", (int)caller.approximate);
    }
    for (size_t i = 0; i < trunks->held_count; i++) {
        must(ruf_query_lookup(query, trunks->held[i], &caller, NULL));
        (void)printf("H%llu|%d\n", (unsigned long long)trunks->held[i],
                     (int)caller.known);
    }
}

static void print_photo(struct ruf_query *query, uint32_t n)
{
    struct ruf_contact_photo photo;
    uint32_t sum = 0;

    must(ruf_query_photo(query, n, &photo, NULL));
    for (size_t i = 0; i < photo.size; i++)
        sum = sum * 31 + photo.bytes[i];
    if (photo.size > 0)
        (void)printf("P%u|%zu|%d|%u|%u\n", n, photo.size, (int)photo.type,
                     photo.source, sum);
}

static void print_blocked(const struct ruf_index *index)
{
    ruf_e164 *numbers = calloc(RUF_BLOCKED_MAX, sizeof(*numbers));
    size_t count;

    if (numbers == NULL)
        abort();
    must(ruf_index_blocked(index, numbers, &count, NULL));
    for (size_t i = 0; i < count; i++)
        (void)printf("B%llu\n", (unsigned long long)numbers[i]);
    free(numbers);
}

int main(int argc, char **argv)
{
    struct image_fixture *fixture;
    struct ruf_index *index;
    struct ruf_query *query;

    if (argc != 4)
        return 2;
    fixture = fixture_create(1234, strtoul(argv[2], NULL, 10),
                             strtoul(argv[3], NULL, 10));
    for (size_t i = 0; i < sizeof(fixture->key); i++)
        fixture->key[i] = (uint8_t)(i + 1);
    must(fixture_build(fixture, argv[1], NULL));
    must(ruf_index_open(argv[1], fixture->key, RUF_INDEX_ON_DEMAND, &index,
                        NULL));
    must(ruf_query_create(index, &query, NULL));
    print_entries(index, query);
    for (uint32_t i = 0; i < fixture->people.count; i++) {
        print_contact(query, i);
        print_identity(query, i);
    }
    print_trunks(fixture, query);
    print_blocked(index);
    for (uint32_t i = 0; i < fixture->people.count; i++)
        print_photo(query, i);
    ruf_query_destroy(query);
    ruf_index_close(index);
    fixture_destroy(fixture);
    return 0;
}

/*
 * records.c - records as lines, to compare a home with what it was read from
 *
 *   records home HOME         the records that the store holds
 *   records dump DUMP.JSONL   those that the sample tenant says are there,
 *                             as far as its sources carry them
 *
 * One line a record, in no order: source, id, each text field of the mapping
 * table, addresses, and numbers as kind:text:E.164; lists sorted. Accounts of
 * Dynamics are left out, as the dump has none. Exits 2 if it cannot read.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/arena.h"
#include "base/error.h"
#include "base/json.h"
#include "engine/home_private.h"
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ITEMS_MAX 160
#define ITEM_SIZE 400

/* A list in the making: sorted when it is printed. */
struct list {
    char items[ITEMS_MAX][ITEM_SIZE];
    size_t count;
};

static struct list addresses;
static struct list numbers;

static int in_order(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void print_list(struct list *list)
{
    qsort(list->items, list->count, ITEM_SIZE, in_order);
    (void)putchar('\t');
    for (size_t i = 0; i < list->count; i++)
        (void)printf("%s%s", i == 0 ? "" : " | ", list->items[i]);
    list->count = 0;
}

static char *next_item(struct list *list)
{
    return list
        ->items[list->count < ITEMS_MAX - 1 ? list->count++ : ITEMS_MAX - 1];
}

/* --- what the home holds
 * -------------------------------------------------------------- */

static void print_text(struct ruf_text text)
{
    (void)printf("\t%.*s", (int)text.size, text.data == NULL ? "" : text.data);
}

static void print_contact(const struct ruf_source_contact *contact)
{
    static const enum ruf_record_field fields[] = {
        RUF_RECORD_GIVEN,   RUF_RECORD_FAMILY,     RUF_RECORD_DISPLAY,
        RUF_RECORD_COMPANY, RUF_RECORD_DEPARTMENT, RUF_RECORD_TITLE,
        RUF_RECORD_UPN,
    };

    (void)printf("%s", contact->source->id);
    print_text(contact->native_id);
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        print_text(contact->fields[fields[i]]);
    for (size_t i = 0; i < contact->email_count; i++)
        (void)snprintf(next_item(&addresses), ITEM_SIZE, "%.*s",
                       (int)contact->emails[i].size, contact->emails[i].data);
    for (size_t i = 0; i < contact->number_count; i++) {
        const struct ruf_standard_number *number = &contact->numbers[i];
        char e164[24] = "";

        if (number->e164 != 0)
            (void)snprintf(e164, sizeof(e164), "+%" PRIu64, number->e164);
        (void)snprintf(next_item(&numbers), ITEM_SIZE, "%s:%.*s:%s",
                       ruf_number_kind_name(number->kind),
                       (int)number->raw.size, number->raw.data, e164);
    }
    print_list(&addresses);
    print_list(&numbers);
    (void)putchar('\n');
}

static bool is_account(const struct ruf_source_contact *contact)
{
    return contact->source->kind == RUF_SOURCE_DYNAMICS365 &&
           contact->fields[RUF_RECORD_GIVEN].size == 0 &&
           contact->fields[RUF_RECORD_FAMILY].size == 0;
}

static enum ruf_status print_home(const char *path, struct ruf_error *err)
{
    struct ruf_source_contact *contacts = NULL;
    struct ruf_arena *arena = NULL;
    struct ruf_store *store = NULL;
    struct ruf_home *home = NULL;
    size_t count = 0;
    enum ruf_status status = ruf_home_open(path, &home, err);

    if (status == RUF_OK)
        status = ruf_arena_create(&arena, err);
    if (status == RUF_OK)
        status = ruf_home_store_open(home, &store, err);
    if (status == RUF_OK)
        status = ruf_store_contacts(store, &home->effective, arena, &contacts,
                                    &count, err);
    for (size_t i = 0; status == RUF_OK && i < count; i++)
        if (!is_account(&contacts[i]))
            print_contact(&contacts[i]);
    ruf_store_close(store);
    ruf_arena_destroy(arena);
    ruf_home_close(home);
    return status;
}

/* --- what the tenant says
 * -------------------------------------------------------------------- */

static const char *text_of(const cJSON *item)
{
    return cJSON_IsString(item) ? item->valuestring : "";
}

static bool is_from(const cJSON *record, const char *source)
{
    return strcmp(text_of(ruf_json_member(record, "source")), source) == 0;
}

/* Contact files carry names, company, one address and two numbers of no kind;
 * a row of Dynamics one number of a kind. */
static void print_numbers(const cJSON *record)
{
    bool file = is_from(record, "ABS");
    bool row = is_from(record, "D365");
    bool had_business = false;
    bool had_mobile = false;
    const cJSON *number;
    size_t count = 0;

    cJSON_ArrayForEach(number, ruf_json_member(record, "numbers"))
    {
        const char *kind = text_of(ruf_json_member(number, "kind"));
        bool *had = strcmp(kind, "mobile") == 0 ? &had_mobile : &had_business;

        if ((file && ++count > 2) || (row && *had))
            continue;
        *had = true;
        (void)snprintf(next_item(&numbers), ITEM_SIZE, "%s:%s:%s",
                       file ? "business" : kind,
                       text_of(ruf_json_member(number, "raw")),
                       text_of(ruf_json_member(number, "e164")));
    }
    print_list(&numbers);
}

static void print_record(const cJSON *record)
{
    static const char *const fields[] = {
        "source",  "id",         "given", "family", "display",
        "company", "department", "title", "upn",
    };
    bool file = is_from(record, "ABS");
    const cJSON *email;

    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        bool carried = !file || i < 4 || strcmp(fields[i], "company") == 0;

        (void)printf("%s%s", i == 0 ? "" : "\t",
                     carried ? text_of(ruf_json_member(record, fields[i]))
                             : "");
    }
    cJSON_ArrayForEach(email, ruf_json_member(record, "emails"))
    {
        (void)snprintf(next_item(&addresses), ITEM_SIZE, "%s", text_of(email));
        if (file || is_from(record, "D365"))
            break;
    }
    print_list(&addresses);
    print_numbers(record);
    (void)putchar('\n');
}

static enum ruf_status print_dump(const char *path, struct ruf_error *err)
{
    FILE *file = fopen(path, "r");
    enum ruf_status status = RUF_OK;
    char *line = NULL;
    size_t room = 0;
    ssize_t size;

    if (file == NULL)
        return ruf_fail(err, RUF_E_IO, "I801", path, "cannot be opened");
    while (status == RUF_OK && (size = getline(&line, &room, file)) > 0) {
        cJSON *record = NULL;

        status = ruf_json_parse(line, (size_t)size, path, 8, &record, err);
        if (status == RUF_OK &&
            cJSON_IsTrue(ruf_json_member(record, "visible")))
            print_record(record);
        cJSON_Delete(record);
    }
    free(line);
    (void)fclose(file);
    return status;
}

int main(int argc, char **argv)
{
    struct ruf_error err = { 0 };
    enum ruf_status status = RUF_E_USAGE;

    if (argc == 3 && strcmp(argv[1], "home") == 0)
        status = print_home(argv[2], &err);
    else if (argc == 3 && strcmp(argv[1], "dump") == 0)
        status = print_dump(argv[2], &err);
    if (status == RUF_OK && fflush(stdout) == 0)
        return 0;
    (void)fprintf(stderr, "records: %s %s\n", err.id, err.detail);
    return 2;
}

/*
 * sync/dataverse.c - tables of Dataverse: which columns, and rows to records
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sync/dataverse.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/json_doc.h"
#include "base/text.h"
#include "sync/draft.h"
#include <stdio.h>
#include <string.h>

#define PARENT "_parentcustomerid_value"
#define FORMATTED "@OData.Community.Display.V1.FormattedValue"
#define LOOKUP "@Microsoft.Dynamics.CRM.lookuplogicalname"

/* --- the tables of Dynamics 365
 * ---------------------------------------------- */

struct known_column {
    const char *name;
    const char *field; /* a name that ruf_column_of() knows */
};

/* "company" of a contact is a phone number there, not a name: not asked for. */
static const struct known_column contact_columns[] = {
    { "contactid", "id" },
    { "firstname", "givenName" },
    { "lastname", "surname" },
    { "fullname", "displayName" },
    { "jobtitle", "jobTitle" },
    { "department", "department" },
    { "telephone1", "phoneBusiness" },
    { "telephone2", "phoneHome" },
    { "telephone3", "phoneOther" },
    { "mobilephone", "phoneMobile" },
    { "fax", "fax" },
    { "pager", "pager" },
    { "emailaddress1", "email" },
    { "emailaddress2", "email" },
    { "emailaddress3", "email" },
    { NULL, NULL },
};

static const struct known_column account_columns[] = {
    { "accountid", "id" },
    { "name", "displayName" },
    { "name", "company" },
    { "telephone1", "phoneMain" },
    { "telephone2", "phoneOther" },
    { "telephone3", "phoneOther" },
    { "fax", "fax" },
    { "emailaddress1", "email" },
    { "emailaddress2", "email" },
    { "emailaddress3", "email" },
    { NULL, NULL },
};

static const struct known_column lead_columns[] = {
    { "leadid", "id" },
    { "firstname", "givenName" },
    { "lastname", "surname" },
    { "fullname", "displayName" },
    { "companyname", "company" },
    { "jobtitle", "jobTitle" },
    { "telephone1", "phoneBusiness" },
    { "telephone2", "phoneHome" },
    { "telephone3", "phoneOther" },
    { "mobilephone", "phoneMobile" },
    { "fax", "fax" },
    { "emailaddress1", "email" },
    { "emailaddress2", "email" },
    { "emailaddress3", "email" },
    { NULL, NULL },
};

static const struct {
    const char *set;
    const struct known_column *columns;
    bool parent;
} known_tables[RUF_DYNAMICS_TABLES] = {
    { "contacts", contact_columns, true },
    { "accounts", account_columns, false },
    { "leads", lead_columns, false },
};

static void add_column(struct ruf_table *table, const char *name,
                       const char *field, uint32_t fields)
{
    struct ruf_table_column *column = &table->columns[table->column_count];
    struct ruf_column meaning = ruf_column_of(ruf_text(field));

    if (table->column_count == RUF_TABLE_COLUMNS_MAX ||
        (meaning.key == RUF_COLUMN_FIELD && (fields >> meaning.field & 1) == 0))
        return;
    column->name = name;
    column->meaning = meaning;
    table->column_count++;
}

void ruf_table_of(const struct ruf_policy_source *source, size_t which,
                  uint32_t fields, struct ruf_table *out)
{
    bool known = source->kind == RUF_SOURCE_DYNAMICS365;
    size_t room = RUF_TABLE_COLUMNS_MAX;

    memset(out, 0, sizeof(*out));
    out->set = known ? known_tables[which].set : source->table;
    out->parent = known && known_tables[which].parent;
    out->state = known;
    for (const struct known_column *column = known ? known_tables[which].columns
                                                   : NULL;
         column != NULL && column->name != NULL; column++)
        add_column(out, column->name, column->field, fields);
    room -= out->column_count;
    for (size_t i = 0; which == 0 && i < source->column_count && i < room; i++)
        add_column(out, source->columns[i].column, source->columns[i].field,
                   fields);
}

static bool is_repeated(const struct ruf_table *table, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (strcmp(table->columns[i].name, table->columns[at].name) == 0)
            return true;
    return false;
}

char *ruf_table_select(const struct ruf_table *table)
{
    struct ruf_writer out = { 0 };

    for (size_t i = 0; i < table->column_count; i++) {
        if (is_repeated(table, i))
            continue;
        if (out.size > 0)
            ruf_write_u8(&out, ',');
        ruf_write_bytes(&out, table->columns[i].name,
                        strlen(table->columns[i].name));
    }
    if (table->parent)
        ruf_write_bytes(&out, "," PARENT, sizeof("," PARENT) - 1);
    if (table->state)
        ruf_write_bytes(&out, ",statecode", sizeof(",statecode") - 1);
    ruf_write_u8(&out, 0);
    if (!out.failed)
        return (char *)out.bytes;
    ruf_writer_free(&out);
    return NULL;
}

/* --- one row ----------------------------------------------------------------
 */

struct row {
    struct ruf_draft *draft;
    const struct ruf_table *table;
    const struct ruf_json *cells[RUF_TABLE_COLUMNS_MAX];
    const struct ruf_json *context;
    const struct ruf_json *removed_id;
    const struct ruf_json *state;
    const struct ruf_json *company;
    const struct ruf_json *company_kind;
};

/* A cell may fill two fields, so every column looks for its name. */
static void place(struct row *row, struct ruf_text name,
                  const struct ruf_json *item)
{
    for (size_t i = 0; i < row->table->column_count; i++)
        if (ruf_text_is(name, row->table->columns[i].name))
            row->cells[i] = item;
    if (ruf_text_is(name, "@odata.context"))
        row->context = item;
    else if (ruf_text_is(name, "id"))
        row->removed_id = item;
    else if (ruf_text_is(name, "statecode"))
        row->state = item;
    else if (ruf_text_is(name, PARENT FORMATTED))
        row->company = item;
    else if (ruf_text_is(name, PARENT LOOKUP))
        row->company_kind = item;
}

static bool ends_in(struct ruf_text text, const char *end)
{
    size_t size = strlen(end);

    return text.size >= size &&
           ruf_text_is(ruf_text_slice(text, text.size - size, size), end);
}

static bool is_deleted(const struct row *row)
{
    return ends_in(ruf_json_string(row->context), "/$deletedEntity");
}

static bool take_id(struct ruf_record *record, const struct ruf_json *item)
{
    record->native_id = ruf_json_string(item);
    return record->native_id.size > 0 &&
           record->native_id.size <= RUF_RECORD_TEXT_MAX &&
           ruf_utf8_valid(record->native_id);
}

static void take_field(struct ruf_draft *draft, enum ruf_record_field field,
                       const struct ruf_json *item)
{
    struct ruf_record *record = draft->record;

    switch (ruf_draft_word(draft, item, RUF_JSON_STRING)) {
    case RUF_WORD_KEEP:
        if (ruf_text_is_empty(record->fields[field]))
            record->keep_fields |= ruf_draft_bit(field);
        break;
    case RUF_WORD_VALUE:
        if (field == RUF_RECORD_COUNTRY)
            (void)ruf_draft_country(draft, item);
        else
            record->fields[field] =
                ruf_draft_clean(draft, ruf_json_string(item));
        record->keep_fields &= ~ruf_draft_bit(field);
        break;
    case RUF_WORD_CLEAR:
        break;
    }
}

/* Columns of one kind stand or fall together: it is kept only if a change
 * names none of them. */
static void take_lists(struct row *row)
{
    struct ruf_draft *draft = row->draft;
    uint32_t asked = 0;
    uint32_t told = 0;
    bool emails_told = false;

    for (size_t i = 0; i < row->table->column_count; i++) {
        struct ruf_column meaning = row->table->columns[i].meaning;
        const struct ruf_json *item = row->cells[i];

        if (meaning.key == RUF_COLUMN_PHONE) {
            asked |= ruf_draft_bit(meaning.kind);
            told |= item == NULL ? 0 : ruf_draft_bit(meaning.kind);
            ruf_draft_number(draft, item, meaning.kind);
        } else if (meaning.key == RUF_COLUMN_EMAIL) {
            emails_told = emails_told || item != NULL;
            if (ruf_draft_word(draft, item, RUF_JSON_STRING) == RUF_WORD_VALUE)
                ruf_draft_email(draft, ruf_json_string(item),
                                RUF_EMAIL_PRIMARY);
        }
    }
    draft->record->keep_numbers = asked & ~told;
    draft->record->keep_emails =
        emails_told ? 0 : ruf_draft_bit(RUF_EMAIL_PRIMARY);
}

/* The name of the account, in the words of the service; a contact may also
 * belong to another contact. */
static void take_company(struct row *row)
{
    if (!row->table->parent ||
        (row->company_kind != NULL &&
         !ruf_text_is(ruf_json_string(row->company_kind), "account")))
        return;
    if (row->company != NULL)
        take_field(row->draft, RUF_RECORD_COMPANY, row->company);
}

static bool read_row(struct row *row, const struct ruf_json *object)
{
    struct ruf_draft *draft = row->draft;
    struct ruf_record *record = draft->record;
    const struct ruf_json *id = NULL;
    struct ruf_json_walk members = ruf_json_walk(object);

    if (!ruf_json_is(object, RUF_JSON_OBJECT) || ruf_json_repeats(object))
        return false;
    while (ruf_json_next(&members))
        place(row, members.key, members.value);
    for (size_t i = 0; i < row->table->column_count; i++)
        if (row->table->columns[i].meaning.key == RUF_COLUMN_ID)
            id = row->cells[i];
    record->removed = is_deleted(row);
    if (!take_id(record, record->removed ? row->removed_id : id))
        return false;
    if (row->table->state && ruf_json_number(row->state) != 0)
        record->removed = true; /* inactive */
    if (record->removed)
        return true;
    for (size_t i = 0; i < row->table->column_count; i++)
        if (row->table->columns[i].meaning.key == RUF_COLUMN_FIELD)
            take_field(draft, row->table->columns[i].meaning.field,
                       row->cells[i]);
    take_company(row);
    take_lists(row);
    ruf_draft_close(draft);
    if (!draft->delta) {
        record->keep_fields = 0;
        record->keep_numbers = 0;
        record->keep_emails = 0;
    }
    return true;
}

enum ruf_status
ruf_table_records(const struct ruf_table *table, const struct ruf_json *value,
                  bool delta, struct ruf_arena *arena,
                  const struct ruf_record **records, size_t *count,
                  struct ruf_graph_counts *counts, struct ruf_error *err)
{
    struct ruf_draft draft = { .delta = delta,
                               .arena = arena,
                               .counts = counts };
    struct ruf_json_walk objects = ruf_json_walk(value);
    size_t capacity = ruf_json_count(value);
    struct ruf_record *all = ruf_arena_alloc(arena, capacity, sizeof(*all));

    *records = all;
    *count = 0;
    if (all == NULL)
        return ruf_fail_memory(err);
    while (ruf_json_next(&objects)) {
        struct row row = { .draft = &draft, .table = table };

        draft.record = &all[*count];
        draft.number_count = 0;
        draft.email_count = 0;
        if (read_row(&row, objects.value)) {
            (*count)++;
        } else {
            memset(draft.record, 0, sizeof(*draft.record));
            counts->dropped++;
        }
        if (draft.no_memory)
            return ruf_fail_memory(err);
    }
    return RUF_OK;
}

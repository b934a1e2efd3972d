/*
 * engine/export.c - contacts as vCard or CSV
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/bytes.h"
#include "base/error.h"
#include "base/text.h"
#include "engine/audit.h"
#include "engine/home_private.h"
#include <rufname/export.h>
#include <stdio.h>
#include <string.h>

#define FOLD_AT 75          /* bytes of a vCard line, without its end */
#define CSV_REPEATS_MAX 30u /* columns of one kind; import takes 256 in all */

struct exporting {
    struct ruf_query *query;
    uint64_t contact_count;
    struct ruf_file_writer *file;
    struct ruf_writer text; /* one contact */
    size_t emails;          /* columns of a CSV file */
    size_t numbers[RUF_KIND_COUNT];
};

static void put(struct ruf_writer *out, const char *text)
{
    ruf_write_bytes(out, text, strlen(text));
}

/* E.164, or what the source wrote. */
static struct ruf_text number_text(const struct ruf_contact_number *number,
                                   char room[RUF_E164_TEXT_SIZE])
{
    if (number->e164 == 0)
        return number->raw;
    return (struct ruf_text){ room, ruf_e164_format(number->e164, room) };
}

/* --- vCard
 * ------------------------------------------------------------------------ */

/* A component: what has a meaning in a value stands behind a backslash. */
static void put_escaped(struct ruf_writer *out, struct ruf_text text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (strchr("\\,;", text.data[i]) != NULL)
            ruf_write_u8(out, '\\');
        ruf_write_u8(out, (uint8_t)text.data[i]);
    }
}

static bool is_continuation(uint8_t byte)
{
    return (byte & 0xC0) == 0x80;
}

/* End a line that began at 'start': folded, never within a character. */
static void end_line(struct ruf_writer *out, size_t start)
{
    size_t size = out->size - start;
    size_t at = FOLD_AT;

    while (size > at && !out->failed) {
        size_t cut = at;

        while (is_continuation(out->bytes[start + cut]))
            cut--;
        if (ruf_write_space(out, 3) == NULL)
            return;
        memmove(out->bytes + start + cut + 3, out->bytes + start + cut,
                size - cut);
        memcpy(out->bytes + start + cut, "\r\n ", 3);
        size += 3;
        at = cut + 2 + FOLD_AT; /* the blank counts, the line end does not */
    }
    put(out, "\r\n");
}

static void put_line(struct ruf_writer *out, const char *name,
                     struct ruf_text first, const struct ruf_text *second)
{
    size_t start = out->size;

    if (first.size == 0 && (second == NULL || second->size == 0))
        return;
    put(out, name);
    put_escaped(out, first);
    if (second != NULL && second->size > 0) {
        ruf_write_u8(out, ';');
        put_escaped(out, *second);
    }
    end_line(out, start);
}

static void put_vcard(struct exporting *to, const struct ruf_contact *contact)
{
    static const char *const kinds[RUF_KIND_COUNT] = {
        [RUF_KIND_BUSINESS] = "TEL;TYPE=WORK:",
        [RUF_KIND_MOBILE] = "TEL;TYPE=CELL:",
        [RUF_KIND_HOME] = "TEL;TYPE=HOME:",
        [RUF_KIND_MAIN] = "TEL;TYPE=MAIN:",
        [RUF_KIND_OTHER] = "TEL;TYPE=VOICE:",
        [RUF_KIND_FAX] = "TEL;TYPE=FAX:",
        [RUF_KIND_PAGER] = "TEL;TYPE=PAGER:",
    };
    struct ruf_writer *out = &to->text;
    char id[RUF_CONTACT_ID_TEXT_SIZE];
    char number[RUF_E164_TEXT_SIZE];
    size_t start;

    ruf_contact_id_format(&contact->id, id);
    put(out, "BEGIN:VCARD\r\nVERSION:3.0\r\n");
    put_line(out, "UID:", ruf_text(id), NULL);
    /* The format wants both, even empty. */
    start = out->size;
    put(out, "FN:");
    put_escaped(out, contact->display);
    end_line(out, start);
    start = out->size;
    put(out, "N:");
    put_escaped(out, contact->family);
    ruf_write_u8(out, ';');
    put_escaped(out, contact->given);
    end_line(out, start);
    put_line(out, "ORG:", contact->company, &contact->department);
    put_line(out, "TITLE:", contact->title, NULL);
    for (size_t i = 0; i < contact->number_count; i++) {
        start = out->size;
        put(out, kinds[contact->numbers[i].kind]);
        /* Not escaped: readers take numbers as they are. */
        ruf_write_bytes(out, number_text(&contact->numbers[i], number).data,
                        number_text(&contact->numbers[i], number).size);
        end_line(out, start);
    }
    for (size_t i = 0; i < contact->email_count; i++)
        put_line(out, "EMAIL;TYPE=INTERNET:", contact->emails[i], NULL);
    put(out, "END:VCARD\r\n");
}

/* --- CSV
 * -------------------------------------------------------------------------- */

/* Quoted always. A first character that starts a formula is disarmed, and so is
 * an apostrophe of the text's own, so that taking one away undoes it. Where
 * lists are separated by semicolons, spreadsheets begin a cell behind each. */
static void put_cell(struct ruf_writer *out, struct ruf_text text)
{
    put(out, out->size == 0 ? "\"" : ",\"");
    for (size_t i = 0; i < text.size; i++) {
        bool first = i == 0 || text.data[i - 1] == ';';

        if (first && memchr("=+-@'\t\r", text.data[i], 7) != NULL)
            ruf_write_u8(out, '\'');
        if (text.data[i] == '"')
            ruf_write_u8(out, '"');
        ruf_write_u8(out, (uint8_t)text.data[i]);
    }
    ruf_write_u8(out, '"');
}

static const char *const kind_columns[RUF_KIND_COUNT] = {
    [RUF_KIND_BUSINESS] = "phoneBusiness",
    [RUF_KIND_MOBILE] = "phoneMobile",
    [RUF_KIND_HOME] = "phoneHome",
    [RUF_KIND_MAIN] = "phoneMain",
    [RUF_KIND_OTHER] = "phoneOther",
    [RUF_KIND_FAX] = "fax",
    [RUF_KIND_PAGER] = "pager",
};

static void put_repeated(struct ruf_writer *out, const char *name, size_t count)
{
    for (size_t i = 1; i <= count; i++) {
        char column[32];

        (void)snprintf(column, sizeof(column), "%s%zu", name, i);
        put_cell(out, ruf_text(column));
    }
}

static void put_header(struct exporting *to)
{
    static const char *const columns[] = { "id",      "givenName",
                                           "surname", "displayName",
                                           "company", "department",
                                           "jobTitle" };

    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
        put_cell(&to->text, ruf_text(columns[i]));
    put_repeated(&to->text, "email", to->emails);
    for (size_t kind = 0; kind < RUF_KIND_COUNT; kind++)
        put_repeated(&to->text, kind_columns[kind], to->numbers[kind]);
    put(&to->text, "\r\n");
}

static void put_numbers(struct exporting *to, const struct ruf_contact *contact,
                        enum ruf_number_kind kind)
{
    char room[RUF_E164_TEXT_SIZE];
    size_t columns = to->numbers[kind];

    for (size_t i = 0; i < contact->number_count && columns > 0; i++)
        if (contact->numbers[i].kind == kind) {
            put_cell(&to->text, number_text(&contact->numbers[i], room));
            columns--;
        }
    for (; columns > 0; columns--)
        put_cell(&to->text, (struct ruf_text){ NULL, 0 });
}

static void put_row(struct exporting *to, const struct ruf_contact *contact)
{
    const struct ruf_text fields[] = { contact->given,      contact->family,
                                       contact->display,    contact->company,
                                       contact->department, contact->title };
    char id[RUF_CONTACT_ID_TEXT_SIZE];

    ruf_contact_id_format(&contact->id, id);
    put_cell(&to->text, ruf_text(id));
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        put_cell(&to->text, fields[i]);
    for (size_t i = 0; i < to->emails; i++)
        put_cell(&to->text, i < contact->email_count
                                ? contact->emails[i]
                                : (struct ruf_text){ NULL, 0 });
    for (int kind = 0; kind < RUF_KIND_COUNT; kind++)
        put_numbers(to, contact, (enum ruf_number_kind)kind);
    put(&to->text, "\r\n");
}

/* How many columns of each kind the file needs. */
static void count_columns(struct exporting *to,
                          const struct ruf_contact *contact)
{
    size_t numbers[RUF_KIND_COUNT] = { 0 };

    if (contact->email_count > to->emails)
        to->emails = contact->email_count;
    for (size_t i = 0; i < contact->number_count; i++)
        numbers[contact->numbers[i].kind]++;
    for (size_t kind = 0; kind < RUF_KIND_COUNT; kind++)
        if (numbers[kind] > to->numbers[kind])
            to->numbers[kind] = numbers[kind];
    if (to->emails > CSV_REPEATS_MAX)
        to->emails = CSV_REPEATS_MAX;
    for (size_t kind = 0; kind < RUF_KIND_COUNT; kind++)
        if (to->numbers[kind] > CSV_REPEATS_MAX)
            to->numbers[kind] = CSV_REPEATS_MAX;
}

/* --- the file
 * --------------------------------------------------------------------- */

typedef void contact_step(struct exporting *to,
                          const struct ruf_contact *contact);

/* Hand over what one contact became, and start anew. */
static enum ruf_status flush(struct exporting *to, struct ruf_error *err)
{
    enum ruf_status status = RUF_OK;

    if (to->text.failed)
        return ruf_fail_memory(err);
    if (to->text.size > 0)
        status = ruf_file_writer_append(to->file, to->text.bytes, to->text.size,
                                        err);
    to->text.size = 0;
    return status;
}

static enum ruf_status each_contact(struct exporting *to, contact_step *step,
                                    struct ruf_error *err)
{
    for (uint64_t i = 0; i < to->contact_count; i++) {
        struct ruf_contact contact;
        enum ruf_status status =
            ruf_query_contact(to->query, (uint32_t)i, &contact, err);

        if (status != RUF_OK)
            return status;
        step(to, &contact);
        status = flush(to, err);
        if (status != RUF_OK)
            return status;
    }
    return RUF_OK;
}

static enum ruf_status write_contacts(struct exporting *to,
                                      enum ruf_export_format format,
                                      struct ruf_error *err)
{
    enum ruf_status status;

    if (format == RUF_EXPORT_VCARD)
        return each_contact(to, put_vcard, err);
    status = each_contact(to, count_columns, err);
    if (status == RUF_OK)
        status = ruf_file_writer_append(to->file, "\xEF\xBB\xBF", 3, err);
    if (status == RUF_OK) {
        put_header(to);
        status = flush(to, err);
    }
    return status == RUF_OK ? each_contact(to, put_row, err) : status;
}

static enum ruf_status write_file(const struct ruf_index *index,
                                  const char *path,
                                  enum ruf_export_format format,
                                  uint64_t *count, struct ruf_error *err)
{
    struct exporting to = { 0 };
    struct ruf_index_info info;
    enum ruf_status status = ruf_query_create(index, &to.query, err);

    if (status != RUF_OK)
        return status;
    ruf_index_describe(index, &info);
    to.contact_count = info.contact_count;
    status = ruf_file_writer_create(path, &to.file, err);
    if (status == RUF_OK) {
        status = write_contacts(&to, format, err);
        if (status == RUF_OK)
            status = ruf_file_writer_publish(to.file, err);
        else
            ruf_file_writer_abandon(to.file);
    }
    ruf_writer_wipe(&to.text);
    ruf_query_destroy(to.query);
    *count = status == RUF_OK ? info.contact_count : 0;
    return status;
}

static enum ruf_status export_index(const struct ruf_home *home,
                                    const char *path,
                                    enum ruf_export_format format,
                                    uint64_t *count, struct ruf_error *err)
{
    struct ruf_index *index = NULL;
    enum ruf_status status;

    if (home->policy->protection.save_copies != RUF_ALLOW)
        return ruf_fail(err, RUF_E_POLICY, "P183", "protection.save_copies",
                        "the policy allows no copies of contacts");
    status = ruf_home_index(home, RUF_INDEX_ON_DEMAND, &index, err);
    if (status == RUF_OK)
        status = write_file(index, path, format, count, err);
    ruf_index_close(index);
    return status;
}

/* Under the writer's lock: what cannot be noted is not handed out. */
enum ruf_status ruf_home_export(struct ruf_home *home, const char *path,
                                enum ruf_export_format format, uint64_t *count,
                                struct ruf_error *err)
{
    struct ruf_home_writer writer;
    enum ruf_status status = ruf_home_writer_open(home, &writer, err);

    *count = 0;
    if (status != RUF_OK)
        return status;
    status = export_index(home, path, format, count, err);
    status = ruf_audit_append(home, writer.store, RUF_AUDIT_EXPORT, NULL,
                              status, *count, err);
    ruf_home_writer_close(&writer);
    return status;
}

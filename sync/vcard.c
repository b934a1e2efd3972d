/*
 * sync/vcard.c - vCard 2.1, 3.0 (RFC 2426) and 4.0 (RFC 6350)
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "base/text.h"
#include "sync/import_record.h"
#include <string.h>

#define LINE_MAX_SIZE (256u * 1024u)

/* A content line: [group.]NAME[;PARAM...]:VALUE */
struct content {
    struct ruf_text name;
    struct ruf_text parameters; /* between the name and the colon */
    struct ruf_text value;
};

struct vcard {
    struct ruf_import *import;
    struct ruf_input *input;
    struct ruf_writer line;
    struct ruf_writer next;  /* read ahead, to see whether it is folded */
    struct ruf_writer value; /* decoded */
    bool has_next;
    uint32_t number;      /* line where the content line began */
    uint32_t next_number; /* line of 'next' */
    bool in_card;
};

/* --- lines
 * ---------------------------------------------------------------------- */

static bool read_next(struct vcard *card)
{
    bool cut;

    card->next_number = ruf_input_line(card->input);
    card->has_next =
        ruf_input_read_line(card->input, LINE_MAX_SIZE, &card->next, &cut);
    return card->has_next;
}

static bool is_quoted_printable(const struct ruf_writer *line)
{
    const char *colon =
        line->size == 0 ? NULL : memchr(line->bytes, ':', line->size);
    size_t head = colon == NULL ? 0 : (size_t)(colon - (char *)line->bytes);

    for (size_t i = 0; i + 16 <= head; i++)
        if (ruf_text_equal_nocase(
                (struct ruf_text){ (const char *)line->bytes + i, 16 },
                ruf_text("QUOTED-PRINTABLE")))
            return true;
    return false;
}

static void append_next(struct vcard *card, size_t skip)
{
    ruf_write_bytes(&card->line, card->next.bytes + skip,
                    card->next.size - skip);
}

/* One unfolded line. Version 2.1 also breaks quoted-printable text with a
 * final equals sign. */
static bool read_content_line(struct vcard *card)
{
    if (!card->has_next)
        return false; /* 'number' still names the last line */
    card->number = card->next_number;
    card->line.size = 0;
    append_next(card, 0);
    while (read_next(card)) {
        bool soft = card->line.size > 0 &&
                    card->line.bytes[card->line.size - 1] == '=' &&
                    is_quoted_printable(&card->line);

        if (soft) {
            card->line.size--;
            append_next(card, 0);
        } else if (card->next.size > 0 && (card->next.bytes[0] == ' ' ||
                                           card->next.bytes[0] == '\t')) {
            append_next(card, 1);
        } else {
            break;
        }
        if (card->line.size > LINE_MAX_SIZE)
            card->line.size = LINE_MAX_SIZE;
    }
    return true;
}

static bool split_content(const struct ruf_writer *line, struct content *out)
{
    struct ruf_text text = { (const char *)line->bytes, line->size };
    size_t name = 0;
    size_t colon;
    bool quoted = false;

    memset(out, 0, sizeof(*out));
    while (name < text.size && text.data[name] != ';' && text.data[name] != ':')
        name++;
    for (colon = name; colon < text.size; colon++) {
        if (text.data[colon] == '"')
            quoted = !quoted;
        if (text.data[colon] == ':' && !quoted)
            break;
    }
    if (colon >= text.size)
        return false;
    out->name = ruf_text_slice(text, 0, name);
    for (size_t i = 0; i < out->name.size; i++)
        if (out->name.data[i] == '.') { /* a group: item1.TEL */
            out->name = ruf_text_slice(out->name, i + 1, out->name.size);
            break;
        }
    out->parameters = ruf_text_slice(text, name, colon - name);
    out->value = ruf_text_slice(text, colon + 1, text.size);
    return true;
}

/* Is this word among the parameters (TYPE=work,cell or plain WORK)? */
static bool has_word(struct ruf_text parameters, const char *word)
{
    size_t size = strlen(word);

    for (size_t i = 0; i + size <= parameters.size; i++) {
        struct ruf_text here = ruf_text_slice(parameters, i, size);
        char after =
            i + size < parameters.size ? parameters.data[i + size] : ';';

        if (i > 0 && strchr(";=,\"", parameters.data[i - 1]) != NULL &&
            strchr(";=,\"", after) != NULL &&
            ruf_text_equal_nocase(here, ruf_text(word)))
            return true;
    }
    return false;
}

/* --- values
 * ------------------------------------------------------------------------ */

static void decode_quoted_printable(struct ruf_text value,
                                    struct ruf_writer *out)
{
    for (size_t i = 0; i < value.size; i++) {
        int high = -1;
        int low = -1;

        if (value.data[i] == '=' && i + 2 < value.size) {
            high = ruf_hex_value(value.data[i + 1]);
            low = ruf_hex_value(value.data[i + 2]);
        }
        if (high >= 0 && low >= 0) {
            ruf_write_u8(out, (uint8_t)(high << 4 | low));
            i += 2;
        } else {
            ruf_write_u8(out, (uint8_t)value.data[i]);
        }
    }
}

/* ISO 8859-1, which old phones write: each byte is its code point. */
static void decode_latin1(struct ruf_writer *value)
{
    struct ruf_writer out = { 0 };

    for (size_t i = 0; i < value->size; i++) {
        char utf8[4];

        ruf_write_bytes(&out, utf8, ruf_utf8_encode(value->bytes[i], utf8));
    }
    ruf_writer_wipe(value);
    *value = out;
}

static void decode_value(struct vcard *card, const struct content *content)
{
    card->value.size = 0;
    if (has_word(content->parameters, "QUOTED-PRINTABLE"))
        decode_quoted_printable(content->value, &card->value);
    else
        ruf_write_bytes(&card->value, content->value.data, content->value.size);
    if (has_word(content->parameters, "ISO-8859-1"))
        decode_latin1(&card->value);
}

/* Component of a structured value, with \n \, \; \\ undone, in place. */
static struct ruf_text component(struct ruf_writer *value, size_t wanted)
{
    char *bytes = (char *)value->bytes;
    size_t start = 0;
    size_t size = 0;
    size_t number = 0;

    for (size_t i = 0; i < value->size; i++) {
        char c = bytes[i];

        if (c == ';') {
            if (number == wanted)
                break;
            number++;
            start = i + 1;
            size = 0;
            continue;
        }
        if (number != wanted) {
            i += c == '\\' ? 1 : 0;
            continue;
        }
        if (c == '\\' && i + 1 < value->size) {
            i++;
            c = bytes[i] == 'n' || bytes[i] == 'N' ? ' ' : bytes[i];
        }
        bytes[start + size++] = c;
    }
    if (number != wanted)
        size = 0;
    return (struct ruf_text){ bytes == NULL ? "" : bytes + start, size };
}

static enum ruf_number_kind kind_of(struct ruf_text parameters)
{
    if (has_word(parameters, "FAX"))
        return RUF_KIND_FAX;
    if (has_word(parameters, "PAGER"))
        return RUF_KIND_PAGER;
    if (has_word(parameters, "CELL"))
        return RUF_KIND_MOBILE;
    if (has_word(parameters, "WORK"))
        return RUF_KIND_BUSINESS;
    if (has_word(parameters, "HOME"))
        return RUF_KIND_HOME;
    if (has_word(parameters, "MAIN"))
        return RUF_KIND_MAIN;
    return RUF_KIND_OTHER;
}

static enum ruf_status take(struct vcard *card, enum ruf_column_key key,
                            enum ruf_record_field field,
                            enum ruf_number_kind kind, struct ruf_text value,
                            struct ruf_error *err)
{
    struct ruf_column column = { key, field, kind };

    return ruf_import_value(card->import, column, value, card->number, 1, err);
}

/* Components are undone in place, so the later one is taken first. */
static enum ruf_status take_pair(struct vcard *card,
                                 enum ruf_record_field first,
                                 enum ruf_record_field second,
                                 struct ruf_error *err)
{
    enum ruf_status status = take(card, RUF_COLUMN_FIELD, second, 0,
                                  component(&card->value, 1), err);

    if (status == RUF_OK)
        status = take(card, RUF_COLUMN_FIELD, first, 0,
                      component(&card->value, 0), err);
    return status;
}

static enum ruf_status take_property(struct vcard *card,
                                     const struct content *content,
                                     struct ruf_error *err)
{
    struct ruf_text name = content->name;

    decode_value(card, content);
    if (card->value.failed)
        return ruf_fail_memory(err);
    if (ruf_text_equal_nocase(name, ruf_text("N")))
        return take_pair(card, RUF_RECORD_FAMILY, RUF_RECORD_GIVEN, err);
    if (ruf_text_equal_nocase(name, ruf_text("ORG")))
        return take_pair(card, RUF_RECORD_COMPANY, RUF_RECORD_DEPARTMENT, err);
    if (ruf_text_equal_nocase(name, ruf_text("FN")))
        return take(card, RUF_COLUMN_FIELD, RUF_RECORD_DISPLAY, 0,
                    component(&card->value, 0), err);
    if (ruf_text_equal_nocase(name, ruf_text("TITLE")))
        return take(card, RUF_COLUMN_FIELD, RUF_RECORD_TITLE, 0,
                    component(&card->value, 0), err);
    if (ruf_text_equal_nocase(name, ruf_text("EMAIL")))
        return take(card, RUF_COLUMN_EMAIL, 0, 0, component(&card->value, 0),
                    err);
    if (ruf_text_equal_nocase(name, ruf_text("UID")))
        return take(card, RUF_COLUMN_ID, 0, 0, component(&card->value, 0), err);
    if (ruf_text_equal_nocase(name, ruf_text("TEL")))
        /* Whole: a tel: URI has parameters behind semicolons. */
        return take(card, RUF_COLUMN_PHONE, 0, kind_of(content->parameters),
                    (struct ruf_text){ (const char *)card->value.bytes,
                                       card->value.size },
                    err);
    return RUF_OK;
}

/* --- cards
 * ------------------------------------------------------------------------------
 */

static bool is_pair(const struct content *content, const char *name)
{
    return ruf_text_equal_nocase(content->name, ruf_text(name)) &&
           ruf_text_equal_nocase(ruf_text_trim(content->value),
                                 ruf_text("VCARD"));
}

static enum ruf_status take_line(struct vcard *card, struct ruf_error *err)
{
    struct content content;

    if (card->line.size == 0)
        return RUF_OK;
    if (!split_content(&card->line, &content)) {
        if (card->in_card)
            ruf_import_reject(card->import, card->number, 1,
                              "a line without a colon");
        return RUF_OK;
    }
    if (is_pair(&content, "BEGIN")) {
        if (card->in_card)
            return ruf_import_refuse(card->import, card->number, 1,
                                     "a card begins inside another", err);
        card->in_card = true;
        ruf_import_begin(card->import);
        return RUF_OK;
    }
    if (!card->in_card)
        return RUF_OK;
    if (is_pair(&content, "END")) {
        card->in_card = false;
        return ruf_import_end(card->import, err);
    }
    return take_property(card, &content, err);
}

enum ruf_status ruf_import_vcard(struct ruf_import *import,
                                 struct ruf_input *input, struct ruf_error *err)
{
    struct vcard card = { .import = import, .input = input };
    enum ruf_status status = RUF_OK;

    (void)read_next(&card);
    while (status == RUF_OK && read_content_line(&card))
        status = card.line.failed || card.next.failed ? ruf_fail_memory(err)
                                                      : take_line(&card, err);
    if (status == RUF_OK && card.in_card)
        status = ruf_import_refuse(import, card.number, 1,
                                   "the last card has no END", err);
    if (status == RUF_OK && import->result->records == 0 &&
        import->result->skipped == 0)
        status = ruf_import_refuse(import, 1, 1, "no card in this file", err);
    ruf_writer_wipe(&card.line);
    ruf_writer_wipe(&card.next);
    ruf_writer_wipe(&card.value);
    return status;
}

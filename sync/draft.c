/*
 * sync/draft.c - a record in the making, from JSON
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sync/draft.h"
#include "base/fold.h"
#include "base/json_doc.h"
#include "base/scratch.h"
#include "base/text.h"
#include <string.h>

typedef size_t clean_function(struct ruf_text text, char *out, size_t capacity);

/* Cleaned text; empty becomes absent. */
static struct ruf_text cleaned(struct ruf_draft *draft, struct ruf_text text,
                               clean_function *clean)
{
    RUF_SCRATCH char buffer[RUF_RECORD_TEXT_MAX];
    struct ruf_text none = { NULL, 0 };
    struct ruf_text copy;
    size_t size;

    if (text.size <= RUF_RECORD_TEXT_MAX && ruf_text_is_plain(text))
        return text.size == 0 ? none : text;
    size = clean(text, buffer, sizeof(buffer));
    if (size == 0)
        return none;
    if (ruf_arena_text(draft->arena, (struct ruf_text){ buffer, size },
                       &copy) != RUF_OK)
        draft->no_memory = true;
    return copy;
}

struct ruf_text ruf_draft_clean(struct ruf_draft *draft, struct ruf_text text)
{
    return cleaned(draft, text, ruf_clean_text);
}

enum ruf_word ruf_draft_word(struct ruf_draft *draft,
                             const struct ruf_json *item, unsigned types)
{
    if (item == NULL)
        return RUF_WORD_KEEP;
    if (ruf_json_is(item, RUF_JSON_NULL))
        return RUF_WORD_CLEAR;
    if (ruf_json_is(item, types))
        return RUF_WORD_VALUE;
    draft->counts->ignored++;
    return RUF_WORD_KEEP;
}

/* --- numbers and addresses
 * ---------------------------------------------------------------- */

static size_t character_count(struct ruf_text text)
{
    size_t count = 0;

    for (size_t i = 0; i < text.size; i++)
        count += ((unsigned char)text.data[i] & 0xC0u) != 0x80u;
    return count;
}

/* A number cut short would be another number, so a long one is left out. */
void ruf_draft_number(struct ruf_draft *draft, const struct ruf_json *item,
                      enum ruf_number_kind kind)
{
    struct ruf_text text;

    if (ruf_draft_word(draft, item, RUF_JSON_STRING) != RUF_WORD_VALUE)
        return;
    text = ruf_json_string(item);
    if (text.size > RUF_RECORD_TEXT_MAX ||
        character_count(text) > RUF_RAW_NUMBER_MAX) {
        draft->counts->ignored++;
        return;
    }
    text = cleaned(draft, text, ruf_clean_numbers);
    if (text.size == 0)
        return;
    if (draft->number_count == RUF_RECORD_NUMBERS_MAX) {
        draft->counts->ignored++;
        return;
    }
    draft->numbers[draft->number_count].text = text;
    draft->numbers[draft->number_count].kind = kind;
    draft->number_count++;
}

static bool has_email(const struct ruf_draft *draft, struct ruf_text address,
                      enum ruf_email_slot slot)
{
    for (size_t i = 0; i < draft->email_count; i++)
        if (draft->emails[i].slot == slot &&
            ruf_text_equal_nocase(draft->emails[i].address, address))
            return true;
    return false;
}

/* Doubles are dropped within a slot only: a later delta may replace one slot
 * and must leave the others whole. */
void ruf_draft_email(struct ruf_draft *draft, struct ruf_text address,
                     enum ruf_email_slot slot)
{
    address = ruf_draft_clean(draft, address);
    if (address.size == 0 || has_email(draft, address, slot))
        return;
    if (draft->email_count == RUF_RECORD_EMAILS_MAX) {
        draft->counts->ignored++;
        return;
    }
    draft->emails[draft->email_count].address = address;
    draft->emails[draft->email_count].slot = slot;
    draft->email_count++;
}

/* --- country, the end
 * ---------------------------------------------------------------------- */

static bool is_letter(char c)
{
    char lower = ruf_ascii_lower(c);

    return lower >= 'a' && lower <= 'z';
}

/* Takes ISO 3166-1 alpha-2 only: country names come in every language. */
bool ruf_draft_country(struct ruf_draft *draft, const struct ruf_json *item)
{
    struct ruf_text text = ruf_text_trim(ruf_json_string(item));
    char upper[2];
    struct ruf_text copy;

    if (text.size != 2 || !is_letter(text.data[0]) || !is_letter(text.data[1]))
        return false;
    upper[0] = (char)(text.data[0] & ~0x20);
    upper[1] = (char)(text.data[1] & ~0x20);
    if (ruf_arena_text(draft->arena, (struct ruf_text){ upper, 2 }, &copy) !=
        RUF_OK)
        draft->no_memory = true;
    draft->record->fields[RUF_RECORD_COUNTRY] = copy;
    return true;
}

void ruf_draft_close(struct ruf_draft *draft)
{
    struct ruf_record *record = draft->record;

    if (draft->number_count > 0)
        record->numbers =
            (const struct ruf_raw_number *)(const void *)ruf_arena_copy(
                draft->arena, draft->numbers,
                draft->number_count * sizeof(draft->numbers[0]));
    if (draft->email_count > 0)
        record->emails =
            (const struct ruf_raw_email *)(const void *)ruf_arena_copy(
                draft->arena, draft->emails,
                draft->email_count * sizeof(draft->emails[0]));
    record->number_count = draft->number_count;
    record->email_count = draft->email_count;
    if ((draft->number_count > 0 && record->numbers == NULL) ||
        (draft->email_count > 0 && record->emails == NULL))
        draft->no_memory = true;
}

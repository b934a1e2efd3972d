/*
 * indexer/label_template.c - the admin's label template, filled in
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "indexer/label_template.h"
#include "base/fold.h"
#include "base/scratch.h"
#include "base/text.h"
#include <string.h>

#define RAW_SIZE_MAX 2048
#define ELLIPSIS "\xE2\x80\xA6"

/* How far the label was shortened already. */
struct shortening {
    bool short_company;
    bool initial;
    size_t groups_kept;
};

struct label {
    char bytes[RAW_SIZE_MAX];
    size_t size;
    bool any_value; /* a token with a value was put in */
};

static void append(struct label *label, struct ruf_text text)
{
    text = ruf_text_slice(text, 0, RAW_SIZE_MAX - label->size);
    if (text.size > 0)
        memcpy(label->bytes + label->size, text.data, text.size);
    label->size += text.size;
}

struct ruf_text ruf_company_short(struct ruf_text company)
{
    static const char *const forms[] = {
        " GmbH & Co. KG", " GmbH", " AG",   " SE",  " KG",   " e. V.", " e.V.",
        " Ltd.",          " Ltd",  " Inc.", " Inc", " S.A.", " B.V.",  NULL
    };

    for (size_t i = 0; forms[i] != NULL; i++) {
        size_t size = strlen(forms[i]);

        if (company.size > size &&
            memcmp(company.data + company.size - size, forms[i], size) == 0)
            return ruf_text_slice(company, 0, company.size - size);
    }
    return company;
}

static struct ruf_text token_value(const struct ruf_label_values *values,
                                   struct ruf_text token,
                                   const struct shortening *shortening)
{
    if (ruf_text_is(token, "given"))
        return values->given;
    if (ruf_text_is(token, "family"))
        return values->family;
    if (ruf_text_is(token, "display"))
        return values->display;
    if (ruf_text_is(token, "company"))
        return shortening->short_company ? ruf_company_short(values->company)
                                         : values->company;
    if (ruf_text_is(token, "company_short"))
        return ruf_company_short(values->company);
    if (ruf_text_is(token, "department"))
        return values->department;
    if (ruf_text_is(token, "title"))
        return values->title;
    if (ruf_text_is(token, "kind"))
        return values->kind;
    return values->source;
}

static void append_initial(struct label *label, struct ruf_text given)
{
    append(label, ruf_text_slice(given, 0, ruf_grapheme_prefix(given, 1)));
    append(label, ruf_text("."));
}

/* One piece of template without brackets. @return false if a token in it has
 * no value. */
static bool fill(struct label *label, struct ruf_text piece,
                 const struct ruf_label_values *values,
                 const struct shortening *shortening)
{
    bool complete = true;

    for (size_t i = 0; i < piece.size; i++) {
        char c = piece.data[i];
        bool doubled = i + 1 < piece.size && piece.data[i + 1] == c;
        struct ruf_text token;
        struct ruf_text value;
        const char *end;

        if (c != '{' || doubled) {
            append(label, ruf_text_slice(piece, i, 1));
            i += (c == '{' || c == '}') && doubled ? 1 : 0;
            continue;
        }
        end = memchr(piece.data + i, '}', piece.size - i);
        if (end == NULL) /* the policy's check lets none of these through */
            return false;
        token =
            ruf_text_slice(piece, i + 1, (size_t)(end - piece.data) - i - 1);
        value = token_value(values, token, shortening);
        complete = complete && value.size > 0;
        label->any_value = label->any_value || value.size > 0;
        if (shortening->initial && ruf_text_is(token, "given") &&
            value.size > 0)
            append_initial(label, value);
        else
            append(label, value);
        i = (size_t)(end - piece.data);
    }
    return complete;
}

/* The template with its optional groups. @return number of groups in it. */
static size_t fill_all(struct label *label, const char *template,
                       const struct ruf_label_values *values,
                       const struct shortening *shortening)
{
    size_t groups = 0;

    label->size = 0;
    label->any_value = false;
    while (*template != '\0') {
        bool group = *template == '[';
        size_t size = strcspn(template + (group ? 1 : 0), group ? "]" : "[");
        struct ruf_text piece = { template + (group ? 1 : 0), size };
        size_t before = label->size;
        bool any = label->any_value;

        groups += group ? 1 : 0;
        if (!fill(label, piece, values, shortening) && group)
            label->size = before;
        if (group && groups > shortening->groups_kept) {
            label->size = before;
            label->any_value = any;
        }
        template = piece.data + size + (group && piece.data[size] == ']');
    }
    return groups;
}

/* Empty brackets left by missing values go, blanks are collapsed. */
static size_t tidy(struct label *label, char *out)
{
    struct ruf_text text;
    size_t size = 0;

    for (size_t i = 0; i < label->size; i++) {
        char c = label->bytes[i];

        if (c == ')' && size > 0 && label->bytes[size - 1] == '(') {
            size--;
            continue;
        }
        label->bytes[size++] = c;
    }
    label->size = size;
    text = (struct ruf_text){ label->bytes, size };
    return ruf_clean_text(text, out, RUF_LABEL_SIZE_MAX);
}

static bool fits(const char *label, size_t size, size_t max_chars)
{
    struct ruf_text text = { label, size };

    return size <= max_chars || ruf_grapheme_prefix(text, max_chars) == size;
}

size_t ruf_label_cut(char *label, size_t size, size_t max_chars)
{
    struct ruf_text text = { label, size };

    if (fits(label, size, max_chars))
        return size;
    size = ruf_grapheme_prefix(text, max_chars - 1);
    while (size > RUF_LABEL_SIZE_MAX - strlen(ELLIPSIS))
        size =
            ruf_grapheme_prefix((struct ruf_text){ label, size }, --max_chars);
    while (size > 0 && label[size - 1] == ' ')
        size--;
    memcpy(label + size, ELLIPSIS, strlen(ELLIPSIS));
    return size + strlen(ELLIPSIS);
}

static void note_step(unsigned *steps, enum ruf_label_step step)
{
    if (steps != NULL)
        *steps |= (unsigned)step;
}

/* Blanks are put in order in any case; is that all? */
static bool same_but_blanks(const struct label *label, const char *out,
                            size_t size)
{
    size_t at = 0;

    for (size_t i = 0; i < label->size; i++) {
        if (label->bytes[i] == ' ')
            continue;
        while (at < size && out[at] == ' ')
            at++;
        if (at == size || out[at++] != label->bytes[i])
            return false;
    }
    return at == size;
}

/* One more of the ways to make it shorter; false if there is none left. */
static bool shorten(struct shortening *shortening, unsigned *steps)
{
    if (!shortening->short_company) {
        shortening->short_company = true;
        note_step(steps, RUF_LABEL_COMPANY_SHORT);
    } else if (!shortening->initial) {
        shortening->initial = true;
        note_step(steps, RUF_LABEL_INITIAL);
    } else if (shortening->groups_kept > 0) {
        shortening->groups_kept--;
        note_step(steps, RUF_LABEL_GROUPS);
    } else {
        note_step(steps, RUF_LABEL_CUT);
        return false;
    }
    return true;
}

size_t ruf_label_render(const char *template,
                        const struct ruf_label_values *values, size_t max_chars,
                        char *out, unsigned *steps)
{
    struct shortening shortening = { false, false, SIZE_MAX };
    RUF_SCRATCH struct label label;
    size_t groups = fill_all(&label, template, values, &shortening);
    size_t size = tidy(&label, out);

    if (!label.any_value)
        return 0;
    if (steps != NULL && !same_but_blanks(&label, out, size))
        note_step(steps, RUF_LABEL_CLEANED);
    shortening.groups_kept = groups;
    while (!fits(out, size, max_chars)) {
        if (!shorten(&shortening, steps))
            return ruf_label_cut(out, size, max_chars);
        (void)fill_all(&label, template, values, &shortening);
        size = tidy(&label, out);
    }
    return size;
}

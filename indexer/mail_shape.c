/*
 * indexer/mail_shape.c - how an e-mail address is made of its owner's name
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "indexer/mail_shape.h"
#include "base/image_sections.h"
#include "base/mail_name.h"
#include <string.h>

/* Longer names are not looked for. */
#define NAME_SIZE_MAX 64

/* A piece of the local part that the name gives. */
struct piece {
    uint8_t step; /* 0: was used */
    size_t size;
    char bytes[NAME_SIZE_MAX];
};

enum {
    FAMILY = 0, /* in the order of trial: the longest comes first */
    FAMILY_PLAIN,
    GIVEN,
    GIVEN_PLAIN,
    INITIAL,
    PIECES
};

static void spell(struct ruf_text name, uint8_t german, uint8_t plain,
                  struct piece out[2])
{
    out[0].size = out[1].size = 0;
    out[0].step = german;
    out[1].step = plain;
    if (name.size > NAME_SIZE_MAX)
        return;
    out[0].size = ruf_mail_spell(name, RUF_MAIL_GERMAN, out[0].bytes);
    out[1].size = ruf_mail_spell(name, RUF_MAIL_PLAIN, out[1].bytes);
    /* Nothing of its own. */
    if (out[1].size == out[0].size)
        out[1].size = 0;
}

static bool begins(const char *at, const char *end, const struct piece *piece)
{
    return piece->step != 0 && piece->size > 0 &&
           (size_t)(end - at) >= piece->size &&
           memcmp(at, piece->bytes, piece->size) == 0;
}

static bool is_separator(char c)
{
    return c == '.' || c == '_' || c == '-';
}

/* The initial stands before a separator or the family name. */
static bool fits(const char *at, const char *end, const struct piece *pieces,
                 int i)
{
    if (!begins(at, end, &pieces[i]))
        return false;
    return i != INITIAL || at + 1 == end || is_separator(at[1]) ||
           begins(at + 1, end, &pieces[FAMILY]) ||
           begins(at + 1, end, &pieces[FAMILY_PLAIN]);
}

/* A name is used once, in either spelling. */
static void use(struct piece *pieces, int i)
{
    int first = i < GIVEN ? FAMILY : GIVEN;
    int end = i < GIVEN ? GIVEN : PIECES;

    for (int k = first; k < end; k++)
        pieces[k].step = 0;
}

/* Names and separators as far as they go. @return where they end. */
static const char *take_names(const char *at, const char *end,
                              struct piece *pieces, struct ruf_mail_shape *out)
{
    while (at < end) {
        int i = 0;

        if (is_separator(*at)) {
            out->bytes[out->size++] = *at++;
            continue;
        }
        while (i < PIECES && !fits(at, end, pieces, i))
            i++;
        if (i == PIECES)
            break;
        out->bytes[out->size++] = (char)pieces[i].step;
        out->named = true;
        at += pieces[i].size;
        use(pieces, i);
    }
    return at;
}

static const char *find_domain(struct ruf_text address)
{
    return address.size == 0 ? NULL : memrchr(address.data, '@', address.size);
}

/* What is left of the local part is a text, then the domain. */
static void finish(const char *at, const char *domain, const char *end,
                   struct ruf_mail_shape *out)
{
    out->has_text = at < domain;
    out->text = (struct ruf_text){ at, (size_t)(domain - at) };
    if (out->has_text)
        out->bytes[out->size++] = RUF_MAIL_TEXT;
    memcpy(out->bytes + out->size, domain, (size_t)(end - domain));
    out->size += (size_t)(end - domain);
}

static bool has_steps(struct ruf_text address)
{
    for (size_t i = 0; i < address.size; i++)
        if ((unsigned char)address.data[i] <= RUF_MAIL_STEP_MAX)
            return true;
    return false;
}

bool ruf_mail_shape(struct ruf_text address, struct ruf_text given,
                    struct ruf_text family, struct ruf_mail_shape *out)
{
    const char *domain = find_domain(address);
    struct piece pieces[PIECES];

    if (domain == NULL || domain == address.data ||
        address.size > RUF_MAIL_SIZE_MAX || has_steps(address))
        return false;
    spell(family, RUF_MAIL_FAMILY, RUF_MAIL_FAMILY_PLAIN, &pieces[FAMILY]);
    spell(given, RUF_MAIL_GIVEN, RUF_MAIL_GIVEN_PLAIN, &pieces[GIVEN]);
    pieces[INITIAL] = pieces[GIVEN];
    pieces[INITIAL].step = RUF_MAIL_INITIAL;
    pieces[INITIAL].size = pieces[GIVEN].size > 0 ? 1 : 0;
    out->size = 0;
    out->named = false;
    finish(take_names(address.data, domain, pieces, out), domain,
           address.data + address.size, out);
    return true;
}

void ruf_mail_shape_plain(struct ruf_text address, struct ruf_mail_shape *out)
{
    out->size = 0;
    out->named = false;
    finish(address.data, find_domain(address), address.data + address.size,
           out);
}

/*
 * base/contact.c - names and text forms of contact values
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/text.h"
#include <rufname/contact.h>
#include <string.h>

const char *ruf_number_kind_name(enum ruf_number_kind kind)
{
    static const char *const names[RUF_KIND_COUNT] = {
        [RUF_KIND_BUSINESS] = "business", [RUF_KIND_MOBILE] = "mobile",
        [RUF_KIND_HOME] = "home",         [RUF_KIND_MAIN] = "main",
        [RUF_KIND_OTHER] = "other",       [RUF_KIND_FAX] = "fax",
        [RUF_KIND_PAGER] = "pager",
    };

    return (unsigned)kind < RUF_KIND_COUNT ? names[kind] : "other";
}

void ruf_contact_id_format(const struct ruf_contact_id *id,
                           char out[RUF_CONTACT_ID_TEXT_SIZE])
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < sizeof(id->bytes); i++) {
        out[2 * i] = digits[id->bytes[i] >> 4];
        out[2 * i + 1] = digits[id->bytes[i] & 15];
    }
    out[2 * sizeof(id->bytes)] = '\0';
}

bool ruf_contact_id_parse(const char *text, struct ruf_contact_id *out)
{
    if (strlen(text) != 2 * sizeof(out->bytes))
        return false;
    for (size_t i = 0; i < sizeof(out->bytes); i++) {
        int high = ruf_hex_value(text[2 * i]);
        int low = ruf_hex_value(text[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        out->bytes[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

/*
 * base/contact.c - names and text forms of contact values
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <rufname/contact.h>

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

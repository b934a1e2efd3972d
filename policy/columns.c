/*
 * policy/columns.c - what the columns of files and tables are called
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "policy/columns.h"
#include "base/text.h"
#include <string.h>

static const struct {
    const char *name; /* simplified; a trailing '#' stands for digits */
    struct ruf_column column;
} column_names[] = {
    { "id", { RUF_COLUMN_ID, 0, 0 } },
    { "uid", { RUF_COLUMN_ID, 0, 0 } },
    { "givenname", { RUF_COLUMN_FIELD, RUF_RECORD_GIVEN, 0 } },
    { "surname", { RUF_COLUMN_FIELD, RUF_RECORD_FAMILY, 0 } },
    { "displayname", { RUF_COLUMN_FIELD, RUF_RECORD_DISPLAY, 0 } },
    { "company", { RUF_COLUMN_FIELD, RUF_RECORD_COMPANY, 0 } },
    { "jobtitle", { RUF_COLUMN_FIELD, RUF_RECORD_TITLE, 0 } },
    { "department", { RUF_COLUMN_FIELD, RUF_RECORD_DEPARTMENT, 0 } },
    { "country", { RUF_COLUMN_FIELD, RUF_RECORD_COUNTRY, 0 } },
    { "email#", { RUF_COLUMN_EMAIL, 0, 0 } },
    { "phonebusiness#", { RUF_COLUMN_PHONE, 0, RUF_KIND_BUSINESS } },
    { "phonemobile#", { RUF_COLUMN_PHONE, 0, RUF_KIND_MOBILE } },
    { "phonehome#", { RUF_COLUMN_PHONE, 0, RUF_KIND_HOME } },
    { "phonemain#", { RUF_COLUMN_PHONE, 0, RUF_KIND_MAIN } },
    { "phoneother#", { RUF_COLUMN_PHONE, 0, RUF_KIND_OTHER } },
    { "fax#", { RUF_COLUMN_PHONE, 0, RUF_KIND_FAX } },
    { "pager#", { RUF_COLUMN_PHONE, 0, RUF_KIND_PAGER } },
    /* As Outlook names them where it exports contacts. */
    { "firstname", { RUF_COLUMN_FIELD, RUF_RECORD_GIVEN, 0 } },
    { "lastname", { RUF_COLUMN_FIELD, RUF_RECORD_FAMILY, 0 } },
    { "businesscountry/region", { RUF_COLUMN_FIELD, RUF_RECORD_COUNTRY, 0 } },
    { "emailaddress", { RUF_COLUMN_EMAIL, 0, 0 } },
    { "email2address", { RUF_COLUMN_EMAIL, 0, 0 } },
    { "email3address", { RUF_COLUMN_EMAIL, 0, 0 } },
    { "businessphone#", { RUF_COLUMN_PHONE, 0, RUF_KIND_BUSINESS } },
    { "mobilephone", { RUF_COLUMN_PHONE, 0, RUF_KIND_MOBILE } },
    { "homephone#", { RUF_COLUMN_PHONE, 0, RUF_KIND_HOME } },
    { "companymainphone", { RUF_COLUMN_PHONE, 0, RUF_KIND_MAIN } },
    { "primaryphone", { RUF_COLUMN_PHONE, 0, RUF_KIND_OTHER } },
    { "otherphone", { RUF_COLUMN_PHONE, 0, RUF_KIND_OTHER } },
    { "businessfax", { RUF_COLUMN_PHONE, 0, RUF_KIND_FAX } },
    { "homefax", { RUF_COLUMN_PHONE, 0, RUF_KIND_FAX } },
    { "otherfax", { RUF_COLUMN_PHONE, 0, RUF_KIND_FAX } },
};

static size_t simplify(struct ruf_text name, char *out, size_t room)
{
    size_t size = 0;

    for (size_t i = 0; i < name.size && size + 1 < room; i++) {
        char c = ruf_ascii_lower(name.data[i]);

        if (c != ' ' && c != '_' && c != '-' && c != '\t')
            out[size++] = c;
    }
    out[size] = '\0';
    return size;
}

static bool name_matches(const char *pattern, const char *name)
{
    size_t fixed = strcspn(pattern, "#");

    if (strncmp(pattern, name, fixed) != 0)
        return false;
    if (pattern[fixed] == '\0')
        return name[fixed] == '\0';
    return strspn(name + fixed, "123456789") == strlen(name + fixed);
}

struct ruf_column ruf_column_of(struct ruf_text name)
{
    struct ruf_column unknown = { RUF_COLUMN_UNKNOWN, 0, 0 };
    char simple[64];

    (void)simplify(ruf_text_trim(name), simple, sizeof(simple));
    for (size_t i = 0; i < sizeof(column_names) / sizeof(column_names[0]); i++)
        if (name_matches(column_names[i].name, simple))
            return column_names[i].column;
    return unknown;
}

/*
 * filter.c - the little of $filter that the sample tenant speaks
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tenant.h"
#include <string.h>

/* The parameter as it was sent, for links. */
static void raw_filter(const char *query, char out[TENANT_FILTER_MAX])
{
    static const char name[] = "$filter=";
    const char *at = strstr(query, name);

    out[0] = '\0';
    if (at != NULL && (at == query || at[-1] == '&'))
        (void)snprintf(out, TENANT_FILTER_MAX, "%.*s",
                       (int)strcspn(at + sizeof(name) - 1, "&"),
                       at + sizeof(name) - 1);
}

bool tenant_filter_read(const char *query, struct tenant_filter *out)
{
    char text[TENANT_FILTER_MAX];
    char quote[2] = "";

    memset(out, 0, sizeof(*out));
    if (!tenant_parameter(query, "$filter", text, sizeof(text)))
        return true;
    raw_filter(query, out->raw);
    return sscanf(text, "%31s eq '%255[^']%1[']", out->field, out->value,
                  quote) == 3 &&
           (strcmp(out->field, "companyName") == 0 ||
            strcmp(out->field, "jobTitle") == 0 ||
            strcmp(out->field, "jobtitle") == 0);
}

bool tenant_filter_keeps(const struct tenant_filter *filter,
                         const struct tenant_record *record)
{
    const char *text = strcmp(filter->field, "companyName") == 0
                           ? record->company
                           : record->title;

    return filter->raw[0] == '\0' ||
           (text != NULL && strcmp(text, filter->value) == 0);
}

void tenant_filter_link(const struct tenant_filter *filter,
                        struct text_out *out)
{
    if (filter->raw[0] == '\0')
        return;
    text_put(out, "&$filter=");
    text_put(out, filter->raw);
}

/*
 * plans.c - national plans of the sample company and human spellings
 *
 * Area codes and mobile prefixes are public facts of the national plans; the
 * digits behind them are made up at run time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "plans.h"
#include <stdio.h>
#include <string.h>

const struct plan tenant_plans[] = {
    { "DE",
      "49",
      "0",
      { "89", "30", "40", "69", "221", NULL },
      5,
      { "1511", "1701", "1621", "1781" } },
    { "AT",
      "43",
      "0",
      { "1", "316", NULL },
      4,
      { "664", "676", "699", "660" } },
    { "CH",
      "41",
      "0",
      { "44", "31", "22", NULL },
      4,
      { "79", "78", "76", "77" } },
    { "FR", "33", "0", { "14", "47", NULL }, 4, { "61", "62", "66", "67" } },
    { "GB",
      "44",
      "0",
      { "207", "208", NULL },
      4,
      { "771", "772", "773", "774" } },
    { "IT", "39", "", { "02", "06", NULL }, 5, { "347", "348", "349", "333" } },
    { "NL", "31", "0", { "20", "10", NULL }, 4, { "61", "62", "64", "65" } },
    { "PL", "48", "", { "22", "12", NULL }, 4, { "60", "69", "50", "51" } },
    { "ES", "34", "", { "91", "93", NULL }, 4, { "61", "62", "63", "65" } },
    { "TR",
      "90",
      "0",
      { "212", "312", NULL },
      4,
      { "532", "533", "535", "536" } },
    { "CZ", "420", "", { "22", "23", NULL }, 4, { "60", "72", "73", "77" } },
};
const size_t tenant_plan_count = sizeof(tenant_plans) / sizeof(tenant_plans[0]);

/* "1234567" -> "123 45 67" and the like: blanks after each group of digits. */
static void grouped(const char *digits, size_t group, char gap, char out[40])
{
    size_t size = 0;
    size_t count = strlen(digits);

    for (size_t i = 0; i < count && size < 38; i++) {
        if (i > 0 && (count - i) % group == 0)
            out[size++] = gap;
        out[size++] = digits[i];
    }
    out[size] = '\0';
}

static void spell_international(const struct plan *plan, const char *area,
                                const char *digits, uint32_t style,
                                char out[48])
{
    char parts[40];

    switch (style % 6) {
    case 0:
        (void)snprintf(out, 48, "+%s%s%s", plan->code, area, digits);
        return;
    case 1:
        grouped(digits, 3, ' ', parts);
        (void)snprintf(out, 48, "+%s %s %s", plan->code, area, parts);
        return;
    case 2:
        (void)snprintf(out, 48, "00%s %s %s", plan->code, area, digits);
        return;
    case 3:
        (void)snprintf(out, 48, "+%s (%s%s) %s", plan->code, plan->trunk_prefix,
                       area, digits);
        return;
    case 4:
        grouped(digits, 2, ' ', parts);
        (void)snprintf(out, 48, "+%s-%s-%s", plan->code, area, parts);
        return;
    default:
        grouped(digits, 4, '-', parts);
        (void)snprintf(out, 48, "+%s %s / %s", plan->code, area, parts);
        return;
    }
}

static void spell_national(const struct plan *plan, const char *area,
                           const char *digits, uint32_t style, char out[48])
{
    const char *prefix = plan->trunk_prefix;
    char parts[40];

    switch (style % 5) {
    case 0:
        (void)snprintf(out, 48, "%s%s/%s", prefix, area, digits);
        return;
    case 1:
        grouped(digits, 2, ' ', parts);
        (void)snprintf(out, 48, "(%s%s) %s", prefix, area, parts);
        return;
    case 2:
        grouped(digits, 3, '-', parts);
        (void)snprintf(out, 48, "%s%s %s", prefix, area, parts);
        return;
    case 3:
        (void)snprintf(out, 48, "%s%s%s", prefix, area, digits);
        return;
    default:
        grouped(digits, 3, '.', parts);
        (void)snprintf(out, 48, "%s%s - %s", prefix, area, parts);
        return;
    }
}

void spell_number(const struct plan *plan, const char *area,
                  const char *subscriber, uint32_t style, char out[48])
{
    /* Abroad people write the country code; at home often not. */
    uint32_t national_share = strcmp(plan->region, "DE") == 0 ? 45 : 20;

    if (style % 100 < national_share)
        spell_national(plan, area, subscriber, style / 100, out);
    else
        spell_international(plan, area, subscriber, style / 100, out);
}

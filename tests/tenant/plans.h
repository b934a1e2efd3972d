/*
 * plans.h - national plans of the sample company and human spellings
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TENANT_PLANS_H
#define TENANT_PLANS_H

#include <stddef.h>
#include <stdint.h>

struct plan {
    const char *region;
    const char *code;         /* calling code */
    const char *trunk_prefix; /* "0", or "" */
    const char *areas[6];     /* landline areas, NULL-ended */
    int company_digits;       /* digits of a company block; 3 more follow */
    const char *mobiles[4];   /* prefixes; 7 digits follow */
};

extern const struct plan tenant_plans[];
extern const size_t tenant_plan_count;

/** Write the number in one of many spellings, chosen by 'style'. */
void spell_number(const struct plan *plan, const char *area,
                  const char *subscriber, uint32_t style, char out[48]);

#endif

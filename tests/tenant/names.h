/*
 * names.h - given, family and company names by region
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TENANT_NAMES_H
#define TENANT_NAMES_H

#include <stddef.h>

struct name_list {
    const char *const *given;
    size_t given_count;
    const char *const *family;
    size_t family_count;
};

/** Names of a region; German ones for Austria and Switzerland as well. */
struct name_list names_of(const char *region);

extern const char *const company_stems[];
extern const size_t company_stem_count;
extern const char *const company_trades[];
extern const size_t company_trade_count;
extern const char *const departments[];
extern const size_t department_count;
extern const char *const titles[];
extern const size_t title_count;

#endif

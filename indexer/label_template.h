/*
 * indexer/label_template.h - the admin's label template, filled in
 *
 * Threads: pure.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef INDEXER_LABEL_TEMPLATE_H
#define INDEXER_LABEL_TEMPLATE_H

#include "base/image_sections.h"
#include "indexer/contacts.h"

/** What the tokens of a template stand for. */
struct ruf_label_values {
    struct ruf_text given;
    struct ruf_text family;
    struct ruf_text display;
    struct ruf_text company;
    struct ruf_text department;
    struct ruf_text title;
    struct ruf_text kind;
    struct ruf_text source;
};

/**
 * Fill in a template and make it fit: company without legal form, given name
 * as an initial, optional groups dropped from the right, at last cut with "…".
 * @param[in]  template   as checked by the policy.
 * @param[in]  max_chars  grapheme clusters.
 * @param[out] out        room for RUF_LABEL_SIZE_MAX bytes, UTF-8.
 * @param[in,out] steps   what was done is added, enum ruf_label_step; or NULL.
 * @return bytes written; 0 if all values the template uses are empty.
 */
size_t ruf_label_render(const char *template,
                        const struct ruf_label_values *values, size_t max_chars,
                        char *out, unsigned *steps);

/** Company name without its legal form ("Muster AG" -> "Muster"). */
struct ruf_text ruf_company_short(struct ruf_text company);

/** Cut to max_chars clusters and RUF_LABEL_SIZE_MAX bytes, with "…". In place.
 *  @return new size. */
size_t ruf_label_cut(char *label, size_t size, size_t max_chars);

#endif

/*
 * policy/difference.c - what a new policy means for what was read under an old
 *
 * In doubt a source is read anew: that costs a round, the other mistake would
 * hide people for good.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "policy/difference.h"
#include "base/text.h"
#include "policy/filter.h"
#include <string.h>

static bool same(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* --- rules
 * ----------------------------------------------------------------------- */

/* no_caller_id decides nothing about what is stored. */
static size_t next_rule(const struct ruf_policy *policy, size_t at)
{
    while (at < policy->filter_count &&
           policy->filters[at].action == RUF_FILTER_NO_CALLER_ID)
        at++;
    return at;
}

/* Are numbers read otherwise, so that rules on E.164 forms match others? */
static bool reads_numbers_otherwise(const struct ruf_policy *before,
                                    const struct ruf_policy *after)
{
    if (!ruf_policy_asks_e164(before))
        return false;
    if (!same(before->region_default, after->region_default) ||
        before->region_from_record != after->region_from_record ||
        before->corrections != after->corrections ||
        before->area_code_count != after->area_code_count)
        return true;
    for (size_t i = 0; i < before->area_code_count; i++)
        if (!same(before->area_codes[i].region, after->area_codes[i].region) ||
            !same(before->area_codes[i].digits, after->area_codes[i].digits))
            return true;
    for (size_t i = 0; i < after->source_count; i++) {
        const struct ruf_policy_source *old =
            ruf_policy_source(before, ruf_text(after->sources[i].id));

        if (old != NULL && !same(old->region, after->sources[i].region))
            return true;
    }
    return false;
}

/* Position of an equal rule from 'at' on; filter_count: there is none. */
static size_t find_rule(const struct ruf_policy *policy, size_t at,
                        const struct ruf_filter_rule *rule)
{
    while (at < policy->filter_count &&
           (strcmp(policy->filters[at].text, rule->text) != 0 ||
            policy->filters[at].action != rule->action))
        at = next_rule(policy, at + 1);
    return at;
}

static void give_up(const struct ruf_filter_rule *rule,
                    struct ruf_policy_loosening *out)
{
    out->records = out->records || rule->action == RUF_FILTER_EXCLUDE;
    out->numbers = out->numbers || rule->action == RUF_FILTER_DROP_NUMBERS;
}

/* The old rules must all still stand in their order; what came between may
 * only keep back more. An include may shadow any rule behind it. */
struct ruf_policy_loosening ruf_policy_loosened(const struct ruf_policy *before,
                                                const struct ruf_policy *after)
{
    struct ruf_policy_loosening out = { false, false };
    size_t old = next_rule(before, 0);

    if (reads_numbers_otherwise(before, after))
        return (struct ruf_policy_loosening){ true, true };
    for (size_t at = next_rule(after, 0); at < after->filter_count;
         at = next_rule(after, at + 1)) {
        const struct ruf_filter_rule *rule = &after->filters[at];

        size_t found = find_rule(before, old, rule);

        if (found < before->filter_count) {
            for (; old < found; old = next_rule(before, old + 1))
                give_up(&before->filters[old], &out);
            old = next_rule(before, old + 1);
        } else if (rule->action == RUF_FILTER_INCLUDE) {
            for (size_t i = old; i < before->filter_count; i++)
                give_up(&before->filters[i], &out);
        }
    }
    for (; old < before->filter_count; old = next_rule(before, old + 1))
        give_up(&before->filters[old], &out);
    return out;
}

/* --- sources
 * ------------------------------------------------------------------------ */

static bool same_list(const char *const *a, size_t a_count,
                      const char *const *b, size_t b_count)
{
    if (a_count != b_count)
        return false;
    for (size_t i = 0; i < a_count; i++)
        if (!same(a[i], b[i]))
            return false;
    return true;
}

enum ruf_source_fate
ruf_policy_source_fate(const struct ruf_policy *before,
                       const struct ruf_policy *after,
                       const struct ruf_policy_source *source)
{
    const struct ruf_policy_source *old =
        ruf_policy_source(before, ruf_text(source->id));

    if (old == NULL)
        return RUF_SOURCE_READ_ANEW;
    if (old->kind != source->kind || !same(old->url, source->url) ||
        !same(old->container, source->container) ||
        !same(old->table, source->table) ||
        !same_list(old->mailboxes, old->mailbox_count, source->mailboxes,
                   source->mailbox_count) ||
        (source->kind != RUF_SOURCE_FILE &&
         (!same(before->auth.tenant, after->auth.tenant) ||
          !same(before->auth.graph_endpoint, after->auth.graph_endpoint))))
        return RUF_SOURCE_FORGOTTEN;
    if ((after->kept_fields & ~before->kept_fields) != 0)
        return RUF_SOURCE_READ_ANEW; /* fields that were not stored */
    return same(old->reading, source->reading) ? RUF_SOURCE_KEPT
                                               : RUF_SOURCE_READ_ANEW;
}

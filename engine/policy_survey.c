/*
 * engine/policy_survey.c - what a new policy does to what is stored
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "engine/policy_survey.h"
#include "base/error.h"
#include "base/text.h"
#include "policy/filter.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Counts of one rule. */
struct tally {
    uint64_t hits;
    uint64_t hidden;
    uint64_t removed[RUF_SOURCES_MAX]; /* by source of the effect */
};

struct survey {
    const struct ruf_policy *before;
    const struct ruf_policy *after;
    struct ruf_policy_effect *out;
    struct tally *tallies; /* one per rule of 'after' */
};

/* --- counting
 * --------------------------------------------------------------------- */

/* The entry of a source, made if it is new; NULL: no room. */
static struct ruf_policy_source_effect *effect_of(struct ruf_policy_effect *out,
                                                  struct ruf_text id)
{
    struct ruf_policy_source_effect *effect;

    for (size_t i = 0; i < out->source_count; i++)
        if (ruf_text_is(id, out->sources[i].id))
            return &out->sources[i];
    if (out->source_count == RUF_SOURCES_MAX)
        return NULL;
    effect = &out->sources[out->source_count++];
    (void)snprintf(effect->id, sizeof(effect->id), "%.*s", (int)id.size,
                   id.data);
    return effect;
}

static void count_matches(struct survey *survey,
                          const struct ruf_filter_verdict *verdict)
{
    for (size_t i = 0; i < verdict->reached; i++)
        survey->tallies[i].hits += verdict->matched[i / 32] >> i % 32 & 1;
}

static void count_record(void *context, struct ruf_text source,
                         const struct ruf_filter_verdict *verdict)
{
    struct survey *survey = context;
    struct ruf_policy_effect *out = survey->out;
    struct ruf_policy_source_effect *effect = effect_of(out, source);

    if (effect == NULL)
        return;
    out->records++;
    effect->records++;
    if (verdict != NULL)
        count_matches(survey, verdict);
    if (verdict != NULL && !verdict->exclude)
        return;
    out->removed++;
    effect->removed++;
    if (verdict != NULL && verdict->rule != NULL)
        survey->tallies[verdict->reached - 1].removed[effect - out->sources]++;
}

/* Position of the rule that hides the same as one of the policy before. */
static size_t same_rule(const struct survey *survey, struct ruf_text id)
{
    const struct ruf_policy *before = survey->before;
    const struct ruf_policy *after = survey->after;

    for (size_t i = 0; i < after->filter_count; i++) {
        if (!ruf_text_is(id, after->filters[i].id))
            continue;
        for (size_t k = 0; before != NULL && k < before->filter_count; k++)
            if (strcmp(before->filters[k].id, after->filters[i].id) == 0 &&
                strcmp(before->filters[k].text, after->filters[i].text) == 0)
                return i;
    }
    return after->filter_count;
}

static void count_hidden(void *context, struct ruf_text source,
                         struct ruf_text rule, uint64_t count)
{
    struct survey *survey = context;
    struct ruf_policy_source_effect *effect = effect_of(survey->out, source);
    size_t position = same_rule(survey, rule);

    if (effect != NULL)
        effect->hidden += count;
    if (position < survey->after->filter_count)
        survey->tallies[position].hidden += count;
}

/* --- what follows
 * ------------------------------------------------------------------ */

static void decide_fates(struct survey *survey,
                         enum ruf_source_fate fates[RUF_POLICY_SOURCES_MAX])
{
    const struct ruf_policy *after = survey->after;
    struct ruf_policy_loosening loosened = { true, true };

    if (survey->before != NULL)
        loosened = ruf_policy_loosened(survey->before, after);
    for (size_t i = 0; i < after->source_count; i++) {
        const struct ruf_policy_source *source = &after->sources[i];
        struct ruf_policy_source_effect *effect =
            effect_of(survey->out, ruf_text(source->id));
        uint64_t hidden = effect == NULL ? 1 : effect->hidden;

        fates[i] = RUF_SOURCE_READ_ANEW;
        if (survey->before != NULL)
            fates[i] = ruf_policy_source_fate(survey->before, after, source);
        if (fates[i] == RUF_SOURCE_KEPT &&
            (loosened.numbers || (loosened.records && hidden > 0)))
            fates[i] = RUF_SOURCE_READ_ANEW;
        if (effect == NULL)
            continue;
        effect->read_anew =
            ruf_policy_keeps(after, source) && fates[i] != RUF_SOURCE_KEPT;
        if (fates[i] == RUF_SOURCE_FORGOTTEN) {
            survey->out->removed += effect->records - effect->removed;
            effect->removed = effect->records;
        }
    }
}

static void mark_gone(struct survey *survey)
{
    for (size_t i = 0; i < survey->out->source_count; i++) {
        struct ruf_policy_source_effect *effect = &survey->out->sources[i];
        const struct ruf_policy_source *source =
            ruf_policy_source(survey->after, ruf_text(effect->id));

        effect->gone = !ruf_policy_keeps(survey->after, source);
    }
}

static void tell_rules(const struct survey *survey,
                       const struct ruf_policy_watch *watch)
{
    static const char *const actions[] = { "include", "exclude", "no_caller_id",
                                           "drop_numbers" };
    struct ruf_policy_effect *out = survey->out;

    for (size_t i = 0; i < survey->after->filter_count; i++) {
        const struct ruf_filter_rule *rule = &survey->after->filters[i];
        const struct tally *tally = &survey->tallies[i];
        struct ruf_policy_rule_effect effect = {
            rule->id, actions[rule->action], tally->hits, tally->hidden, NULL
        };

        for (size_t k = 0; k < out->source_count; k++)
            if (tally->removed[k] > out->sources[k].records / 2)
                effect.source = out->sources[k].id;
        out->needs_consent = out->needs_consent || effect.source != NULL;
        /* Nobody wrote the built-in one. */
        out->unused_rules +=
            tally->hits + tally->hidden == 0 && rule->text[0] != '\0' ? 1 : 0;
        if (watch != NULL && watch->rule != NULL)
            watch->rule(watch->context, &effect);
    }
}

enum ruf_status
ruf_policy_survey(struct ruf_store *store, const struct ruf_policy *before,
                  const struct ruf_policy *after, struct ruf_arena *arena,
                  const struct ruf_policy_watch *watch,
                  struct ruf_policy_effect *out, struct ruf_view *view,
                  enum ruf_source_fate fates[RUF_POLICY_SOURCES_MAX],
                  struct ruf_error *err)
{
    struct survey survey = { before, after, out, NULL };
    enum ruf_status status;

    survey.tallies = calloc(after->filter_count + 1, sizeof(struct tally));
    if (survey.tallies == NULL)
        return ruf_fail_memory(err);
    out->version_before = before == NULL ? 0 : before->version;
    out->version = after->version;
    status =
        ruf_view_make(store, after, arena, count_record, &survey, view, err);
    if (status == RUF_OK)
        status = ruf_store_count_hidden(store, count_hidden, &survey, err);
    if (status == RUF_OK) {
        decide_fates(&survey, fates);
        mark_gone(&survey);
        tell_rules(&survey, watch);
    }
    free(survey.tallies);
    return status;
}

/* --- labels
 * ------------------------------------------------------------------------- */

struct comparing {
    const struct ruf_policy_watch *watch;
    struct ruf_policy_effect *out;
};

static void tell_label(const struct comparing *comparing,
                       enum ruf_label_change change, ruf_e164 number,
                       struct ruf_text before, struct ruf_text after)
{
    const struct ruf_policy_watch *watch = comparing->watch;
    struct ruf_policy_label_effect effect = { change, number, before, after };

    comparing->out->appearing += change == RUF_LABEL_APPEARS ? 1 : 0;
    comparing->out->vanishing += change == RUF_LABEL_VANISHES ? 1 : 0;
    comparing->out->changing += change == RUF_LABEL_CHANGES ? 1 : 0;
    if (watch != NULL && watch->label != NULL)
        watch->label(watch->context, &effect);
}

/* Both ascend: walk them side by side. */
static enum ruf_status compare(struct ruf_cursor *cursor,
                               const struct ruf_labelled_entries *entries,
                               const struct comparing *comparing,
                               struct ruf_error *err)
{
    const struct ruf_text none = { NULL, 0 };
    struct ruf_entry old = { 0 };
    size_t at = 0;
    enum ruf_status status = ruf_cursor_next(cursor, &old, err);

    while (status == RUF_OK && (old.number != 0 || at < entries->count)) {
        const struct ruf_labelled_entry *fresh =
            at < entries->count ? &entries->entries[at] : NULL;

        if (fresh != NULL && (old.number == 0 || fresh->number < old.number)) {
            tell_label(comparing, RUF_LABEL_APPEARS, fresh->number, none,
                       fresh->label);
            at++;
            continue;
        }
        if (fresh == NULL || old.number < fresh->number) {
            tell_label(comparing, RUF_LABEL_VANISHES, old.number, old.label,
                       none);
        } else {
            if (!ruf_text_equal(old.label, fresh->label))
                tell_label(comparing, RUF_LABEL_CHANGES, old.number, old.label,
                           fresh->label);
            at++;
        }
        comparing->out->entries_before++;
        status = ruf_cursor_next(cursor, &old, err);
    }
    return status;
}

enum ruf_status ruf_policy_compare_labels(const struct ruf_index *index,
                                          const struct ruf_view *view,
                                          const struct ruf_policy_watch *watch,
                                          struct ruf_policy_effect *out,
                                          struct ruf_error *err)
{
    struct comparing comparing = { watch, out };
    struct ruf_cursor *cursor = NULL;
    enum ruf_status status;

    out->entries = view->entries.count;
    out->dropped = view->entries.dropped;
    status = ruf_cursor_create(index, &cursor, err);
    if (status == RUF_OK)
        status = compare(cursor, &view->entries, &comparing, err);
    ruf_cursor_destroy(cursor);
    return status;
}

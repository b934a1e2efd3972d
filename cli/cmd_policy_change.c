/*
 * cli/cmd_policy_change.c - policy simulate and import
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cli/cmd_policy.h"
#include "cli/input.h"
#include "cli/json_out.h"
#include <inttypes.h>
#include <rufname/policy.h>
#include <stdlib.h>
#include <string.h>

/* --- rules and labels
 * ------------------------------------------------------------------- */

static void print_rule_json(const struct ruf_policy_rule_effect *effect)
{
    struct json_out out;

    json_begin_line(&out, "policy-rule");
    json_string(&out, "rule", effect->id);
    json_string(&out, "then", effect->action);
    json_number(&out, "hits", effect->hits);
    json_number(&out, "hidden", effect->hidden);
    if (effect->source == NULL)
        json_null(&out, "over_half_of");
    else
        json_string(&out, "over_half_of", effect->source);
    json_end_line(&out);
}

static void print_rule(void *context,
                       const struct ruf_policy_rule_effect *effect)
{
    const struct policy_printing *printing = context;
    const struct cli *cli = printing->cli;

    if (cli->json) {
        print_rule_json(effect);
        return;
    }
    (void)printf("%s ", cli_say(cli, "Regel", "rule"));
    policy_print_plain(effect->id);
    (void)printf(" (%s): ", effect->action);
    if (effect->hits + effect->hidden == 0)
        (void)printf("%s", cli_say(cli, "greift nie", "never matches"));
    else
        (void)printf("%" PRIu64 " %s, %" PRIu64 " %s", effect->hits,
                     cli_say(cli, "Treffer", "hits"), effect->hidden,
                     cli_say(cli, "schon ausgeblendet", "hidden already"));
    if (effect->source != NULL)
        (void)printf("; %s %s",
                     cli_say(cli, "entfernt mehr als die Hälfte von",
                             "removes more than half of"),
                     effect->source);
    (void)putchar('\n');
}

static void print_label_json(const struct ruf_policy_label_effect *effect)
{
    static const char *const words[] = { "appears", "vanishes", "changes" };
    struct json_out out;

    json_begin_line(&out, "policy-label");
    json_string(&out, "change", words[effect->change]);
    json_e164(&out, "number", effect->number);
    json_text(&out, "before", effect->before);
    json_text(&out, "after", effect->after);
    json_end_line(&out);
}

static void print_text(struct ruf_text text)
{
    (void)fwrite(text.size == 0 ? "" : text.data, 1, text.size, stdout);
}

static void print_label(void *context,
                        const struct ruf_policy_label_effect *effect)
{
    const struct policy_printing *printing = context;

    if (printing->cli->json) {
        print_label_json(effect);
        return;
    }
    (void)printf("%c %" PRIu64 "\t", "+-~"[effect->change], effect -> number);
    print_text(effect->before);
    if (effect->change == RUF_LABEL_CHANGES)
        (void)fputs(" → ", stdout);
    print_text(effect->after);
    (void)putchar('\n');
}

/* --- sources and totals
 * ------------------------------------------------------------------- */

static void print_source_json(const struct ruf_policy_source_effect *source)
{
    struct json_out out;

    json_begin_line(&out, "policy-source");
    json_string(&out, "source", source->id);
    json_number(&out, "records", source->records);
    json_number(&out, "removed", source->removed);
    json_number(&out, "hidden", source->hidden);
    json_bool(&out, "gone", source->gone);
    json_bool(&out, "read_anew", source->read_anew);
    json_end_line(&out);
}

static void print_source(const struct cli *cli,
                         const struct ruf_policy_source_effect *source)
{
    (void)printf("%s %s: %" PRIu64 " %s, %" PRIu64 " %s, %" PRIu64 " %s",
                 cli_say(cli, "Quelle", "source"), source->id, source->records,
                 cli_say(cli, "Datensätze", "records"), source->removed,
                 cli_say(cli, "entfallen", "removed"), source->hidden,
                 cli_say(cli, "ausgeblendet", "hidden"));
    if (source->gone)
        (void)printf("%s", cli_say(cli, "; wird nicht mehr gelesen",
                                   "; no longer read"));
    else if (source->read_anew)
        (void)printf("%s", cli_say(cli,
                                   "; was dazukommt, ist bis zum Abgleich "
                                   "unbekannt",
                                   "; what appears is unknown until sync"));
    (void)putchar('\n');
}

static void print_effect_json(const struct ruf_policy_effect *effect,
                              bool simulated)
{
    struct json_out out;

    json_begin_line(&out, simulated ? "policy-simulate" : "policy-import");
    json_number(&out, "version_before", effect->version_before);
    json_number(&out, "version", effect->version);
    json_number(&out, "records", effect->records);
    json_number(&out, "removed", effect->removed);
    json_number(&out, "unused_rules", effect->unused_rules);
    json_bool(&out, "needs_confirm", effect->needs_consent);
    if (simulated) {
        json_number(&out, "entries_before", effect->entries_before);
        json_number(&out, "entries", effect->entries);
        json_number(&out, "appearing", effect->appearing);
        json_number(&out, "vanishing", effect->vanishing);
        json_number(&out, "changing", effect->changing);
        json_number(&out, "dropped", effect->dropped);
    } else {
        json_number(&out, "generation", effect->generation);
    }
    json_end_line(&out);
}

static void print_totals(const struct cli *cli,
                         const struct ruf_policy_effect *effect, bool simulated)
{
    (void)printf("Version %u → %u: %" PRIu64 " %s, %" PRIu64 " %s\n",
                 effect->version_before, effect->version, effect->records,
                 cli_say(cli, "Datensätze", "records"), effect->removed,
                 cli_say(cli, "entfallen", "removed"));
    if (!simulated)
        return;
    (void)printf("%s: %" PRIu64 " → %" PRIu64 "; + %" PRIu64 " - %" PRIu64
                 " ~ %" PRIu64 "\n",
                 cli_say(cli, "Anrufererkennung", "caller identification"),
                 effect->entries_before, effect->entries, effect->appearing,
                 effect->vanishing, effect->changing);
    if (effect->dropped > 0)
        (void)printf("%s: %" PRIu64 "\n",
                     cli_say(cli, "über caller_id.max_entries, entfallen",
                             "over caller_id.max_entries, left out"),
                     effect->dropped);
}

static void print_effect(const struct cli *cli,
                         const struct ruf_policy_effect *effect, bool simulated)
{
    bool anew = false;

    for (size_t i = 0; i < effect->source_count; i++) {
        anew = anew || effect->sources[i].read_anew;
        if (cli->json)
            print_source_json(&effect->sources[i]);
        else
            print_source(cli, &effect->sources[i]);
    }
    if (cli->json)
        print_effect_json(effect, simulated);
    else
        print_totals(cli, effect, simulated);
    if (anew && !simulated && !cli->quiet)
        (void)fprintf(stderr, "%s\n",
                      cli_say(cli,
                              "Quellen sind ganz neu zu lesen: rufname sync "
                              "ausführen, Dateien neu importieren.",
                              "Sources must be read whole: run rufname sync, "
                              "import files again."));
}

/* --- commands
 * ------------------------------------------------------------------------- */

static int change(struct cli *cli, const char *text, size_t size, bool simulate,
                  bool consent, const char *path)
{
    struct policy_printing printing = { cli, path, stderr, 0, 0 };
    struct ruf_policy_watch watch = {
        .struct_size = sizeof(watch),
        .finding = policy_print_finding,
        .rule = print_rule,
        .label = print_label,
        .context = &printing,
    };
    struct ruf_policy_effect *effect = calloc(1, sizeof(*effect));
    struct ruf_error err = { 0 };
    enum ruf_status status;

    if (effect == NULL)
        return cli_exit_code(RUF_E_NOMEM);
    status = simulate ? ruf_policy_simulate(cli->home_path, NULL, text, size,
                                            &watch, effect, &err)
                      : ruf_policy_import(cli->home_path, NULL, text, size,
                                          consent, &watch, effect, &err);
    if (status == RUF_OK)
        print_effect(cli, effect, simulate);
    free(effect);
    return status == RUF_OK ? 0 : cli_fail(cli, &err);
}

int policy_change(struct cli *cli, bool simulate, bool consent,
                  const char *path)
{
    size_t size = 0;
    char *text = NULL;
    int code = cli_find_home(cli);

    if (code == 0)
        code = cli_read_file(cli, path, POLICY_SIZE_MAX, &text, &size);
    if (code == 0)
        code = change(cli, text, size, simulate, consent, path);
    free(text);
    return code;
}

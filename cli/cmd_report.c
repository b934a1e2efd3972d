/*
 * cli/cmd_report.c - report and explain
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cli/cli.h"
#include "cli/json_out.h"
#include <inttypes.h>
#include <rufname/merges.h>
#include <stdlib.h>
#include <string.h>

/* Columns of a line: what the words are in the other language. */
struct words {
    const char *german;
    const char *english;
};

static const struct words reason_words[RUF_REASON_COUNT] = {
    [RUF_REASON_IDENTIFIED] = { "erkannt", "identified" },
    [RUF_REASON_NO_REGION] = { "ohne Landesvorwahl, keine Region",
                               "no calling code, no region" },
    [RUF_REASON_CALLING_CODE] = { "unbekannte Landesvorwahl",
                                  "unknown calling code" },
    [RUF_REASON_NOT_A_NUMBER] = { "keine Rufnummer", "not a phone number" },
    [RUF_REASON_TOO_SHORT] = { "zu kurz", "too short" },
    [RUF_REASON_TOO_LONG] = { "zu lang", "too long" },
    [RUF_REASON_LOCAL] = { "ohne Ortsvorwahl", "no area code" },
    [RUF_REASON_UNASSIGNED] = { "im Nummernplan nicht vergeben",
                                "not assigned in the numbering plan" },
    [RUF_REASON_EMERGENCY] = { "Notruf", "emergency number" },
    [RUF_REASON_SHORT] = { "Kurzwahl", "short number" },
    [RUF_REASON_REFUSED] = { "Datum oder IP-Adresse", "date or IP address" },
    [RUF_REASON_BEYOND_KEY] = { "mehr als 18 Ziffern", "over 18 digits" },
};

static const struct words rule_words[] = {
    [RUF_REGION_INTERNATIONAL] = { "Landesvorwahl in der Nummer",
                                   "calling code in the number" },
    [RUF_REGION_RECORD] = { "Land des Datensatzes", "country of the record" },
    [RUF_REGION_SIBLINGS] = { "Land der übrigen Nummern",
                              "region of the record's other numbers" },
    [RUF_REGION_SOURCE] = { "region.per_source", "region.per_source" },
    [RUF_REGION_DEFAULT] = { "region.default", "region.default" },
    [RUF_REGION_UNRESOLVED] = { "keine Region", "no region" },
};

static const struct words held_words[] = {
    [RUF_HELD_NOT] = { "ja", "yes" },
    [RUF_HELD_UNIDENTIFIED] = { "nein: nicht erkennbar",
                                "no: not identifiable" },
    [RUF_HELD_POLICY] = { "nein: Anrufererkennung ist abgeschaltet",
                          "no: caller identification is off" },
    [RUF_HELD_SOURCE] = { "nein: Datenquelle nicht für Anrufererkennung",
                          "no: the source does not feed caller "
                          "identification" },
    [RUF_HELD_FILTER] = { "nein: Filterregel", "no: a filter rule" },
    [RUF_HELD_KIND] = { "nein: Art nicht in caller_id.kinds",
                        "no: its kind is not in caller_id.kinds" },
    [RUF_HELD_TYPE] = { "nein: in index.exclude_types",
                        "no: its type is in index.exclude_types" },
};

static const char *const held_names[] = { "",       "unidentified", "policy",
                                          "source", "filter",       "kind",
                                          "type" };

static const char *say(const struct cli *cli, const struct words *words)
{
    return cli_say(cli, words->german, words->english);
}

/* --- report ----------------------------------------------------------------
 */

/* The policy field that mends numbers of this reason, or NULL: only the source
 * can. */
static const char *fix_of(enum ruf_number_reason reason)
{
    if (reason == RUF_REASON_NO_REGION)
        return "region.per_source";
    return reason == RUF_REASON_LOCAL ? "cleaning.area_codes" : NULL;
}

static void print_health_json(const struct ruf_number_health *health)
{
    struct json_out out;

    json_begin_line(&out, "report");
    json_string(&out, "source", health->source);
    json_number(&out, "numbers", health->numbers);
    json_number(&out, "identified", health->reasons[RUF_REASON_IDENTIFIED]);
    json_begin_object(&out, "reasons");
    for (int i = RUF_REASON_IDENTIFIED + 1; i < RUF_REASON_COUNT; i++)
        json_number(&out, ruf_number_reason_name((enum ruf_number_reason)i),
                    health->reasons[i]);
    json_end_object(&out);
    json_begin_object(&out, "corrections");
    for (unsigned i = 0; i < RUF_CORRECTION_COUNT; i++)
        json_number(&out, ruf_correction_name((enum ruf_correction)(1u << i)),
                    health->corrections[i]);
    json_end_object(&out);
    json_end_line(&out);
}

static int by_count(const void *left, const void *right)
{
    const uint64_t *a = *(const uint64_t *const *)left;
    const uint64_t *b = *(const uint64_t *const *)right;

    if (*a != *b)
        return *a > *b ? -1 : 1;
    return (a > b) - (a < b);
}

/* Most frequent first: the top of the list is what to mend first. */
static void print_reasons(const struct cli *cli,
                          const struct ruf_number_health *health)
{
    const uint64_t *order[RUF_REASON_COUNT - 1];

    for (size_t i = 0; i + 1 < RUF_REASON_COUNT; i++)
        order[i] = &health->reasons[i + 1];
    qsort(order, RUF_REASON_COUNT - 1, sizeof(order[0]), by_count);
    for (size_t i = 0; i + 1 < RUF_REASON_COUNT && *order[i] > 0; i++) {
        enum ruf_number_reason reason =
            (enum ruf_number_reason)(order[i] - health->reasons);
        const char *fix = fix_of(reason);

        (void)printf("%12" PRIu64 "  %s %s", *order[i],
                     ruf_number_reason_id(reason),
                     say(cli, &reason_words[reason]));
        if (fix != NULL)
            (void)printf("  → %s", fix);
        (void)putchar('\n');
    }
}

static void print_corrections(const struct cli *cli,
                              const struct ruf_number_health *health)
{
    const char *before = cli_say(cli, "berichtigt", "corrected");

    for (unsigned i = 0; i < RUF_CORRECTION_COUNT; i++) {
        if (health->corrections[i] == 0)
            continue;
        (void)printf("%s%s %s %" PRIu64, before[0] == ',' ? "" : "  ", before,
                     ruf_correction_name((enum ruf_correction)(1u << i)),
                     health->corrections[i]);
        before = ",";
    }
    if (before[0] == ',')
        (void)putchar('\n');
}

static void print_health(const struct cli *cli,
                         const struct ruf_number_health *health)
{
    uint64_t identified = health->reasons[RUF_REASON_IDENTIFIED];
    double percent = health->numbers == 0
                         ? 100.0
                         : 100.0 * (double)identified / (double)health->numbers;

    (void)printf("%s: %" PRIu64 " %s, %" PRIu64 " %s (%.1f %%)\n",
                 health->source, health->numbers,
                 cli_say(cli, "Rufnummern", "numbers"), identified,
                 say(cli, &reason_words[RUF_REASON_IDENTIFIED]), percent);
    print_reasons(cli, health);
    print_corrections(cli, health);
}

static void print_report(const struct cli *cli, const struct ruf_report *report)
{
    for (size_t i = 0; i < report->source_count; i++)
        if (cli->json)
            print_health_json(&report->sources[i]);
        else
            print_health(cli, &report->sources[i]);
}

int cmd_report(struct cli *cli)
{
    struct ruf_report *report;
    struct ruf_home *home = NULL;
    struct ruf_error err;
    int code = cli_reject_options(cli);

    if (code == 0 && cli->argument_count > 0)
        return cli_usage(cli, "report takes no arguments");
    if (code == 0)
        code = cli_open_home(cli, &home);
    if (code != 0)
        return code;
    report = calloc(1, sizeof(*report));
    if (report == NULL)
        code = cli_fail_memory(cli);
    else if (ruf_home_report(home, report, &err) != RUF_OK)
        code = cli_fail(cli, &err);
    else
        print_report(cli, report);
    free(report);
    ruf_home_close(home);
    return code;
}

/* --- explain
 * ---------------------------------------------------------------- */

struct explain {
    const struct cli *cli;
    uint64_t records;
};

static void print_row(const struct cli *cli, const char *german,
                      const char *english, const char *value)
{
    const char *name = cli_say(cli, german, english);
    int width = 16;

    /* Pad by characters: printf counts bytes. */
    for (const char *c = name; *c != '\0'; c++)
        width += ((unsigned char)*c & 0xC0) == 0x80 ? 1 : 0;
    (void)printf("  %-*s %s\n", width, name, value);
}

static void print_text_row(const struct cli *cli, const char *german,
                           const char *english, struct ruf_text value)
{
    char text[256];

    if (value.size == 0)
        return;
    (void)snprintf(text, sizeof(text), "%.*s", (int)value.size, value.data);
    print_row(cli, german, english, text);
}

static void list_corrections(unsigned corrections, char *out, size_t size)
{
    size_t used = 0;

    out[0] = '\0';
    for (unsigned i = 0; i < RUF_CORRECTION_COUNT; i++)
        if ((corrections >> i & 1) != 0 && used < size)
            used += (size_t)snprintf(
                out + used, size - used, "%s%s", used == 0 ? "" : ", ",
                ruf_correction_name((enum ruf_correction)(1u << i)));
}

static void print_reason(const struct cli *cli,
                         const struct ruf_explained_number *number)
{
    struct ruf_error err = { .status = RUF_E_NOT_FOUND };
    char sentence[1024];
    char remedy[512];

    (void)snprintf(err.id, sizeof(err.id), "%s",
                   ruf_number_reason_id(number->reason));
    (void)snprintf(err.place, sizeof(err.place), "%.*s",
                   (int)number->source.size,
                   number->source.size == 0 ? "" : number->source.data);
    (void)snprintf(err.detail, sizeof(err.detail), "%.*s",
                   (int)number->raw.size, number->raw.data);
    ruf_error_describe(&err, cli->language, sentence, sizeof(sentence), remedy,
                       sizeof(remedy));
    (void)printf("  %s: %s\n", err.id, sentence);
    if (remedy[0] != '\0')
        (void)printf("  → %s\n", remedy);
}

static void print_number(const struct cli *cli,
                         const struct ruf_explained_number *number)
{
    char text[RUF_NUMBER_TEXT_SIZE];

    print_text_row(cli, "Angabe", "as written", number->raw);
    if (number->e164 != 0) {
        (void)ruf_e164_format_as(number->e164, RUF_STYLE_INTERNATIONAL, text);
        print_row(cli, "Rufnummer", "number", text);
        print_row(cli, "Typ", "type", ruf_number_type_name(number->type));
    } else {
        print_reason(cli, number);
    }
    print_row(cli, "Region durch", "region by",
              say(cli, &rule_words[number->rule]));
    list_corrections(number->corrections, text, sizeof(text));
    if (text[0] != '\0')
        print_row(cli, "berichtigt", "corrected", text);
}

static void json_explained(const struct ruf_explained_number *number,
                           const char *schema)
{
    char text[RUF_NUMBER_TEXT_SIZE] = "";
    struct json_out out;

    json_begin_line(&out, schema);
    json_text(&out, "source", number->source);
    json_text(&out, "name", number->name);
    json_text(&out, "company", number->company);
    json_text(&out, "raw", number->raw);
    json_e164(&out, "e164", number->e164);
    if (number->e164 != 0)
        (void)ruf_e164_format_as(number->e164, RUF_STYLE_INTERNATIONAL, text);
    json_string(&out, "international", text);
    json_string(&out, "kind", ruf_number_kind_name(number->kind));
    json_string(&out, "type", ruf_number_type_name(number->type));
    json_string(&out, "reason", ruf_number_reason_name(number->reason));
    json_string(&out, "rule", ruf_region_rule_name(number->rule));
    json_begin_array(&out, "corrections");
    for (unsigned i = 0; i < RUF_CORRECTION_COUNT; i++)
        if ((number->corrections >> i & 1) != 0)
            json_string(&out, NULL,
                        ruf_correction_name((enum ruf_correction)(1u << i)));
    json_end_array(&out);
    json_bool(&out, "emitted", number->held == RUF_HELD_NOT);
    json_string(&out, "held", held_names[number->held]);
    json_text(&out, "held_by", number->held_by);
    json_end_line(&out);
}

/* "no: a filter rule (quiet)" */
static void print_held(const struct cli *cli,
                       const struct ruf_explained_number *number)
{
    const char *words = say(cli, &held_words[number->held]);
    char text[256];

    (void)snprintf(text, sizeof(text),
                   number->held_by.size == 0 ? "%s%.*s" : "%s (%.*s)", words,
                   (int)number->held_by.size,
                   number->held_by.size == 0 ? "" : number->held_by.data);
    print_row(cli, "Anrufererkennung", "emitted", text);
}

static void print_record(void *context,
                         const struct ruf_explained_number *number)
{
    struct explain *explain = context;
    const struct cli *cli = explain->cli;

    explain->records++;
    if (cli->json) {
        json_explained(number, "explain");
        return;
    }
    (void)printf("\n%.*s: %.*s\n", (int)number->source.size,
                 number->source.data, (int)number->name.size,
                 number->name.size == 0 ? "" : number->name.data);
    print_text_row(cli, "Firma", "company", number->company);
    print_row(cli, "Art", "kind", ruf_number_kind_name(number->kind));
    print_number(cli, number);
    print_held(cli, number);
}

/* A message id such as K201: one letter and three digits. */
static bool is_message_id(const char *text)
{
    return text[0] >= 'A' && text[0] <= 'Z' && strlen(text) == 4 &&
           strspn(text + 1, "0123456789") == 3;
}

static void json_message(const char *id, const char *sentence,
                         const char *remedy)
{
    struct json_out out;

    json_begin_line(&out, "explain-code");
    json_string(&out, "id", id);
    json_string(&out, "message", sentence);
    json_string(&out, "remedy", remedy);
    json_end_line(&out);
}

static int explain_message(const struct cli *cli, const char *id)
{
    struct ruf_error err = { .status = RUF_E_NOT_FOUND };
    char sentence[1024];
    char remedy[512];

    (void)snprintf(err.id, sizeof(err.id), "%s", id);
    (void)snprintf(err.place, sizeof(err.place), "…");
    (void)snprintf(err.detail, sizeof(err.detail), "…");
    if (!ruf_error_known(id))
        return cli_usage(cli, "no such message: %s", id);
    ruf_error_describe(&err, cli->language, sentence, sizeof(sentence), remedy,
                       sizeof(remedy));
    if (cli->json) {
        json_message(id, sentence, remedy);
        return 0;
    }
    (void)printf("%s: %s\n", id, sentence);
    if (remedy[0] != '\0')
        (void)printf("→ %s\n", remedy);
    return 0;
}

/* A number of no record: does a company have all numbers around it? */
static int explain_trunk(struct cli *cli, struct ruf_home *home,
                         const struct ruf_explained_number *read, bool *found)
{
    struct ruf_index *index = NULL;
    struct ruf_query *query = NULL;
    struct ruf_caller caller = { 0 };
    struct json_out out;
    struct ruf_error err;
    enum ruf_status status =
        ruf_home_index(home, RUF_INDEX_ON_DEMAND, &index, &err);

    if (status == RUF_OK)
        status = ruf_query_create(index, &query, &err);
    if (status == RUF_OK)
        status = ruf_query_lookup(query, read->e164, &caller, &err);
    *found = status == RUF_OK && caller.approximate;
    if (*found && cli->json) {
        json_begin_line(&out, "explain_trunk");
        json_e164(&out, "e164", read->e164);
        json_text(&out, "label", caller.label);
        json_end_line(&out);
    } else if (*found) {
        print_text_row(cli, "Stammnummer von", "trunk of", caller.label);
    }
    ruf_query_destroy(query);
    ruf_index_close(index);
    /* Nothing was synced yet: then nobody is known. */
    return status == RUF_OK || status == RUF_E_NOT_FOUND ? 0
                                                         : cli_fail(cli, &err);
}

/* --- explain CONTACT
 * ------------------------------------------------------------- */

static void json_contact(const struct ruf_merged *contact)
{
    char id[RUF_CONTACT_ID_TEXT_SIZE];
    struct json_out out;

    ruf_contact_id_format(&contact->id, id);
    json_begin_line(&out, "explain-contact");
    json_string(&out, "id", id);
    json_begin_array(&out, "records");
    for (size_t i = 0; i < contact->record_count; i++) {
        ruf_contact_id_format(&contact->records[i].id, id);
        json_begin_object(&out, NULL);
        json_string(&out, "id", id);
        json_text(&out, "source", contact->records[i].source);
        json_text(&out, "name", contact->records[i].name);
        json_text(&out, "company", contact->records[i].company);
        json_end_object(&out);
    }
    json_end_array(&out);
    json_begin_array(&out, "joined");
    for (size_t i = 0; i < contact->joint_count; i++) {
        json_begin_object(&out, NULL);
        json_string(&out, "by", ruf_joint_name(contact->joints[i].kind));
        json_number(&out, "a", contact->joints[i].a);
        json_number(&out, "b", contact->joints[i].b);
        json_end_object(&out);
    }
    json_end_array(&out);
    json_text(&out, "template", contact->label_template);
    json_text(&out, "label", contact->label);
    json_begin_array(&out, "label_steps");
    for (unsigned i = 0; i < RUF_LABEL_STEP_COUNT; i++)
        if ((contact->label_steps >> i & 1) != 0)
            json_string(&out, NULL,
                        ruf_label_step_name((enum ruf_label_step)(1u << i)));
    json_end_array(&out);
    json_end_line(&out);
}

static const struct words step_words[RUF_LABEL_STEP_COUNT] = {
    { "Firma steht schon im Namen", "the name holds the company already" },
    { "kein Wert für die Vorlage: Anzeigename, Firma oder neutrales Wort",
      "no value for the template: display name, company or a neutral word" },
    { "Steuer- und unsichtbare Zeichen entfernt",
      "control and invisible characters removed" },
    { "zu lang: Firma ohne Rechtsform",
      "too long: company without legal form" },
    { "zu lang: Vorname als Initiale", "too long: given name as an initial" },
    { "zu lang: wahlfreie Teile entfallen",
      "too long: optional parts left out" },
    { "zu lang: abgeschnitten", "too long: cut" },
};

/* From the template to what the phone shows, step by step. */
static void print_label(const struct cli *cli, const struct ruf_merged *contact)
{
    print_text_row(cli, "Vorlage", "template", contact->label_template);
    for (unsigned i = 0; i < RUF_LABEL_STEP_COUNT; i++)
        if ((contact->label_steps >> i & 1) != 0)
            print_row(cli, "Schritt", "step", say(cli, &step_words[i]));
    print_text_row(cli, "Anzeige", "label", contact->label);
}

static const struct words joint_words[] = {
    [RUF_JOINT_USER] = { "von einem Benutzer zusammengeführt",
                         "merged by a user" },
    [RUF_JOINT_ID] = { "gleiche Objektkennung", "same object id" },
    [RUF_JOINT_EMAIL] = { "gleiche E-Mail, Namen passen",
                          "same e-mail, names go together" },
    [RUF_JOINT_NUMBER] = { "gleiche Rufnummer, Namen passen",
                           "same number, names go together" },
};

static void print_contact(void *context, const struct ruf_merged *contact)
{
    struct explain *explain = context;
    const struct cli *cli = explain->cli;
    char id[RUF_CONTACT_ID_TEXT_SIZE];

    if (cli->json) {
        json_contact(contact);
        return;
    }
    ruf_contact_id_format(&contact->id, id);
    (void)printf("%s\n", id);
    for (size_t i = 0; i < contact->record_count; i++) {
        const struct ruf_merge_record *record = &contact->records[i];

        (void)printf("  [%zu] %.*s: %.*s\n", i + 1, (int)record->source.size,
                     record->source.data, (int)record->name.size,
                     record->name.size == 0 ? "" : record->name.data);
    }
    for (size_t i = 0; i < contact->joint_count; i++)
        (void)printf("  [%zu] + [%zu]  %s\n", contact->joints[i].a + 1,
                     contact->joints[i].b + 1,
                     say(cli, &joint_words[contact->joints[i].kind]));
    print_label(cli, contact);
}

static int explain_contact(struct cli *cli, const struct ruf_contact_id *id)
{
    struct explain explain = { cli, 0 };
    struct ruf_home *home;
    struct ruf_error err;
    int code = cli_open_home(cli, &home);

    if (code != 0)
        return code;
    if (ruf_home_explain_contact(home, id, print_contact, print_record,
                                 &explain, &err) != RUF_OK)
        code = cli_fail(cli, &err);
    ruf_home_close(home);
    return code;
}

static int explain_number(struct cli *cli, const char *text)
{
    struct explain explain = { cli, 0 };
    struct ruf_explained_number read;
    struct ruf_home *home;
    struct ruf_error err;
    bool trunk = false;
    int code = cli_open_home(cli, &home);

    if (code != 0)
        return code;
    if (ruf_home_explain(home, (struct ruf_text){ text, strlen(text) }, &read,
                         print_record, &explain, &err) != RUF_OK)
        code = cli_fail(cli, &err);
    else if (explain.records == 0 && !cli->json)
        print_number(cli, &read);
    if (code == 0 && explain.records == 0 && read.e164 != 0)
        code = explain_trunk(cli, home, &read, &trunk);
    ruf_home_close(home);
    if (code == 0 && explain.records == 0 && !trunk)
        code = cli_exit_code(RUF_E_NOT_FOUND);
    return code;
}

int cmd_explain(struct cli *cli)
{
    struct ruf_contact_id id;
    int code = cli_reject_options(cli);

    if (code != 0)
        return code;
    if (cli->argument_count != 1)
        return cli_usage(cli, "explain NUMBER|CONTACT|CODE");
    if (ruf_contact_id_parse(cli->arguments[0], &id))
        return explain_contact(cli, &id);
    if (is_message_id(cli->arguments[0]))
        return explain_message(cli, cli->arguments[0]);
    return explain_number(cli, cli->arguments[0]);
}

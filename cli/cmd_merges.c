/*
 * cli/cmd_merges.c - merges, merge, separate, favourite
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cli/cli.h"
#include "cli/json_out.h"
#include <inttypes.h>
#include <rufname/identity.h>
#include <rufname/marks.h>
#include <rufname/merges.h>
#include <stdlib.h>
#include <string.h>

static void put_column(struct ruf_text text)
{
    (void)printf("\t%.*s", (int)text.size, text.size == 0 ? "" : text.data);
}

/* --- merges
 * ----------------------------------------------------------------------- */

static void put_record(const struct ruf_merge_record *record)
{
    char id[RUF_CONTACT_ID_TEXT_SIZE];

    ruf_contact_id_format(&record->id, id);
    (void)printf("\t%s", id);
    put_column(record->source);
    put_column(record->name);
    put_column(record->company);
}

static void json_record(struct json_out *out, const char *key,
                        const struct ruf_merge_record *record)
{
    char id[RUF_CONTACT_ID_TEXT_SIZE];

    ruf_contact_id_format(&record->id, id);
    json_begin_object(out, key);
    json_string(out, "id", id);
    json_text(out, "source", record->source);
    json_text(out, "name", record->name);
    json_text(out, "company", record->company);
    json_end_object(out);
}

static void print_merged(void *context, const struct ruf_merged *merged)
{
    const struct cli *cli = context;
    char id[RUF_CONTACT_ID_TEXT_SIZE];
    struct json_out out;

    ruf_contact_id_format(&merged->id, id);
    if (!cli->json) {
        for (size_t i = 0; i < merged->record_count; i++) {
            (void)fputs(id, stdout);
            put_record(&merged->records[i]);
            (void)putchar('\n');
        }
        return;
    }
    json_begin_line(&out, "merge");
    json_string(&out, "id", id);
    json_begin_array(&out, "records");
    for (size_t i = 0; i < merged->record_count; i++)
        json_record(&out, NULL, &merged->records[i]);
    json_end_array(&out);
    json_end_line(&out);
}

static void print_suggestion(void *context, const struct ruf_merge_pair *pair)
{
    const struct cli *cli = context;
    const char *reason = ruf_suggestion_reason_name(pair->reason);
    struct json_out out;

    if (!cli->json) {
        (void)fputs(reason, stdout);
        put_record(&pair->a);
        put_record(&pair->b);
        (void)putchar('\n');
        return;
    }
    json_begin_line(&out, "suggestion");
    json_string(&out, "reason", reason);
    json_record(&out, "a", &pair->a);
    json_record(&out, "b", &pair->b);
    json_end_line(&out);
}

static void print_override(void *context, const struct ruf_merge_pair *pair)
{
    const struct cli *cli = context;
    const char *word = pair->together ? "together" : "apart";
    char time[CLI_TIME_SIZE];
    struct json_out out;

    cli_format_time(pair->made, time);
    if (!cli->json) {
        (void)printf("%s\t%s", word, time);
        put_record(&pair->a);
        put_record(&pair->b);
        (void)putchar('\n');
        return;
    }
    json_begin_line(&out, "override");
    json_string(&out, "keep", word);
    json_string(&out, "time", time);
    json_record(&out, "a", &pair->a);
    json_record(&out, "b", &pair->b);
    json_end_line(&out);
}

static enum ruf_status print_overrides(const struct cli *cli,
                                       struct ruf_home *home,
                                       struct cli *context,
                                       struct ruf_error *err)
{
    uint64_t hidden = 0;
    enum ruf_status status =
        ruf_home_overrides(home, print_override, context, &hidden, err);

    if (status == RUF_OK && hidden > 0 && !cli->quiet)
        (void)fprintf(stderr, "%" PRIu64 " %s\n", hidden,
                      cli_say(cli, "weitere: ein Datensatz fehlt zurzeit",
                              "more: a record is not there at present"));
    return status;
}

int cmd_merges(struct cli *cli)
{
    bool suggested = cli_take_flag(cli, "--suggested");
    bool overrides = cli_take_flag(cli, "--overrides");
    struct ruf_home *home;
    struct ruf_error err;
    enum ruf_status status;
    int code = cli_reject_options(cli);

    if (code != 0)
        return code;
    if (cli->argument_count > 0 || (suggested && overrides))
        return cli_usage(cli, "merges [--suggested|--overrides]");
    code = cli_open_home(cli, &home);
    if (code != 0)
        return code;
    if (suggested)
        status = ruf_home_suggestions(home, print_suggestion, cli, &err);
    else if (overrides)
        status = print_overrides(cli, home, cli, &err);
    else
        status = ruf_home_merges(home, print_merged, cli, &err);
    if (status != RUF_OK)
        code = cli_fail(cli, &err);
    ruf_home_close(home);
    return code;
}

/* --- merge, separate
 * -------------------------------------------------------------- */

typedef enum ruf_status decision(struct ruf_home *home,
                                 const struct ruf_contact_id *a,
                                 const struct ruf_contact_id *b,
                                 uint64_t *generation, struct ruf_error *err);

static int try_out(const struct cli *cli, struct ruf_home *home, bool together,
                   const struct ruf_contact_id *a,
                   const struct ruf_contact_id *b)
{
    struct cli context = *cli; /* callbacks take no constant */
    struct ruf_error err;

    return ruf_home_try_keep(home, a, b, together, print_merged, &context,
                             &err) == RUF_OK
               ? 0
               : cli_fail(cli, &err);
}

static int decide(struct cli *cli, const char *name, decision *decide_home)
{
    bool dry_run = cli_take_flag(cli, "--dry-run");
    struct ruf_contact_id a;
    struct ruf_contact_id b;
    uint64_t generation = 0;
    struct ruf_home *home;
    struct ruf_error err;
    struct json_out out;
    int code = cli_reject_options(cli);

    if (code != 0)
        return code;
    if (cli->argument_count != 2 ||
        !ruf_contact_id_parse(cli->arguments[0], &a) ||
        !ruf_contact_id_parse(cli->arguments[1], &b))
        return cli_usage(cli, "%s takes two ids, as search and merges print",
                         name);
    code = cli_open_home(cli, &home);
    if (code != 0)
        return code;
    if (dry_run) {
        code =
            try_out(cli, home, decide_home == ruf_home_keep_together, &a, &b);
    } else if (decide_home(home, &a, &b, &generation, &err) != RUF_OK) {
        code = cli_fail(cli, &err);
    } else if (cli->json) {
        json_begin_line(&out, name);
        json_number(&out, "generation", generation);
        json_end_line(&out);
    } else if (!cli->quiet) {
        (void)printf("%s %" PRIu64 "\n", cli_say(cli, "Stand", "generation"),
                     generation);
    }
    ruf_home_close(home);
    return code;
}

int cmd_merge(struct cli *cli)
{
    return decide(cli, "merge", ruf_home_keep_together);
}

int cmd_separate(struct cli *cli)
{
    return decide(cli, "separate", ruf_home_keep_apart);
}

/* --- favourite
 * -------------------------------------------------------------------- */

static enum ruf_status print_contact(const struct cli *cli,
                                     struct ruf_query *query, uint32_t number,
                                     struct ruf_error *err)
{
    char id[RUF_CONTACT_ID_TEXT_SIZE];
    struct ruf_contact contact;
    struct json_out out;
    enum ruf_status status = ruf_query_contact(query, number, &contact, err);

    if (status != RUF_OK)
        return status;
    ruf_contact_id_format(&contact.id, id);
    if (cli->json) {
        json_begin_line(&out, "favourite");
        json_string(&out, "id", id);
        json_text(&out, "name", contact.display);
        json_text(&out, "company", contact.company);
        json_end_line(&out);
        return RUF_OK;
    }
    (void)fputs(id, stdout);
    put_column(contact.display);
    put_column(contact.company);
    (void)putchar('\n');
    return RUF_OK;
}

static enum ruf_status list_favourites(const struct cli *cli,
                                       struct ruf_home *home,
                                       struct ruf_query *query,
                                       struct ruf_error *err)
{
    struct ruf_marks *marks = calloc(1, sizeof(*marks));
    enum ruf_status status;

    if (marks == NULL) {
        *err = (struct ruf_error){ .status = RUF_E_NOMEM, .id = "E911" };
        return RUF_E_NOMEM;
    }
    status = ruf_home_marks(home, query, marks, err);
    for (size_t i = 0; i < marks->favourite_count && status == RUF_OK; i++)
        status = print_contact(cli, query, marks->favourites[i], err);
    free(marks);
    return status;
}

static enum ruf_status change_favourite(struct ruf_home *home,
                                        struct ruf_query *query, bool add,
                                        const struct ruf_contact_id *id,
                                        struct ruf_error *err)
{
    uint32_t number;
    enum ruf_status status = ruf_query_find_contact(query, id, &number, err);

    if (status == RUF_OK && number == UINT32_MAX) {
        *err = (struct ruf_error){ .status = RUF_E_NOT_FOUND, .id = "U050" };
        return RUF_E_NOT_FOUND;
    }
    if (status != RUF_OK)
        return status;
    return add ? ruf_home_mark(home, query, number, RUF_FAVOURITE, err)
               : ruf_home_unmark(home, query, number, RUF_FAVOURITE, err);
}

static int favourite(struct cli *cli, const char *verb,
                     const struct ruf_contact_id *id)
{
    struct ruf_index *index = NULL;
    struct ruf_query *query = NULL;
    struct ruf_home *home;
    struct ruf_error err;
    enum ruf_status status;
    int code = cli_open_home(cli, &home);

    if (code != 0)
        return code;
    status = ruf_home_index(home, RUF_INDEX_ON_DEMAND, &index, &err);
    if (status == RUF_OK)
        status = ruf_query_create(index, &query, &err);
    if (status == RUF_OK)
        status = id == NULL
                     ? list_favourites(cli, home, query, &err)
                     : change_favourite(home, query, strcmp(verb, "add") == 0,
                                        id, &err);
    if (status != RUF_OK)
        code = cli_fail(cli, &err);
    ruf_query_destroy(query);
    ruf_index_close(index);
    ruf_home_close(home);
    return code;
}

int cmd_favourite(struct cli *cli)
{
    struct ruf_contact_id id;
    const char *verb = cli->argument_count > 0 ? cli->arguments[0] : "";
    int code = cli_reject_options(cli);

    if (code != 0)
        return code;
    if (cli->argument_count == 1 && strcmp(verb, "list") == 0)
        return favourite(cli, verb, NULL);
    if (cli->argument_count != 2 ||
        (strcmp(verb, "add") != 0 && strcmp(verb, "remove") != 0) ||
        !ruf_contact_id_parse(cli->arguments[1], &id))
        return cli_usage(cli, "favourite add ID | remove ID | list");
    return favourite(cli, verb, &id);
}

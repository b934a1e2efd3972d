/*
 * cli/cmd_action.c - the finished URL of an action
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cli/cli.h"
#include "cli/contact_arg.h"
#include "cli/json_out.h"
#include <rufname/action.h>
#include <rufname/marks.h>
#include <string.h>

struct chosen {
    struct ruf_home *home;
    struct ruf_query *query;
    const char *contact; /* as named */
    struct ruf_action_request request;
};

static int print_url(const struct cli *cli, const struct chosen *chosen,
                     const char *url)
{
    struct json_out out;

    if (!cli->json) {
        (void)puts(url);
        return 0;
    }
    json_begin_line(&out, "action");
    json_string(&out, "contact", chosen->contact);
    json_string(&out, "action", chosen->request.action);
    json_string(&out, "url", url);
    json_end_line(&out);
    return 0;
}

/* A hint for later searches: while others write there is none. */
static void note_use(const struct chosen *chosen)
{
    (void)!ruf_home_mark(chosen->home, chosen->query, chosen->request.contact,
                         RUF_RECENT, NULL);
}

static int act(struct cli *cli, struct chosen *chosen)
{
    char url[RUF_URL_SIZE];
    struct ruf_error err = { 0 };
    enum ruf_status status = cli_find_contact(chosen->query, chosen->contact,
                                              &chosen->request.contact, &err);

    if (status == RUF_OK && chosen->request.contact == UINT32_MAX) {
        if (!cli->quiet)
            (void)fprintf(
                stderr, "%s\n",
                cli_say(cli, "Kein solcher Kontakt.", "No such contact."));
        return cli_exit_code(RUF_E_NOT_FOUND);
    }
    if (status == RUF_OK)
        status = ruf_home_action(chosen->home, chosen->query, &chosen->request,
                                 url, &err);
    if (status != RUF_OK)
        return cli_fail(cli, &err);
    note_use(chosen);
    return print_url(cli, chosen, url);
}

static void print_action(void *context, const char *action)
{
    const struct cli *cli = context;
    struct json_out out;

    if (!cli->json) {
        (void)puts(action);
        return;
    }
    json_begin_line(&out, "action");
    json_string(&out, "action", action);
    json_end_line(&out);
}

int cmd_action(struct cli *cli)
{
    struct chosen chosen = { .request = { .struct_size =
                                              sizeof(chosen.request) } };
    struct ruf_index *index = NULL;
    const char *number = NULL;
    struct ruf_number parsed = { 0 };
    struct ruf_error err = { 0 };
    int code = cli_take_value(cli, "--number", &number);

    if (code == 0)
        code = cli_reject_options(cli);
    if (code != 0)
        return code;
    if (cli->argument_count != 2 && (cli->argument_count != 0 || number))
        return cli_usage(cli, "action CONTACT ACTION [--number NUMBER]");
    code = cli_open_home(cli, &chosen.home);
    if (code != 0)
        return code;
    if (cli->argument_count == 0) {
        ruf_home_actions(chosen.home, print_action, cli);
        ruf_home_close(chosen.home);
        return 0;
    }
    if (number != NULL)
        ruf_home_read_number(chosen.home, number, strlen(number), &parsed);
    chosen.contact = cli->arguments[0];
    chosen.request.action = cli->arguments[1];
    chosen.request.number = parsed.key;
    if (number != NULL && parsed.key == 0)
        code = cli_usage(cli, "--number is not a number");
    else if (ruf_home_index(chosen.home, RUF_INDEX_ON_DEMAND, &index, &err) !=
                 RUF_OK ||
             ruf_query_create(index, &chosen.query, &err) != RUF_OK)
        code = cli_fail(cli, &err);
    else
        code = act(cli, &chosen);
    ruf_query_destroy(chosen.query);
    ruf_index_close(index);
    ruf_home_close(chosen.home);
    return code;
}

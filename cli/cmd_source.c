/*
 * cli/cmd_source.c - the sources: which are on, how old, whose right is gone
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cli/cli.h"
#include "cli/json_out.h"
#include <inttypes.h>
#include <string.h>

static void print_json(const struct ruf_source_info *info)
{
    struct json_out out;
    char time[CLI_TIME_SIZE];

    json_begin_line(&out, "source");
    json_string(&out, "id", info->id);
    json_string(&out, "name", info->name);
    json_string(&out, "kind", info->kind);
    json_bool(&out, "on", info->on);
    json_bool(&out, "may_switch", info->may_switch);
    json_number(&out, "records", info->records);
    cli_format_time(info->updated, time);
    json_string(&out, "updated", time);
    json_bool(&out, "stale", info->stale);
    cli_format_time(info->expires, time);
    json_string(&out, "expires", time);
    json_end_line(&out);
}

static void print_source(void *context, const struct ruf_source_info *info)
{
    const struct cli *cli = context;
    char time[CLI_TIME_SIZE];

    if (cli->json) {
        print_json(info);
        return;
    }
    cli_format_time(info->updated, time);
    (void)printf("%s\t%s\t%s\t%" PRIu64 "\t%s %s%s", info->id, info->name,
                 info->on ? cli_say(cli, "an", "on")
                          : cli_say(cli, "aus", "off"),
                 info->records, cli_say(cli, "Stand:", "as of:"), time,
                 info->stale ? cli_say(cli, " (veraltet)", " (stale)") : "");
    cli_format_time(info->expires, time);
    if (info->expires != 0)
        (void)printf(
            "\t%s %s",
            cli_say(cli, "kein Recht; entfernt ab:", "no right; removed from:"),
            time);
    (void)printf("\n");
}

int cmd_source(struct cli *cli)
{
    struct ruf_home *home;
    struct ruf_error err;
    int code = cli_reject_options(cli);
    const char *verb = cli->argument_count > 0 ? cli->arguments[0] : "list";
    bool list = strcmp(verb, "list") == 0;
    bool on = strcmp(verb, "on") == 0;
    enum ruf_status status;

    if (code == 0 && ((!list && !on && strcmp(verb, "off") != 0) ||
                      cli->argument_count > (list ? 1 : 2) ||
                      (!list && cli->argument_count != 2)))
        return cli_usage(cli, "source list | on ID | off ID");
    if (code == 0)
        code = cli_open_home(cli, &home);
    if (code != 0)
        return code;
    status = list ? ruf_home_sources(home, print_source, cli, &err)
                  : ruf_home_source_switch(home, cli->arguments[1], on, &err);
    if (status != RUF_OK)
        code = cli_fail(cli, &err);
    ruf_home_close(home);
    return code;
}

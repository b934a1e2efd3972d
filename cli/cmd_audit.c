/*
 * cli/cmd_audit.c - audit: what was done with the home
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cli/cli.h"
#include "cli/json_out.h"
#include <inttypes.h>
#include <rufname/audit.h>

static void print_json(const struct ruf_audit_entry *entry, const char *time)
{
    struct json_out out;

    json_begin_line(&out, "audit");
    json_number(&out, "number", entry->number);
    json_string(&out, "time", time);
    json_text(&out, "event", entry->event);
    json_text(&out, "object", entry->object);
    json_number(&out, "exit", (uint64_t)cli_exit_code(entry->status));
    json_number(&out, "count", entry->count);
    json_end_line(&out);
}

static void print_entry(void *context, const struct ruf_audit_entry *entry)
{
    const struct cli *cli = context;
    char time[CLI_TIME_SIZE];

    cli_format_time(entry->time, time);
    if (cli->json) {
        print_json(entry, time);
        return;
    }
    (void)printf("%" PRIu64 "\t%s\t%.*s\t%.*s\t%d\t%" PRIu64 "\n",
                 entry->number, time, (int)entry->event.size, entry->event.data,
                 (int)entry->object.size, entry->object.data,
                 cli_exit_code(entry->status), entry->count);
}

int cmd_audit(struct cli *cli)
{
    struct ruf_home *home;
    struct ruf_error err;
    int code = cli_reject_options(cli);

    if (code == 0 && cli->argument_count > 0)
        return cli_usage(cli, "audit takes no arguments");
    if (code == 0)
        code = cli_open_home(cli, &home);
    if (code != 0)
        return code;
    if (ruf_home_audit(home, print_entry, cli, &err) != RUF_OK)
        code = cli_fail(cli, &err);
    ruf_home_close(home);
    return code;
}

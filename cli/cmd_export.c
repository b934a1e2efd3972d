/*
 * cli/cmd_export.c - export: data for another system
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cli/cli.h"
#include "cli/json_out.h"
#include <inttypes.h>
#include <rufname/export.h>
#include <rufname/phone.h>
#include <stdlib.h>
#include <string.h>

static int take_number(struct cli *cli, const char *name, uint32_t most,
                       uint32_t *out)
{
    const char *text;
    char *end = NULL;
    unsigned long value;
    int code = cli_take_value(cli, name, &text);

    *out = 0;
    if (code != 0 || text == NULL)
        return code;
    value = strtoul(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || value > most)
        return cli_usage(cli, "%s is a number up to %" PRIu32, name, most);
    *out = (uint32_t)value;
    return 0;
}

static int take_category(struct cli *cli, enum ruf_pir_category *out)
{
    static const char *const names[] = { "none", "person", "business" };
    const char *text;
    int code = cli_take_value(cli, "--category", &text);

    *out = RUF_PIR_BUSINESS;
    if (code != 0 || text == NULL)
        return code;
    for (int i = 0; i < 3; i++)
        if (strcmp(text, names[i]) == 0) {
            *out = (enum ruf_pir_category)i;
            return 0;
        }
    return cli_usage(cli, "--category is none, person or business");
}

static int take_options(struct cli *cli, struct ruf_pir_options *options)
{
    int code = take_category(cli, &options->category);

    options->struct_size = sizeof(*options);
    options->test_identity = cli_take_flag(cli, "--test-identity");
    options->content =
        cli_take_flag(cli, "--blocked") ? RUF_PIR_BLOCKED : RUF_PIR_IDENTITIES;
    if (code == 0)
        code = take_number(cli, "--cache-minutes", UINT32_MAX,
                           &options->cache_minutes);
    if (code == 0)
        code =
            take_number(cli, "--shards", RUF_PIR_SHARDS_MAX, &options->shards);
    return code == 0 ? cli_reject_options(cli) : code;
}

static void print_result(const struct cli *cli,
                         const struct ruf_pir_options *options,
                         const struct ruf_pir_result *result)
{
    struct json_out out;

    if (cli->json) {
        json_begin_line(&out, "export");
        json_number(&out, "rows", result->rows);
        json_number(&out, "bytes", result->bytes);
        json_number(&out, "largest_value", result->largest_value);
        json_begin_array(&out, "shards");
        for (uint32_t i = 0; i < options->shards; i++)
            json_number(&out, NULL, result->shard_rows[i]);
        json_end_array(&out);
        json_end_line(&out);
        return;
    }
    (void)printf("%" PRIu64 " %s, %" PRIu64 " B, %s %" PRIu64 " B\n",
                 result->rows, cli_say(cli, "Zeilen", "rows"), result->bytes,
                 cli_say(cli, "größter Wert", "largest value"),
                 result->largest_value);
    for (uint32_t i = 0; i < options->shards; i++)
        (void)printf("%" PRIu32 "\t%" PRIu32 "\n", i, result->shard_rows[i]);
}

static int export_pir(struct cli *cli)
{
    struct ruf_pir_options options = { 0 };
    struct ruf_pir_result *result;
    struct ruf_home *home;
    struct ruf_error err;
    int code = take_options(cli, &options);

    if (code != 0)
        return code;
    if (cli->argument_count != 2 ||
        strcmp(cli->arguments[0], "live-caller-id") != 0)
        return cli_usage(cli, "export vcard|csv|live-caller-id FILE");
    code = cli_open_home(cli, &home);
    if (code != 0)
        return code;
    result = calloc(1, sizeof(*result));
    if (result == NULL)
        code = cli_fail_memory(cli);
    else if (ruf_home_export_pir(home, cli->arguments[1], &options, result,
                                 &err) != RUF_OK)
        code = cli_fail(cli, &err);
    else
        print_result(cli, &options, result);
    free(result);
    ruf_home_close(home);
    return code;
}

/* --- contacts
 * --------------------------------------------------------------------- */

static int export_contacts(struct cli *cli, enum ruf_export_format format)
{
    uint64_t count = 0;
    struct json_out out;
    struct ruf_home *home;
    struct ruf_error err;
    int code = cli_reject_options(cli);

    if (code != 0)
        return code;
    if (cli->argument_count != 2)
        return cli_usage(cli, "export vcard|csv FILE");
    code = cli_open_home(cli, &home);
    if (code != 0)
        return code;
    if (ruf_home_export(home, cli->arguments[1], format, &count, &err) !=
        RUF_OK) {
        code = cli_fail(cli, &err);
    } else if (cli->json) {
        json_begin_line(&out, "export");
        json_number(&out, "contacts", count);
        json_end_line(&out);
    } else if (!cli->quiet) {
        (void)printf("%" PRIu64 " %s\n", count,
                     cli_say(cli, "Kontakte", "contacts"));
    }
    ruf_home_close(home);
    return code;
}

int cmd_export(struct cli *cli)
{
    const char *what = cli->argument_count > 0 ? cli->arguments[0] : "";

    if (strcmp(what, "vcard") == 0)
        return export_contacts(cli, RUF_EXPORT_VCARD);
    if (strcmp(what, "csv") == 0)
        return export_contacts(cli, RUF_EXPORT_CSV);
    return export_pir(cli);
}

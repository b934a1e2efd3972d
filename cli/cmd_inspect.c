/*
 * cli/cmd_inspect.c - stats and verify
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cli/cli.h"
#include "cli/json_out.h"
#include <inttypes.h>
#include <stdlib.h>

static void print_stats_json(const struct ruf_home_stats *stats)
{
    struct json_out out;
    char updated[CLI_TIME_SIZE];

    json_begin_line(&out, "stats");
    json_number(&out, "contacts", stats->contacts);
    json_number(&out, "records", stats->records);
    json_begin_array(&out, "sources");
    for (size_t i = 0; i < stats->source_count; i++) {
        cli_format_time(stats->sources[i].updated, updated);
        json_begin_object(&out, NULL);
        json_string(&out, "id", stats->sources[i].id);
        json_number(&out, "records", stats->sources[i].records);
        json_string(&out, "updated", updated);
        json_bool(&out, "stale", stats->sources[i].stale);
        json_end_object(&out);
    }
    json_end_array(&out);
    json_begin_object(&out, "numbers");
    json_number(&out, "total", stats->numbers_total);
    json_number(&out, "valid", stats->numbers_valid);
    json_number(&out, "indexed", stats->numbers_indexed);
    json_number(&out, "unresolved", stats->numbers_unresolved);
    json_end_object(&out);
    json_number(&out, "entries", stats->entries);
    json_number(&out, "entries_over_limit", stats->entries_over_limit);
    json_number(&out, "generation", stats->generation);
    json_number(&out, "image_bytes", stats->image_bytes);
    json_number(&out, "store_bytes", stats->store_bytes);
    json_number(&out, "blocked", stats->blocked);
    json_number(&out, "trunks", stats->trunks);
    json_number(&out, "photos", stats->photos);
    json_end_line(&out);
}

static void print_row(const char *name, uint64_t value)
{
    (void)printf("%-28s %12" PRIu64 "\n", name, value);
}

static void print_stats_text(const struct cli *cli,
                             const struct ruf_home_stats *stats)
{
    char updated[CLI_TIME_SIZE];

    print_row(cli_say(cli, "Kontakte", "contacts"), stats->contacts);
    print_row(cli_say(cli, "Datensätze", "records"), stats->records);
    for (size_t i = 0; i < stats->source_count; i++) {
        cli_format_time(stats->sources[i].updated, updated);
        (void)printf("  %-26s %12" PRIu64 "  %s%s\n", stats->sources[i].id,
                     stats->sources[i].records, updated,
                     stats->sources[i].stale
                         ? cli_say(cli, " (veraltet)", " (stale)")
                         : "");
    }
    print_row(cli_say(cli, "Rufnummern", "numbers"), stats->numbers_total);
    print_row(cli_say(cli, "  erkennbar", "  identifiable"),
              stats->numbers_valid);
    print_row(cli_say(cli, "  nicht erkennbar", "  not identifiable"),
              stats->numbers_unresolved);
    print_row(cli_say(cli, "Einträge für das Telefon", "entries emitted"),
              stats->entries);
    if (stats->entries_over_limit > 0)
        print_row(cli_say(cli, "über caller_id.max_entries, entfallen",
                          "over caller_id.max_entries, left out"),
                  stats->entries_over_limit);
    print_row(cli_say(cli, "Stand", "generation"), stats->generation);
    print_row(cli_say(cli, "Index, Bytes", "index, bytes"), stats->image_bytes);
    print_row(cli_say(cli, "Speicher, Bytes", "store, bytes"),
              stats->store_bytes);
}

int cmd_stats(struct cli *cli)
{
    struct ruf_home_stats stats;
    struct ruf_home *home;
    struct ruf_error err;
    int code = cli_reject_options(cli);

    if (code == 0)
        code = cli_open_home(cli, &home);
    if (code != 0)
        return code;
    if (ruf_home_describe(home, &stats, &err) != RUF_OK)
        code = cli_fail(cli, &err);
    else if (cli->json)
        print_stats_json(&stats);
    else
        print_stats_text(cli, &stats);
    ruf_home_close(home);
    return code;
}

/* --- verify
 * ---------------------------------------------------------------------- */

static void json_finding(struct json_out *out, const struct ruf_error *err)
{
    json_begin_object(out, NULL);
    json_string(out, "id", err->id);
    json_string(out, "place", err->place);
    json_string(out, "detail", err->detail);
    json_number(out, "offset", err->offset);
    json_end_object(out);
}

static void print_verify_json(const struct ruf_verify_report *report)
{
    struct json_out out;

    json_begin_line(&out, "verify");
    json_string(&out, "store", report->store_ok ? "ok" : "damaged");
    json_string(&out, "image", report->image_ok ? "ok" : "damaged");
    json_bool(&out, "ok", report->store_ok && report->image_ok);
    json_begin_array(&out, "findings");
    if (!report->store_ok)
        json_finding(&out, &report->store_error);
    if (!report->image_ok)
        json_finding(&out, &report->image_error);
    json_end_array(&out);
    json_end_line(&out);
}

/* Both are told; an index that was never made is the lesser finding. */
static int tell_findings(const struct cli *cli,
                         const struct ruf_verify_report *report)
{
    int store = 0;
    int image = 0;

    if (!report->store_ok)
        store = cli_fail(cli, &report->store_error);
    if (!report->image_ok)
        image = cli_fail(cli, &report->image_error);
    if (store != 0 && report->image_error.status == RUF_E_NOT_FOUND)
        return store;
    return image != 0 ? image : store;
}

int cmd_verify(struct cli *cli)
{
    struct ruf_verify_report report;
    struct ruf_home *home;
    struct ruf_error err;
    int code = cli_reject_options(cli);

    if (code == 0)
        code = cli_open_home(cli, &home);
    if (code != 0)
        return code;
    if (ruf_home_verify(home, &report, &err) != RUF_OK) {
        code = cli_fail(cli, &err);
        ruf_home_close(home);
        return code;
    }
    if (cli->json)
        print_verify_json(&report);
    code = tell_findings(cli, &report);
    if (report.store_ok && report.image_ok && !cli->json && !cli->quiet)
        (void)puts(cli_say(cli, "Speicher und Index sind unversehrt.",
                           "store and index are intact"));
    ruf_home_close(home);
    return code;
}

/*
 * cli/cmd_sync.c - sync, import, index
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cli/cli.h"
#include "cli/json_out.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* --- progress
 * ------------------------------------------------------------------ */

/* On a terminal one line that is drawn anew; else one line per ten seconds. */
struct progress {
    const struct cli *cli;
    bool terminal;
    bool drawn;
    uint64_t last_ms;
    char ids[RUF_SOURCES_MAX][17];
    uint64_t records[RUF_SOURCES_MAX];
    uint64_t totals[RUF_SOURCES_MAX]; /* 0: not known */
    size_t count;
};

static uint64_t now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void remember_progress(struct progress *progress, const char *source,
                              uint64_t records, uint64_t total)
{
    size_t i = 0;

    while (i < progress->count && strcmp(progress->ids[i], source) != 0)
        i++;
    if (i == RUF_SOURCES_MAX)
        return;
    if (i == progress->count) {
        (void)snprintf(progress->ids[i], sizeof(progress->ids[i]), "%s",
                       source);
        progress->count++;
    }
    progress->records[i] = records;
    progress->totals[i] = total;
}

#define BAR_WIDTH 20

/* "[#####               ] 25 %"; the service's count may lag behind. */
static void draw_bar(uint64_t records, uint64_t total)
{
    unsigned percent =
        records >= total ? 100 : (unsigned)(records * 100 / total);

    (void)fputs(" [", stderr);
    for (unsigned i = 0; i < BAR_WIDTH; i++)
        (void)fputc(i * 100 < percent * BAR_WIDTH ? '#' : ' ', stderr);
    (void)fprintf(stderr, "] %u %%", percent);
}

static void draw_progress(struct progress *progress)
{
    (void)fputs(progress->terminal ? "\r" : "", stderr);
    for (size_t i = 0; i < progress->count; i++) {
        (void)fprintf(stderr, "%s%s: %" PRIu64, i == 0 ? "" : " · ",
                      progress->ids[i], progress->records[i]);
        if (progress->totals[i] > 0)
            (void)fprintf(stderr, " / %" PRIu64, progress->totals[i]);
        if (progress->totals[i] > 0 && progress->terminal)
            draw_bar(progress->records[i], progress->totals[i]);
        else
            (void)fprintf(
                stderr, " %s",
                cli_say(progress->cli, "Kontakte geladen", "contacts loaded"));
    }
    (void)fputs(progress->terminal ? "\033[K" : "\n", stderr);
    (void)fflush(stderr);
    progress->drawn = true;
}

static void on_progress(void *context, const char *source, uint64_t records,
                        uint64_t total)
{
    struct progress *progress = context;
    uint64_t now = now_ms();
    uint64_t pause = progress->terminal ? 100 : 10000;

    remember_progress(progress, source, records, total);
    if (now - progress->last_ms < pause)
        return;
    progress->last_ms = now;
    draw_progress(progress);
}

static void end_progress(struct progress *progress)
{
    if (progress->drawn && progress->terminal)
        (void)fputs("\r\033[K", stderr);
}

/* --- sync
 * -------------------------------------------------------------------------- */

static void print_report_json(const struct ruf_sync_report *report,
                              bool dry_run)
{
    struct json_out out;

    json_begin_line(&out, "sync");
    json_begin_array(&out, "sources");
    for (size_t i = 0; i < report->source_count; i++) {
        const struct ruf_source_report *source = &report->sources[i];

        json_begin_object(&out, NULL);
        json_string(&out, "id", source->id);
        json_string(&out, "status",
                    source->status == RUF_OK ? "ok" : source->error.id);
        json_number(&out, "added", source->added);
        json_number(&out, "changed", source->changed);
        json_number(&out, "removed", source->removed);
        json_number(&out, "requests", source->requests);
        json_number(&out, "bytes", source->bytes);
        json_number(&out, "ms", source->ms);
        json_number(&out, "photos", source->photos);
        json_number(&out, "photos_left", source->photos_left);
        json_end_object(&out);
    }
    json_end_array(&out);
    json_number(&out, "generation", report->generation);
    json_bool(&out, "published", report->published);
    json_bool(&out, "dry_run", dry_run);
    json_end_line(&out);
}

static void print_report_text(const struct cli *cli,
                              const struct ruf_sync_report *report,
                              bool dry_run)
{
    for (size_t i = 0; i < report->source_count; i++) {
        const struct ruf_source_report *source = &report->sources[i];

        if (source->status != RUF_OK)
            continue;
        (void)printf("%s\t+%" PRIu64 "\t~%" PRIu64 "\t-%" PRIu64 "\t%" PRIu64
                     " %s\t%" PRIu64 " kB\t%" PRIu64 " ms\n",
                     source->id, source->added, source->changed,
                     source->removed, source->requests,
                     cli_say(cli, "Anfragen", "requests"),
                     (source->bytes + 999) / 1000, source->ms);
    }
    if (dry_run)
        (void)puts(cli_say(cli, "Probelauf: nichts wurde geändert.",
                           "Dry run: nothing was changed."));
    else
        (void)printf("%s %" PRIu64 "%s\n", cli_say(cli, "Stand", "generation"),
                     report->generation,
                     report->published
                         ? ""
                         : cli_say(cli, " (unverändert)", " (unchanged)"));
}

static void print_span(const struct cli *cli, int64_t seconds)
{
    int64_t hours = (seconds + 1800) / 3600;

    if (hours >= 48)
        (void)fprintf(stderr, "%" PRId64 " %s", (hours + 12) / 24,
                      cli_say(cli, "Tagen", "days"));
    else if (hours >= 2)
        (void)fprintf(stderr, "%" PRId64 " %s", hours,
                      cli_say(cli, "Stunden", "hours"));
    else
        (void)fprintf(stderr, "%" PRId64 " %s", (seconds + 30) / 60,
                      cli_say(cli, "Minuten", "minutes"));
}

/* What a failure means for the records of a source. */
static void print_age(const struct cli *cli,
                      const struct ruf_source_report *source)
{
    int64_t now = (int64_t)time(NULL);

    if (source->expires != 0 && source->expires <= now) {
        (void)fprintf(stderr, "→ %s\n",
                      cli_say(cli, "Die Datensätze wurden entfernt.",
                              "The records were removed."));
        return;
    }
    if (source->updated == 0)
        return;
    (void)fprintf(stderr, "→ %s", cli_say(cli, "Stand: vor ", "As of "));
    print_span(cli, now - source->updated);
    (void)fputs(cli_say(cli, "", " ago"), stderr);
    if (source->expires != 0) {
        (void)fputs(cli_say(cli, "; wird entfernt in ", "; removed in "),
                    stderr);
        print_span(cli, source->expires - now);
    }
    (void)fputs(".\n", stderr);
}

/* Prints the failures; true if the run's own error is one of them. */
static bool print_source_failures(const struct cli *cli,
                                  const struct ruf_sync_report *report,
                                  const struct ruf_error *run)
{
    bool told = false;

    for (size_t i = 0; i < report->source_count; i++) {
        const struct ruf_source_report *source = &report->sources[i];

        if (source->status == RUF_OK || source->status == RUF_E_CANCELLED)
            continue;
        (void)cli_fail(cli, &source->error);
        print_age(cli, source);
        told = told || strcmp(source->error.id, run->id) == 0;
    }
    return told;
}

static int sync_home(struct cli *cli, struct ruf_home *home,
                     struct ruf_sync_request *request)
{
    struct ruf_sync_report *report = calloc(1, sizeof(*report));
    struct progress *progress = calloc(1, sizeof(*progress));
    struct ruf_error err = { RUF_OK, "", 0, 0, 0, 0, 0, "", "" };
    enum ruf_status status = RUF_E_NOMEM;

    if (report == NULL || progress == NULL) {
        (void)cli_fail_memory(cli);
    } else {
        progress->cli = cli;
        progress->terminal = cli_has_terminal();
        progress->last_ms = now_ms();
        request->progress = cli->quiet ? NULL : on_progress;
        request->cancelled = cli_interrupted;
        request->context = progress;
        status = ruf_home_sync(home, request, report, &err);
        end_progress(progress);
        if (report->source_count > 0 && cli->json)
            print_report_json(report, request->dry_run);
        else if (report->source_count > 0 && !cli->quiet)
            print_report_text(cli, report, request->dry_run);
        if (!print_source_failures(cli, report, &err) && status != RUF_OK &&
            status != RUF_E_PARTIAL)
            (void)cli_fail(cli, &err);
    }
    free(progress);
    free(report);
    return cli_exit_code(status);
}

int cmd_sync(struct cli *cli)
{
    struct ruf_sync_request request = { .struct_size = sizeof(request) };
    struct ruf_home *home;
    int code;

    request.full = cli_take_flag(cli, "--full");
    request.allow_shrink = cli_take_flag(cli, "--allow-shrink");
    request.dry_run = cli_take_flag(cli, "--dry-run");
    code = cli_take_value(cli, "--source", &request.source);
    if (code == 0)
        code = cli_reject_options(cli);
    if (code == 0 && cli->argument_count > 0)
        return cli_usage(cli, "sync takes no arguments");
    if (code == 0)
        code = cli_open_storing_home(cli, RUF_ACCESS_REFRESH, &home);
    if (code != 0)
        return code;
    code = sync_home(cli, home, &request);
    ruf_home_close(home);
    return code;
}

/* --- import
 * ------------------------------------------------------------------------- */

static void print_import(const struct cli *cli, const char *path,
                         const struct ruf_import_report *report)
{
    if (report->skipped > 0)
        (void)fprintf(stderr, "rufname: %s: %" PRIu64 " %s %u:%u: %s\n",
                      report->first_skipped.id, report->skipped,
                      cli_say(cli, "Zeilen übersprungen, die erste:",
                              "rows skipped, the first one:"),
                      report->first_skipped.line, report->first_skipped.column,
                      report->first_skipped.detail);
    if (!cli->quiet && !cli->json)
        (void)printf(
            "%s\t%" PRIu64 " %s\t+%" PRIu64 "\t~%" PRIu64 "\t-%" PRIu64 "\n",
            path, report->records, cli_say(cli, "Datensätze", "records"),
            report->added, report->changed, report->removed);
}

static void print_import_json(const char *path,
                              const struct ruf_import_report *report)
{
    struct json_out out;

    json_begin_line(&out, "import");
    json_string(&out, "file", path);
    json_number(&out, "records", report->records);
    json_number(&out, "skipped", report->skipped);
    json_number(&out, "unknown_columns", report->unknown_columns);
    json_number(&out, "added", report->added);
    json_number(&out, "changed", report->changed);
    json_number(&out, "removed", report->removed);
    json_end_line(&out);
}

static int publish(const struct cli *cli, struct ruf_home *home,
                   enum ruf_publish_form form)
{
    struct ruf_error err;
    uint64_t generation = 0;

    if (ruf_home_publish_as(home, form, &generation, &err) != RUF_OK)
        return cli_fail(cli, &err);
    if (!cli->quiet && !cli->json)
        (void)printf("%s %" PRIu64 "\n", cli_say(cli, "Stand", "generation"),
                     generation);
    return 0;
}

/* Every file is tried; what came in whole is published even if another file
 * was refused. */
static int import_files(const struct cli *cli, struct ruf_home *home,
                        const char *source)
{
    int code = 0;
    bool any = false;

    for (int i = 0; i < cli->argument_count; i++) {
        const char *path = cli->arguments[i];
        struct ruf_import_report report;
        struct ruf_error err;

        if (strcmp(path, "--") == 0)
            continue;
        if (ruf_home_import(home, path, source, &report, &err) != RUF_OK) {
            code = cli_fail(cli, &err);
            continue;
        }
        any = true;
        print_import(cli, path, &report);
        if (cli->json)
            print_import_json(path, &report);
    }
    if (any) {
        int published = publish(cli, home, RUF_PUBLISH_NORMAL);

        if (published != 0)
            return published;
        return code == 0 ? 0 : cli_exit_code(RUF_E_PARTIAL);
    }
    return code;
}

int cmd_import(struct cli *cli)
{
    const char *source;
    struct ruf_home *home;
    int code = cli_take_value(cli, "--source", &source);

    if (code == 0)
        code = cli_reject_options(cli);
    if (code == 0 && cli->argument_count == 0)
        return cli_usage(cli, "import FILE...");
    if (code == 0)
        code = cli_open_storing_home(cli, RUF_ACCESS_USE, &home);
    if (code != 0)
        return code;
    code = import_files(cli, home, source);
    ruf_home_close(home);
    return code;
}

int cmd_index(struct cli *cli)
{
    bool repeatable = cli_take_flag(cli, "--deterministic");
    struct ruf_home *home;
    int code = cli_reject_options(cli);

    if (code == 0 && cli->argument_count > 0)
        return cli_usage(cli, "index takes no arguments");
    if (code == 0)
        code = cli_open_storing_home(cli, RUF_ACCESS_USE, &home);
    if (code != 0)
        return code;
    code = publish(cli, home,
                   repeatable ? RUF_PUBLISH_REPEATABLE : RUF_PUBLISH_NORMAL);
    ruf_home_close(home);
    return code;
}

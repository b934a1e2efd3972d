/*
 * cli/cmd_emit.c - the call directory in ascending order
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cli/cli.h"
#include "cli/json_out.h"
#include <errno.h>
#include <inttypes.h>
#include <rufname/phone.h>
#include <rufname/wipe.h>
#include <string.h>

static enum ruf_status output_failed(struct ruf_error *err)
{
    int os_errno = errno;

    if (err != NULL) {
        memset(err, 0, sizeof(*err));
        err->status = RUF_E_IO;
        err->os_errno = os_errno;
    }
    return RUF_E_IO;
}

static int emission_failed(const struct cli *cli, const struct ruf_error *err)
{
    return ferror(stdout) ? cli_output_failed(cli, err->os_errno)
                          : cli_fail(cli, err);
}

static void put_entry(const char *before, ruf_e164 number,
                      struct ruf_text label)
{
    (void)printf("%s%" PRIu64 "\t", before, number);
    (void)fwrite(label.data, 1, label.size, stdout);
    (void)putchar('\n');
}

static enum ruf_status add_text(void *context, ruf_e164 number,
                                struct ruf_text label, struct ruf_error *err)
{
    (void)context;
    put_entry("", number, label);
    return ferror(stdout) ? output_failed(err) : RUF_OK;
}

static enum ruf_status add_json(void *context, ruf_e164 number,
                                struct ruf_text label, struct ruf_error *err)
{
    struct json_out out;
    char digits[RUF_E164_TEXT_SIZE];

    (void)context;
    (void)snprintf(digits, sizeof(digits), "%" PRIu64, number);
    json_begin_line(&out, "emit");
    json_string(&out, "number", digits);
    json_text(&out, "label", label);
    json_end_line(&out);
    return ferror(stdout) ? output_failed(err) : RUF_OK;
}

/* Names and blocked numbers are lists of their own. */
static enum ruf_status skip_name(void *context, ruf_e164 number,
                                 struct ruf_text label, struct ruf_error *err)
{
    (void)context;
    (void)number;
    (void)label;
    (void)err;
    return RUF_OK;
}

static enum ruf_status skip_blocked(void *context, ruf_e164 number,
                                    struct ruf_error *err)
{
    (void)context;
    (void)number;
    (void)err;
    return RUF_OK;
}

static enum ruf_status add_blocked_text(void *context, ruf_e164 number,
                                        struct ruf_error *err)
{
    (void)context;
    (void)printf("%" PRIu64 "\n", number);
    return ferror(stdout) ? output_failed(err) : RUF_OK;
}

static enum ruf_status add_blocked_json(void *context, ruf_e164 number,
                                        struct ruf_error *err)
{
    return add_json(context, number, (struct ruf_text){ NULL, 0 }, err);
}

static enum ruf_status complete_silently(void *context, struct ruf_error *err)
{
    (void)context;
    (void)err;
    return RUF_OK;
}

/* --- the calls of one request ------------------------------------------------
 */

/* The phone that `--answer` plays. */
struct player {
    bool incremental;
};

static enum ruf_status check_output(struct ruf_error *err)
{
    return ferror(stdout) ? output_failed(err) : RUF_OK;
}

static bool play_ask(void *context)
{
    const struct player *player = context;

    (void)puts("ASK");
    return player->incremental;
}

static enum ruf_status play_add_name(void *context, ruf_e164 number,
                                     struct ruf_text label,
                                     struct ruf_error *err)
{
    (void)context;
    put_entry("ADD_ID ", number, label);
    return check_output(err);
}

static enum ruf_status play_add_blocked(void *context, ruf_e164 number,
                                        struct ruf_error *err)
{
    (void)context;
    (void)printf("ADD_BL %" PRIu64 "\n", number);
    return check_output(err);
}

static enum ruf_status play_remove_name(void *context, ruf_e164 number,
                                        struct ruf_error *err)
{
    (void)context;
    (void)printf("DEL_ID %" PRIu64 "\n", number);
    return check_output(err);
}

static enum ruf_status play_remove_blocked(void *context, ruf_e164 number,
                                           struct ruf_error *err)
{
    (void)context;
    (void)printf("DEL_BL %" PRIu64 "\n", number);
    return check_output(err);
}

/* Flushed before anything is recorded: a stream that did not get out was not
 * taken by anybody. */
static enum ruf_status play_complete(void *context, struct ruf_error *err)
{
    (void)context;
    (void)puts("COMPLETE");
    (void)fflush(stdout);
    return check_output(err);
}

static void print_report(const struct cli *cli,
                         const struct ruf_directory_report *report)
{
    static const struct {
        const char *german;
        const char *english;
    } modes[] = {
        { "leeren", "clear" },
        { "vollständig", "full" },
        { "Änderungen", "delta" },
        { "behalten", "keep" },
    };

    if (cli->quiet)
        return;
    (void)fprintf(
        stderr, "%s: generation %" PRIu64 ", +%" PRIu64 " -%" PRIu64 "\n",
        cli_say(cli, modes[report->mode].german, modes[report->mode].english),
        report->generation, report->additions, report->removals);
}

/* An empty list needs a reason. */
static void say_why_empty(const struct cli *cli, const struct ruf_home *home)
{
    struct ruf_error why = { .id = "C402", .status = RUF_E_POLICY };

    if (home != NULL && !ruf_home_may_store(home))
        (void)cli_fail(cli, &why);
}

static int emit_stream(struct cli *cli, struct player *player,
                       enum ruf_emit_record record)
{
    struct ruf_directory_host host = {
        .context = player,
        .ask = play_ask,
        .add_identification = play_add_name,
        .add_blocking = play_add_blocked,
        .remove_identification = play_remove_name,
        .remove_blocking = play_remove_blocked,
        .complete = play_complete,
        .should_stop = cli_interrupted,
    };
    struct ruf_directory_report report;
    struct ruf_home *home;
    struct ruf_error err;
    int code = cli_open_home(cli, &home);
    enum ruf_status status;

    /* The phone of a wiped home still has to be told to forget. */
    if (code == cli_exit_code(RUF_E_WIPED))
        status = ruf_wiped_emit(cli->home_path, &host, record, &report, &err);
    else if (code != 0)
        return code;
    else
        status = ruf_home_emit(home, &host, record, &report, &err);
    if (status != RUF_OK)
        code = emission_failed(cli, &err);
    else
        print_report(cli, &report);
    say_why_empty(cli, home);
    ruf_home_close(home);
    return code;
}

/* --- lists
 * --------------------------------------------------------------------
 */

static int emit_home(struct cli *cli, const struct ruf_directory_host *host)
{
    struct ruf_index *index = NULL;
    struct ruf_home *home;
    struct ruf_error err;
    int code = cli_open_home(cli, &home);

    if (code != 0)
        return code;
    if (!ruf_home_may_store(home))
        say_why_empty(cli, home);
    else if (ruf_home_index(home, RUF_INDEX_ON_DEMAND, &index, &err) !=
                 RUF_OK ||
             ruf_directory_emit_full(index, host, &err) != RUF_OK)
        code = emission_failed(cli, &err);
    ruf_index_close(index);
    ruf_home_close(home);
    return code;
}

static int take_answer(struct cli *cli, struct player *player, bool *given)
{
    const char *answer;
    int code = cli_take_value(cli, "--answer", &answer);

    if (code != 0)
        return code;
    *given = answer != NULL;
    player->incremental = answer == NULL || strcmp(answer, "yes") == 0;
    if (!player->incremental && strcmp(answer, "no") != 0)
        return cli_usage(cli, "--answer is yes or no");
    return 0;
}

/* What emit is to write. */
struct emit_options {
    const char *format;
    bool blocked; /* the numbers to block, not the names */
    enum ruf_emit_record record;
};

static int take_options(struct cli *cli, struct emit_options *options,
                        struct player *player)
{
    bool answered = false;
    int code = cli_take_value(cli, "--format", &options->format);

    if (code == 0)
        code = take_answer(cli, player, &answered);
    options->record =
        cli_take_flag(cli, "--commit") ? RUF_EMIT_COMMIT : RUF_EMIT_LOOK;
    options->blocked = cli_take_flag(cli, "--blocked");
    if (code == 0)
        code = cli_reject_options(cli);
    if (code != 0)
        return code;
    if (cli->argument_count > 0)
        return cli_usage(cli, "emit takes no arguments");
    if (options->format == NULL)
        options->format = cli->json ? "json" : "text";
    if (strcmp(options->format, "stream") == 0)
        return options->blocked
                   ? cli_usage(cli, "a stream has blocked numbers in it")
                   : 0;
    return answered || options->record == RUF_EMIT_COMMIT
               ? cli_usage(cli, "--answer and --commit go with --format stream")
               : 0;
}

int cmd_emit(struct cli *cli)
{
    struct ruf_directory_host host = { .add_identification = add_text,
                                       .add_blocking = skip_blocked,
                                       .complete = complete_silently,
                                       .should_stop = cli_interrupted };
    struct player player = { true };
    struct emit_options options = { 0 };
    int code = take_options(cli, &options, &player);
    bool json;

    if (code != 0)
        return code;
    if (strcmp(options.format, "stream") == 0)
        return emit_stream(cli, &player, options.record);
    json = strcmp(options.format, "json") == 0;
    if (!json && strcmp(options.format, "text") != 0)
        return cli_usage(cli, "--format is text, stream or json");
    if (json)
        host.add_identification = add_json;
    if (options.blocked) {
        host.add_identification = skip_name;
        host.add_blocking = json ? add_blocked_json : add_blocked_text;
    }
    return emit_home(cli, &host);
}

/*
 * cli/cmd_emit.c - the call directory in ascending order
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cli/cli.h"
#include "cli/json_out.h"
#include <inttypes.h>
#include <rufname/directory.h>
#include <string.h>

static enum ruf_status output_failed(struct ruf_error *err)
{
    /* cli_finish() tells the reason; here the emission only stops. */
    if (err != NULL) {
        memset(err, 0, sizeof(*err));
        err->status = RUF_E_IO;
    }
    return RUF_E_IO;
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

static enum ruf_status add_stream(void *context, ruf_e164 number,
                                  struct ruf_text label, struct ruf_error *err)
{
    (void)context;
    put_entry("ADD_ID ", number, label);
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

static enum ruf_status complete_silently(void *context, struct ruf_error *err)
{
    (void)context;
    (void)err;
    return RUF_OK;
}

static enum ruf_status complete_stream(void *context, struct ruf_error *err)
{
    (void)context;
    (void)puts("COMPLETE");
    return ferror(stdout) ? output_failed(err) : RUF_OK;
}

static int emit_home(struct cli *cli, const struct ruf_directory_host *host)
{
    struct ruf_index *index = NULL;
    struct ruf_home *home;
    struct ruf_error err;
    int code = cli_open_home(cli, &home);

    if (code != 0)
        return code;
    if (ruf_home_index(home, RUF_INDEX_ON_DEMAND, &index, &err) != RUF_OK ||
        ruf_directory_emit_full(index, host, &err) != RUF_OK)
        code = ferror(stdout) ? 10 : cli_fail(cli, &err);
    ruf_index_close(index);
    ruf_home_close(home);
    return code;
}

int cmd_emit(struct cli *cli)
{
    struct ruf_directory_host host = { .add_identification = add_text,
                                       .complete = complete_silently,
                                       .should_stop = cli_interrupted };
    const char *format;
    int code = cli_take_value(cli, "--format", &format);

    if (code == 0)
        code = cli_reject_options(cli);
    if (code != 0)
        return code;
    if (cli->argument_count > 0)
        return cli_usage(cli, "emit takes no arguments");
    if (format == NULL)
        format = cli->json ? "json" : "text";
    if (strcmp(format, "stream") == 0) {
        host.add_identification = add_stream;
        host.complete = complete_stream;
    } else if (strcmp(format, "json") == 0) {
        host.add_identification = add_json;
    } else if (strcmp(format, "text") != 0) {
        return cli_usage(cli, "--format is text, stream or json");
    }
    return emit_home(cli, &host);
}

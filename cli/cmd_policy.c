/*
 * cli/cmd_policy.c - policy check and show, and which form was asked for
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cli/cmd_policy.h"
#include "cli/input.h"
#include "cli/json_out.h"
#include <stdlib.h>
#include <string.h>

static void print_finding_json(const struct ruf_finding *finding)
{
    struct json_out out;

    json_begin_line(&out, "policy-check");
    json_string(&out, "severity", finding->is_error ? "error" : "warning");
    json_string(&out, "id", finding->id);
    json_string(&out, "pointer", finding->pointer);
    json_number(&out, "line", finding->line);
    json_number(&out, "column", finding->column);
    json_string(&out, "detail", finding->detail);
    json_end_line(&out);
}

/* Names out of the document: no control character of theirs reaches the
 * terminal. */
static void print_plain(FILE *out, const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0';
         c++) {
        bool wide = c[0] == 0xC2 && c[1] >= 0x80 && c[1] <= 0x9F;

        (void)putc(*c < 0x20 || *c == 0x7F || wide ? '?' : *c, out);
        c += wide ? 1 : 0;
    }
}

void policy_print_plain(const char *text)
{
    print_plain(stdout, text);
}

void policy_print_finding(void *context, const struct ruf_finding *finding)
{
    struct policy_printing *printing = context;
    const struct cli *cli = printing->cli;

    printing->errors += finding->is_error ? 1 : 0;
    printing->warnings += finding->is_error ? 0 : 1;
    if (cli->json) {
        print_finding_json(finding);
        return;
    }
    /* As compilers do, so that editors find the place. */
    (void)fprintf(printing->out, "%s:%u:%u: %s %s: ", printing->path,
                  finding->line, finding->column,
                  finding->is_error ? cli_say(cli, "Fehler", "error")
                                    : cli_say(cli, "Warnung", "warning"),
                  finding->id);
    print_plain(printing->out, finding->pointer);
    (void)fprintf(printing->out, "%s%s\n",
                  finding->pointer[0] == '\0' ? "" : ": ", finding->detail);
}

static int check_policy(struct cli *cli, const char *path)
{
    struct policy_printing check = { cli, path, stdout, 0, 0 };
    struct ruf_error err;
    size_t size = 0;
    char *text = NULL;
    enum ruf_status status;
    int code = cli_read_file(cli, path, POLICY_SIZE_MAX, &text, &size);

    if (code != 0)
        return code;
    status =
        ruf_home_check_policy(text, size, policy_print_finding, &check, &err);
    free(text);
    /* Errors of the document as a whole are no findings. */
    if (status != RUF_OK && check.errors == 0)
        return cli_fail(cli, &err);
    if (!cli->json && !cli->quiet)
        (void)fprintf(
            stderr, "%zu %s, %zu %s\n", check.errors,
            cli_say(cli, "Fehler", check.errors == 1 ? "error" : "errors"),
            check.warnings,
            check.warnings == 1 ? cli_say(cli, "Warnung", "warning")
                                : cli_say(cli, "Warnungen", "warnings"));
    return status == RUF_OK ? 0 : cli_exit_code(status);
}

static int show_policy(struct cli *cli)
{
    struct ruf_home *home;
    char *text;
    int code = cli_open_home(cli, &home);

    if (code != 0)
        return code;
    text = ruf_home_policy(home);
    if (text == NULL)
        code = cli_fail_memory(cli);
    else
        (void)puts(text);
    free(text);
    ruf_home_close(home);
    return code;
}

int cmd_policy(struct cli *cli)
{
    bool consent = cli_take_flag(cli, "--confirm");
    int code = cli_reject_options(cli);
    const char *form = cli->argument_count > 0 ? cli->arguments[0] : "";

    if (code != 0)
        return code;
    if (cli->argument_count == 1 && strcmp(form, "show") == 0 && !consent)
        return show_policy(cli);
    if (cli->argument_count == 2 && strcmp(form, "import") == 0)
        return policy_change(cli, false, consent, cli->arguments[1]);
    if (cli->argument_count == 2 && strcmp(form, "simulate") == 0 && !consent)
        return policy_change(cli, true, false, cli->arguments[1]);
    if (cli->argument_count == 2 && strcmp(form, "check") == 0 && !consent)
        return check_policy(cli, cli->arguments[1]);
    return cli_usage(cli, "policy check FILE | policy show | "
                          "policy simulate FILE | "
                          "policy import FILE [--confirm]");
}

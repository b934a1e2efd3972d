/*
 * cli/cmd_policy.c - policy check and show
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cli/input.h"
#include "cli/json_out.h"
#include <stdlib.h>
#include <string.h>

#define POLICY_SIZE_MAX (256u * 1024u)

struct check {
    const struct cli *cli;
    const char *path;
    size_t errors;
    size_t warnings;
};

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

/* A pointer holds names out of the document: no control character of theirs
 * reaches the terminal. */
static void print_pointer(const char *pointer)
{
    for (const unsigned char *c = (const unsigned char *)pointer; *c != '\0';
         c++) {
        bool wide = c[0] == 0xC2 && c[1] >= 0x80 && c[1] <= 0x9F;

        (void)putchar(*c < 0x20 || *c == 0x7F || wide ? '?' : *c);
        c += wide ? 1 : 0;
    }
}

static void print_finding(void *context, const struct ruf_finding *finding)
{
    struct check *check = context;
    const struct cli *cli = check->cli;

    check->errors += finding->is_error ? 1 : 0;
    check->warnings += finding->is_error ? 0 : 1;
    if (cli->json) {
        print_finding_json(finding);
        return;
    }
    /* As compilers do, so that editors find the place. */
    (void)printf("%s:%u:%u: %s %s: ", check->path, finding->line,
                 finding->column,
                 finding->is_error ? cli_say(cli, "Fehler", "error")
                                   : cli_say(cli, "Warnung", "warning"),
                 finding->id);
    print_pointer(finding->pointer);
    (void)printf("%s%s\n", finding->pointer[0] == '\0' ? "" : ": ",
                 finding->detail);
}

static int check_policy(struct cli *cli, const char *path)
{
    struct check check = { cli, path, 0, 0 };
    struct ruf_error err;
    size_t size = 0;
    char *text = NULL;
    enum ruf_status status;
    int code = cli_read_file(cli, path, POLICY_SIZE_MAX, &text, &size);

    if (code != 0)
        return code;
    status = ruf_home_check_policy(text, size, print_finding, &check, &err);
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
        code = cli_exit_code(RUF_E_NOMEM);
    else
        (void)puts(text);
    free(text);
    ruf_home_close(home);
    return code;
}

int cmd_policy(struct cli *cli)
{
    int code = cli_reject_options(cli);

    if (code != 0)
        return code;
    if (cli->argument_count == 2 && strcmp(cli->arguments[0], "check") == 0)
        return check_policy(cli, cli->arguments[1]);
    if (cli->argument_count == 1 && strcmp(cli->arguments[0], "show") == 0)
        return show_policy(cli);
    return cli_usage(cli, "policy check FILE | policy show");
}

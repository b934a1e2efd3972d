/*
 * cli/cmd_prove.c - prove: statements about data protection, checked
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cli/cli.h"
#include <inttypes.h>
#include <rufname/prove.h>
#include <stdlib.h>
#include <string.h>

static void print_report(const struct cli *cli,
                         const struct ruf_proof_report *report)
{
    for (size_t i = 0; i < RUF_STATEMENT_COUNT; i++) {
        const struct ruf_proof *proof = &report->proofs[i];

        (void)printf("%s\t%s\t%" PRIu64 "\t%" PRIu64 "\t%s\n",
                     ruf_statement_name((enum ruf_statement)i),
                     proof->holds ? cli_say(cli, "belegt", "holds")
                                  : cli_say(cli, "NICHT BELEGT", "FAILS"),
                     proof->checked, proof->against, proof->detail);
    }
}

static int print_json(const struct ruf_proof_report *report)
{
    char *text = ruf_proof_json(report);

    if (text == NULL)
        return cli_exit_code(RUF_E_NOMEM);
    (void)puts(text);
    free(text);
    return 0;
}

#define CORE_PATTERN "/proc/sys/kernel/core_pattern"

/* Where the system writes core files, if that is a folder of its own. */
static bool read_core_folder(char *out, size_t size)
{
    FILE *file = fopen(CORE_PATTERN, "re");
    char *end;
    bool read = file != NULL && fgets(out, (int)size, file) != NULL;

    if (file != NULL)
        (void)fclose(file);
    end = read && out[0] == '/' ? strrchr(out, '/') : NULL;
    if (end != NULL)
        *end = '\0';
    return end != NULL && end != out;
}

static enum ruf_status prove_home(struct ruf_home *home,
                                  struct ruf_proof_report *report,
                                  struct ruf_error *err)
{
    const char *temporary = getenv("TMPDIR");
    char cores[256];
    const char *folders[] = {
        temporary == NULL || temporary[0] == '\0' ? "/tmp" : temporary,
        ".",
        cores,
    };
    struct ruf_prove_options options = { .struct_size = sizeof(options),
                                         .folders = folders,
                                         .folder_count = 2 };

    if (read_core_folder(cores, sizeof(cores)))
        options.folder_count = 3;
    return ruf_home_prove(home, &options, report, err);
}

static int prove(const struct cli *cli, struct ruf_home *home, const char *out)
{
    struct ruf_proof_report *report = calloc(1, sizeof(*report));
    struct ruf_error err;
    int code = 0;

    if (report == NULL)
        return cli_exit_code(RUF_E_NOMEM);
    if (prove_home(home, report, &err) != RUF_OK) {
        code = cli_fail(cli, &err);
        free(report);
        return code;
    }
    if (cli->json)
        code = print_json(report);
    else if (!cli->quiet)
        print_report(cli, report);
    if (out != NULL && ruf_proof_save(report, out, &err) != RUF_OK)
        code = cli_fail(cli, &err);
    if (code == 0 && !report->holds)
        code = cli_exit_code(RUF_E_CORRUPT);
    free(report);
    return code;
}

int cmd_prove(struct cli *cli)
{
    const char *out = NULL;
    struct ruf_home *home;
    int code = cli_take_value(cli, "--out", &out);

    if (code == 0)
        code = cli_reject_options(cli);
    if (code == 0 && cli->argument_count > 0)
        return cli_usage(cli, "prove [--out DIR]");
    if (code == 0)
        code = cli_open_home(cli, &home);
    if (code != 0)
        return code;
    code = prove(cli, home, out);
    ruf_home_close(home);
    return code;
}

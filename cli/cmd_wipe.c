/*
 * cli/cmd_wipe.c - wipe: remove the organisation's data from this device
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cli/cli.h"
#include "cli/json_out.h"
#include <inttypes.h>
#include <rufname/wipe.h>
#include <string.h>
#include <unistd.h>

/* A person is asked; a script that says wipe means it. */
static bool is_confirmed(const struct cli *cli)
{
    char answer[16];

    if (isatty(STDIN_FILENO) != 1 || isatty(STDERR_FILENO) != 1)
        return true;
    (void)fprintf(stderr, "%s %s (%s) ",
                  cli_say(cli, "Alle Organisationsdaten löschen in",
                          "Remove all organisation data in"),
                  cli->home_path, cli_say(cli, "ja/nein", "yes/no"));
    return fgets(answer, sizeof(answer), stdin) != NULL &&
           (strcmp(answer, "yes\n") == 0 || strcmp(answer, "ja\n") == 0);
}

static void print_receipt(const struct cli *cli,
                          const struct ruf_wipe_receipt *receipt)
{
    struct ruf_error message = { .id = "W601" };
    char sentence[1024];
    char remedy[64];
    struct json_out out;

    if (cli->json) {
        json_begin_line(&out, "wipe");
        json_number(&out, "files", receipt->files);
        json_number(&out, "ms", receipt->ms);
        json_string(&out, "not_reached",
                    "entries in the phone's own call list");
        json_end_line(&out);
        return;
    }
    (void)snprintf(message.detail, sizeof(message.detail),
                   "%" PRIu64 " %s, %" PRIu64 " ms", receipt->files,
                   cli_say(cli, "Dateien", "files"), receipt->ms);
    ruf_error_describe(&message, cli->language, sentence, sizeof(sentence),
                       remedy, sizeof(remedy));
    (void)printf("%s\n", sentence);
}

int cmd_wipe(struct cli *cli)
{
    bool yes = cli_take_flag(cli, "--yes");
    struct ruf_wipe_receipt receipt;
    struct ruf_error err;
    int code = cli_reject_options(cli);

    if (code == 0 && cli->argument_count > 0)
        code = cli_usage(cli, "wipe takes no arguments");
    if (code == 0)
        code = cli_find_home(cli);
    if (code != 0)
        return code;
    if (!yes && !is_confirmed(cli)) {
        (void)fprintf(stderr, "%s\n",
                      cli_say(cli, "Nichts gelöscht.", "nothing was removed"));
        return cli_exit_code(RUF_E_CANCELLED);
    }
    if (ruf_home_wipe(cli->home_path, NULL, RUF_WIPE_REQUESTED, &receipt,
                      &err) != RUF_OK)
        return cli_fail(cli, &err);
    print_receipt(cli, &receipt);
    return 0;
}

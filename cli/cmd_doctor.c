/*
 * cli/cmd_doctor.c - which rights the sources need and have
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cli/cli.h"
#include "cli/json_out.h"
#include <rufname/doctor.h>

struct consultation {
    const struct cli *cli;
    bool unwell; /* a source will be refused, or comes without numbers */
};

static const char *advice(const struct cli *cli, enum ruf_right right)
{
    switch (right) {
    case RUF_RIGHT_GRANTED:
        return cli_say(cli, "erteilt", "granted");
    case RUF_RIGHT_MISSING:
        return cli_say(cli, "fehlt: vom Administrator erteilen lassen",
                       "missing: ask the administrator to grant it");
    case RUF_RIGHT_BASIC:
        return cli_say(cli,
                       "Benutzer ohne Rufnummern: User.ReadBasic.All genügt "
                       "nicht",
                       "users without numbers: User.ReadBasic.All is not "
                       "enough");
    case RUF_RIGHT_SURPLUS:
        return cli_say(cli, "erteilt, aber von keiner Quelle gebraucht",
                       "granted, but no source needs it");
    case RUF_RIGHT_UNKNOWN:
    default:
        return cli_say(cli, "gebraucht; ob erteilt, zeigt der Abgleich",
                       "needed; a sync shows whether it is granted");
    }
}

static void print_finding(void *context,
                          const struct ruf_doctor_finding *finding)
{
    struct consultation *consultation = context;
    struct json_out out;

    consultation->unwell = consultation->unwell ||
                           finding->right == RUF_RIGHT_MISSING ||
                           finding->right == RUF_RIGHT_BASIC;
    if (!consultation->cli->json) {
        (void)printf(
            "%s\t%s\t%s\n", finding->source[0] == '\0' ? "-" : finding->source,
            finding->permission, advice(consultation->cli, finding->right));
        return;
    }
    json_begin_line(&out, "doctor");
    json_string(&out, "source", finding->source);
    json_string(&out, "permission", finding->permission);
    json_string(&out, "right", ruf_right_name(finding->right));
    json_end_line(&out);
}

int cmd_doctor(struct cli *cli)
{
    struct consultation consultation = { cli, false };
    struct ruf_home *home;
    struct ruf_error err;
    int code = cli_reject_options(cli);

    if (code == 0 && cli->argument_count > 0)
        return cli_usage(cli, "doctor takes no arguments");
    if (code == 0)
        code = cli_open_home(cli, &home);
    if (code != 0)
        return code;
    if (ruf_home_doctor(home, print_finding, &consultation, &err) != RUF_OK)
        code = cli_fail(cli, &err);
    ruf_home_close(home);
    return code == 0 && consultation.unwell ? cli_exit_code(RUF_E_AUTH) : code;
}

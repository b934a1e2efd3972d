/*
 * cli/cmd_policy.h - what the forms of "rufname policy" share
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CLI_CMD_POLICY_H
#define CLI_CMD_POLICY_H

#include "cli/cli.h"

#define POLICY_SIZE_MAX (256u * 1024u)

struct policy_printing {
    const struct cli *cli;
    const char *path; /* of the document */
    FILE *out;        /* for findings in words */
    size_t errors;
    size_t warnings;
};

/* Print a finding as compilers do; context is a struct policy_printing. */
void policy_print_finding(void *context, const struct ruf_finding *finding);

/* Text out of the document to stdout, without control characters. */
void policy_print_plain(const char *text);

/* policy simulate FILE, policy import FILE. @return exit code. */
int policy_change(struct cli *cli, bool simulate, bool consent,
                  const char *path);

#endif

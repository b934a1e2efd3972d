/*
 * cli/cmd_normalize.c - one raw number a line in, one verdict a line out
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cli/input.h"
#include <string.h>

struct normalize {
    const char *region;
    bool region_in_line;
};

static void print_number(const struct ruf_number *number)
{
    if (number->status != RUF_NUMBER_OK) {
        (void)printf("%s\t\t\t\t\t\t\n",
                     ruf_number_status_name(number->status));
        return;
    }
    (void)printf("OK\t%s\t%d\t%s\t%s\t%d\t%s\n", number->e164,
                 number->valid ? 1 : 0,
                 ruf_number_possibility_name(number->possibility),
                 number->region, (int)number->type, number->extension);
}

static int normalize_line(void *context, const char *line, size_t size)
{
    const struct normalize *normalize = context;
    const char *region = normalize->region;
    struct ruf_number number;
    char of_line[3] = "";

    if (normalize->region_in_line) {
        const char *tab = memchr(line, '\t', size);
        size_t width = tab == NULL ? 0 : (size_t)(tab - line);

        region = NULL;
        if (width == 2) {
            memcpy(of_line, line, 2);
            region = of_line;
        }
        if (tab != NULL) {
            line += width + 1;
            size -= width + 1;
        }
    }
    ruf_number_parse(line, size, region, &number);
    print_number(&number);
    return 0;
}

int cmd_normalize(struct cli *cli)
{
    struct normalize normalize = { NULL, false };
    int code;

    normalize.region_in_line = cli_take_flag(cli, "--with-region");
    code = cli_take_value(cli, "--region", &normalize.region);
    if (code == 0)
        code = cli_reject_options(cli);
    if (code != 0)
        return code;
    if (normalize.region != NULL && !ruf_number_region_known(normalize.region))
        return cli_usage(cli, "--region is an ISO code such as DE, not %s",
                         normalize.region);
    if (cli->argument_count > 1)
        return cli_usage(cli, "normalize takes one file");
    return cli_each_line(cli,
                         cli->argument_count == 0 ? "-" : cli->arguments[0],
                         normalize_line, &normalize);
}

/*
 * cli/cmd_normalize.c - one raw number a line in, one verdict a line out
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cli/input.h"
#include <rufname/clean.h>
#include <string.h>

struct normalize {
    const char *region;
    bool region_in_line;
    bool clean;
    struct ruf_clean_options options;
};

static void print_number(const struct ruf_number *number)
{
    if (number->status != RUF_NUMBER_OK) {
        (void)printf("%s\t\t\t\t\t\t", ruf_number_status_name(number->status));
        return;
    }
    (void)printf("OK\t%s\t%d\t%s\t%s\t%d\t%s", number->e164,
                 number->valid ? 1 : 0,
                 ruf_number_possibility_name(number->possibility),
                 number->region, (int)number->type, number->extension);
}

/* The eighth column: "label,split=+4915228817386". */
static void print_corrections(const struct ruf_cleaned *cleaned)
{
    const char *before = "\t";

    for (unsigned bit = 1; bit < RUF_CORRECT_ALL; bit <<= 1) {
        if ((cleaned->corrections & bit) == 0)
            continue;
        (void)printf("%s%s", before,
                     ruf_correction_name((enum ruf_correction)bit));
        for (size_t i = 1; bit == RUF_CORRECT_SPLIT && i < cleaned->count; i++)
            (void)printf("=%s", cleaned->numbers[i].e164);
        before = ",";
    }
    if (cleaned->corrections == 0)
        (void)printf("\t");
}

static void normalize_text(const struct normalize *normalize, const char *text,
                           size_t size, const char *region)
{
    struct ruf_cleaned cleaned;

    if (normalize->clean)
        ruf_number_clean(text, size, region, &normalize->options, &cleaned);
    else
        ruf_number_parse(text, size, region, &cleaned.numbers[0]);
    print_number(&cleaned.numbers[0]);
    if (normalize->clean)
        print_corrections(&cleaned);
    (void)printf("\n");
}

static int normalize_line(void *context, const char *line, size_t size)
{
    const struct normalize *normalize = context;
    const char *region = normalize->region;
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
    normalize_text(normalize, line, size, region);
    return 0;
}

/* None given, or digits that --clean may use. */
static bool is_area_code(const struct normalize *normalize)
{
    const char *code = normalize->options.area_code;
    size_t digits = code == NULL ? 0 : strspn(code, "0123456789");

    return code == NULL || (normalize->clean && digits >= 1 && digits <= 8 &&
                            code[digits] == '\0');
}

int cmd_normalize(struct cli *cli)
{
    struct normalize normalize = { .options = { RUF_CORRECT_ALL, NULL } };
    int code;

    normalize.region_in_line = cli_take_flag(cli, "--with-region");
    normalize.clean = cli_take_flag(cli, "--clean");
    code = cli_take_value(cli, "--region", &normalize.region);
    if (code == 0)
        code = cli_take_value(cli, "--area-code", &normalize.options.area_code);
    if (code == 0)
        code = cli_reject_options(cli);
    if (code != 0)
        return code;
    if (normalize.region != NULL && !ruf_number_region_known(normalize.region))
        return cli_usage(cli, "--region is an ISO code such as DE, not %s",
                         normalize.region);
    if (!is_area_code(&normalize))
        return cli_usage(cli, "--area-code is 1 to 8 digits, with --clean");
    if (cli->argument_count > 1)
        return cli_usage(cli, "normalize takes one file");
    return cli_each_line(cli,
                         cli->argument_count == 0 ? "-" : cli->arguments[0],
                         normalize_line, &normalize);
}

/*
 * answer_line.c - our answer to a number as oracle.cc prints it
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tests/oracle/answer_line.h"
#include <stdio.h>

size_t answer_line(const char *text, size_t size, const char *region,
                   char out[ANSWER_LINE_SIZE])
{
    char shown[3][RUF_NUMBER_TEXT_SIZE];
    struct ruf_number number;
    int used;

    ruf_number_parse(text, size, region, &number);
    (void)ruf_number_format(&number, RUF_STYLE_INTERNATIONAL, shown[0]);
    (void)ruf_number_format(&number, RUF_STYLE_NATIONAL, shown[1]);
    (void)ruf_number_format(&number, RUF_STYLE_RFC3966, shown[2]);
    if (number.status != RUF_NUMBER_OK)
        used = snprintf(out, ANSWER_LINE_SIZE, "%s\t\t\t\t\t\t\t\t\t",
                        ruf_number_status_name(number.status));
    else
        used = snprintf(
            out, ANSWER_LINE_SIZE, "OK\t%s\t%d\t%s\t%s\t%d\t%s\t%s\t%s\t%s",
            number.e164, number.valid,
            ruf_number_possibility_name(number.possibility), number.region,
            (int)number.type, number.extension, shown[0], shown[1], shown[2]);
    return used > 0 ? (size_t)used : 0;
}

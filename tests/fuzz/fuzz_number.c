/*
 * fuzz_number.c - any bytes through the number parser, its forms and the short
 * numbers
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tests/fuzz/fuzz.h"
#include <rufname/number.h>
#include <stdlib.h>
#include <string.h>

static void check_parse(const struct fuzz_number_input *in)
{
    struct ruf_number number;
    struct ruf_number again;

    memset(&number, 0x55, sizeof(number));
    memset(&again, 0xAA, sizeof(again));
    ruf_number_parse(in->text, in->size, in->region, &number);
    ruf_number_parse(in->text, in->size, in->region, &again);
    fuzz_require(fuzz_numbers_equal(&number, &again),
                 "the same text gives the same answer");
    fuzz_check_number(&number);
    if (ruf_number_region_known(in->region))
        return;
    ruf_number_parse(in->text, in->size, NULL, &again);
    fuzz_require(fuzz_numbers_equal(&number, &again),
                 "an unknown region is none");
}

static void check_short(const struct fuzz_number_input *in)
{
    enum ruf_number_short kind =
        ruf_number_short(in->text, in->size, in->region);

    fuzz_require(kind <= RUF_SHORT_OTHER, "kind of short number is known");
    fuzz_require(kind == RUF_SHORT_NONE || ruf_number_region_known(in->region),
                 "no region has no short numbers");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_number_input in;

    if (!fuzz_number_input(data, size, &in))
        return 0;
    check_parse(&in);
    check_short(&in);
    free(in.text);
    return 0;
}

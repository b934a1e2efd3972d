/*
 * fuzz_clean.c - any bytes through the cleaning layer
 *
 * The option byte of the input chooses the corrections; ' ' is all of them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tests/fuzz/fuzz.h"
#include <rufname/clean.h>
#include <stdlib.h>
#include <string.h>

static void check_answer(const struct ruf_cleaned *cleaned, unsigned allowed)
{
    bool refused = (cleaned->corrections & RUF_CORRECT_REFUSE) != 0;
    bool split = (cleaned->corrections & RUF_CORRECT_SPLIT) != 0;

    fuzz_require((cleaned->corrections & ~allowed) == 0,
                 "only allowed corrections are made");
    fuzz_require(cleaned->count >= 1 && cleaned->count <= RUF_CLEANED_MAX,
                 "1 to RUF_CLEANED_MAX numbers");
    fuzz_require(split == (cleaned->count > 1),
                 "several numbers come from a split");
    fuzz_require(!refused ||
                     (cleaned->corrections == RUF_CORRECT_REFUSE &&
                      cleaned->numbers[0].status == RUF_NUMBER_NOT_A_NUMBER),
                 "what is refused is no number");
    for (size_t i = 0; i < cleaned->count; i++) {
        fuzz_check_number(&cleaned->numbers[i]);
        fuzz_require(cleaned->numbers[i].valid || !split,
                     "a text is split into valid numbers");
    }
}

static void check_clean(const struct fuzz_number_input *in, unsigned allowed,
                        const char *area_code)
{
    struct ruf_clean_options options = { allowed, area_code };
    struct ruf_cleaned cleaned;
    struct ruf_number parsed;

    memset(&cleaned, 0x55, sizeof(cleaned));
    ruf_number_clean(in->text, in->size, in->region, &options, &cleaned);
    check_answer(&cleaned, allowed);
    ruf_number_parse(in->text, in->size, in->region, &parsed);
    fuzz_require(cleaned.corrections != 0 ||
                     fuzz_numbers_equal(&cleaned.numbers[0], &parsed),
                 "without a correction the parser's answer stays");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_number_input in;

    if (!fuzz_number_input(data, size, &in))
        return 0;
    check_clean(&in, 0, "30");
    check_clean(&in, (in.option ^ 0x1Fu) & RUF_CORRECT_ALL,
                (in.option & 0x40) == 0 ? "30" : NULL);
    free(in.text);
    return 0;
}

/*
 * standardise.c - phone numbers to E.164, one a line
 *
 *     standardise DE <numbers.txt
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <rufname/number.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    const char *region = argc > 1 ? argv[1] : NULL;
    char line[256];

    while (fgets(line, sizeof(line), stdin) != NULL) {
        struct ruf_number number;

        ruf_number_parse(line, strcspn(line, "\n"), region, &number);
        (void)printf("%s\n", number.valid ? number.e164 : "-");
    }
    return 0;
}

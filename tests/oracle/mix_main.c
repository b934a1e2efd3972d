/*
 * mix_main.c - phone number texts of one class, see mix.h
 *
 * mix CLASS SEED COUNT <examples
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tests/oracle/mix.h"
#include <stdlib.h>

int main(int argc, char **argv)
{
    if (argc < 4 || !mix_write(argv[1], strtoull(argv[2], NULL, 10),
                               strtoul(argv[3], NULL, 10), stdin, stdout)) {
        fputs("usage: mix CLASS SEED COUNT <examples\n", stderr);
        return 2;
    }
    return 0;
}

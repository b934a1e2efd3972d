/*
 * mix.h - seeded phone number texts for the differential test and the bench
 *
 * Classes:
 *
 *   examples   example numbers of every region and type in many spellings
 *   digits     digits of all lengths, every region, with and without prefixes
 *   plan       walks through our own tables: prefixes, then assigned numbers
 *   edges      one number for every edge of every plan
 *   directory  what a company directory holds, German mostly
 *   clean      +E.164 of plausible numbers
 *   tokens     soups of every character and label that has a meaning
 *   breaks     the same with line feeds
 *   context    RFC 3966 with phone-context and isub
 *   junk       random bytes and code points
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TESTS_ORACLE_MIX_H
#define TESTS_ORACLE_MIX_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/**
 * Write REGION<TAB>text lines, NUL-ended for the class "breaks". Same seed,
 * examples and tables, same texts. One caller at a time.
 *
 * @param[in] count     lines; ignored for the class "edges".
 * @param[in] examples  what `oracle examples` prints, read to the end.
 * @return false if there is no such class or no example.
 */
bool mix_write(const char *class, uint64_t seed, unsigned long count,
               FILE *examples, FILE *out);

#endif

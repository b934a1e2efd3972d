/*
 * tests/oracle/answer_line.h - our answer to a number as oracle.cc prints it
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TESTS_ORACLE_ANSWER_LINE_H
#define TESTS_ORACLE_ANSWER_LINE_H

#include <rufname/number.h>
#include <stddef.h>

#define ANSWER_LINE_SIZE (4 * RUF_NUMBER_TEXT_SIZE + 160)

/**
 * Columns of `rufname normalize --with-region`, then the international,
 * national and RFC 3966 forms; separated by tabs, no line end.
 * @return characters written, without the NUL.
 */
size_t answer_line(const char *text, size_t size, const char *region,
                   char out[ANSWER_LINE_SIZE]);

#endif

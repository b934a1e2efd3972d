/*
 * bench/number_code.h - our standardiser with the peers' numbering plans
 *
 * The library ships newer plans than the peers have, so their answers differ
 * by design. bench-number is the same code, compiled with the same options,
 * around tables generated from the peers' own metadata; it is loaded into this
 * process when the bench runs.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BENCH_NUMBER_CODE_H
#define BENCH_NUMBER_CODE_H

#include <rufname/number.h>

struct number_code {
    void *handle;
    void (*parse)(const char *text, size_t size, const char *region,
                  struct ruf_number *out);
    const char *(*version)(void);
};

/** Load bench-number. false: it is not built or not ours. */
bool number_code_open(const char *path, struct number_code *out);
void number_code_close(struct number_code *code);

/** Bytes of constant data in it: .rodata and .data.rel.ro. 0: unreadable. */
size_t number_code_table_bytes(const char *path);

#endif

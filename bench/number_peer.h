/*
 * bench/number_peer.h - libphonenumber in a process of its own
 *
 * Its builds run through another release's dynamic loader or in Node.js, so
 * they cannot be linked here. Each is a program in the oracle's folder (see
 * scripts/oracle) that keeps its texts and its warm caches and answers
 * requests; while it waits it costs nothing, so that peers and we take turns.
 * The dialogue is that of `oracle bench`, tests/oracle/oracle.cc.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BENCH_NUMBER_PEER_H
#define BENCH_NUMBER_PEER_H

#include "bench/bench.h"
#include <stdio.h>
#include <sys/types.h>

struct number_peer {
    pid_t child; /**< 0: not running */
    FILE *requests;
    FILE *answers;
};

/** Room for "STATUS<TAB>E.164<TAB>valid". */
#define NUMBER_ANSWER_SIZE 96

/**
 * Run a program to its end.
 * @param[in] output  file for its standard output, or NULL.
 * @return its exit code, -1 if it could not be run.
 */
int number_peer_run(const char *const arguments[], const char *output);

/**
 * Start a peer on the first 'count' lines of a file.
 * @param[out] start_ns  CPU time from its main() to a first answer.
 */
bool number_peer_start(struct number_peer *peer, const char *program,
                       const char *file, size_t block, size_t count,
                       double *start_ns);

/** Ask for the answers; then read one for each line. */
bool number_peer_ask(struct number_peer *peer);
bool number_peer_read(struct number_peer *peer,
                      char answer[NUMBER_ANSWER_SIZE]);

/** Time all texts once: CPU ns per text, a sample for each of 'blocks'. */
bool number_peer_round(struct number_peer *peer, size_t blocks,
                       struct bench_samples *samples);

void number_peer_stop(struct number_peer *peer);

#endif

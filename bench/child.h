/*
 * bench/child.h - measuring whole processes
 *
 * A process of its own has its own peak memory and its own start. A child of
 * this program is `rufname-bench --child NAME ARG...`; it writes its result to
 * descriptor BENCH_CHILD_RESULT.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BENCH_CHILD_H
#define BENCH_CHILD_H

#include "bench/bench.h"
#include <sys/types.h>

#define BENCH_CHILD_RESULT 3

/** What a process took. */
struct child_use {
    int code; /**< exit code; -1: killed or not started */
    double wall_s;
    double cpu_s;
    double rss_mib;   /**< not less than the peak of this process */
    double answer_us; /**< from the start to its whole result */
};

/** Path of a program that stands beside this one. */
void child_program(const char *name, char out[512]);

/** Start without waiting; output discarded. @return -1 on failure. */
pid_t child_start(const char *const arguments[]);

/** Run to the end. */
struct child_use child_run(const char *const arguments[]);

/**
 * Run this program as a child and take its result.
 * @param[in] arguments  NAME and its arguments, NULL-ended, at most 8.
 * @return false if it failed or wrote fewer than size bytes.
 */
bool child_ask(const char *const arguments[], void *result, size_t size,
               struct child_use *use);

/** In a child: hand over the result. @return exit code. */
int child_answer(const void *result, size_t size);

/** Children of the suites: arguments after NAME; return the exit code. */
int child_open(int argc, char **argv);
int child_scale_build(int argc, char **argv);
int child_scale_merge(int argc, char **argv);
int child_scale_read(int argc, char **argv);
int child_sync(int argc, char **argv);

#endif

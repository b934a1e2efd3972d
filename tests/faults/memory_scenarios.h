/*
 * tests/faults/memory_scenarios.h - what is tried without memory
 *
 * A scenario is one piece of work on a home. It says how it ended and sums up
 * what it answered, so that an answer with less in it than there should be is
 * seen as well as an error.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TESTS_FAULTS_MEMORY_SCENARIOS_H
#define TESTS_FAULTS_MEMORY_SCENARIOS_H

#include <rufname/rufname.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Paths; of those in the middle each scenario takes what it needs. */
struct place {
    const char *home;       /**< a home that is there */
    const char *empty;      /**< where there is none */
    const char *compressed; /**< a .csv.gz */
    const char *tenant;     /**< state of a running sample tenant, or NULL */
};

enum scenario_kind { READS, WRITES, NEEDS_TENANT };

struct scenario {
    const char *name;
    enum ruf_status (*run)(const struct place *place, uint64_t *answer,
                           struct ruf_error *err);
    enum scenario_kind kind;
    bool reports_damage; /**< in its answer, not as its status */
};

extern const struct scenario scenarios[];
extern const size_t scenario_count;

/** Read what scenarios are given, write place->compressed. */
void load_texts(const struct place *place);
void free_texts(void);

/** Make the home that scenarios start from, at place->home. */
void make_start(const struct place *place);

/** What the index of a home answers, summed up. Ends the program unless store
 *  and index verify and the index can be read. */
uint64_t check_home(const char *home);

#endif

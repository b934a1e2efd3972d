/*
 * gold.h - a directory whose merges are known: invented people, four sources,
 * twelve ways in which the same person is written differently
 *
 * A record names its numbers by owner ("mobile of person 17"), so that the
 * committed set holds no phone numbers; gold_spell() writes them out.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TESTS_GOLD_H
#define TESTS_GOLD_H

#include "indexer/contacts.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/** What was done to a record. Printed by name. */
enum gold_kind {
    GOLD_PLAIN = 0,
    GOLD_UMLAUT,       /**< Müller as Mueller or Muller */
    GOLD_SWAPPED,      /**< "Müller, Thomas" in the display name alone */
    GOLD_NO_COUNTRY,   /**< numbers without calling code */
    GOLD_INITIAL,      /**< T. Müller */
    GOLD_MARRIED,      /**< another family name, same mailbox */
    GOLD_ROLE_MAILBOX, /**< info@ instead of the own address */
    GOLD_LANDLINE,     /**< one line, two or three of a family */
    GOLD_SWITCHBOARD,  /**< the company's number, 50 or 500 share it */
    GOLD_NAMESAKE,     /**< two of one name in one company */
    GOLD_ASSISTANT,    /**< carries the boss's mobile number too */
    GOLD_REUSED,       /**< a leaver's number */
    GOLD_TWICE,        /**< the second record in one source */
    GOLD_KIND_COUNT
};

const char *gold_kind_name(enum gold_kind kind);

/** Whose number it is; the letters of the file. */
enum gold_line {
    GOLD_MOBILE = 'm', /**< of a person */
    GOLD_DIRECT = 'd', /**< of a desk */
    GOLD_MAIN = 's',   /**< switchboard of a company */
    GOLD_HOUSEHOLD = 'h'
};

struct gold_number {
    enum gold_line line;
    uint32_t owner;
    unsigned style; /**< of five spellings */
};

#define GOLD_NUMBERS_MAX 4

struct gold_record {
    uint32_t person; /**< the truth */
    enum gold_kind kind;
    const char *source; /**< AAD APC CRM LIST */
    char id[24];
    char given[48];
    char family[64];
    char display[112];
    char company[64];
    char mail[128];
    struct gold_number numbers[GOLD_NUMBERS_MAX];
    size_t number_count;
};

struct gold {
    struct gold_record *records;
    size_t count;
    size_t room;
};

/** Same seed, same records. Exits if memory runs out. */
void gold_make(struct gold *gold, uint64_t seed, uint32_t people);
void gold_free(struct gold *gold);

/** One record a line, tab-separated. */
void gold_print(const struct gold *gold, FILE *out);

/** A number as a person would write it; valid in the German plan. */
void gold_spell(const struct gold_number *number, char out[32]);

/** A policy with the four sources. */
extern const char gold_policy[];

/** A record as the sources of that policy give it. Texts are borrowed, numbers
 *  live in the arena. @return as ruf_standardise(). */
enum ruf_status gold_standardise(const struct gold_record *from,
                                 const struct ruf_policy *policy,
                                 struct ruf_arena *arena,
                                 struct ruf_source_contact *to);

#endif

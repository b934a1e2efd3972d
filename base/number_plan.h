/*
 * base/number_plan.h - shape of the numbering plan tables
 *
 * The tables are constant data, made by scripts/plan/generate.js. A national
 * number is walked digit by digit from the root of its calling code; the label
 * of the state reached says which region and type libphonenumber gives it. A
 * state is a row of ten next states, or a tail, where only the number of
 * further digits counts.
 *
 * Threads: constant data.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_NUMBER_PLAN_H
#define BASE_NUMBER_PLAN_H

#include <stdint.h>

/** A calling code, its regions (main region first) and its root state. */
struct ruf_plan_code {
    char digits[3]; /**< "49", not NUL-ended */
    uint8_t width;  /**< how many they are */
    uint16_t code;
    uint16_t first_region;
    uint16_t region_count;
    uint16_t root;
    uint16_t first_format;
    uint16_t format_count;
    uint16_t extension_text; /**< before an extension, if not " ext. " */
};

/** A region, or a non-geographic calling code ("001"). */
struct ruf_plan_region {
    char name[4];
    uint16_t code;         /**< position in ruf_plan_codes */
    uint16_t general_root; /**< accepts what the general pattern matches */
    uint16_t short_root;   /**< 1 emergency, 2 other short numbers */
    uint32_t lengths;      /**< bit n: national numbers of n digits exist */
    uint32_t local_lengths;
    uint16_t idd;       /**< program of the international prefix, 0 none */
    uint16_t prefix;    /**< program of the national prefix, 0 none */
    uint16_t transform; /**< text "9$1" in ruf_plan_texts, 0 none */
};

/** How national digits are grouped; the first that fits counts. */
struct ruf_plan_format {
    uint16_t leading;       /**< program the digits must begin with, 0 any */
    uint16_t pattern;       /**< program of all the digits, with groups */
    uint16_t national;      /**< text "0$1 $2" in ruf_plan_texts */
    uint16_t international; /**< text, 0 = not used abroad */
};

/** One step of a prefix or format program. */
struct ruf_plan_step {
    uint16_t op : 3;        /**< enum ruf_plan_op */
    uint16_t argument : 13; /**< digit mask, steps ahead or slot */
};

enum ruf_plan_op {
    RUF_PLAN_SET = 0,
    RUF_PLAN_SPLIT,
    RUF_PLAN_JUMP,
    RUF_PLAN_SAVE,
    RUF_PLAN_END,
    RUF_PLAN_MATCH
};

/** Mark of a state that is a tail: the rest is its place in ruf_plan_tails,
 * where labels stand by the number of digits that follow, 0 to 17. The tail at
 * place 0 has no labels. */
#define RUF_PLAN_TAIL 0x8000u

/** What a label means; label 0: nothing. */
struct ruf_plan_label {
    uint8_t region; /**< within its code */
    uint8_t type;   /**< enum ruf_number_type */
};

/** Labels below a short_root. */
#define RUF_PLAN_EMERGENCY 1
#define RUF_PLAN_SHORT 2

extern const char ruf_plan_version[];
extern const uint16_t ruf_plan_next[]; /**< ten states per row */
extern const uint8_t
    ruf_plan_row_labels[]; /**< label of digits that end here */
extern const uint8_t ruf_plan_tails[];
extern const struct ruf_plan_label ruf_plan_labels[];
extern const struct ruf_plan_code ruf_plan_codes[];
extern const struct ruf_plan_region ruf_plan_regions[];
extern const struct ruf_plan_format ruf_plan_formats[];
extern const struct ruf_plan_step ruf_plan_program[];
extern const char ruf_plan_texts[]; /**< NUL-ended; the first is empty */
extern const uint16_t ruf_plan_region_by_name[]; /**< 26 * 26, + 1 */
extern const uint8_t ruf_plan_code_by_digits[];  /**< 1000, + 1 */
extern const uint32_t ruf_plan_digit_zeros[];    /**< ascending, >= U+0080 */
extern const uint32_t ruf_plan_word_ranges[][2]; /**< letters and numbers */
extern const uint32_t ruf_plan_code_count;
extern const uint32_t ruf_plan_region_count;
extern const uint32_t ruf_plan_digit_zero_count;
extern const uint32_t ruf_plan_word_range_count;

#endif

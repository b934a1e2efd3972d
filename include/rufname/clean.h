/*
 * rufname/clean.h - phone numbers as directories hold them
 *
 * ruf_number_parse() gives libphonenumber's answer, and libphonenumber takes a
 * label for a vanity number, two numbers for one and a date for a phone. The
 * cleaning layer corrects the text first, says which corrections it made, and
 * then parses. Each correction can be switched off; with all of them off the
 * answer is that of ruf_number_parse(). So is that for a link of RFC 3966 with
 * ";phone-context=" or ";isub=", which needs no correction.
 *
 * Threads: pure functions. No allocation.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RUFNAME_CLEAN_H
#define RUFNAME_CLEAN_H

#include <rufname/number.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What may be corrected; a set of bits. */
enum ruf_correction {
    /** "+49 30 23125 000 (privat)": words that say what kind of number it is,
     * German and English, brackets without digits, and any words behind a
     * number that is valid without them, are dropped. Capitals that make a
     * valid number stay: they may be vanity. */
    RUF_CORRECT_LABEL = 1 << 0,
    /** "030 23125-0 DW 12": the word is dropped, the digits replace the 0 that
     * stands for the switchboard. */
    RUF_CORRECT_DIRECT_DIAL = 1 << 1,
    /** "030 23125 000 / 0152 28817386": two numbers, if each alone is valid and
     * the second one begins with a plus or a 0. "030 23125-0/-12" are two of
     * one switchboard, also a correction of the direct dial number. */
    RUF_CORRECT_SPLIT = 1 << 2,
    /** "2024-11-05", "bis 05.11.2024", "192.168.10.20": not phone numbers,
     * refused. */
    RUF_CORRECT_REFUSE = 1 << 3,
    /** "4915228817386": where national numbers begin with 0, one that begins
     * with the region's own calling code is read as if it had a plus. */
    RUF_CORRECT_CALLING_CODE = 1 << 4,
    /** "23125 000": the default area code is put before a number that is not
     * valid without it, or, where national numbers begin with 0, that has at
     * most 8 digits and does not. */
    RUF_CORRECT_AREA_CODE = 1 << 5,
    RUF_CORRECT_ALL = (1 << 6) - 1
};

struct ruf_clean_options {
    unsigned corrections;  /**< enum ruf_correction that may be made */
    const char *area_code; /**< national digits such as "30", or NULL */
};

/** Most numbers that are found in one text. */
#define RUF_CLEANED_MAX 4

/** Longest text that is corrected, in bytes; longer ones are only parsed. */
#define RUF_CLEAN_TEXT_MAX 250

struct ruf_cleaned {
    unsigned corrections; /**< enum ruf_correction that were made */
    size_t count;         /**< 1..RUF_CLEANED_MAX */
    struct ruf_number numbers[RUF_CLEANED_MAX];
    /** Does its text name the calling code with a plus? Then the region that
     * was given counted for nothing. */
    bool has_plus[RUF_CLEANED_MAX];
};

/**
 * Correct and parse.
 * @param[in]  text, size, region  as for ruf_number_parse().
 * @param[out] out  the first 'count' numbers are written.
 */
RUF_API void ruf_number_clean(const char *text, size_t size, const char *region,
                              const struct ruf_clean_options *options,
                              struct ruf_cleaned *out);

/** Word for one correction: "label", "direct-dial", "split", "refused",
 * "calling-code", "area-code". */
RUF_API const char *ruf_correction_name(enum ruf_correction correction);

#ifdef __cplusplus
}
#endif
#endif

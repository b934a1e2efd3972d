/*
 * rufname/number.h - phone numbers in E.164
 *
 * ruf_number_parse() turns what people write into what Google's libphonenumber
 * (C++) answers for the same text: status, E.164 form, validity, possibility,
 * region, type and extension. Plan data: libphonenumber's metadata, compiled
 * into constant tables; no start-up work.
 *
 * Threads: pure functions, free to call from any thread. No allocation, no
 * locale, no environment.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RUFNAME_NUMBER_H
#define RUFNAME_NUMBER_H

#include <rufname/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * E.164 number as an integer: calling code, then national digits, no '+';
 * 49891234567. 0 = none. At most 18 digits: plans in use exceed the 15 of
 * ITU-T E.164 (German numbers reach 17), and the key must fit the int64_t of
 * Apple's CXCallDirectoryPhoneNumber.
 */
typedef uint64_t ruf_e164;

#define RUF_E164_MAX UINT64_C(999999999999999999)

/** Outcome of parsing; names are libphonenumber's ErrorType. */
enum ruf_number_status {
    RUF_NUMBER_OK = 0,
    RUF_NUMBER_INVALID_COUNTRY_CODE,
    RUF_NUMBER_NOT_A_NUMBER,
    RUF_NUMBER_TOO_SHORT_AFTER_IDD,
    RUF_NUMBER_TOO_SHORT_NSN,
    RUF_NUMBER_TOO_LONG_NSN
};

/** Length verdict; names are libphonenumber's ValidationResult. */
enum ruf_number_possibility {
    RUF_IS_POSSIBLE = 0,
    RUF_IS_POSSIBLE_LOCAL_ONLY,
    RUF_POSSIBLE_INVALID_COUNTRY_CODE,
    RUF_POSSIBLE_TOO_SHORT,
    RUF_POSSIBLE_INVALID_LENGTH,
    RUF_POSSIBLE_TOO_LONG
};

/** Number type; values are libphonenumber's PhoneNumberType. */
enum ruf_number_type {
    RUF_TYPE_FIXED_LINE = 0,
    RUF_TYPE_MOBILE,
    RUF_TYPE_FIXED_LINE_OR_MOBILE,
    RUF_TYPE_TOLL_FREE,
    RUF_TYPE_PREMIUM_RATE,
    RUF_TYPE_SHARED_COST,
    RUF_TYPE_VOIP,
    RUF_TYPE_PERSONAL_NUMBER,
    RUF_TYPE_PAGER,
    RUF_TYPE_UAN,
    RUF_TYPE_VOICEMAIL,
    RUF_TYPE_UNKNOWN
};

/** A parsed number. On an error only status is meaningful, all else is 0. */
struct ruf_number {
    enum ruf_number_status status;
    enum ruf_number_possibility possibility;
    enum ruf_number_type type;
    bool valid;            /**< the plan of the region assigns this number */
    ruf_e164 key;          /**< integer form; 0 unless valid and <= 18 digits */
    uint16_t calling_code; /**< 1..999 */
    char region[4];        /**< "DE", "001" (non-geographic) or "ZZ" (none) */
    char e164[24];         /**< "+49891234567"; '+', 3..20 digits, NUL */
    char extension[84];    /**< 0..20 digits as typed (any script), NUL */
};

/**
 * Parse one number as libphonenumber's Parse(), IsPossibleNumberWithReason(),
 * IsValidNumber(), GetRegionCodeForNumber(), GetNumberType() and E.164
 * Format() would.
 *
 * @param[in]  text    UTF-8, any bytes tolerated; need not end in NUL.
 * @param[in]  size    bytes of text. No limit; time is linear.
 * @param[in]  region  default region, two upper-case letters (ISO 3166-1
 *                     alpha-2) and NUL, or NULL: only international form.
 *                     An unknown region counts as NULL.
 * @param[out] out     always written whole.
 */
RUF_API void ruf_number_parse(const char *text, size_t size, const char *region,
                              struct ruf_number *out);

/** Is this an ISO 3166-1 alpha-2 region with a numbering plan ("DE")? */
RUF_API bool ruf_number_region_known(const char *region);

/** Version of the numbering plan tables: libphonenumber's, e.g. "8.13.51". */
RUF_API const char *ruf_number_metadata_version(void);

/** libphonenumber's word for a status: "OK", "NOT_A_NUMBER", ... */
RUF_API const char *ruf_number_status_name(enum ruf_number_status status);

/** libphonenumber's word for a possibility: "IS_POSSIBLE", ... */
RUF_API const char *
ruf_number_possibility_name(enum ruf_number_possibility possibility);

/** Lower-case word for a type: "fixed_line", "premium_rate", ... */
RUF_API const char *ruf_number_type_name(enum ruf_number_type type);

/** Is it a short number of this region (112, 116117)? Such numbers are dialled
 * as they are and have no E.164 form. */
enum ruf_number_short {
    RUF_SHORT_NONE = 0,
    RUF_SHORT_EMERGENCY, /**< 112, 110, 911 */
    RUF_SHORT_OTHER      /**< directory service, helpline, ... */
};

/**
 * libphonenumber's IsEmergencyNumber() (exact match) and
 * IsValidShortNumberForRegion() for digits as they are dialled.
 *
 * @param[in] text    UTF-8; read as a number without plus and extension.
 * @param[in] size    bytes of text.
 * @param[in] region  as for ruf_number_parse(); unknown or NULL: none.
 */
RUF_API enum ruf_number_short ruf_number_short(const char *text, size_t size,
                                               const char *region);

/** Room for '+', at most 20 digits, NUL. */
#define RUF_E164_TEXT_SIZE 24

/**
 * Write "+49891234567" and a NUL.
 * @return characters written, without the NUL.
 */
RUF_API size_t ruf_e164_format(ruf_e164 number, char out[RUF_E164_TEXT_SIZE]);

/** How a number is shown; libphonenumber's PhoneNumberFormat. */
enum ruf_number_style {
    RUF_STYLE_E164 = 0,      /**< +49891234567, no extension */
    RUF_STYLE_INTERNATIONAL, /**< +49 89 1234567 */
    RUF_STYLE_NATIONAL,      /**< 089 1234567 */
    RUF_STYLE_RFC3966        /**< tel:+49-89-1234567, what a link carries */
};

/** Room for any number in any style, with extension and NUL. */
#define RUF_NUMBER_TEXT_SIZE 192

/**
 * Format a parsed number as libphonenumber's Format() does, extension
 * included (" ext. 12" or the region's word).
 * @return characters written, without the NUL; 0 if its status is not OK.
 */
RUF_API size_t ruf_number_format(const struct ruf_number *number,
                                 enum ruf_number_style style,
                                 char out[RUF_NUMBER_TEXT_SIZE]);

/** The same for a number that was kept as an integer. An unassigned calling
 * code gives "+digits". */
RUF_API size_t ruf_e164_format_as(ruf_e164 number, enum ruf_number_style style,
                                  char out[RUF_NUMBER_TEXT_SIZE]);

#ifdef __cplusplus
}
#endif
#endif

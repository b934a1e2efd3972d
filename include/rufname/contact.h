/*
 * rufname/contact.h - values that describe a contact
 *
 * Plain values, borrowed text. Who owns the bytes behind a struct ruf_text
 * stands at the function that hands it out.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RUFNAME_CONTACT_H
#define RUFNAME_CONTACT_H

#include <rufname/number.h>
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A piece of UTF-8 text; not NUL-terminated. Absent: data NULL, size 0. */
struct ruf_text {
    const char *data;
    size_t size; /**< bytes */
};

/** What a number is for. Stored in images and databases: never renumber. */
enum ruf_number_kind {
    RUF_KIND_BUSINESS = 0,
    RUF_KIND_MOBILE,
    RUF_KIND_HOME,
    RUF_KIND_MAIN,
    RUF_KIND_OTHER,
    RUF_KIND_FAX,
    RUF_KIND_PAGER,
    RUF_KIND_COUNT
};

/** Lower-case English word of a kind: "business". */
RUF_API const char *ruf_number_kind_name(enum ruf_number_kind kind);

/**
 * Identity of a merged contact: first 16 bytes of SHA-256 over its founding
 * record's source id and native id. Independent of arrival order and of the
 * key of the home.
 */
struct ruf_contact_id {
    uint8_t bytes[16];
};

/** Characters of a contact id in text: 32 lower-case hex digits and NUL. */
#define RUF_CONTACT_ID_TEXT_SIZE 33

/** Write 32 lower-case hex digits and a NUL. */
RUF_API void ruf_contact_id_format(const struct ruf_contact_id *id,
                                   char out[RUF_CONTACT_ID_TEXT_SIZE]);

/** Read 32 hex digits of either case; false if the text is anything else. */
RUF_API bool ruf_contact_id_parse(const char *text, struct ruf_contact_id *out);

/** One number of a contact. */
struct ruf_contact_number {
    ruf_e164 e164; /**< 0: not identifiable, see raw */
    enum ruf_number_kind kind;
    struct ruf_text raw; /**< as the source wrote it */
    bool emitted;        /**< nothing but a limit or blocking keeps it off the
                              phone */
    uint32_t sources;    /**< bit i: sources[i] of the contact has it */
};

/** Single-valued fields, for ruf_contact.field_sources. */
enum ruf_contact_field {
    RUF_CONTACT_GIVEN = 0,
    RUF_CONTACT_FAMILY,
    RUF_CONTACT_DISPLAY_NAME,
    RUF_CONTACT_COMPANY,
    RUF_CONTACT_TITLE,
    RUF_CONTACT_DEPARTMENT,
    RUF_CONTACT_FIELD_COUNT
};

/** One merged contact, as the search screen shows it. */
struct ruf_contact {
    struct ruf_contact_id id;
    struct ruf_text given;
    struct ruf_text family;
    struct ruf_text display;
    struct ruf_text company;
    struct ruf_text title; /**< position, job title */
    struct ruf_text department;
    const struct ruf_contact_number *numbers;
    size_t number_count;
    const struct ruf_text *emails;
    size_t email_count;
    const uint32_t *email_sources;  /**< of each e-mail, as of a number */
    const struct ruf_text *sources; /**< source ids ("AAD"), by priority */
    size_t source_count;
    /** Bit i: sources[i] gave the value of that field; 0 = no value. A bit
     *  set holds the first 32 sources; no policy names more. */
    uint32_t field_sources[RUF_CONTACT_FIELD_COUNT];
};

#ifdef __cplusplus
}
#endif
#endif

/*
 * engine/scan.c - do these bytes hold a text or a number, in any clear form?
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "engine/scan.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FORM_MIN 7u
#define PACKED_MIN 6u
#define FORM_MAX 2048u
#define TEXT_MAX 256u /* bytes of a text; the rest of it adds nothing */
#define TABLE_SIZE 65536u
#define CHUNK ((size_t)1 << 20)

struct form {
    uint32_t at; /* in the bytes of all forms */
    uint32_t size;
    uint32_t next; /* another one with the same first bytes, or NONE */
};

#define NONE UINT32_MAX

struct ruf_scan {
    struct ruf_writer bytes;
    struct ruf_writer forms;
    uint32_t heads[TABLE_SIZE];
};

enum ruf_status ruf_scan_create(struct ruf_scan **out, struct ruf_error *err)
{
    *out = calloc(1, sizeof(**out));
    return *out == NULL ? ruf_fail_memory(err) : RUF_OK;
}

void ruf_scan_destroy(struct ruf_scan *scan)
{
    if (scan == NULL)
        return;
    ruf_writer_wipe(&scan->bytes);
    ruf_writer_free(&scan->forms);
    free(scan);
}

/* --- forms
 * ------------------------------------------------------------------------ */

static void add_form(struct ruf_scan *scan, const void *bytes, size_t size,
                     size_t least)
{
    struct form form = { (uint32_t)scan->bytes.size, (uint32_t)size, NONE };

    if (size < least || size > FORM_MAX)
        return;
    ruf_write_bytes(&scan->bytes, bytes, size);
    ruf_write_bytes(&scan->forms, &form, sizeof(form));
}

static void add_utf16(struct ruf_scan *scan, struct ruf_text text)
{
    uint8_t little[4 * TEXT_MAX];
    uint8_t big[4 * TEXT_MAX];
    size_t size = 0;

    for (size_t i = 0; i < text.size;) {
        uint32_t c;

        i += ruf_utf8_decode(text.data + i, text.size - i, &c);
        if (c > 0xFFFF)
            return; /* rare in a name, and its UTF-8 form is looked for */
        little[size] = big[size + 1] = (uint8_t)c;
        little[size + 1] = big[size] = (uint8_t)(c >> 8);
        size += 2;
    }
    add_form(scan, little, size, FORM_MIN);
    add_form(scan, big, size, FORM_MIN);
}

/* Only those characters of base64 that depend on nothing around the text. */
static void add_base64(struct ruf_scan *scan, struct ruf_text text)
{
    static const size_t cut[] = { 0, 2, 3 };

    for (size_t offset = 0; offset < 3; offset++) {
        uint8_t plain[TEXT_MAX + 2] = { 0 };
        uint8_t coded[2 * TEXT_MAX];
        size_t whole = (offset + text.size) * 8 / 6;

        memcpy(plain + offset, text.data, text.size);
        (void)EVP_EncodeBlock(coded, plain, (int)(offset + text.size));
        if (whole > cut[offset])
            add_form(scan, coded + cut[offset], whole - cut[offset],
                     FORM_MIN + 2);
    }
}

void ruf_scan_add_text(struct ruf_scan *scan, struct ruf_text text)
{
    text = ruf_text_slice(text, 0, TEXT_MAX);
    if (text.size < FORM_MIN)
        return;
    add_form(scan, text.data, text.size, FORM_MIN);
    add_utf16(scan, text);
    add_base64(scan, text);
}

/* Two digits a byte, beginning with the first or the second digit. */
static void add_packed(struct ruf_scan *scan, const char *digits, size_t count)
{
    for (size_t first = 0; first < 2; first++) {
        uint8_t packed[RUF_E164_TEXT_SIZE];
        size_t size = 0;

        for (size_t i = first; i + 1 < count; i += 2)
            packed[size++] =
                (uint8_t)((digits[i] - '0') << 4 | (digits[i + 1] - '0'));
        add_form(scan, packed, size, PACKED_MIN);
    }
}

void ruf_scan_add_number(struct ruf_scan *scan, ruf_e164 number)
{
    char text[RUF_E164_TEXT_SIZE];
    uint8_t little[8];
    uint8_t big[8];
    size_t size = ruf_e164_format(number, text);

    if (number == 0)
        return;
    ruf_scan_add_text(scan, (struct ruf_text){ text + 1, size - 1 });
    add_packed(scan, text + 1, size - 1);
    ruf_store64(little, number);
    for (size_t i = 0; i < 8; i++)
        big[i] = little[7 - i];
    add_form(scan, little, 8, FORM_MIN);
    add_form(scan, big, 8, FORM_MIN);
}

/* --- searching
 * -------------------------------------------------------------------- */

static uint32_t bucket(const uint8_t *bytes)
{
    return ruf_load32(bytes) * UINT32_C(0x9E3779B1) >> 16;
}

static struct form *forms_of(const struct ruf_scan *scan)
{
    return (struct form *)(void *)scan->forms.bytes;
}

size_t ruf_scan_count(const struct ruf_scan *scan)
{
    return scan->forms.size / sizeof(struct form);
}

enum ruf_status ruf_scan_ready(struct ruf_scan *scan, struct ruf_error *err)
{
    struct form *forms = forms_of(scan);

    if (scan->bytes.failed || scan->forms.failed)
        return ruf_fail_memory(err);
    for (size_t i = 0; i < TABLE_SIZE; i++)
        scan->heads[i] = NONE;
    for (uint32_t i = 0; i < ruf_scan_count(scan); i++) {
        uint32_t *head = &scan->heads[bucket(scan->bytes.bytes + forms[i].at)];

        forms[i].next = *head;
        *head = i;
    }
    return RUF_OK;
}

static bool stands_here(const struct ruf_scan *scan, const uint8_t *bytes,
                        size_t size)
{
    const struct form *forms = forms_of(scan);

    for (uint32_t i = scan->heads[bucket(bytes)]; i != NONE; i = forms[i].next)
        if (forms[i].size <= size &&
            memcmp(scan->bytes.bytes + forms[i].at, bytes, forms[i].size) == 0)
            return true;
    return false;
}

bool ruf_scan_bytes(const struct ruf_scan *scan, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;

    for (size_t i = 0; i + 4 <= size; i++)
        if (stands_here(scan, at + i, size - i))
            return true;
    return false;
}

/* Piece by piece; each begins with the end of the one before. */
static enum ruf_status scan_open(const struct ruf_scan *scan, int fd,
                                 const char *path, uint64_t size,
                                 uint8_t *buffer, bool *found,
                                 struct ruf_error *err)
{
    uint64_t at = 0;

    while (at < size && !*found) {
        size_t piece = size - at < CHUNK + FORM_MAX ? (size_t)(size - at)
                                                    : CHUNK + FORM_MAX;
        enum ruf_status status =
            ruf_file_pread(fd, path, buffer, piece, at, err);

        if (status != RUF_OK)
            return status;
        *found = ruf_scan_bytes(scan, buffer, piece);
        at += CHUNK;
    }
    return RUF_OK;
}

enum ruf_status ruf_scan_file(const struct ruf_scan *scan, const char *path,
                              bool *found, struct ruf_error *err)
{
    uint8_t *buffer = malloc(CHUNK + FORM_MAX);
    uint64_t size = 0;
    int fd = -1;
    enum ruf_status status;

    *found = false;
    if (buffer == NULL)
        return ruf_fail_memory(err);
    status = ruf_file_open(path, RUF_FILE_ANY, &fd, &size, err);
    if (status == RUF_OK) {
        status = scan_open(scan, fd, path, size, buffer, found, err);
        (void)close(fd);
    }
    free(buffer);
    return status;
}

/*
 * base/key_item.c - what a key store keeps for a home
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/key_item.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/secret.h"
#include "base/text.h"
#include <rufname/key.h>
#include <string.h>

#define MAGIC "RUFKEY\0\1"
#define MAGIC_SIZE 8
#define HEX_SIZE (2 * RUF_KEY_SIZE)

#define FLAG_PIN 1u
#define FLAG_RESETTING 2u
#define FLAG_RENEWING 4u
#define FLAGS (FLAG_PIN | FLAG_RESETTING | FLAG_RENEWING)

/* Where each field lies. */
enum {
    AT_FLAGS = 8,
    AT_ATTEMPTS = 12,
    AT_SECRET = 16,
    AT_GENERATION = 48,
    AT_IMAGE = 56,
    AT_CHECKED_IN = 88,
    AT_CLOCK_SEEN = 96,
    AT_PIN_SET = 104,
    AT_PIN_LOG_N = 112,
    AT_PIN_R = 116,
    AT_PIN_P = 120,
    AT_PIN_MAX = 124,
    AT_PIN_SALT = 128,
    AT_PIN_WRAPPED = 144,
    AT_JUDGED = 208,
    AT_WRONG_PINS = 212,
    AT_WRONG_PIN_AT = 216,
    AT_NOTES = 224, /* each a time, and what in the low 16 bits */
    AT_NEXT = 256
};

_Static_assert(AT_NOTES + 8 * RUF_KEY_NOTES == AT_NEXT, "no room is left");
_Static_assert(AT_NEXT == RUF_KEY_ITEM_SIZE &&
                   AT_NEXT + RUF_WRAPPED_SIZE == RUF_KEY_ITEM_ROOM,
               "the next key comes after all else");

static enum ruf_status not_an_item(struct ruf_error *err, const char *why)
{
    return ruf_fail(err, RUF_E_KEY, "K203", "", "%s", why);
}

/* 64 hex digits with at most a line feed after them. */
static bool read_hex(const uint8_t *text, size_t size, uint8_t *key)
{
    if (size == HEX_SIZE + 1 && text[HEX_SIZE] == '\n')
        size--;
    if (size != HEX_SIZE)
        return false;
    for (size_t i = 0; i < RUF_KEY_SIZE; i++) {
        int high = ruf_hex_value((char)text[2 * i]);
        int low = ruf_hex_value((char)text[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        key[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static void read_pin(const uint8_t *bytes, struct ruf_pin_wrap *out)
{
    out->set_at = (int64_t)ruf_load64(bytes + AT_PIN_SET);
    out->log_n = ruf_load32(bytes + AT_PIN_LOG_N);
    out->r = ruf_load32(bytes + AT_PIN_R);
    out->p = ruf_load32(bytes + AT_PIN_P);
    out->attempts_max = ruf_load32(bytes + AT_PIN_MAX);
    memcpy(out->salt, bytes + AT_PIN_SALT, sizeof(out->salt));
    memcpy(out->wrapped, bytes + AT_PIN_WRAPPED, sizeof(out->wrapped));
}

static void read_notes(const uint8_t *bytes, struct ruf_key_item *out)
{
    out->judged = (uint16_t)ruf_load32(bytes + AT_JUDGED);
    out->wrong_pins = ruf_load32(bytes + AT_WRONG_PINS);
    out->wrong_pin_at = (int64_t)ruf_load64(bytes + AT_WRONG_PIN_AT);
    for (size_t i = 0; i < RUF_KEY_NOTES; i++) {
        uint64_t note = ruf_load64(bytes + AT_NOTES + 8 * i);

        out->notes[i].made = (int64_t)(note >> 16);
        out->notes[i].what = (uint16_t)note;
    }
}

static void write_notes(const struct ruf_key_item *item, uint8_t *out)
{
    ruf_store32(out + AT_JUDGED, item->judged);
    ruf_store32(out + AT_WRONG_PINS, item->wrong_pins);
    ruf_store64(out + AT_WRONG_PIN_AT, (uint64_t)item->wrong_pin_at);
    for (size_t i = 0; i < RUF_KEY_NOTES; i++)
        ruf_store64(out + AT_NOTES + 8 * i,
                    (uint64_t)item->notes[i].made << 16 | item->notes[i].what);
}

static enum ruf_status read_fields(const uint8_t *bytes, size_t size,
                                   struct ruf_key_item *out,
                                   struct ruf_error *err)
{
    uint32_t flags = ruf_load32(bytes + AT_FLAGS);

    if ((flags & ~FLAGS) != 0)
        return not_an_item(err, "written by another version");
    out->renewing = (flags & FLAG_RENEWING) != 0;
    if (out->renewing != (size == RUF_KEY_ITEM_ROOM))
        return not_an_item(err, "its length is wrong");
    if (out->renewing)
        memcpy(out->next, bytes + AT_NEXT, sizeof(out->next));
    out->has_pin = (flags & FLAG_PIN) != 0;
    out->resetting = (flags & FLAG_RESETTING) != 0;
    out->attempts = ruf_load32(bytes + AT_ATTEMPTS);
    memcpy(out->secret, bytes + AT_SECRET, sizeof(out->secret));
    out->generation = ruf_load64(bytes + AT_GENERATION);
    memcpy(out->image, bytes + AT_IMAGE, sizeof(out->image));
    out->checked_in = (int64_t)ruf_load64(bytes + AT_CHECKED_IN);
    out->clock_seen = (int64_t)ruf_load64(bytes + AT_CLOCK_SEEN);
    read_pin(bytes, &out->pin);
    read_notes(bytes, out);
    return RUF_OK;
}

enum ruf_status ruf_key_item_read(const uint8_t *bytes, size_t size,
                                  struct ruf_key_item *out,
                                  struct ruf_error *err)
{
    memset(out, 0, sizeof(*out));
    if (size == RUF_KEY_SIZE) {
        memcpy(out->secret, bytes, RUF_KEY_SIZE);
        return RUF_OK;
    }
    if (read_hex(bytes, size, out->secret))
        return RUF_OK;
    if ((size == RUF_KEY_ITEM_SIZE || size == RUF_KEY_ITEM_ROOM) &&
        memcmp(bytes, MAGIC, MAGIC_SIZE) == 0)
        return read_fields(bytes, size, out, err);
    return not_an_item(err, "a key is 32 bytes, 64 hex digits or a key item");
}

size_t ruf_key_item_write(const struct ruf_key_item *item,
                          uint8_t out[RUF_KEY_ITEM_ROOM])
{
    const struct ruf_pin_wrap *pin = &item->pin;
    uint32_t flags = (item->has_pin ? FLAG_PIN : 0) |
                     (item->resetting ? FLAG_RESETTING : 0) |
                     (item->renewing ? FLAG_RENEWING : 0);

    memset(out, 0, RUF_KEY_ITEM_ROOM);
    memcpy(out, MAGIC, MAGIC_SIZE);
    ruf_store32(out + AT_FLAGS, flags);
    ruf_store32(out + AT_ATTEMPTS, item->attempts);
    memcpy(out + AT_SECRET, item->secret, sizeof(item->secret));
    ruf_store64(out + AT_GENERATION, item->generation);
    memcpy(out + AT_IMAGE, item->image, sizeof(item->image));
    ruf_store64(out + AT_CHECKED_IN, (uint64_t)item->checked_in);
    ruf_store64(out + AT_CLOCK_SEEN, (uint64_t)item->clock_seen);
    ruf_store64(out + AT_PIN_SET, (uint64_t)pin->set_at);
    ruf_store32(out + AT_PIN_LOG_N, pin->log_n);
    ruf_store32(out + AT_PIN_R, pin->r);
    ruf_store32(out + AT_PIN_P, pin->p);
    ruf_store32(out + AT_PIN_MAX, pin->attempts_max);
    memcpy(out + AT_PIN_SALT, pin->salt, sizeof(pin->salt));
    memcpy(out + AT_PIN_WRAPPED, pin->wrapped, sizeof(pin->wrapped));
    write_notes(item, out);
    if (!item->renewing)
        return RUF_KEY_ITEM_SIZE;
    memcpy(out + AT_NEXT, item->next, sizeof(item->next));
    return RUF_KEY_ITEM_ROOM;
}

enum ruf_status ruf_key_from_item(const void *item, size_t size,
                                  uint8_t key[RUF_KEY_SIZE],
                                  struct ruf_error *err)
{
    struct ruf_key_item parsed;
    enum ruf_status status = ruf_key_item_read(item, size, &parsed, err);

    memset(key, 0, RUF_KEY_SIZE);
    if (status == RUF_OK && parsed.has_pin)
        status =
            ruf_fail(err, RUF_E_LOCKED, "K210", "", "a PIN protects the key");
    if (status == RUF_OK)
        memcpy(key, parsed.secret, RUF_KEY_SIZE);
    ruf_wipe(&parsed, sizeof(parsed));
    return status;
}

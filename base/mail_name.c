/*
 * base/mail_name.c - names as e-mail addresses spell them
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/mail_name.h"
#include "base/bytes.h"
#include <stdint.h>

/* U+00E0 to U+00FF, in UTF-8 C3 A0 to C3 BF; the capitals U+00C0 to U+00DE are
 * the same, U+00DF is not. */
static const char letters[32][3] = { "a", "a", "a", "a", "ae", "a", "ae", "c",
                                     "e", "e", "e", "e", "i",  "i", "i",  "i",
                                     "d", "n", "o", "o", "o",  "o", "oe", "",
                                     "o", "u", "u", "u", "ue", "y", "th", "y" };

#define LATIN_LEAD 0xC3u
#define SHARP_S 0x9Fu
#define UMLAUTS (1u << 4 | 1u << 22 | 1u << 28)

/* One letter of two bytes. @return bytes written. */
static size_t spell_latin(uint8_t last, enum ruf_mail_spelling spelling,
                          char *out)
{
    unsigned at = last & 31u;
    const char *letter = last == SHARP_S ? "ss" : letters[at];

    if (letter[0] == '\0')
        return 0;
    out[0] = letter[0];
    if (letter[1] == '\0' || (spelling == RUF_MAIL_PLAIN && last != SHARP_S &&
                              (UMLAUTS >> at & 1) != 0))
        return 1;
    out[1] = letter[1];
    return 2;
}

size_t ruf_mail_spell(struct ruf_text name, enum ruf_mail_spelling spelling,
                      char *out)
{
    const uint8_t *bytes = (const uint8_t *)name.data;
    size_t size = 0;

    for (size_t i = 0; i < name.size; i++) {
        uint8_t byte = bytes[i];
        uint8_t lower = byte | 0x20u;

        if ((lower >= 'a' && lower <= 'z') || (byte >= '0' && byte <= '9'))
            out[size++] = (char)lower;
        else if (byte == LATIN_LEAD && i + 1 < name.size &&
                 bytes[i + 1] >> 6 == 2)
            size += spell_latin(bytes[++i], spelling, out + size);
    }
    return size;
}

/* A name of ASCII letters only, eight at a time; false if there is more in it.
 */
static bool spell_letters(struct ruf_text name, char *out)
{
    const uint64_t tops = RUF_EACH_BYTE(0x80);
    uint64_t others = 0;

    for (size_t at = 0; at < name.size; at += 8) {
        size_t left = name.size - at;
        uint64_t kept = left < 8 ? tops >> (64 - 8 * left) : tops;
        uint64_t bytes =
            ruf_load64((const uint8_t *)name.data + at) | RUF_EACH_BYTE(0x20);
        uint64_t low = bytes & ~tops;
        uint64_t good = (low + RUF_EACH_BYTE(0x80 - 'a')) &
                        ~(low + RUF_EACH_BYTE(0x7F - 'z')) & ~bytes;

        others |= kept & ~good;
        ruf_store64((uint8_t *)out + at, bytes);
    }
    return others == 0;
}

size_t ruf_mail_spell_roomy(struct ruf_text name,
                            enum ruf_mail_spelling spelling, char *out)
{
    return spell_letters(name, out) ? name.size
                                    : ruf_mail_spell(name, spelling, out);
}

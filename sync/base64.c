/*
 * sync/base64.c - base64 both ways (RFC 4648), over OpenSSL
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sync/base64.h"
#include <openssl/evp.h>
#include <string.h>

void ruf_base64(const void *bytes, size_t size, char *out)
{
    (void)EVP_EncodeBlock((unsigned char *)out, bytes, (int)size);
}

void ruf_base64url(const void *bytes, size_t size, char *out)
{
    ruf_base64(bytes, size, out);
    for (; *out != '\0' && *out != '='; out++)
        *out = *out == '+' ? '-' : *out == '/' ? '_' : *out;
    *out = '\0';
}

static int value_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '+' || c == '-')
        return 62;
    return c == '/' || c == '_' ? 63 : -1;
}

/* EVP_DecodeBlock() wants padding and one alphabet, and counts padding as
 * bytes; both are common in the wild. */
bool ruf_base64_decode(const char *text, void *out, size_t *size)
{
    unsigned char *bytes = out;
    unsigned bits = 0;
    unsigned held = 0;
    size_t length = strlen(text);
    size_t count = 0;

    while (length > 0 && text[length - 1] == '=')
        length--;
    if (length % 4 == 1)
        return false;
    for (size_t i = 0; i < length; i++) {
        int value = value_of(text[i]);

        if (value < 0)
            return false;
        held = held << 6 | (unsigned)value;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes[count++] = (unsigned char)(held >> bits & 0xFF);
        }
    }
    *size = count;
    return true;
}

/*
 * engine/messages.c - errors in words, German and English
 *
 * {place}, {detail}, {line}, {column} and {http} are filled in. German is
 * complete first. An id that is missing here still says its detail.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <inttypes.h>
#include <rufname/message.h>
#include <stdio.h>
#include <string.h>

struct message {
    const char *id;
    const char *sentence[2]; /* by enum ruf_language */
    const char *remedy[2];
};

/* clang-format off */
static const struct message messages[] = {
#include "engine/messages.inc"
};
/* clang-format on */

static const struct message *find_message(const char *id)
{
    for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++)
        if (strcmp(messages[i].id, id) == 0)
            return &messages[i];
    return NULL;
}

bool ruf_error_known(const char *id)
{
    return find_message(id) != NULL;
}

static size_t put(char *out, size_t size, size_t at, const char *text)
{
    while (*text != '\0' && at + 1 < size)
        out[at++] = *text++;
    return at;
}

static const char *placeholder(const struct ruf_error *err, const char *name,
                               size_t size, char number[24])
{
    if (strncmp(name, "place", size) == 0)
        return err->place;
    if (strncmp(name, "detail", size) == 0)
        return err->detail;
    if (strncmp(name, "line", size) == 0)
        (void)snprintf(number, 24, "%" PRIu32, err->line);
    else if (strncmp(name, "column", size) == 0)
        (void)snprintf(number, 24, "%" PRIu32, err->column);
    else
        (void)snprintf(number, 24, "%d", err->http_status);
    return number;
}

/* A cut must not leave half a character behind. */
static void end_text(char *out, size_t at)
{
    while (at > 0 && ((unsigned char)out[at - 1] & 0xC0) == 0x80)
        at--;
    if (at > 0 && (unsigned char)out[at - 1] >= 0xC0)
        at--;
    out[at] = '\0';
}

static void fill(const char *template, const struct ruf_error *err, char *out,
                 size_t size)
{
    size_t at = 0;

    if (size == 0)
        return;
    while (*template != '\0' && at + 1 < size) {
        char number[24];
        size_t width;

        if (*template != '{') {
            out[at++] = *template ++;
            continue;
        }
        width = strcspn(template + 1, "}");
        at = put(out, size, at, placeholder(err, template + 1, width, number));
        template += width + 2;
    }
    if (*template != '\0')
        end_text(out, at);
    else
        out[at] = '\0';
}

void ruf_error_describe(const struct ruf_error *err, enum ruf_language language,
                        char *sentence, size_t sentence_size, char *remedy,
                        size_t remedy_size)
{
    const struct message *message = find_message(err->id);

    if (message == NULL) {
        fill("{place}: {detail}", err, sentence, sentence_size);
        fill("", err, remedy, remedy_size);
        return;
    }
    fill(message->sentence[language], err, sentence, sentence_size);
    fill(message->remedy[language], err, remedy, remedy_size);
}

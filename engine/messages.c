/*
 * engine/messages.c - errors in words, German and English
 *
 * {place}, {detail}, {line}, {column} and {http} are filled in, and {reason}
 * with what the system call said: ": no space left on the disk". German is
 * complete first. An id that is missing here still says its detail.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <errno.h>
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

/* strerror() is neither for threads nor in the user's language. */
static const struct {
    int number;
    const char *text[2]; /* by enum ruf_language */
} reasons[] = {
    { ENOENT, { ": no such file or directory", ": nicht vorhanden" } },
    { ENOTDIR, { ": not a directory", ": kein Verzeichnis" } },
    { EISDIR, { ": is a directory", ": ist ein Verzeichnis" } },
    { EACCES, { ": permission denied", ": keine Berechtigung" } },
    { EPERM, { ": not permitted", ": nicht erlaubt" } },
    { EROFS, { ": read-only disk", ": schreibgeschützter Datenträger" } },
    { ENOSPC, { ": no space left", ": kein Platz mehr" } },
    { EDQUOT, { ": quota exceeded", ": Kontingent erschöpft" } },
    { EFBIG, { ": file too large", ": Datei zu groß" } },
    { EIO, { ": input/output error", ": Ein-/Ausgabefehler" } },
    { EMFILE, { ": too many open files", ": zu viele offene Dateien" } },
    { ENFILE, { ": too many open files", ": zu viele offene Dateien" } },
    { ELOOP, { ": symbolic link", ": symbolische Verknüpfung" } },
    { ENAMETOOLONG, { ": name too long", ": Name zu lang" } },
    { EBADF, { ": it is closed", ": geschlossen" } },
    { EPIPE, { ": nobody reads it", ": niemand liest mit" } },
};

static const char *reason_of(int number, enum ruf_language language,
                             char other[24])
{
    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
        if (reasons[i].number == number)
            return reasons[i].text[language];
    other[0] = '\0';
    if (number != 0)
        (void)snprintf(other, 24, ": errno %d", number);
    return other;
}

static size_t put(char *out, size_t size, size_t at, const char *text)
{
    while (*text != '\0' && at + 1 < size)
        out[at++] = *text++;
    return at;
}

static const char *placeholder(const struct ruf_error *err,
                               enum ruf_language language, const char *name,
                               size_t size, char number[24])
{
    if (strncmp(name, "reason", size) == 0)
        return reason_of(err->os_errno, language, number);
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

static void fill(const char *template, const struct ruf_error *err,
                 enum ruf_language language, char *out, size_t size)
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
        at = put(out, size, at,
                 placeholder(err, language, template + 1, width, number));
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
        fill("{place}: {detail}{reason}", err, language, sentence,
             sentence_size);
        fill("", err, language, remedy, remedy_size);
        return;
    }
    fill(message->sentence[language], err, language, sentence, sentence_size);
    fill(message->remedy[language], err, language, remedy, remedy_size);
}

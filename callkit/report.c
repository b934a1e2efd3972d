/*
 * callkit/report.c - what the app may know about its folder
 *
 * The report is a line of names and numbers, so that a person can read it, too:
 *
 *   mode=delta outcome=committed reason= generation=8 base=7 removals=100 ...
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "callkit/commit.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REPORT_SIZE_MAX 1024u

static const char *const mode_names[] = { "clear", "full", "delta", "keep" };
static const char *const outcome_names[] = { "unfinished", "committed",
                                             "expired", "refused", "aborted" };

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

enum ruf_status
ruf_folder_write_report(const char *folder,
                        const struct ruf_directory_report *report,
                        struct ruf_error *err)
{
    char text[REPORT_SIZE_MAX];
    char *path = ruf_path_join(folder, RUF_FOLDER_REPORT);
    int size = snprintf(
        text, sizeof(text),
        "mode=%s outcome=%s reason=%s generation=%" PRIu64 " base=%" PRIu64
        " removals=%" PRIu64 " additions=%" PRIu64 " skipped=%" PRIu64
        " dropped=%" PRIu64 "\n",
        mode_names[report->mode], outcome_names[report->outcome],
        report->reason, report->generation, report->base, report->removals,
        report->additions, report->skipped, report->dropped);
    enum ruf_status status;

    if (path == NULL)
        return ruf_fail_memory(err);
    status = ruf_file_replace(path, text, (size_t)size, err);
    free(path);
    return status;
}

/* --- reading ----------------------------------------------------------------
 */

static bool word_of(struct ruf_text text, const char *name,
                    struct ruf_text *out)
{
    size_t width = strlen(name);

    for (size_t i = 0; i + width < text.size; i++)
        if ((i == 0 || text.data[i - 1] == ' ') &&
            memcmp(text.data + i, name, width) == 0 &&
            text.data[i + width] == '=') {
            size_t end = i + width + 1;

            while (end < text.size && text.data[end] != ' ' &&
                   text.data[end] != '\n')
                end++;
            *out = (struct ruf_text){ text.data + i + width + 1,
                                      end - i - width - 1 };
            return true;
        }
    return false;
}

static bool read_name(struct ruf_text text, const char *name,
                      const char *const *names, size_t count, unsigned *out)
{
    struct ruf_text word;

    if (!word_of(text, name, &word))
        return false;
    for (unsigned i = 0; i < count; i++)
        if (ruf_text_is(word, names[i])) {
            *out = i;
            return true;
        }
    return false;
}

static bool read_count(struct ruf_text text, const char *name, uint64_t *out)
{
    struct ruf_text word;

    if (!word_of(text, name, &word) || word.size == 0 || word.size > 19)
        return false;
    *out = 0;
    for (size_t i = 0; i < word.size; i++) {
        if (word.data[i] < '0' || word.data[i] > '9')
            return false;
        *out = 10 * *out + (uint64_t)(word.data[i] - '0');
    }
    return true;
}

static bool parse_report(struct ruf_text text, struct ruf_directory_report *out)
{
    struct ruf_text reason;
    unsigned mode = 0;
    unsigned outcome = 0;

    if (!read_name(text, "mode", mode_names, COUNT(mode_names), &mode) ||
        !read_name(text, "outcome", outcome_names, COUNT(outcome_names),
                   &outcome) ||
        !word_of(text, "reason", &reason) || reason.size >= sizeof(out->reason))
        return false;
    out->mode = (enum ruf_directory_mode)mode;
    out->outcome = (enum ruf_directory_outcome)outcome;
    memcpy(out->reason, reason.data, reason.size);
    return read_count(text, "generation", &out->generation) &&
           read_count(text, "base", &out->base) &&
           read_count(text, "removals", &out->removals) &&
           read_count(text, "additions", &out->additions) &&
           read_count(text, "skipped", &out->skipped) &&
           read_count(text, "dropped", &out->dropped);
}

enum ruf_status ruf_directory_read_report(const char *folder,
                                          struct ruf_directory_report *out,
                                          struct ruf_error *err)
{
    char *path = ruf_path_join(folder, RUF_FOLDER_REPORT);
    char *bytes = NULL;
    size_t size = 0;
    enum ruf_status status;

    memset(out, 0, sizeof(*out));
    if (path == NULL)
        return ruf_fail_memory(err);
    status = ruf_file_read(path, RUF_FILE_PRIVATE, REPORT_SIZE_MAX, &bytes,
                           &size, err);
    if (status == RUF_OK &&
        !parse_report((struct ruf_text){ bytes, size }, out))
        status = ruf_fail(err, RUF_E_CORRUPT, "D740", path,
                          "not the report of a request");
    free(bytes);
    free(path);
    return status;
}

/* --- the record, seen from the app ------------------------------------------
 */

enum ruf_status ruf_directory_read_commit(const char *folder,
                                          const uint8_t key[RUF_KEY_SIZE],
                                          struct ruf_directory_commit *out,
                                          struct ruf_error *err)
{
    struct ruf_commit commit;
    enum ruf_status status = ruf_commit_read(folder, key, &commit, err);

    out->state = commit.state;
    out->generation = commit.generation;
    out->identification_count = commit.names;
    out->blocking_count = commit.blocked;
    return status;
}

enum ruf_status ruf_directory_open_committed(const char *folder,
                                             const uint8_t key[RUF_KEY_SIZE],
                                             struct ruf_index **out,
                                             struct ruf_error *err)
{
    struct ruf_commit commit;
    char *path = ruf_path_join(folder, RUF_FOLDER_COMMITTED);
    enum ruf_status status;

    *out = NULL;
    if (path == NULL)
        return ruf_fail_memory(err);
    status = ruf_commit_read(folder, key, &commit, err);
    if (status == RUF_OK && commit.state != RUF_DIRECTORY_HOLDS)
        status = ruf_fail(err, RUF_E_NOT_FOUND, "I801", path,
                          "nothing is committed");
    if (status == RUF_OK)
        status = ruf_index_open(path, key, RUF_INDEX_ON_DEMAND, out, err);
    free(path);
    return status;
}

enum ruf_status ruf_directory_forget(const char *folder, struct ruf_error *err)
{
    return ruf_commit_reset(folder, err);
}

/* CXErrorCodeCallDirectoryManagerError: 6 extension disabled, 7 currently
 * loading. Numbers that are not in the enum have reached users (102). */
bool ruf_directory_error_forgets(long code)
{
    return code != 6 && code != 7;
}

enum ruf_status ruf_directory_wipe(const char *folder, struct ruf_error *err)
{
    static const char *const names[] = {
        RUF_FOLDER_INDEX,         RUF_FOLDER_NEXT,
        RUF_FOLDER_HELD,          RUF_FOLDER_COMMITTED,
        RUF_FOLDER_REPORT,        RUF_FOLDER_INDEX ".new",
        RUF_FOLDER_NEXT ".new",   RUF_FOLDER_RECORD ".new",
        RUF_FOLDER_REPORT ".new",
    };
    char *path = ruf_path_join(folder, RUF_FOLDER_WIPED);
    enum ruf_status status = path == NULL ? ruf_fail_memory(err)
                                          : ruf_file_replace(path, "", 0, err);

    free(path);
    /* Go on where something resists: less is left behind. */
    for (size_t i = 0; i < COUNT(names); i++) {
        struct ruf_error *first = status == RUF_OK ? err : NULL;
        enum ruf_status removed = ruf_folder_remove(folder, names[i], first);

        if (status == RUF_OK)
            status = removed;
    }
    if (status == RUF_OK)
        return ruf_commit_reset(folder, err);
    ruf_folder_discard(folder, RUF_FOLDER_RECORD);
    return status;
}

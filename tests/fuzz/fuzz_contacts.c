/*
 * fuzz_contacts.c - any bytes as a contact file
 *
 * One target for each format; FUZZ_SUFFIX names it: ".csv", ".jsonl", ".vcf".
 * The importer reads files, so the bytes go through one: in a folder of our own
 * below TMPDIR or, seven times faster than a disk, in memory.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/text.h"
#include "sync/import.h"
#include "tests/fuzz/fuzz.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[200];
static char path[240];

struct seen {
    size_t pages;
    uint64_t records;
    bool completed;
};

static void check_text(struct ruf_text text)
{
    fuzz_require(text.size <= RUF_RECORD_TEXT_MAX && ruf_utf8_valid(text),
                 "a field is UTF-8 of limited size");
}

static void check_record(const struct ruf_record *record)
{
    fuzz_require(record->native_id.size > 0, "a record has an id");
    fuzz_require(record->number_count <= RUF_RECORD_NUMBERS_MAX &&
                     record->email_count <= RUF_RECORD_EMAILS_MAX,
                 "lists are limited");
    for (size_t i = 0; i < RUF_RECORD_FIELD_COUNT; i++)
        check_text(record->fields[i]);
    for (size_t i = 0; i < record->number_count; i++) {
        check_text(record->numbers[i].text);
        fuzz_require(record->numbers[i].kind < RUF_KIND_COUNT,
                     "kind of number is known");
    }
    for (size_t i = 0; i < record->email_count; i++)
        check_text(record->emails[i].address);
}

static enum ruf_status take_page(void *context,
                                 const struct ruf_sync_page *page,
                                 struct ruf_round_result *round,
                                 struct ruf_error *err)
{
    struct seen *seen = context;

    (void)err;
    memset(round, 0, sizeof(*round));
    fuzz_require(!seen->completed && page->starts_round == (seen->pages == 0),
                 "pages come in order");
    seen->pages++;
    seen->records += page->record_count;
    seen->completed = page->link_kind == RUF_LINK_DELTA;
    for (size_t i = 0; i < page->record_count; i++)
        check_record(&page->records[i]);
    return RUF_OK;
}

static void remove_folder(void)
{
    (void)unlink(path);
    (void)rmdir(folder);
}

static void make_folder(void)
{
    const char *where = getenv("TMPDIR");

    if (where == NULL)
        where = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    (void)snprintf(folder, sizeof(folder), "%s/rufname-fuzz.XXXXXX", where);
    fuzz_require(mkdtemp(folder) != NULL, "there is a folder");
    (void)snprintf(path, sizeof(path), "%s/in" FUZZ_SUFFIX, folder);
    (void)atexit(remove_folder);
}

static void write_file(const uint8_t *data, size_t size)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    fuzz_require(fd >= 0 && write(fd, data, size) == (ssize_t)size,
                 "the file is written");
    (void)close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct ruf_policy_source source = { .id = "FILE",
                                                     .kind = RUF_SOURCE_FILE };
    struct seen seen = { 0 };
    struct ruf_sync_sink sink = { .context = &seen, .page = take_page };
    struct ruf_import_result result;
    struct ruf_error err = { 0 };
    enum ruf_status status;

    if (path[0] == '\0')
        make_folder();
    write_file(data, size);
    status = ruf_import_file(path, &source, &sink, &result, &err);
    fuzz_require(status == RUF_OK || status == RUF_E_CORRUPT,
                 "a file is read or refused");
    fuzz_require((status == RUF_OK) == seen.completed,
                 "a round is completed only by a good file");
    fuzz_require(status != RUF_OK || result.records == seen.records,
                 "records are counted");
    fuzz_require(status != RUF_OK ||
                     (result.skipped > 0) ==
                         (result.first_skipped.status != RUF_OK),
                 "the first skipped row is named");
    return 0;
}

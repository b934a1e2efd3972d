/*
 * test_import.c - the zoo of contact files
 *
 * Files as spreadsheets, phones and other systems write them; people are
 * invented, numbers come from ranges kept unassigned.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/file.h"
#include "base/text.h"
#include "sync/import.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <zlib.h>

static char folder[] = "/tmp/rufname-test-import.XXXXXX";
static char path[160];
static struct ruf_import_result result;
static struct ruf_error err;

/* What the sink was given, flattened to text: one record a line. */
static char seen[8192];
static size_t pages;
static bool completed;

static void add_text(struct ruf_text text)
{
    size_t used = strlen(seen);

    (void)snprintf(seen + used, sizeof(seen) - used, "%.*s|", (int)text.size,
                   text.size == 0 ? "" : text.data);
}

static enum ruf_status take_page(void *context,
                                 const struct ruf_sync_page *page,
                                 struct ruf_round_result *round,
                                 struct ruf_error *error)
{
    (void)context;
    (void)error;
    memset(round, 0, sizeof(*round));
    cr_assert(page->starts_round == (pages == 0));
    pages++;
    completed = page->link_kind == RUF_LINK_DELTA;
    for (size_t i = 0; i < page->record_count; i++) {
        const struct ruf_record *record = &page->records[i];

        add_text(record->fields[RUF_RECORD_GIVEN]);
        add_text(record->fields[RUF_RECORD_FAMILY]);
        add_text(record->fields[RUF_RECORD_COMPANY]);
        for (size_t k = 0; k < record->number_count; k++) {
            add_text(ruf_text(ruf_number_kind_name(record->numbers[k].kind)));
            add_text(record->numbers[k].text);
        }
        for (size_t k = 0; k < record->email_count; k++)
            add_text(record->emails[k].address);
        (void)strncat(seen, "\n", sizeof(seen) - strlen(seen) - 1);
    }
    return RUF_OK;
}

static void make_folder(void)
{
    cr_assert(mkdtemp(folder) != NULL);
}

static void remove_folder(void)
{
    (void)unlink(path);
    (void)rmdir(folder);
}

static enum ruf_charset charset;

static enum ruf_status import_bytes(const char *name, const void *bytes,
                                    size_t size)
{
    const struct ruf_policy_source source = { .id = "FILE",
                                              .kind = RUF_SOURCE_FILE,
                                              .charset = charset };
    const struct ruf_sync_sink sink = { .page = take_page };

    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    cr_assert(ruf_file_replace(path, bytes, size, NULL) == RUF_OK);
    seen[0] = '\0';
    pages = 0;
    completed = false;
    memset(&err, 0, sizeof(err));
    return ruf_import_file(path, &source, &sink, &result, &err);
}

static void expect(const char *name, const char *text, const char *records)
{
    cr_assert(import_bytes(name, text, strlen(text)) == RUF_OK, "%s: %s", name,
              err.detail);
    cr_assert(completed);
    cr_assert_str_eq(seen, records);
}

/* Refused whole: an error with its line, and the round never completed. */
static void expect_refused(const char *name, const char *text, uint32_t line)
{
    cr_assert(import_bytes(name, text, strlen(text)) == RUF_E_CORRUPT, "%s",
              text);
    cr_assert_eq(err.line, line, "line %u: %s", err.line, err.detail);
    cr_assert(!completed);
}

TestSuite(import, .init = make_folder, .fini = remove_folder);

Test(import, reads_comma_semicolon_and_tab)
{
    const char *anna = "Anna|Graf||business|030 23125-042|\n";

    expect("a.csv",
           "givenName,surname,phoneBusiness\nAnna,Graf,030 23125-042\n", anna);
    expect("a.csv",
           "Given Name;Sur_name;Phone-Business1\r\nAnna;Graf;030 23125-042",
           anna);
    expect("a.csv",
           "givenname\tSURNAME\tphonebusiness\rAnna\tGraf\t"
           "030 23125-042\r",
           anna);
}

Test(import, reads_marks_of_utf8_and_utf16)
{
    static const char utf16[] = "\xFF\xFEs\0u\0r\0n\0a\0m\0e\0\n\0G\0r\0"
                                "\xFC\0n\0\n\0";

    expect("a.csv", "\xEF\xBB\xBFsurname\nGrün\n", "|Grün||\n");
    cr_assert(import_bytes("a.csv", utf16, sizeof(utf16) - 1) == RUF_OK);
    cr_assert_str_eq(seen, "|Grün||\n");
}

/* Title, middle name and street are not ours. */
Test(import, reads_what_outlook_exports)
{
    expect("a.csv",
           "\"Title\",\"First Name\",\"Middle Name\",\"Last Name\",\"Company\","
           "\"Business Street\",\"Business Country/Region\","
           "\"Assistant's Phone\",\"Business Fax\",\"Business Phone\","
           "\"Business Phone 2\",\"Company Main Phone\",\"Home Phone\","
           "\"Mobile Phone\",\"Other Phone\",\"Pager\",\"E-mail Address\","
           "\"E-mail Display Name\"\r\n"
           "\"Dr.\",\"Anna\",\"M.\",\"Habermann\",\"Muster AG\",\"Weg 1\","
           "\"Germany\",\"030 23125-009\",\"030 23125-099\",\"030 23125-001\","
           "\"030 23125-002\",\"030 23125-0\",\"030 23125-003\","
           "\"0152 28817386\",\"030 23125-004\",\"030 23125-005\","
           "\"anna@muster.example\",\"Anna Habermann\"\r\n",
           "Anna|Habermann|Muster AG|fax|030 23125-099|business|030 23125-001|"
           "business|030 23125-002|main|030 23125-0|home|030 23125-003|"
           "mobile|0152 28817386|other|030 23125-004|pager|030 23125-005|"
           "anna@muster.example|\n");
    cr_assert_eq(result.unknown_columns, 5);
}

Test(import, keeps_quotes_and_line_breaks_inside_cells)
{
    expect("a.csv", "surname,company\n\"Gr\"\"af\",\"Muster\nAG\"\n",
           "|Gr\"af|Muster AG|\n");
}

Test(import, unwraps_what_spreadsheets_do_to_numbers)
{
    expect("a.csv",
           "surname;phoneMobile1;phoneMobile2\nA;=\"+4915228817386\";"
           "'+493023125000\n",
           "|A||mobile|+4915228817386|mobile|+493023125000|\n");
}

Test(import, skips_a_row_with_a_rounded_number_and_says_where)
{
    expect("a.csv", "surname;phoneBusiness1\nA;4,98E+10\nB;030 23125-001\n",
           "|B||business|030 23125-001|\n");
    cr_assert_eq(result.skipped, 1);
    cr_assert_eq(result.first_skipped.line, 2);
    cr_assert_eq(result.first_skipped.column, 2);
}

Test(import, skips_rows_with_surplus_cells_or_broken_text)
{
    expect("a.csv", "surname,company\nA,B,C\nD\nE,\xC3\x28\n\nF,G,\n",
           "|D||\n|F|G|\n");
    cr_assert_eq(result.skipped, 2);
    cr_assert_eq(result.records, 2);
}

Test(import, refuses_a_quote_that_is_never_closed)
{
    expect_refused("a.csv", "surname,company\nA,B\nC,\"open\nD,E\n", 3);
    cr_assert_str_eq(err.id, "D733");
}

Test(import, refuses_a_file_without_a_known_header_or_a_good_row)
{
    expect_refused("a.csv", "", 1);
    expect_refused("a.csv", "name of the ship,tons\nx,1\n", 1);
    cr_assert(strstr(err.detail, "surname") != NULL, "%s", err.detail);
    expect_refused("a.csv", "surname,phoneHome\nA,1E+5\nB,2E+5\n", 2);
}

Test(import, refuses_a_name_it_does_not_know)
{
    cr_assert(import_bytes("a.txt", "x", 1) == RUF_E_USAGE);
    cr_assert_str_eq(err.id, "D732");
}

Test(import, hands_over_page_by_page)
{
    char *text = calloc(1, 200000);
    size_t used;

    cr_assert(text != NULL);
    used = (size_t)snprintf(text, 200000, "surname\n");
    for (int i = 0; i < 1201; i++)
        used += (size_t)snprintf(text + used, 200000 - used, "N%d\n", i);
    cr_assert(import_bytes("a.csv", text, used) == RUF_OK);
    cr_assert_eq(result.records, 1201);
    cr_assert_eq(pages, 3);
    cr_assert(completed);
    free(text);
}

Test(import, reads_json_lines_and_skips_broken_ones)
{
    expect("a.jsonl",
           "{\"givenName\":\"Jo\",\"surname\":\"Son\",\"phones\":["
           "\"040 66969-001\",{\"kind\":\"mobile\",\"value\":"
           "\"0152 28817386\"}],\"emails\":[\"jo@example.org\"]}\n"
           "{broken\n\n"
           "{\"surname\":\"Last\"}",
           "Jo|Son||business|040 66969-001|mobile|0152 28817386|"
           "jo@example.org|\n|Last||\n");
    cr_assert_eq(result.skipped, 1);
    cr_assert_eq(result.first_skipped.line, 2);
}

Test(import, reads_vcards_of_three_versions)
{
    expect("a.vcf",
           "BEGIN:VCARD\r\nVERSION:2.1\r\n"
           "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCl=\r\nler;Anna\r\n"
           "TEL;WORK;VOICE:0221 4710-123\r\nEND:VCARD\r\n",
           "Anna|Müller||business|0221 4710-123|\n");
    expect("a.vcf",
           "BEGIN:VCARD\nVERSION:3.0\nN:Graf;Bernd;;;\n"
           "ORG:Muster\\, S\xC3\xB6hne;Einkauf\nitem1.TEL;TYPE=cell:0152 "
           "28817386\nEMAIL;TYPE=INTERNET:b@exa\n mple.org\nEND:VCARD\n",
           "Bernd|Graf|Muster, Söhne|mobile|0152 28817386|b@example.org|\n");
    expect("a.vcf",
           "BEGIN:VCARD\nVERSION:4.0\nFN:Cem\nN:Test;Cem;;;\n"
           "TEL;VALUE=uri;TYPE=\"work,fax\":tel:+49-30-23125-009;ext=1\n"
           "END:VCARD\n",
           "Cem|Test||fax|tel:+49-30-23125-009;ext=1|\n");
}

Test(import, refuses_a_card_without_an_end)
{
    expect_refused("a.vcf", "BEGIN:VCARD\nN:Graf;Bernd\n", 2);
    expect_refused("a.vcf", "no card at all\n", 1);
}

Test(import, reads_compressed_files_and_refuses_damaged_ones)
{
    static const char text[] = "surname\nGraf\n";
    char packed[200];
    char file[200];
    gzFile gz;
    char *bytes;
    size_t size;

    (void)snprintf(file, sizeof(file), "%s/x", folder);
    gz = gzopen(file, "wb");
    cr_assert(gz != NULL && gzputs(gz, text) > 0 && gzclose(gz) == Z_OK);
    cr_assert(ruf_file_read(file, RUF_FILE_ANY, sizeof(packed), &bytes, &size,
                            NULL) == RUF_OK);
    (void)unlink(file);
    cr_assert(import_bytes("a.csv.gz", bytes, size) == RUF_OK);
    cr_assert_str_eq(seen, "|Graf||\n");
    bytes[size - 6] ^= 1; /* the checksum */
    cr_assert(import_bytes("a.csv.gz", bytes, size) == RUF_E_CORRUPT);
    cr_assert(!completed);
    free(bytes);
}

/* gzip of several members (a log rotated into one), then padding of a tape. */
Test(import, reads_all_members_of_a_compressed_file)
{
    static const char *const parts[] = { "surname\nGr", "af\nKlein\n" };
    unsigned char packed[600] = { 0 };
    size_t size = 0;

    for (size_t i = 0; i < 2; i++) {
        z_stream stream;

        memset(&stream, 0, sizeof(stream));
        cr_assert_eq(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8,
                                  Z_DEFAULT_STRATEGY),
                     Z_OK);
        stream.next_in = (unsigned char *)(uintptr_t)parts[i];
        stream.avail_in = (unsigned)strlen(parts[i]);
        stream.next_out = packed + size;
        stream.avail_out = (unsigned)(sizeof(packed) - size);
        cr_assert_eq(deflate(&stream, Z_FINISH), Z_STREAM_END);
        size += stream.total_out;
        (void)deflateEnd(&stream);
    }
    cr_assert_eq(import_bytes("a.csv.gz", packed, size + 100), RUF_OK, "%s",
                 err.detail);
    cr_assert_str_eq(seen, "|Graf||\n|Klein||\n");
    for (size_t cut = 2; cut < size; cut += 7)
        cr_expect_neq(import_bytes("a.csv.gz", packed, size - cut), RUF_OK,
                      "%zu bytes short", cut);
}

Test(import, reads_windows_1252_only_when_told_to)
{
    static const char text[] = "surname;company\nGr\xF6\xDF"
                               "ing;\x80 & \x9A\n";

    cr_expect_eq(import_bytes("a.csv", text, sizeof(text) - 1), RUF_E_CORRUPT,
                 "not UTF-8, and not guessed");
    charset = RUF_CHARSET_WINDOWS_1252;
    cr_assert_eq(import_bytes("a.csv", text, sizeof(text) - 1), RUF_OK);
    cr_assert_str_eq(seen, "|Größing|€ & š|\n");
    /* A mark is stronger than the policy. */
    cr_assert_eq(import_bytes("a.csv", "\xEF\xBB\xBFsurname\nGr\xC3\xB6\n", 16),
                 RUF_OK);
    cr_assert_str_eq(seen, "|Grö||\n");
}

/* --- a million rows ---------------------------------------------------------
 */

#define ROWS 1000000u
#ifdef __SANITIZE_ADDRESS__
#define PEAK_MAX_KIB LONG_MAX /* most of it is the sanitizer's */
#else
#define PEAK_MAX_KIB (64 * 1024L)
#endif
#define ROW_ROOM 240

struct rows {
    const char *name; /* of the file: which format */
    unsigned next;
    size_t handed_over;
};

static int write_row(const struct rows *rows, char *out)
{
    unsigned n = rows->next;

    if (strcmp(rows->name, "a.vcf") == 0)
        return snprintf(out, ROW_ROOM,
                        "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:%u\r\n"
                        "N:Größing %u;Änne;;;\r\nORG:Rufname\\, Test\r\n"
                        "TEL;TYPE=work:030 23125-%03u\r\n"
                        "EMAIL:p%u@exam\r\n ple.net\r\nEND:VCARD\r\n",
                        n, n, n % 1000, n);
    if (strcmp(rows->name, "a.jsonl") == 0)
        return snprintf(out, ROW_ROOM,
                        "{\"id\":\"%u\",\"givenName\":\"\\u00C4nne\","
                        "\"surname\":\"Größing %u\",\"phones\":"
                        "[\"030 23125-%03u\"],\"emails\":"
                        "[\"p%u@example.net\"]}\n",
                        n, n, n % 1000, n);
    return snprintf(out, ROW_ROOM,
                    "%u,Änne,\"Größing %u\",\"Rufname, Test\","
                    "\"=\"\"030 23125-%03u\"\"\",p%u@example.net\r\n",
                    n, n, n % 1000, n);
}

static enum ruf_status write_rows(void *context, void *bytes, size_t size,
                                  size_t *got, struct ruf_error *error)
{
    static const char head[] =
        "id,givenName,surname,company,phoneBusiness,email\r\n";
    struct rows *rows = context;
    char *out = bytes;

    (void)error;
    *got = 0;
    if (rows->next == 0 && strcmp(rows->name, "a.csv") == 0) {
        memcpy(out, head, sizeof(head) - 1);
        *got = sizeof(head) - 1;
    }
    while (rows->next < ROWS && size - *got > ROW_ROOM) {
        *got += (size_t)write_row(rows, out + *got);
        rows->next++;
    }
    return RUF_OK;
}

static enum ruf_status count_page(void *context,
                                  const struct ruf_sync_page *page,
                                  struct ruf_round_result *round,
                                  struct ruf_error *error)
{
    struct rows *rows = context;

    (void)error;
    memset(round, 0, sizeof(*round));
    rows->handed_over += page->record_count;
    return RUF_OK;
}

static long peak_kib(void)
{
    struct rusage usage;

    (void)getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

/* A process of its own for each, whose peak is that of its format. */
ParameterizedTestParameters(import, takes_a_million_rows_in_little_memory)
{
    static char names[][8] = { "a.csv", "a.jsonl", "a.vcf" };

    return cr_make_param_array(char[8], names, sizeof(names) / 8);
}

ParameterizedTest(char *name, import, takes_a_million_rows_in_little_memory)
{
    static const struct ruf_policy_source source = { .id = "FILE",
                                                     .kind = RUF_SOURCE_FILE };
    static const char *const link = "x";
    struct rows rows = { .name = name };
    const struct ruf_sync_sink sink = { .context = &rows, .page = count_page };
    const struct ruf_import_set set = { .name = name,
                                        .collection = name,
                                        .select = "x",
                                        .link = &link,
                                        .source = &source,
                                        .sink = &sink };
    const struct ruf_input_reader reader = { &rows, write_rows };

    cr_assert_eq(ruf_import_stream(&set, &reader, &result, &err), RUF_OK, "%s",
                 err.detail);
    cr_expect_eq(rows.handed_over, ROWS, "%s", name);
    cr_expect_eq(result.skipped, 0u, "%s", name);
    cr_expect_leq(peak_kib(), PEAK_MAX_KIB, "%s: %ld KiB", name, peak_kib());
}

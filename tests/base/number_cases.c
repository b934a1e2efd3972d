/*
 * number_cases.c - libphonenumber's own unit tests, asked of our parser
 *
 * number_cases FILE reads tests/data/libphonenumber-cases.tsv, asks each case,
 * prints how many of each kind there were and each one that fails with both
 * answers. A program of its own: it is built with the tables of the test
 * metadata in place of those that are shipped.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <rufname/number.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER_SIZE 256

/* One line of the table; texts are unescaped. */
struct test_case {
    const char *kind;
    const char *region;
    const char *input;
    size_t input_size;
    const char *expected;
    const char *test;
};

/* --- the table --- */

/* "\xHH" and "\\" become bytes, in place. */
static size_t unescape(char *text)
{
    char *out = text;

    for (char *c = text; *c != '\0'; c++) {
        if (c[0] == '\\' && c[1] == 'x') {
            char hex[3] = { c[2], c[2] == '\0' ? '\0' : c[3], '\0' };

            *out++ = (char)strtol(hex, NULL, 16);
            c += 1 + strlen(hex);
        } else {
            c += c[0] == '\\';
            *out++ = *c;
        }
    }
    *out = '\0';
    return (size_t)(out - text);
}

static bool split(char *line, struct test_case *out)
{
    char *cells[5];

    line[strcspn(line, "\n")] = '\0';
    for (size_t i = 0; i < 5; i++) {
        cells[i] = strsep(&line, "\t");
        if (cells[i] == NULL)
            return false;
    }
    out->kind = cells[0];
    out->region = cells[1];
    out->input = cells[2];
    out->input_size = unescape(cells[2]);
    out->expected = cells[3];
    (void)unescape(cells[3]);
    out->test = cells[4];
    return line == NULL;
}

/* --- our answers, in the words of the table --- */

typedef void answer(const struct test_case *c, const struct ruf_number *number,
                    char out[ANSWER_SIZE]);

static void put(char out[ANSWER_SIZE], const char *text)
{
    (void)snprintf(out, ANSWER_SIZE, "%s", text);
}

static void answer_parse(const struct test_case *c,
                         const struct ruf_number *number, char out[ANSWER_SIZE])
{
    /* Where the library's test looks at the number no further, so do we. */
    if (number->status != RUF_NUMBER_OK || strcmp(c->expected, "OK") == 0)
        put(out, ruf_number_status_name(number->status));
    else
        (void)snprintf(
            out, ANSWER_SIZE, "%s%s%s", number->e164,
            number->extension[0] == '\0' ? "" : ";ext=", number->extension);
}

static void answer_valid(const struct test_case *c,
                         const struct ruf_number *number, char out[ANSWER_SIZE])
{
    (void)c;
    put(out, number->valid ? "1" : "0");
}

static void answer_valid_in(const struct test_case *c,
                            const struct ruf_number *number,
                            char out[ANSWER_SIZE])
{
    put(out,
        number->valid && strcmp(number->region, c->region) == 0 ? "1" : "0");
}

static void answer_possible(const struct test_case *c,
                            const struct ruf_number *number,
                            char out[ANSWER_SIZE])
{
    (void)c;
    put(out, number->status == RUF_NUMBER_OK &&
                     (number->possibility == RUF_IS_POSSIBLE ||
                      number->possibility == RUF_IS_POSSIBLE_LOCAL_ONLY)
                 ? "1"
                 : "0");
}

static void answer_reason(const struct test_case *c,
                          const struct ruf_number *number,
                          char out[ANSWER_SIZE])
{
    (void)c;
    put(out, ruf_number_possibility_name(number->possibility));
}

static void answer_region(const struct test_case *c,
                          const struct ruf_number *number,
                          char out[ANSWER_SIZE])
{
    (void)c;
    put(out, number->region);
}

static void answer_type(const struct test_case *c,
                        const struct ruf_number *number, char out[ANSWER_SIZE])
{
    static const char *const names[] = {
        "FIXED_LINE", "MOBILE",          "FIXED_LINE_OR_MOBILE",
        "TOLL_FREE",  "PREMIUM_RATE",    "SHARED_COST",
        "VOIP",       "PERSONAL_NUMBER", "PAGER",
        "UAN",        "VOICEMAIL",       "UNKNOWN",
    };

    (void)c;
    put(out, names[number->type]);
}

static void answer_form(const struct test_case *c,
                        const struct ruf_number *number, char out[ANSWER_SIZE])
{
    static const char *const styles[] = { "e164", "international", "national",
                                          "rfc3966" };
    char shown[RUF_NUMBER_TEXT_SIZE];
    int style = RUF_STYLE_E164;

    while (strcmp(styles[style], c->kind) != 0)
        style++;
    (void)ruf_number_format(number, (enum ruf_number_style)style, shown);
    put(out, shown);
}

static void answer_short(const struct test_case *c,
                         const struct ruf_number *number, char out[ANSWER_SIZE])
{
    enum ruf_number_short kind =
        ruf_number_short(c->input, c->input_size, c->region);

    (void)number;
    put(out, kind == RUF_SHORT_EMERGENCY ||
                     (kind == RUF_SHORT_OTHER && strcmp(c->kind, "short") == 0)
                 ? "1"
                 : "0");
}

static struct {
    const char *kind;
    answer *answer;
    size_t count;
    size_t failed;
} kinds[] = {
    { "parse", answer_parse, 0, 0 },
    { "valid", answer_valid, 0, 0 },
    { "valid_in", answer_valid_in, 0, 0 },
    { "possible", answer_possible, 0, 0 },
    { "reason", answer_reason, 0, 0 },
    { "type", answer_type, 0, 0 },
    { "region", answer_region, 0, 0 },
    { "e164", answer_form, 0, 0 },
    { "international", answer_form, 0, 0 },
    { "national", answer_form, 0, 0 },
    { "rfc3966", answer_form, 0, 0 },
    { "emergency", answer_short, 0, 0 },
    { "short", answer_short, 0, 0 },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* --- asking --- */

/* Does our answer differ? */
static bool ask(const struct test_case *c, size_t kind)
{
    char ours[ANSWER_SIZE];
    struct ruf_number number;

    ruf_number_parse(c->input, c->input_size, c->region, &number);
    kinds[kind].answer(c, &number, ours);
    kinds[kind].count++;
    if (strcmp(ours, c->expected) == 0)
        return false;
    kinds[kind].failed++;
    printf("%s of '%s' (%s, %s)\n< %s\n> %s\n", c->kind, c->input, c->region,
           c->test, ours, c->expected);
    return true;
}

/* Cases that fail, or lines that make no sense, in the whole table. */
static size_t ask_all(FILE *file)
{
    char *line = NULL;
    size_t room = 0;
    size_t bad = 0;

    while (getline(&line, &room, file) > 0) {
        struct test_case c;
        size_t kind = 0;

        if (line[0] == '#')
            continue;
        if (!split(line, &c)) {
            printf("not a case: %s\n", line);
            bad++;
            continue;
        }
        while (kind < KINDS && strcmp(kinds[kind].kind, c.kind) != 0)
            kind++;
        if (kind == KINDS)
            printf("no such kind: %s\n", c.kind);
        bad += kind == KINDS || ask(&c, kind);
    }
    free(line);
    return bad;
}

int main(int argc, char **argv)
{
    FILE *file = argc == 2 ? fopen(argv[1], "r") : NULL;
    size_t bad;

    if (file == NULL) {
        fprintf(stderr, "usage: number_cases FILE\n");
        return 2;
    }
    if (strcmp(ruf_number_metadata_version(), "testing") != 0) {
        fprintf(stderr, "number_cases: built with other tables\n");
        return 2;
    }
    bad = ask_all(file);
    (void)fclose(file);
    for (size_t i = 0; i < KINDS; i++) {
        printf("%-13s %4zu cases %4zu fail\n", kinds[i].kind, kinds[i].count,
               kinds[i].failed);
        bad += kinds[i].count == 0; /* a table that lost a kind tests less */
    }
    return bad == 0 ? 0 : 1;
}

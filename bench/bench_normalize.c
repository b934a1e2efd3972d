/*
 * bench/bench_normalize.c - what does it cost to standardise a phone number?
 *
 * Parse, judge and write E.164, CPU time of one thread, beside three builds of
 * libphonenumber: Debian's (ICU), one with RE2 at -O3, and Google's JavaScript.
 * All four have the same numbering plans and see the same texts; all answers
 * are compared before anything is timed. Ours is timed in this process, each
 * peer in its own, in turns, so that what else the machine does meets all.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bench/number_code.h"
#include "bench/number_peer.h"
#include "bench/people.h"
#include "tests/oracle/mix.h"
#include <ctype.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SEED 1
#define PASSES 3      /* turns of each peer */
#define OUR_ROUNDS 10 /* of ours in each turn: they are short */
#define BLOCK 1000    /* texts in a sample */

/* Texts of one kind. A peer may take fewer of them, in smaller blocks. */
struct corpus {
    const char *name;
    const char *class; /* of tests/oracle/mix.h; NULL: one long text */
    size_t length;     /* of the long text */
    size_t count;
    size_t block;
    size_t peer_count;
    size_t peer_block;
    char path[320];
    char *bytes;
    struct text *texts;
};

struct text {
    const char *region;
    const char *text;
    size_t size;
};

/* The first is the judge. */
static const struct peer_kind {
    const char *variant;
    const char *setup; /* option of scripts/oracle */
    const char *program;
    size_t longest;  /* it refuses longer texts; 0: none */
    bool plain_only; /* has other rules outside ASCII and past 2^53 */
} kinds[] = {
    { "libphonenumber C++, ICU", NULL, "run", 0, false },
    { "libphonenumber C++, RE2 -O3", "--re2", "run-re2", 0, false },
    { "google-libphonenumber, Node.js", "--js", "run-js", 250, true },
};
#define PEERS (sizeof(kinds) / sizeof(kinds[0]))
#define JUDGE 0

struct suite {
    struct bench *bench;
    const char *oracle; /* folder of the peers */
    struct number_code code;
    struct number_peer peers[PEERS];
    struct bench_samples ours;
    struct bench_samples shipped; /* the library as linked */
    struct bench_samples theirs[PEERS];
    struct bench_samples start[PEERS + 1]; /* ours first */
    uint64_t checksum[PEERS];
};

/* --- texts ------------------------------------------------------------------
 */

static void write_long(FILE *out, size_t length, size_t count)
{
    static const char opening[] = "+49 ";

    for (; count > 0; count--) {
        (void)fprintf(out, "DE\t%s", opening);
        for (size_t i = strlen(opening); i < length; i++)
            (void)putc("1 1-1"[i % 5], out);
        (void)putc('\n', out);
    }
}

static bool write_mix(const struct suite *suite, const struct corpus *corpus,
                      FILE *out)
{
    char program[512];
    char path[320];
    const char *arguments[] = { program, "examples", NULL };
    FILE *examples;
    bool done;

    (void)snprintf(program, sizeof(program), "%s/%s", suite->oracle,
                   kinds[JUDGE].program);
    (void)snprintf(path, sizeof(path), "%s/examples", suite->bench->directory);
    if (number_peer_run(arguments, path) != 0)
        return false;
    examples = fopen(path, "r");
    if (examples == NULL)
        return false;
    done = mix_write(corpus->class, SEED, corpus->count, examples, out);
    (void)fclose(examples);
    return done;
}

static char *read_whole(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    char *bytes = NULL;
    long end;

    if (file == NULL)
        return NULL;
    if (fseek(file, 0, SEEK_END) == 0 && (end = ftell(file)) > 0 &&
        fseek(file, 0, SEEK_SET) == 0)
        bytes = malloc((size_t)end);
    if (bytes != NULL && fread(bytes, 1, (size_t)end, file) != (size_t)end) {
        free(bytes);
        bytes = NULL;
    }
    *size = bytes == NULL ? 0 : (size_t)end;
    (void)fclose(file);
    return bytes;
}

/* Lines REGION<TAB>text; region and text end in place of tab and line feed. */
static bool split_lines(struct corpus *corpus, size_t size)
{
    char *at = corpus->bytes;
    char *end = at + size;

    corpus->texts = calloc(corpus->count, sizeof(*corpus->texts));
    for (size_t i = 0; corpus->texts != NULL && i < corpus->count; i++) {
        char *feed = memchr(at, '\n', (size_t)(end - at));
        char *tab = feed == NULL ? NULL : memchr(at, '\t', (size_t)(feed - at));

        if (tab == NULL)
            return false;
        *tab = '\0';
        *feed = '\0';
        corpus->texts[i].region = at;
        corpus->texts[i].text = tab + 1;
        corpus->texts[i].size = (size_t)(feed - tab - 1);
        at = feed + 1;
    }
    return corpus->texts != NULL;
}

static bool make_texts(const struct suite *suite, struct corpus *corpus)
{
    FILE *out;
    size_t size;
    bool done = true;

    (void)snprintf(corpus->path, sizeof(corpus->path), "%s/numbers",
                   suite->bench->directory);
    out = fopen(corpus->path, "w");
    if (out == NULL)
        return false;
    if (corpus->class != NULL)
        done = write_mix(suite, corpus, out);
    else
        write_long(out, corpus->length, corpus->count);
    if (fclose(out) != 0 || !done)
        return false;
    corpus->bytes = read_whole(corpus->path, &size);
    return corpus->bytes != NULL && split_lines(corpus, size);
}

static void free_texts(struct corpus *corpus)
{
    free(corpus->bytes);
    free(corpus->texts);
}

/* --- answers, before anything is timed --------------------------------------
 */

static void our_answer(const struct suite *suite, const struct text *text,
                       char out[NUMBER_ANSWER_SIZE])
{
    struct ruf_number number;

    suite->code.parse(text->text, text->size, text->region, &number);
    (void)snprintf(out, NUMBER_ANSWER_SIZE, "%s\t%s\t%d",
                   ruf_number_status_name(number.status), number.e164,
                   number.valid);
}

/* JavaScript knows fewer scripts and keeps numbers as doubles. */
static bool same_rules(const struct peer_kind *kind, const struct text *text,
                       const char *answer)
{
    const char *e164 = strchr(answer, '+');

    if (!kind->plain_only)
        return true;
    for (size_t i = 0; i < text->size; i++)
        if (!isascii((unsigned char)text->text[i]))
            return false;
    return e164 == NULL || strcspn(e164, "\t") <= 16;
}

static uint64_t add_answer(uint64_t sum, const char *answer)
{
    for (; *answer != '\0'; answer++)
        sum = (sum ^ (unsigned char)*answer) * UINT64_C(0x100000001B3);
    return sum;
}

static void show_wrong(const struct suite *suite, const struct text *text,
                       const char *variant, const char *ours,
                       const char *theirs)
{
    char what[512];

    (void)snprintf(what, sizeof(what), "%s %.*s\n  rufname: %s\n  %s: %s",
                   text->region, text->size > 80 ? 80 : (int)text->size,
                   text->text, ours, variant, theirs);
    bench_wrong(suite->bench, "answers differ", what);
}

/* Compare one peer's answers with ours, report how many are alike. */
static bool check_peer(struct suite *suite, const struct corpus *corpus,
                       size_t at)
{
    struct bench_samples alike = { 0 };
    char name[64];
    size_t same = 0;
    size_t wrong = 0;

    suite->checksum[at] = UINT64_C(0xCBF29CE484222325);
    if (!number_peer_ask(&suite->peers[at])) {
        bench_wrong(suite->bench, kinds[at].variant, "does not answer");
        return false;
    }
    for (size_t i = 0; i < corpus->peer_count; i++) {
        const struct text *text = &corpus->texts[i];
        char ours[NUMBER_ANSWER_SIZE];
        char theirs[NUMBER_ANSWER_SIZE];

        our_answer(suite, text, ours);
        if (!number_peer_read(&suite->peers[at], theirs)) {
            bench_wrong(suite->bench, kinds[at].variant, "stops answering");
            return false;
        }
        if (strcmp(ours, theirs) == 0)
            same++;
        else if (same_rules(&kinds[at], text, ours) && wrong++ < 5)
            show_wrong(suite, text, kinds[at].variant, ours, theirs);
        suite->checksum[at] = add_answer(suite->checksum[at], theirs);
    }
    if (kinds[at].plain_only)
        suite->checksum[at] = 0;
    samples_add(&alike, 100.0 * (double)same / (double)corpus->peer_count);
    (void)snprintf(name, sizeof(name), "%s, alike", corpus->name);
    bench_group(suite->bench);
    bench_report(suite->bench, name, kinds[at].variant, corpus->peer_count, "%",
                 &alike, 0);
    return wrong == 0;
}

/* --- time -------------------------------------------------------------------
 */

/* The answer has to be made, whoever reads it. */
static void use(const struct ruf_number *number)
{
    __asm__ volatile("" : : "r"(number) : "memory");
}

static void time_ours(const struct corpus *corpus,
                      void (*parse)(const char *, size_t, const char *,
                                    struct ruf_number *),
                      struct bench_samples *samples)
{
    struct ruf_number number;

    for (size_t start = 0; start + corpus->block <= corpus->count;
         start += corpus->block) {
        uint64_t begin = bench_cpu_ns();

        for (size_t i = start; i < start + corpus->block; i++) {
            const struct text *text = &corpus->texts[i];

            parse(text->text, text->size, text->region, &number);
            use(&number);
        }
        samples_add(samples,
                    (double)(bench_cpu_ns() - begin) / (double)corpus->block);
    }
}

static void take_turns(struct suite *suite, const struct corpus *corpus)
{
    size_t blocks = corpus->peer_count / corpus->peer_block;

    for (int pass = 0; pass < PASSES; pass++) {
        for (int round = 0; round < OUR_ROUNDS; round++) {
            time_ours(corpus, suite->code.parse, &suite->ours);
            time_ours(corpus, ruf_number_parse, &suite->shipped);
        }
        for (size_t i = 0; i < PEERS; i++)
            if (suite->peers[i].child != 0 &&
                !number_peer_round(&suite->peers[i], blocks, &suite->theirs[i]))
                bench_wrong(suite->bench, kinds[i].variant, "stops answering");
    }
}

static void report_times(struct suite *suite, const struct corpus *corpus)
{
    struct bench *bench = suite->bench;
    char variant[64];

    bench_group(bench);
    (void)snprintf(variant, sizeof(variant), "rufname, plans %s",
                   suite->code.version());
    bench_report(bench, corpus->name, variant, corpus->count, "ns",
                 &suite->ours, suite->checksum[JUDGE]);
    (void)snprintf(variant, sizeof(variant), "rufname as shipped, plans %s",
                   ruf_number_metadata_version());
    bench_report(bench, corpus->name, variant, corpus->count, "ns",
                 &suite->shipped, 0);
    for (size_t i = 0; i < PEERS; i++)
        bench_report(bench, corpus->name, kinds[i].variant, corpus->peer_count,
                     "ns", &suite->theirs[i], suite->checksum[i]);
}

/* --- one corpus -------------------------------------------------------------
 */

/* Ours has nothing to start: what the first answer costs is page faults. */
static bool open_ours(struct suite *suite)
{
    static const char text[] = "030 23125-001";
    struct ruf_number number;
    uint64_t begin;

    if (!number_code_open(RUF_BENCH_NUMBER, &suite->code)) {
        bench_wrong(suite->bench, "normalize", RUF_BENCH_NUMBER " is missing");
        return false;
    }
    begin = bench_cpu_ns();
    suite->code.parse(text, strlen(text), "DE", &number);
    samples_add(&suite->start[0], (double)(bench_cpu_ns() - begin) / 1e3);
    return true;
}

static void open_peer(struct suite *suite, const struct corpus *corpus,
                      size_t at)
{
    char program[512];
    double start_ns;

    if (kinds[at].longest != 0 && corpus->length > kinds[at].longest) {
        bench_absent(suite->bench, corpus->name, kinds[at].variant,
                     "refuses texts of this length");
        return;
    }
    (void)snprintf(program, sizeof(program), "%s/%s", suite->oracle,
                   kinds[at].program);
    if (access(program, X_OK) != 0 ||
        !number_peer_start(&suite->peers[at], program, corpus->path,
                           corpus->peer_block, corpus->peer_count, &start_ns)) {
        bench_absent(suite->bench, corpus->name, kinds[at].variant,
                     "not there, see scripts/oracle");
        return;
    }
    samples_add(&suite->start[at + 1], start_ns / 1e3);
}

static void run_corpus(struct suite *suite, struct corpus *corpus)
{
    bool right = true;

    if (!make_texts(suite, corpus)) {
        bench_wrong(suite->bench, corpus->name, "cannot make the texts");
    } else if (open_ours(suite)) {
        for (size_t i = 0; i < PEERS; i++)
            open_peer(suite, corpus, i);
        for (size_t i = 0; i < PEERS; i++)
            if (suite->peers[i].child != 0 && !check_peer(suite, corpus, i))
                right = false;
        if (suite->peers[JUDGE].child == 0)
            bench_wrong(suite->bench, corpus->name,
                        "no judge of the answers, nothing is timed");
        else if (right) { /* the speed of wrong answers is of no interest */
            take_turns(suite, corpus);
            report_times(suite, corpus);
        }
        for (size_t i = 0; i < PEERS; i++)
            number_peer_stop(&suite->peers[i]);
        number_code_close(&suite->code);
    }
    free_texts(corpus);
}

/* --- the suite --------------------------------------------------------------
 */

/* Fetch and build what is not there; does little where it is. */
static void set_up(struct bench *bench)
{
    static const char *const build[] = { RUF_BENCH_CMAKE,  "--build",
                                         RUF_BENCH_BINARY, "--target",
                                         "bench-number",   NULL };

    (void)setenv("RUF_ORACLE_DIR", RUF_BENCH_ORACLE, 1);
    for (size_t i = 0; i < PEERS; i++) {
        const char *arguments[] = { "/bin/sh",
                                    RUF_BENCH_SOURCE "/scripts/oracle",
                                    kinds[i].setup, NULL };

        if (number_peer_run(arguments, NULL) != 0)
            (void)fprintf(stderr, "rufname-bench: %s cannot be set up\n",
                          kinds[i].variant);
    }
    if (number_peer_run(build, NULL) != 0)
        bench_wrong(bench, "normalize", "cannot build bench-number");
}

static void report_constants(struct suite *suite)
{
    struct bench_samples bytes = { 0 };
    size_t size = number_code_table_bytes(RUF_BENCH_NUMBER);

    bench_group(suite->bench);
    bench_report(suite->bench, "normalize, first answer", "rufname", 1, "us",
                 &suite->start[0], 0);
    for (size_t i = 0; i < PEERS; i++)
        bench_report(suite->bench, "normalize, first answer", kinds[i].variant,
                     1, "us", &suite->start[i + 1], 0);
    if (size != 0)
        samples_add(&bytes, (double)size);
    bench_group(suite->bench);
    bench_report(suite->bench, "normalize, constant data", "rufname", 1,
                 "bytes", &bytes, 0);
}

void suite_normalize(struct bench *bench, const struct bench_data *data)
{
    size_t count = bench->numbers;
    size_t block = count < BLOCK ? count : BLOCK;
    struct corpus corpora[] = {
        { .name = "normalize directory", .class = "directory" },
        { .name = "normalize clean", .class = "clean" },
        { .name = "normalize 1,000 chars", .length = 1000 },
        { .name = "normalize 5,000 chars", .length = 5000 },
    };
    struct suite suite = { .bench = bench, .oracle = bench->oracle };

    (void)data;
    (void)signal(SIGPIPE, SIG_IGN); /* a peer that dies is reported */
    if (suite.oracle == NULL) {
        suite.oracle = RUF_BENCH_ORACLE;
        set_up(bench);
    }
    for (size_t i = 0; i < sizeof(corpora) / sizeof(corpora[0]); i++) {
        struct corpus *corpus = &corpora[i];
        bool is_long = corpus->length != 0;

        corpus->count = is_long ? 200 : count;
        corpus->block = is_long ? 20 : block;
        corpus->peer_count = is_long ? 3 : count;
        corpus->peer_block = is_long ? 1 : block;
        run_corpus(&suite, corpus);
    }
    report_constants(&suite);
}

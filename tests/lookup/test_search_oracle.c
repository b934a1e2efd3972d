/*
 * test_search_oracle.c - search beside a linear scan
 *
 *   test_search_oracle [QUERIES PER CLASS [CONTACTS [SEEDS]]]
 *
 * Generates a directory per seed and queries of every class from it, and wants
 * the same contacts in the same order with the same tiers and highlights as
 * the oracle gives. Every query runs once more with a small work limit: what
 * comes back has to be the beginning of the full answer.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/arena.h"
#include "base/image.h"
#include "indexer/build.h"
#include "tests/lookup/search_oracle.h"
#include "tests/support/search_people.h"
#include <rufname/search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define QUERY_MAX 400

enum query_class {
    ONE_LETTER = 0,
    TWO_LETTERS,
    THREE_LETTERS,
    SIX_LETTERS,
    TWO_WORDS,
    FULL_NAME,
    THREE_WORDS,
    INITIALS,
    NAME_COMPANY,
    OTHER_SPELLING,
    POSITION,
    EMAIL,
    FULL_NUMBER,
    NUMBER_START,
    NUMBER_INSIDE,
    EXTENSION,
    KEYPAD,
    TYPO,
    SOUND,
    CLASS_COUNT
};

static const char *const class_names[] = {
    "1 letter",  "2 letters",   "3 letters",   "6 letters",    "two words",
    "full name", "three words", "initials",    "name+company", "other spelling",
    "position",  "e-mail",      "full number", "number start", "number inside",
    "extension", "keypad",      "typo",        "sound",
};

struct run {
    struct ruf_people people;
    struct oracle *oracle;
    struct ruf_query *query;
    uint64_t random;
    struct ruf_hit *got;
    struct ruf_hit *want;
    size_t asked[CLASS_COUNT];
    size_t filled[CLASS_COUNT];
    size_t partial;
    size_t failed;
};

static uint64_t draw(struct run *run, uint64_t bound)
{
    return search_random(&run->random, bound);
}

/* --- making queries
 * ---------------------------------------------------------------- */

struct query {
    char text[QUERY_MAX];
    size_t size;
};

static void put(struct query *query, const char *bytes, size_t size)
{
    if (size > sizeof(query->text) - query->size)
        size = sizeof(query->text) - query->size;
    if (size > 0)
        memcpy(query->text + query->size, bytes, size);
    query->size += size;
}

static void put_string(struct query *query, const char *string)
{
    put(query, string, strlen(string));
}

static size_t next_char(const char *text, size_t size, size_t at)
{
    for (at++; at < size && ((unsigned char)text[at] & 0xC0) == 0x80;)
        at++;
    return at;
}

/* Up to 'letters' characters of a text, from one of its words on. */
static void put_prefix(struct run *run, struct query *query,
                       struct ruf_text text, size_t letters)
{
    size_t start = 0;
    size_t end;

    if (text.size == 0)
        return;
    for (size_t i = 0; i + 1 < text.size; i++)
        if ((text.data[i] == ' ' || text.data[i] == '-') && draw(run, 2) == 0)
            start = i + 1;
    for (end = start; letters > 0 && end < text.size; letters--)
        end = next_char(text.data, text.size, end);
    put(query, text.data + start, end - start);
}

static void put_text(struct query *query, struct ruf_text text)
{
    put(query, text.data, text.size);
}

static struct ruf_text name_of(struct run *run, const struct ruf_person *person)
{
    struct ruf_text name = draw(run, 3) == 0 ? person->given : person->family;

    return name.size > 0 ? name : person->display;
}

/* The same name as others write it: case, umlauts, joints. */
static void put_respelled(struct run *run, struct query *query,
                          struct ruf_text name)
{
    static const char *const pairs[][3] = {
        { "ä", "ae", "a" },  { "ö", "oe", "o" }, { "ü", "ue", "u" },
        { "ß", "ss", "ss" }, { "ł", "l", "l" },  { "ø", "o", "o" },
    };
    uint64_t form = draw(run, 2);
    uint64_t joint = draw(run, 4);
    bool upper = draw(run, 2) == 0;

    for (size_t i = 0; i < name.size;) {
        size_t end = next_char(name.data, name.size, i);
        const char *other = NULL;
        char c = name.data[i];

        for (size_t k = 0; k < sizeof(pairs) / sizeof(pairs[0]); k++)
            if (end - i == 2 && memcmp(name.data + i, pairs[k][0], 2) == 0)
                other = pairs[k][1 + form];
        if (c == '-' || c == '\'' || c == ' ')
            other = joint == 0 ? "" : joint == 1 ? " " : joint == 2 ? "-" : "'";
        if (upper && c >= 'a' && c <= 'z')
            c = (char)(c - 32);
        if (other != NULL)
            put_string(query, other);
        else if (end - i == 1)
            put(query, &c, 1);
        else
            put(query, name.data + i, end - i);
        i = end;
    }
}

static void put_initials(struct run *run, struct query *query,
                         const struct ruf_person *person)
{
    struct query family = { .size = 0 };

    if (person->given.size == 0 || person->family.size == 0)
        return;
    put(query, person->given.data,
        next_char(person->given.data, person->given.size, 0));
    put_string(query, draw(run, 4) == 0 ? " " : draw(run, 8) == 0 ? "." : "");
    put(&family, person->family.data,
        next_char(person->family.data, person->family.size, 0));
    put(query, family.text, family.size);
    if (draw(run, 4) == 0)
        put_string(query, " nord");
}

static const struct ruf_person_number *
number_of(struct run *run, const struct ruf_person *person)
{
    return person->number_count == 0
               ? NULL
               : &person->numbers[draw(run, person->number_count)];
}

/* A number in one of its written forms, whole or in part. */
static void put_number(struct run *run, struct query *query,
                       const struct ruf_person_number *number, bool whole)
{
    char digits[80] = "";
    const char *start = digits;
    size_t count = 0;

    if (number == NULL)
        return;
    if (number->e164 != 0) {
        (void)snprintf(digits, sizeof(digits), "%llu",
                       (unsigned long long)number->e164);
    } else {
        for (size_t i = 0; i < number->raw.size && count < 70; i++)
            if (number->raw.data[i] >= '0' && number->raw.data[i] <= '9')
                digits[count++] = number->raw.data[i];
    }
    switch (draw(run, 5)) {
    case 0:
        put_string(query, "+");
        break;
    case 1:
        put_string(query, "00");
        break;
    case 2:
        put_string(query, "0");
        start = digits + (strlen(digits) > 4 ? 2 : 0);
        break;
    case 3:
        start = digits + (strlen(digits) > 4 ? 2 : 0);
        break;
    default:
        break;
    }
    count = strlen(start);
    if (!whole && count > 3)
        count = 3 + draw(run, count - 3);
    put(query, start, count / 2);
    put_string(query, draw(run, 4) == 0 ? " " : draw(run, 9) == 0 ? "/" : "");
    put(query, start + count / 2, count - count / 2);
}

static void put_fragment(struct run *run, struct query *query,
                         const struct ruf_person_number *number, bool end)
{
    char digits[80];
    size_t size;
    size_t count;
    size_t at;

    if (number == NULL || number->e164 == 0)
        return;
    size = (size_t)snprintf(digits, sizeof(digits), "%llu",
                            (unsigned long long)number->e164);
    count = end ? 2 + draw(run, 5) : 4 + draw(run, 5);
    at = end ? size - count : draw(run, size - count + 1);
    if (end)
        put_string(query, "-");
    put(query, digits + at, count);
}

static void put_keypad(struct run *run, struct query *query,
                       struct ruf_text name)
{
    static const char keys[] = "22233344455566677778889999";
    size_t count = 2 + draw(run, 9);

    for (size_t i = 0; i < name.size && count > 0; i++, count--) {
        char c = (char)(name.data[i] | 0x20);

        if (c < 'a' || c > 'z')
            break;
        put(query, &keys[c - 'a'], 1);
    }
}

/* A name with one edit somewhere. */
static void put_typo(struct run *run, struct query *query, struct ruf_text name)
{
    size_t at;
    size_t next;
    size_t behind;
    char letter = (char)('a' + draw(run, 26));

    if (name.size < 5)
        return;
    at = next_char(name.data, name.size, draw(run, name.size - 1));
    next = next_char(name.data, name.size, at);
    behind = next_char(name.data, name.size, next);
    if (behind > name.size)
        return;
    put(query, name.data, at);
    switch (draw(run, 4)) {
    case 0:
        put(query, &letter, 1);
        put(query, name.data + at, name.size - at);
        break;
    case 1:
        put(query, &letter, 1);
        put(query, name.data + next, name.size - next);
        break;
    case 2:
        put(query, name.data + next, name.size - next);
        break;
    default:
        put(query, name.data + next, behind - next);
        put(query, name.data + at, next - at);
        put(query, name.data + behind, name.size - behind);
        break;
    }
}

/* A name with letters that sound alike. */
static void put_sound(struct run *run, struct query *query,
                      struct ruf_text name)
{
    static const char *const pairs[][2] = {
        { "ei", "ayh" }, { "ai", "eyh" }, { "m", "n" },   { "t", "dh" },
        { "ph", "wf" },  { "f", "vh" },   { "ck", "gk" }, { "b", "pb" },
        { "u", "oh" },   { "e", "yie" },  { "l", "ll" },  { "r", "rrh" },
    };

    for (size_t i = 0; i < name.size;) {
        size_t step = 1;
        const char *other = NULL;

        for (size_t k = 0; k < sizeof(pairs) / sizeof(pairs[0]); k++) {
            size_t size = strlen(pairs[k][0]);

            if (other == NULL && i + size <= name.size && draw(run, 3) > 0 &&
                memcmp(name.data + i, pairs[k][0], size) == 0) {
                other = pairs[k][1];
                step = size;
            }
        }
        if (other != NULL)
            put_string(query, other);
        else
            put(query, name.data + i, step);
        i += step;
    }
}

/* Somebody who has what the class asks for. */
static const struct ruf_person *somebody(struct run *run, enum query_class kind)
{
    for (;;) {
        const struct ruf_person *person =
            &run->people.persons[draw(run, run->people.count)];

        if ((kind == EMAIL && person->email_count == 0) ||
            (kind == INITIALS &&
             (person->given.size == 0 || person->family.size == 0)) ||
            (kind >= FULL_NUMBER && kind <= EXTENSION &&
             person->number_count == 0))
            continue;
        return person;
    }
}

static void make_query(struct run *run, enum query_class kind,
                       struct query *query)
{
    const struct ruf_person *person = somebody(run, kind);
    struct ruf_text name = name_of(run, person);

    query->size = 0;
    switch (kind) {
    case ONE_LETTER:
    case TWO_LETTERS:
    case THREE_LETTERS:
        put_prefix(run, query, draw(run, 4) == 0 ? person->company : name,
                   1 + (size_t)kind);
        break;
    case SIX_LETTERS:
        put_prefix(run, query, name, 4 + draw(run, 5));
        break;
    case TWO_WORDS:
    case THREE_WORDS:
        put_prefix(run, query, person->family, 1 + draw(run, 4));
        put_string(query, " ");
        put_prefix(run, query, person->given, 1 + draw(run, 3));
        if (kind == THREE_WORDS) {
            put_string(query, draw(run, 2) == 0 ? " " : " , ");
            put_prefix(run, query,
                       draw(run, 2) == 0 ? person->company : person->title,
                       1 + draw(run, 4));
        }
        break;
    case FULL_NAME:
        put_text(query, draw(run, 2) == 0 ? person->given : person->family);
        put_string(query, " ");
        put_text(query, draw(run, 2) == 0 ? person->family : person->given);
        break;
    case INITIALS:
        put_initials(run, query, person);
        break;
    case NAME_COMPANY:
        put_prefix(run, query, name, 1 + draw(run, 5));
        put_string(query, " ");
        put_prefix(run, query, person->company, 1 + draw(run, 6));
        break;
    case OTHER_SPELLING:
        put_respelled(run, query, name);
        break;
    case POSITION:
        put_prefix(run, query,
                   draw(run, 2) == 0 ? person->title : person->department,
                   1 + draw(run, 6));
        if (draw(run, 3) == 0) {
            put_string(query, " ");
            put_prefix(run, query, name, 2);
        }
        break;
    case EMAIL:
        if (draw(run, 2) == 0)
            put_text(query, person->emails[0]);
        else
            put_prefix(run, query, person->emails[0], 2 + draw(run, 12));
        break;
    case FULL_NUMBER:
    case NUMBER_START:
        put_number(run, query, number_of(run, person), kind == FULL_NUMBER);
        break;
    case NUMBER_INSIDE:
    case EXTENSION:
        put_fragment(run, query, number_of(run, person), kind == EXTENSION);
        break;
    case KEYPAD:
        put_keypad(run, query, name);
        break;
    case TYPO:
    case SOUND:
        if (kind == TYPO)
            put_typo(run, query, name);
        else
            put_sound(run, query, name);
        if (draw(run, 3) == 0) {
            put_string(query, " ");
            put_prefix(run, query, person->company, 4);
        }
        break;
    case CLASS_COUNT:
        break;
    }
}

/* --- comparing
 * ---------------------------------------------------------------------- */

static bool same_hit(const struct ruf_hit *a, const struct ruf_hit *b)
{
    if (a->contact != b->contact || a->tier != b->tier ||
        a->highlight_count != b->highlight_count)
        return false;
    for (size_t i = 0; i < a->highlight_count; i++)
        if (a->highlights[i].field != b->highlights[i].field ||
            a->highlights[i].item != b->highlights[i].item ||
            a->highlights[i].start != b->highlights[i].start ||
            a->highlights[i].length != b->highlights[i].length)
            return false;
    return true;
}

static void print_hit(const char *who, const struct ruf_hit *hit)
{
    (void)printf("  %s: contact %u, %s,", who, hit->contact,
                 ruf_search_tier_name(hit->tier));
    for (size_t i = 0; i < hit->highlight_count; i++)
        (void)printf(" %d.%u:%u+%u", (int)hit->highlights[i].field,
                     hit->highlights[i].item, hit->highlights[i].start,
                     hit->highlights[i].length);
    (void)printf("\n");
}

static void print_person(const struct ruf_person *person)
{
    (void)printf("  (%.*s|%.*s|%.*s", (int)person->given.size,
                 person->given.size > 0 ? person->given.data : "",
                 (int)person->family.size,
                 person->family.size > 0 ? person->family.data : "",
                 (int)person->company.size,
                 person->company.size > 0 ? person->company.data : "");
    for (size_t i = 0; i < person->number_count; i++)
        (void)printf("|%llu %.*s", (unsigned long long)person->numbers[i].e164,
                     (int)person->numbers[i].raw.size,
                     person->numbers[i].raw.data);
    for (size_t i = 0; i < person->email_count; i++)
        (void)printf("|%.*s", (int)person->emails[i].size,
                     person->emails[i].data);
    (void)printf(")\n");
}

static void complain(struct run *run, const char *what,
                     const struct query *query, size_t got, size_t want)
{
    if (++run->failed > 10)
        return;
    (void)printf("%s: \"%.*s\": %zu hits, oracle %zu\n", what, (int)query->size,
                 query->text, got, want);
    for (size_t i = 0; i < got || i < want; i++) {
        if (i < got && i < want && same_hit(&run->got[i], &run->want[i]))
            continue;
        if (i < got) {
            print_hit("got ", &run->got[i]);
            print_person(&run->people.persons[run->got[i].contact]);
        }
        if (i < want) {
            print_hit("want", &run->want[i]);
            print_person(&run->people.persons[run->want[i].contact]);
        }
        break;
    }
}

static bool same_hits(const struct run *run, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!same_hit(&run->got[i], &run->want[i]))
            return false;
    return true;
}

static size_t make_list(struct run *run, uint32_t out[16])
{
    size_t count = draw(run, 16);
    uint32_t next = 0;

    for (size_t i = 0; i < count; i++) {
        next += 1 + (uint32_t)draw(run, run->people.count / 12 + 1);
        out[i] = next; /* a few beyond the last contact */
    }
    return count;
}

static void ask(struct run *run, enum query_class kind,
                const struct query *query)
{
    static const size_t capacities[] = { 1, 3, 20, 20, 20, 100, 1000 };
    struct ruf_search_options options = RUF_SEARCH_OPTIONS;
    size_t capacity = capacities[draw(run, 7)];
    struct ruf_search_result result;
    uint32_t favourites[16];
    uint32_t recents[16];
    struct ruf_error err;
    size_t want;

    if (draw(run, 3) == 0) {
        options.favourites = favourites;
        options.favourite_count = make_list(run, favourites);
        options.recents = recents;
        options.recent_count = make_list(run, recents);
    }
    want = oracle_search(run->oracle, query->text, query->size, &options,
                         run->want, capacity);
    if (ruf_query_search_with(run->query, query->text, query->size, &options,
                              run->got, capacity, &result, &err) != RUF_OK) {
        (void)printf("%s\n", err.detail);
        exit(1);
    }
    run->asked[kind]++;
    run->filled[kind] += want > 0 ? 1 : 0;
    if (result.partial || result.count != want || !same_hits(run, want))
        complain(run, class_names[kind], query, result.count, want);
    options.work_limit = 1 + draw(run, 300);
    if (ruf_query_search_with(run->query, query->text, query->size, &options,
                              run->got, capacity, &result, &err) != RUF_OK)
        exit(1);
    run->partial += result.partial ? 1 : 0;
    if (result.count > want || (!result.partial && result.count != want) ||
        !same_hits(run, result.count))
        complain(run, "with little work", query, result.count, want);
}

/* --- runs
 * ---------------------------------------------------------------------------
 */

static struct ruf_index *build(struct run *run, uint8_t key[32])
{
    const struct ruf_labelled_entries none = { NULL, 0, 0 };
    struct ruf_image_seed seed = { .generation = 1 };
    struct ruf_index *index = NULL;
    struct ruf_error err;
    char path[64];

    (void)snprintf(path, sizeof(path), "search-%ld.ruf", (long)getpid());
    if (ruf_build(path, key, &seed, &run->people, &none, &err) != RUF_OK ||
        ruf_index_open(path, key, RUF_INDEX_RESIDENT, &index, &err) != RUF_OK ||
        ruf_query_create(index, &run->query, &err) != RUF_OK) {
        (void)printf("%s: %s\n", err.id, err.detail);
        exit(1);
    }
    (void)unlink(path);
    return index;
}

static void run_seed(struct run *run, uint64_t seed, size_t per_class,
                     size_t contacts)
{
    uint8_t key[32] = { 1 };
    struct ruf_arena *arena;
    struct ruf_index *index;

    if (ruf_arena_create(&arena, NULL) != RUF_OK)
        exit(1);
    search_people(arena, seed, contacts, &run->people);
    run->random = seed + 1000;
    index = build(run, key);
    run->oracle = oracle_create(&run->people);
    for (int kind = 0; kind < CLASS_COUNT; kind++)
        for (size_t i = 0; i < per_class; i++) {
            struct query query;

            make_query(run, (enum query_class)kind, &query);
            ask(run, (enum query_class)kind, &query);
        }
    oracle_destroy(run->oracle);
    ruf_query_destroy(run->query);
    ruf_index_close(index);
    ruf_arena_destroy(arena);
}

static size_t argument(int argc, char **argv, int i, size_t fallback)
{
    return argc > i ? strtoul(argv[i], NULL, 10) : fallback;
}

int main(int argc, char **argv)
{
    size_t per_class = argument(argc, argv, 1, 54);
    size_t contacts = argument(argc, argv, 2, 800);
    size_t seeds = argument(argc, argv, 3, 2);
    struct run run = { .failed = 0 };
    size_t total = 0;
    size_t least = SIZE_MAX;

    run.got = calloc(RUF_SEARCH_LIMIT_MAX, sizeof(*run.got));
    run.want = calloc(RUF_SEARCH_LIMIT_MAX, sizeof(*run.want));
    if (run.got == NULL || run.want == NULL)
        return 1;
    for (size_t seed = 1; seed <= seeds; seed++)
        run_seed(&run, seed, per_class, contacts);
    (void)printf("%-16s %8s %10s\n", "class", "queries", "with hits");
    for (size_t i = 0; i < CLASS_COUNT; i++) {
        (void)printf("%-16s %8zu %10zu\n", class_names[i], run.asked[i],
                     run.filled[i]);
        total += run.asked[i];
        least = run.filled[i] < least ? run.filled[i] : least;
    }
    (void)printf("%zu queries, %zu differ; %zu answers were partial\n", total,
                 run.failed, run.partial);
    free(run.got);
    free(run.want);
    /* A class that finds nothing, or a limit never reached, tests nothing. */
    return run.failed > 0 || least * 2 < per_class * seeds || run.partial == 0;
}

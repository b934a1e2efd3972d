/*
 * tests/support/image_fixture.c - invented companies as persons, entries, image
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tests/support/image_fixture.h"
#include "base/text.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const char *const given_names[] = {
    "Anna",
    "Bj\xC3\xB6rn",
    "Çelik",
    "Dora",
    "Emil",
    "Fatma",
    "G\xC3\xB6tz",
    "Hans-Peter",
    "Ida",
    "J\xC3\xBCrgen",
    "Kerstin",
    "Lars",
    "Ma\xC5\x82gorzata",
    "Nils",
    "Ute",
    "Anna Maria",
};

static const char *const family_names[] = {
    "Albrecht",
    "B\xC3\xA4"
    "cker",
    "M\xC3\xBCller",
    "Mueller",
    "Muller",
    "O'Connor",
    "Schmidt",
    "Stra\xC3\x9F"
    "er",
    "von der Linde",
    "Wei\xC3\x9F",
    "Y\xC4\xB1lmaz",
    "Zander",
    "M\xC3\xBCller-L\xC3\xBC"
    "denscheidt",
    "Ebert",
    "Fuchs",
};

static const char *const companies[] = {
    "Nordwind Logistik GmbH",
    "Hansa B\xC3\xBCro AG",
    "Blaumeer & S\xC3\xB6hne",
    "Albrecht Werke",
    "3F Medien",
    "",
};

static const char *const titles[] = {
    "Einkauf", "Buchhaltung", "Leiterin Vertrieb", "IT-Support", "",
};

static const char *const departments[] = {
    "Vertrieb Süd",
    "Technik",
    "Personal",
    "",
};

/* A test without memory has nothing to say. */
static void *checked(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

uint64_t fixture_random(struct image_fixture *fixture, uint64_t bound)
{
    uint64_t z = fixture->random += UINT64_C(0x9E3779B97F4A7C15);

    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (z ^ (z >> 31)) % bound;
}

static struct ruf_text pick(struct image_fixture *fixture,
                            const char *const *list, size_t count)
{
    return ruf_text(list[fixture_random(fixture, count)]);
}

static struct ruf_text text_copy(struct image_fixture *fixture,
                                 const char *string)
{
    size_t size = strlen(string);

    return (struct ruf_text){
        checked(ruf_arena_copy(fixture->arena, string, size)), size
    };
}

/* --- numbers ---------------------------------------------------------------
 */

/* The n-th number: reserved ranges first (Bundesnetzagentur, numbers for
 * media), then a prefix that no plan assigns, at uneven distances. */
static ruf_e164 numbered(size_t n)
{
    static const uint64_t reserved[] = {
        UINT64_C(493023125000), UINT64_C(496990009000), UINT64_C(494066969000),
        UINT64_C(492214710000), UINT64_C(498999998000),
    };

    if (n < 1000 * COUNT(reserved))
        return reserved[n % COUNT(reserved)] + n / COUNT(reserved);
    return UINT64_C(999000000000) + n * 7 + n % 5;
}

static int by_number(const void *left, const void *right)
{
    const struct ruf_labelled_entry *a = left;
    const struct ruf_labelled_entry *b = right;

    return (a->number > b->number) - (a->number < b->number);
}

/* --- persons
 * ------------------------------------------------------------------ */

/* Umlauts with or without an e, other letters of no use in an address left
 * out. */
static void spell(struct ruf_text name, char *out)
{
    for (size_t i = 0; i < name.size; i++) {
        const char *c = name.data + i;

        if (strncmp(c, "ä", 2) == 0 || strncmp(c, "ö", 2) == 0) {
            *out++ = strncmp(c, "ä", 2) == 0 ? 'a' : 'o';
            if (name.size % 2 == 0)
                *out++ = 'e';
            i++;
        } else if (strncmp(c, "ü", 2) == 0) {
            *out++ = 'u';
            *out++ = 'e';
            i++;
        } else if ((*c | 32) >= 'a' && (*c | 32) <= 'z' && (*c & 64) != 0) {
            *out++ = (char)(*c | 32);
        }
    }
    *out = '\0';
}

/* As companies make addresses of names, and of other things. */
static void make_address(size_t n, const char *given, const char *family,
                         char *out, size_t size)
{
    switch (n % 8) {
    case 0:
        (void)snprintf(out, size, "kontakt%zu@nordwind.example", n);
        break;
    case 1:
        (void)snprintf(out, size, "%s.%s@nordwind.example", given, family);
        break;
    case 2:
        (void)snprintf(out, size, "%.1s%s.%zu@werk.example", given, family, n);
        break;
    case 3:
        (void)snprintf(out, size, "%s_%s%zu@lager-und-versand.blaumeer.example",
                       family, given, n);
        break;
    case 4:
        (void)snprintf(out, size, "%.1s.%s@werk.example", given, family);
        break;
    case 5:
        (void)snprintf(out, size, "-%s.x.%s@werk.example", given, family);
        break;
    case 6:
        (void)snprintf(out, size, "%s@%zu.example", family, n);
        break;
    default:
        (void)snprintf(out, size, "without a domain %zu", n);
    }
}

static void add_email(struct image_fixture *fixture, struct ruf_person *person,
                      size_t n)
{
    struct ruf_text *email =
        checked(ruf_arena_alloc(fixture->arena, 1, sizeof(*email)));
    char names[2][64];
    char text[256];

    spell(person->given, names[0]);
    spell(person->family, names[1]);
    make_address(n, names[0], names[1], text, sizeof(text));
    *email = text_copy(fixture, text);
    person->emails = email;
    person->email_count = 1;
}

static const struct ruf_policy_source policy_sources[] = {
    { .id = "AAD", .kind = RUF_SOURCE_ENTRA_USERS },
    { .id = "CRM", .kind = RUF_SOURCE_FILE },
};

/* A photo's place in the store says how long it is: the best source of a person
 * has none, the second of those with two has one, and every third person. */
static void give_photo(struct ruf_source_contact *member, size_t n, size_t i)
{
    if (n % 3 == 0 || i == 1)
        member->photo = (int64_t)(9 + n * 37 % 900);
}

/* The first source's id is a GUID, the second's a text. */
static struct ruf_source_contact *make_member(struct image_fixture *fixture,
                                              size_t n, size_t source)
{
    struct ruf_source_contact *member =
        checked(ruf_arena_alloc(fixture->arena, 1, sizeof(*member)));
    char text[64];

    if (source == 0)
        (void)snprintf(text, sizeof(text), "%08x-7b1c-4d2e-9f3a-%012zx",
                       (unsigned)fixture_random(fixture, UINT32_MAX), n);
    else
        (void)snprintf(text, sizeof(text), "konto/%zu", n);
    member->source = &policy_sources[source];
    member->native_id = text_copy(fixture, text);
    give_photo(member, n, source);
    return member;
}

static void add_members(struct image_fixture *fixture,
                        struct ruf_person *person, size_t n)
{
    const struct ruf_source_contact **members = checked(ruf_arena_alloc(
        fixture->arena, person->source_count, sizeof(*members)));

    for (size_t i = 0; i < person->source_count; i++)
        members[i] = make_member(fixture, n, i);
    person->members = members;
    person->member_count = person->source_count;
    person->has_hash_id = n % 5 != 4;
    for (size_t i = 0; i < sizeof(person->hash_id); i++)
        person->hash_id[i] = (uint8_t)fixture_random(fixture, 256);
}

/* Values of a person with two sources come from the first, the second or
 * both, in turn. */
static void add_provenance(struct image_fixture *fixture,
                           struct ruf_person *person)
{
    uint32_t *bits = checked(ruf_arena_alloc(
        fixture->arena, person->email_count + 1, sizeof(*bits)));

    if (person->source_count < 2)
        return;
    for (size_t i = 0; i < person->email_count; i++)
        bits[i] = 1 + (uint32_t)fixture_random(fixture, 3);
    person->email_sources = bits;
    for (size_t i = 0; i < RUF_CONTACT_FIELD_COUNT; i++)
        person->field_sources[i] = 1 + (uint32_t)fixture_random(fixture, 2);
}

/* As sources write them: not at all, the names joined, or otherwise. */
static void add_display(struct image_fixture *fixture,
                        struct ruf_person *person, size_t n)
{
    const char *given = person->given.data;
    const char *family = person->family.data;
    char text[128];

    switch (n % 4) {
    case 0:
        (void)snprintf(text, sizeof(text), "%s %s", given, family);
        break;
    case 1:
        (void)snprintf(text, sizeof(text), "%s, %s", family, given);
        break;
    case 2:
        (void)snprintf(text, sizeof(text), "Dr. %s %s", given, family);
        break;
    default:
        return;
    }
    person->display = text_copy(fixture, text);
}

static void fill_person(struct image_fixture *fixture, size_t n)
{
    struct ruf_person *person = &fixture->people.persons[n];
    static const struct ruf_text sources[] = { { "AAD", 3 }, { "CRM", 3 } };

    for (size_t i = 0; i < sizeof(person->id.bytes); i++)
        person->id.bytes[i] = (uint8_t)fixture_random(fixture, 256);
    person->priority = (uint8_t)(100 - n * 100 / (fixture->people.count + 1));
    if (fixture_random(fixture, 10) > 0) {
        person->given = pick(fixture, given_names, COUNT(given_names));
        person->family = pick(fixture, family_names, COUNT(family_names));
        add_display(fixture, person, n);
    } else {
        person->display = text_copy(fixture, "Zentrale Empfang");
    }
    person->company = pick(fixture, companies, COUNT(companies));
    person->title = pick(fixture, titles, COUNT(titles));
    person->department = pick(fixture, departments, COUNT(departments));
    if (fixture_random(fixture, 3) > 0)
        add_email(fixture, person, n);
    person->sources = sources;
    person->source_count = 1 + fixture_random(fixture, 2);
    add_members(fixture, person, n);
    add_provenance(fixture, person);
}

/* As sources write numbers: the digits in other groups, other digits, or not
 * a number at all. */
static struct ruf_text make_raw(struct image_fixture *fixture, ruf_e164 e164)
{
    char digits[RUF_E164_TEXT_SIZE];
    char text[64];
    size_t size = ruf_e164_format(e164, digits);

    switch (fixture_random(fixture, 9)) {
    case 0:
        (void)snprintf(text, sizeof(text), "00%s", digits + 1);
        break;
    case 1:
        (void)snprintf(text, sizeof(text), "0%s", digits + (size > 3 ? 3 : 1));
        break;
    case 2:
        (void)snprintf(text, sizeof(text), "+%.2s (0%.2s) %s", digits + 1,
                       digits + 3, digits + (size > 5 ? 5 : size));
        break;
    case 3:
        (void)snprintf(text, sizeof(text), "%s ext. 12", digits);
        break;
    case 4:
        (void)snprintf(text, sizeof(text), "00%.2s 0%.3s-%s", digits + 1,
                       digits + 3, digits + (size > 6 ? 6 : size));
        break;
    case 5:
        (void)snprintf(text, sizeof(text), "Durchwahl 7\xC3\xA4");
        break;
    case 6:
        text[0] = '\0';
        break;
    default:
        (void)snprintf(text, sizeof(text), "%s", digits);
    }
    return text_copy(fixture, text);
}

static struct ruf_person_number make_number(struct image_fixture *fixture,
                                            const struct ruf_person *person,
                                            ruf_e164 e164)
{
    struct ruf_person_number number = {
        .e164 = e164,
        .kind = (enum ruf_number_kind)fixture_random(fixture, RUF_KIND_COUNT),
        .emit = fixture_random(fixture, 9) > 0,
        .sources = person->source_count < 2
                       ? 1
                       : 1 + (uint32_t)fixture_random(fixture, 3),
    };

    number.raw = make_raw(fixture, e164);
    return number;
}

/* Give each entry's number to its owners. */
static void add_numbers(struct image_fixture *fixture)
{
    const struct ruf_labelled_entries *entries = &fixture->entries;
    struct ruf_person *persons = fixture->people.persons;
    struct ruf_person_number **lists =
        checked(ruf_arena_alloc(fixture->arena, fixture->people.count,
                                sizeof(struct ruf_person_number *)));

    for (size_t i = 0; i < entries->count; i++)
        for (size_t k = 0; k < entries->entries[i].owner_count; k++)
            persons[entries->entries[i].owners[k]].number_count++;
    for (size_t i = 0; i < fixture->people.count; i++) {
        lists[i] = checked(ruf_arena_alloc(
            fixture->arena, persons[i].number_count, sizeof(**lists)));
        persons[i].numbers = lists[i];
        persons[i].number_count = 0;
    }
    for (size_t i = 0; i < entries->count; i++)
        for (size_t k = 0; k < entries->entries[i].owner_count; k++) {
            uint32_t owner = entries->entries[i].owners[k];

            lists[owner][persons[owner].number_count++] = make_number(
                fixture, &persons[owner], entries->entries[i].number);
        }
}

static struct ruf_text make_label(struct image_fixture *fixture,
                                  const struct ruf_person *person)
{
    char text[256];
    struct ruf_text name =
        person->family.size > 0 ? person->family : person->display;

    (void)snprintf(text, sizeof(text), "%.*s%s%.*s (%.*s)",
                   (int)person->given.size,
                   person->given.size > 0 ? person->given.data : "",
                   person->given.size > 0 ? " " : "", (int)name.size, name.data,
                   (int)person->company.size, person->company.data);
    return text_copy(fixture, text);
}

static void fill_entries(struct image_fixture *fixture, size_t count)
{
    struct ruf_labelled_entries *out = &fixture->entries;

    out->count = fixture->people.count == 0 ? 0 : count;
    out->entries =
        checked(ruf_arena_alloc(fixture->arena, count, sizeof(*out->entries)));
    for (size_t i = 0; i < out->count; i++) {
        struct ruf_labelled_entry *entry = &out->entries[i];
        uint32_t *owners =
            checked(ruf_arena_alloc(fixture->arena, 2, sizeof(*owners)));

        entry->number = numbered(i);
        owners[0] = (uint32_t)(i % fixture->people.count);
        owners[1] = (owners[0] + 1) % (uint32_t)fixture->people.count;
        entry->owners = owners;
        entry->owner_count =
            fixture->people.count > 1 && fixture_random(fixture, 20) == 0 ? 2
                                                                          : 1;
        entry->label = make_label(fixture, &fixture->people.persons[owners[0]]);
    }
    if (out->count > 1)
        qsort(out->entries, out->count, sizeof(*out->entries), by_number);
}

/* --- extras
 * --------------------------------------------------------------------------
 */

/* Prefixes of numbers for drama, of Ofcom: London, Leeds and Cardiff. Of the
 * first, two numbers stay unknown. */
static void add_trunks(struct image_fixture *fixture)
{
    static ruf_e164 held[] = { UINT64_C(441134960111), UINT64_C(441134960222) };
    static struct ruf_trunk list[] = {
        { 441134960, 9, 4, { "~ Blaumeer & S\xC3\xB6hne", 18 }, 3, 0 },
        { 442079460, 9, 3, { "~ Albrecht Werke", 16 }, 3, 0 },
        { 4429201801, 10, 2, { "~ 3F Medien", 11 }, 2, 0 },
    };

    fixture->trunks =
        (struct ruf_trunks){ list, COUNT(list), held, COUNT(held) };
    fixture->extras.trunks = &fixture->trunks;
}

static void add_blocked(struct image_fixture *fixture)
{
    static const ruf_e164 more[] = { UINT64_C(998999999999),
                                     UINT64_C(999999999999), RUF_E164_MAX };
    bool some = fixture->entries.count > 0;

    if (some)
        fixture->blocked[0] = fixture->entries.entries[0].number;
    memcpy(fixture->blocked + some, more, sizeof(more));
    fixture->extras.blocked = fixture->blocked;
    fixture->extras.blocked_count = COUNT(more) + some;
}

size_t fixture_photo_size(const struct ruf_person *person, uint32_t *source)
{
    for (size_t i = 0; i < person->member_count; i++)
        if (person->members[i]->photo != 0) {
            *source = (uint32_t)i;
            return (size_t)person->members[i]->photo;
        }
    return 0;
}

static enum ruf_status load_photo(void *context,
                                  const struct ruf_source_contact *contact,
                                  uint8_t *bytes, size_t *size,
                                  struct ruf_error *err)
{
    const struct image_fixture *fixture = context;

    (void)err;
    *size = (size_t)contact->photo;
    memcpy(bytes, fixture->photo, *size);
    return RUF_OK;
}

static void add_photos(struct image_fixture *fixture)
{
    static const uint8_t png[] = {
        0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'
    };

    for (size_t i = 0; i < sizeof(fixture->photo); i++)
        fixture->photo[i] = (uint8_t)(i * 31 >> 3);
    memcpy(fixture->photo, png, sizeof(png));
    fixture->extras.photos = (struct ruf_photo_source){ fixture, load_photo };
}

/* --- fixture
 * --------------------------------------------------------------------- */

struct image_fixture *fixture_create(uint64_t seed, size_t persons,
                                     size_t entries)
{
    struct image_fixture *fixture = checked(calloc(1, sizeof(*fixture)));

    fixture->random = seed;
    if (ruf_arena_create(&fixture->arena, NULL) != RUF_OK)
        abort();
    for (size_t i = 0; i < sizeof(fixture->key); i++)
        fixture->key[i] = (uint8_t)fixture_random(fixture, 256);
    for (size_t i = 0; i < sizeof(fixture->seed.salt); i++)
        fixture->seed.salt[i] = (uint8_t)fixture_random(fixture, 256);
    fixture->seed.generation = 7;
    fixture->people.count = persons;
    fixture->people.persons = checked(ruf_arena_alloc(
        fixture->arena, persons, sizeof(*fixture->people.persons)));
    for (size_t i = 0; i < persons; i++)
        fill_person(fixture, i);
    fill_entries(fixture, entries);
    add_numbers(fixture);
    add_trunks(fixture);
    add_blocked(fixture);
    add_photos(fixture);
    return fixture;
}

void fixture_destroy(struct image_fixture *fixture)
{
    if (fixture == NULL)
        return;
    if (fixture->path[0] != '\0')
        (void)unlink(fixture->path);
    ruf_arena_destroy(fixture->arena);
    free(fixture);
}

enum ruf_status fixture_build(const struct image_fixture *fixture,
                              const char *path, struct ruf_error *err)
{
    return ruf_build_with(path, fixture->key, &fixture->seed, &fixture->people,
                          &fixture->entries, &fixture->extras, err);
}

void fixture_write(struct image_fixture *fixture)
{
    struct ruf_error err;
    int fd;

    (void)snprintf(fixture->path, sizeof(fixture->path), "image-%ld-XXXXXX",
                   (long)getpid());
    fd = mkstemp(fixture->path);
    if (fd < 0)
        abort();
    (void)close(fd);
    if (fixture_build(fixture, fixture->path, &err) != RUF_OK) {
        (void)fprintf(stderr, "%s: %s\n", err.id, err.detail);
        abort();
    }
}

struct ruf_index *fixture_open(const struct image_fixture *fixture,
                               enum ruf_index_mode mode)
{
    struct ruf_index *index;
    struct ruf_error err;

    if (ruf_index_open(fixture->path, fixture->key, mode, &index, &err) !=
        RUF_OK) {
        (void)fprintf(stderr, "%s: %s\n", err.id, err.detail);
        abort();
    }
    return index;
}

void fixture_poke(const char *path, size_t offset, uint8_t flip)
{
    int fd = open(path, O_RDWR | O_CLOEXEC);
    uint8_t byte;

    if (fd < 0 || pread(fd, &byte, 1, (off_t)offset) != 1)
        abort();
    byte ^= flip;
    if (pwrite(fd, &byte, 1, (off_t)offset) != 1 || close(fd) != 0)
        abort();
}

uint8_t *fixture_read_file(const char *path, size_t *size)
{
    FILE *file = checked(fopen(path, "rb"));
    uint8_t *bytes;
    long length;

    if (fseek(file, 0, SEEK_END) != 0 || (length = ftell(file)) < 0)
        abort();
    rewind(file);
    *size = (size_t)length;
    bytes = checked(malloc(*size + 1));
    if (fread(bytes, 1, *size, file) != *size)
        abort();
    (void)fclose(file);
    return bytes;
}

void fixture_write_file(const char *path, const uint8_t *bytes, size_t size)
{
    FILE *file = checked(fopen(path, "wb"));

    if (fwrite(bytes, 1, size, file) != size || fclose(file) != 0)
        abort();
}

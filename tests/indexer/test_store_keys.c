/*
 * test_store_keys.c - the keys that lead to records are in step with them
 *
 * The oracle reads all records and knows nothing of the tables of keys.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/hash.h"
#include "base/text.h"
#include "indexer/store_private.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/rufname-test-keys.XXXXXX";
static char path[128];
static const uint8_t key[32] = { 1, 2, 3 };
static struct ruf_policy *policy;
static struct ruf_store *store;
static struct ruf_error err;
static uint64_t state = 4;

static void use_policy(const char *filters)
{
    char json[1024];

    ruf_policy_destroy(policy);
    (void)snprintf(json, sizeof(json),
                   "{\"schema\":\"rufname.policy/1\",\"version\":1,"
                   "\"region\":{\"default\":\"DE\"},\"sources\":["
                   "{\"id\":\"FILE\",\"kind\":\"file\"},"
                   "{\"id\":\"BLOB\",\"kind\":\"file\"}],\"filters\":[%s]}",
                   filters);
    cr_assert(ruf_policy_parse(json, strlen(json), &policy, NULL, &err) ==
                  RUF_OK,
              "%s", err.detail);
}

static void set_up(void)
{
    cr_assert(mkdtemp(folder) != NULL);
    (void)snprintf(path, sizeof(path), "%s/store.db", folder);
    use_policy("");
    cr_assert(ruf_store_open(path, key, RUF_STORE_CREATE, &store, &err) ==
              RUF_OK);
}

static void tear_down(void)
{
    char command[256];

    ruf_store_close(store);
    ruf_policy_destroy(policy);
    (void)snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    if (system(command) != 0)
        cr_log_warn("%s is left", folder);
}

TestSuite(store_keys, .init = set_up, .fini = tear_down);

static uint32_t draw(uint32_t below)
{
    state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)((state >> 33) % below);
}

static int64_t told(const char *sql)
{
    int64_t number = -1;

    cr_assert(ruf_store_number(store, sql, 0, &number, &err) == RUF_OK, "%s",
              err.detail);
    return number;
}

/* --- random rounds
 * ---------------------------------------------------------------------- */

#define IDS 30
#define NUMBERS 20 /* the last is none */
#define EACH 3
#define PAGE 40

/* A record with up to EACH numbers, some of them twice; removed by one in
 * eight draws, if it may be. */
struct drawn {
    char id[40];
    char family[8];
    char texts[EACH][24];
    struct ruf_raw_number numbers[EACH];
};

/* XXH3 multiplies each half of 16 bytes of 32 after an XOR with the secret: all
 * that begin with the secret's bytes have one hash. */
static void let_ids_collide(void)
{
    memset(store->id_secret.bytes, 'a', RUF_HASH_SECRET_SIZE);
}

static void write_id(char id[40], uint32_t number)
{
    (void)snprintf(id, 40, "aaaaaaaa%08uaaaaaaaa%08u", number, 7 * number);
}

static void draw_record(struct drawn *drawn, bool may_go,
                        struct ruf_record *out)
{
    memset(out, 0, sizeof(*out));
    write_id(drawn->id, draw(IDS));
    (void)snprintf(drawn->family, sizeof(drawn->family), "F%u", draw(4));
    out->native_id = ruf_text(drawn->id);
    if (may_go && draw(8) == 0) {
        out->removed = true;
        return;
    }
    out->fields[RUF_RECORD_FAMILY] = ruf_text(drawn->family);
    out->number_count = draw(EACH + 1);
    out->numbers = drawn->numbers;
    for (size_t i = 0; i < out->number_count; i++) {
        uint32_t which = draw(NUMBERS);

        (void)snprintf(drawn->texts[i], sizeof(drawn->texts[i]),
                       which + 1 < NUMBERS ? "030 23125-%03u" : "siehe Notiz",
                       which);
        drawn->numbers[i].kind = RUF_KIND_BUSINESS;
        drawn->numbers[i].text = ruf_text(drawn->texts[i]);
    }
}

/* A round of one or two pages into one of the collections. */
static void go_round(const char *source, bool delta)
{
    struct drawn drawn[PAGE];
    struct ruf_record records[PAGE];
    struct ruf_store_round round;
    struct ruf_store_page page = { .source = source,
                                   .collection = "list",
                                   .select = "all",
                                   .records = records,
                                   .delta_round = delta,
                                   .allow_shrink = true };
    unsigned pages = 1 + draw(2);

    for (unsigned at = 0; at < pages; at++) {
        page.starts_round = at == 0;
        page.completes_round = at + 1 == pages;
        page.link = page.completes_round ? "delta" : "next";
        page.record_count = draw(PAGE);
        for (size_t i = 0; i < page.record_count; i++)
            draw_record(&drawn[i], delta, &records[i]);
        cr_assert(ruf_store_page(store, policy, &page, &round, &err) == RUF_OK,
                  "%s %s", err.id, err.detail);
    }
}

/* --- the oracle
 * ------------------------------------------------------------------------- */

static ruf_e164 number_at(uint32_t which)
{
    return which + 1 < NUMBERS ? UINT64_C(493023125000) + which : 0;
}

static bool carries(const struct ruf_source_contact *contact, ruf_e164 number)
{
    bool found = false;

    for (size_t i = 0; i < contact->number_count; i++)
        found = found || contact->numbers[i].e164 == number;
    return found;
}

static void count_carrier(void *context,
                          const struct ruf_source_contact *contact)
{
    size_t *carriers = context;

    (void)contact;
    (*carriers)++;
}

/* Of a record in the rows: the first 63 bits of its hash. */
static int64_t key_of(sqlite3_stmt *rows)
{
    const uint8_t *hash = sqlite3_column_blob(rows, 1);
    uint64_t first = 0;

    for (int i = 0; i < 8; i++)
        first |= (uint64_t)hash[i] << (56 - 8 * i);
    return (int64_t)(first >> 1);
}

static void expect_hashes(size_t records)
{
    sqlite3_stmt *rows;
    sqlite3_stmt *find;
    size_t seen = 0;

    cr_assert(ruf_store_prepare(store, "SELECT id, hash FROM records", &rows,
                                &err) == RUF_OK);
    cr_assert(ruf_store_prepare(
                  store,
                  "SELECT 1 FROM hashes h JOIN records r ON r.id = h.record"
                  " AND r.collection = h.collection"
                  " WHERE h.hash = ?1 AND h.record = ?2",
                  &find, &err) == RUF_OK);
    for (; sqlite3_step(rows) == SQLITE_ROW; seen++) {
        (void)sqlite3_bind_int64(find, 1, key_of(rows));
        (void)sqlite3_bind_int64(find, 2, sqlite3_column_int64(rows, 0));
        cr_expect_eq(sqlite3_step(find), SQLITE_ROW);
        (void)sqlite3_reset(find);
    }
    (void)sqlite3_finalize(rows);
    (void)sqlite3_finalize(find);
    cr_expect_eq(seen, records);
    cr_expect_eq(told("SELECT count(DISTINCT collection || ' ' ||"
                      " record_id(payload)) FROM records"),
                 (int64_t)records, "each id once");
    cr_expect_eq(told("SELECT count(*) FROM ids"), (int64_t)records);
    cr_expect_eq(told("SELECT count(*) FROM ids i JOIN records r"
                      " ON r.id = i.record AND r.collection = i.collection"
                      " AND id_key(record_id(r.payload)) = i.id"),
                 (int64_t)records);
    cr_expect_eq(told("SELECT count(*) FROM hashes"), (int64_t)records);
}

/* @return records. */
static size_t expect_in_step(void)
{
    struct ruf_source_contact *contacts;
    struct ruf_arena *arena;
    struct ruf_store_stats *stats = calloc(1, sizeof(*stats));
    uint64_t numbers = 0;
    size_t keys = 0;
    size_t count;

    cr_assert(ruf_arena_create(&arena, NULL) == RUF_OK);
    cr_assert(ruf_store_contacts(store, policy, arena, &contacts, &count,
                                 &err) == RUF_OK);
    for (uint32_t which = 0; which < NUMBERS; which++) {
        size_t expected = 0;
        size_t carriers = 0;

        for (size_t i = 0; i < count; i++)
            expected += carries(&contacts[i], number_at(which));
        cr_assert(ruf_store_carriers(store, policy, number_at(which),
                                     count_carrier, &carriers, &err) == RUF_OK);
        cr_expect_eq(carriers, expected, "number %u", which);
        keys += expected;
    }
    cr_expect_eq(told("SELECT count(*) FROM numbers"), (int64_t)keys);
    cr_expect_eq(told("SELECT count(*) FROM numbers n JOIN records r"
                      " ON r.id = n.record AND r.collection = n.collection"),
                 (int64_t)keys);
    for (size_t i = 0; i < count; i++)
        numbers += contacts[i].number_count;
    cr_assert(stats != NULL && ruf_store_stats(store, stats, &err) == RUF_OK);
    cr_expect_eq(stats->numbers_total, numbers);
    expect_hashes(count);
    ruf_arena_destroy(arena);
    free(stats);
    return count;
}

/* --- tests
 * ------------------------------------------------------------------------ */

Test(store_keys, follow_records_through_any_rounds)
{
    for (int round = 0; round < 120; round++) {
        go_round(draw(2) == 0 ? "FILE" : "BLOB", draw(3) > 0);
        (void)expect_in_step();
    }
}

Test(store_keys, follow_records_whose_ids_have_one_hash)
{
    char one[40];
    char other[40];

    write_id(one, 1);
    write_id(other, 2);
    cr_expect_neq(ruf_store_id_key(store, ruf_text(one)),
                  ruf_store_id_key(store, ruf_text(other)));
    let_ids_collide();
    cr_assert_eq(ruf_store_id_key(store, ruf_text(one)),
                 ruf_store_id_key(store, ruf_text(other)));
    for (int round = 0; round < 40; round++) {
        go_round(draw(2) == 0 ? "FILE" : "BLOB", draw(3) > 0);
        (void)expect_in_step();
    }
}

/* By whatever asks for one record. */
Test(store_keys, lead_to_the_record_of_the_id_and_no_other)
{
    static const uint8_t jpeg[] = { 0xFF, 0xD8, 0xFF, 1 };
    char ids[3][40];
    struct ruf_record records[2] = { { .removed = false } };
    struct ruf_store_page page = { .source = "FILE",
                                   .collection = "list",
                                   .select = "all",
                                   .link = "delta",
                                   .records = records,
                                   .record_count = 2,
                                   .starts_round = true,
                                   .completes_round = true };
    struct ruf_store_round round;
    char text[16];
    size_t size;

    let_ids_collide();
    for (uint32_t i = 0; i < 3; i++)
        write_id(ids[i], i);
    for (size_t i = 0; i < 2; i++) {
        records[i].native_id = ruf_text(ids[i]);
        records[i].fields[RUF_RECORD_FAMILY] = ruf_text(i == 0 ? "A" : "B");
    }
    cr_assert(ruf_store_page(store, policy, &page, &round, &err) == RUF_OK);
    for (size_t i = 0; i < 3; i++) {
        cr_assert(ruf_store_record_field(store, ruf_text("FILE"),
                                         ruf_text(ids[i]), RUF_RECORD_FAMILY,
                                         text, sizeof(text), &size,
                                         &err) == RUF_OK);
        cr_expect_eq(size, i < 2 ? 1u : 0u);
        if (size == 1)
            cr_expect_eq(text[0], i == 0 ? 'A' : 'B');
    }
    cr_assert(ruf_store_photo_put(store, "FILE", ruf_text(ids[1]), ruf_text(""),
                                  jpeg, sizeof(jpeg), &err) == RUF_OK);
    cr_expect_eq(told("SELECT count(*) FROM photos"), 1);
    cr_expect_eq(told("SELECT count(*) FROM photos p JOIN records r"
                      " ON r.id = p.record AND instr(r.payload, x'0142') > 0"),
                 1);
}

static void send(const char *source, bool starts, bool completes,
                 uint32_t record_count)
{
    char ids[3][40];
    struct ruf_record records[3] = { { .removed = false } };
    struct ruf_store_page page = { .source = source,
                                   .collection = "list",
                                   .select = "all",
                                   .link = "link",
                                   .records = records,
                                   .record_count = record_count,
                                   .starts_round = starts,
                                   .completes_round = completes };
    struct ruf_store_round round;

    for (uint32_t i = 0; i < record_count; i++) {
        write_id(ids[i], i + (completes ? 7 : 0));
        records[i].native_id = ruf_text(ids[i]);
        records[i].fields[RUF_RECORD_FAMILY] = ruf_text("F1");
    }
    cr_assert(ruf_store_page(store, policy, &page, &round, &err) == RUF_OK);
}

/* Where entering them costs least, whichever source was asked first. */
Test(store_keys, of_a_first_round_stand_behind_all_others)
{
    static const char last_source[] =
        "SELECT c.source = 'FILE' FROM ids i JOIN collections c"
        " ON c.id = i.collection ORDER BY i.collection DESC LIMIT 1";

    send("FILE", true, false, 3);
    send("BLOB", true, true, 2);
    send("FILE", false, true, 1);
    cr_expect_eq(told("SELECT count(*) FROM ids"), 6);
    cr_expect_eq(expect_in_step(), 6);
    cr_expect_eq(told(last_source), 1);
    send("BLOB", true, true, 3); /* not its first: it stays */
    cr_expect_eq(told(last_source), 1);
    cr_expect_eq(expect_in_step(), 7);
}

/* One whose records are all hidden has its first round once more. */
Test(store_keys, of_hidden_records_do_not_lose_their_markers)
{
    use_policy("{\"id\":\"one\",\"when\":{\"field\":\"family\",\"op\":"
               "\"equals\",\"value\":\"F1\"},\"then\":\"exclude\"}");
    for (int round = 0; round < 2; round++) {
        send("FILE", true, true, 2);
        send("BLOB", true, true, 3);
        cr_expect_eq(told("SELECT count(*) FROM markers m JOIN collections c"
                          " ON c.id = m.collection WHERE c.source = 'FILE'"),
                     2);
        cr_expect_eq(told("SELECT count(*) FROM markers"), 5);
    }
}

static enum ruf_status nothing(void *context, struct ruf_error *error)
{
    (void)context;
    (void)error;
    return RUF_OK;
}

/* Rules that hide records, and rules that drop numbers. */
Test(store_keys, follow_records_through_new_policies)
{
    static const char *const filters[] = {
        "{\"id\":\"one\",\"when\":{\"field\":\"family\",\"op\":\"equals\","
        "\"value\":\"F1\"},\"then\":\"exclude\"}",
        "{\"id\":\"old\",\"when\":{\"field\":\"number.e164\",\"op\":"
        "\"equals\",\"value\":\"+49 30 23125-004\"},\"then\":"
        "\"drop_numbers\"}",
        "",
    };
    static const enum ruf_source_fate fates[2] = { 0 };

    for (int turn = 0; turn < 12; turn++) {
        uint64_t removed;

        go_round("FILE", false);
        go_round("BLOB", false);
        use_policy(filters[turn % 3]);
        cr_assert(ruf_store_apply_policy(store, policy, fates, nothing, NULL,
                                         &removed, &err) == RUF_OK,
                  "%s", err.detail);
        (void)expect_in_step();
    }
}

Test(store_keys, go_with_the_records_of_a_source)
{
    uint64_t removed;

    go_round("FILE", false);
    go_round("BLOB", false);
    cr_assert(ruf_store_source_clear(store, "BLOB", &removed, &err) == RUF_OK);
    cr_expect_gt(expect_in_step(), 0);
    cr_assert(ruf_store_source_clear(store, "FILE", &removed, &err) == RUF_OK);
    cr_expect_eq(expect_in_step(), 0);
}

Test(store_keys, go_with_a_source_that_a_policy_forgets)
{
    static const enum ruf_source_fate fates[2] = { RUF_SOURCE_FORGOTTEN };
    uint64_t removed;

    go_round("FILE", false);
    go_round("BLOB", false);
    cr_assert(ruf_store_apply_policy(store, policy, fates, nothing, NULL,
                                     &removed, &err) == RUF_OK);
    cr_expect_gt(removed, 0);
    cr_expect_gt(expect_in_step(), 0);
}

/* --- what waits
 * ------------------------------------------------------------------------- */

#define ADD "INSERT INTO numbers (collection, e164, record) VALUES "
static const struct store_keys_sql numbers_sql = {
    .add = ADD "(?1, ?, ?)",
    .add_many = ADD STORE_KEYS_ROWS("(?1, ?, ?)"),
    .drop = "DELETE FROM numbers WHERE collection = ?1 AND e164 = ?2"
            " AND record = ?3",
};
#undef ADD

/* More keys than wait at a time, records in no order, and collections in turns.
 */
static void expect_all_entered(uint32_t count)
{
    struct store_keys keys;
    int64_t numbers = 0;
    int64_t records = 0;

    cr_assert(ruf_store_begin(store, &err) == RUF_OK);
    cr_assert(ruf_store_keys_open(store, &numbers_sql, &keys, &err) == RUF_OK);
    for (uint32_t i = 0; i < count; i++) {
        int64_t record =
            i < count - 100 ? (int64_t)i + 7 : (INT64_C(1) << (i % 60)) + count;
        uint64_t number = UINT64_C(493000000000) + draw(1000) * 1000000 + i;
        bool second = i < 7 ? i % 2 == 0 : i < 107;

        cr_assert(ruf_store_keys_turn(&keys, second ? 2 : 1, &err) == RUF_OK);
        cr_assert(ruf_store_keys_add(&keys, number, record, &err) == RUF_OK);
        numbers += (int64_t)(number % 1000003);
        records += record % 1000003;
    }
    cr_assert(ruf_store_keys_flush(&keys, &err) == RUF_OK);
    ruf_store_keys_close(&keys);
    cr_assert(ruf_store_end(store, RUF_OK, &err) == RUF_OK);
    cr_expect_eq(told("SELECT count(*) FROM numbers"), count);
    cr_expect_eq(told("SELECT sum(e164 % 1000003) FROM numbers"), numbers);
    cr_expect_eq(told("SELECT sum(record % 1000003) FROM numbers"), records);
    cr_expect_eq(told("SELECT sum(record) FROM numbers WHERE collection = 2"),
                 7 + 9 + 11 + 13 + (14 + 113) * 100 / 2);
}

Test(store_keys, are_entered_whatever_waits)
{
    char waiting[160];

    expect_all_entered(1100007);
    (void)snprintf(waiting, sizeof(waiting), "%s/store.keys", folder);
    cr_expect(access(waiting, F_OK) != 0);
}

Test(store_keys, of_a_store_in_memory_wait_there)
{
    char memory[RUF_STORE_MEMORY_PATH_SIZE];

    ruf_store_close(store);
    cr_assert(ruf_store_memory_path(memory, &err) == RUF_OK);
    cr_assert(ruf_store_open(memory, key, RUF_STORE_CREATE, &store, &err) ==
              RUF_OK);
    expect_all_entered(200007);
}

/* No file can be made for them. */
Test(store_keys, that_cannot_wait_change_nothing)
{
    struct store_keys keys;
    enum ruf_status status = RUF_OK;
    char waiting[160];

    (void)snprintf(waiting, sizeof(waiting), "%s/store.keys", folder);
    cr_assert(mkdir(waiting, 0700) == 0);
    cr_assert(ruf_store_begin(store, &err) == RUF_OK);
    cr_assert(ruf_store_keys_open(store, &numbers_sql, &keys, &err) == RUF_OK);
    cr_assert(ruf_store_keys_turn(&keys, 1, &err) == RUF_OK);
    for (uint32_t i = 0; i < 100000 && status == RUF_OK; i++)
        status = ruf_store_keys_add(&keys, i, 1, &err);
    cr_expect_eq(status, RUF_E_IO);
    cr_expect_str_eq(err.id, "I806", "%s", err.id);
    ruf_store_keys_close(&keys);
    cr_expect_eq(ruf_store_end(store, status, &err), RUF_E_IO);
    cr_expect_eq(told("SELECT count(*) FROM numbers"), 0);
}

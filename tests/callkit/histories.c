/*
 * histories.c - random lives of a phone, an app and its extension
 *
 *   histories [COUNT [SEED]]      as many histories, from that seed on
 *   histories 1 SEED -v           tell every step of one
 *
 * Each history switches, reloads, kills, expires, refuses, reinstalls, wipes
 * and damages at random. After every step the phone shows exactly what the
 * last committed generation says, or nothing after a wipe; and in the end one
 * calm reload brings it to what is published. Prints the seed of a history that
 * does not, and exits with 1.
 *
 * Each request also goes through the checker of the phone's rules, with what
 * the phone held and what became of the record. The truth is made here from the
 * lists the images were built from; it shares no code with the emitter.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/text.h"
#include "callkit/conformance.h"
#include "callkit/host_model.h"
#include "tests/callkit/folder.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUNDLE "app.example.caller-id"
#define POOL 32u
#define SMALL 40u
#define LARGE 4000u
#define HUGE 9000u
#define DAMAGED 40000u
#define STEPS_MAX 24u
#define BLOCKED_MAX 8u

static const char *const files[] = {
    "directory.ruf",         "directory.next.ruf", "directory.committed.ruf",
    "directory.commit",      "directory.report",   "directory.wiped",
    "directory.commit.held",
};
#define FILES (sizeof(files) / sizeof(files[0]))

static const char *const labels[] = {
    "Anna Graf (Muster AG)", "Bernd Graf",           "Ça va GmbH",
    "Dora Müller",           "Muster AG (Zentrale)", "Berta Graf",
};

/* --- images -----------------------------------------------------------------
 */

/** What one generation holds. */
struct pool_item {
    struct folder_entry *entries;
    size_t count;
    ruf_e164 blocked[BLOCKED_MAX];
    size_t blocked_count;
};

static struct pool_item pool[POOL];
static char pool_folder[64];

static ruf_e164 number_of(size_t i)
{
    return UINT64_C(493023125000) + i * 3;
}

static void make_item(struct pool_item *item, const struct pool_item *before,
                      uint64_t *random, size_t universe)
{
    /* Most generations differ a little from the one before. */
    bool fresh = before == NULL || folder_random(random, 4) == 0;

    item->entries = calloc(universe, sizeof(*item->entries));
    item->count = 0;
    if (item->entries == NULL)
        abort();
    for (size_t i = 0, k = 0; i < universe; i++) {
        bool was = false;
        const char *label = labels[folder_random(random, 6)];

        if (!fresh) {
            while (k < before->count &&
                   before->entries[k].number < number_of(i))
                k++;
            was =
                k < before->count && before->entries[k].number == number_of(i);
        }
        if (!fresh && folder_random(random, 8) != 0) {
            if (!was)
                continue;
            label = before->entries[k].label;
        } else if (folder_random(random, 3) == 0) {
            continue;
        }
        item->entries[item->count++] =
            (struct folder_entry){ number_of(i), label };
    }
    if (before != NULL && folder_random(random, 2) == 0) {
        memcpy(item->blocked, before->blocked, sizeof(item->blocked));
        item->blocked_count = before->blocked_count;
        return;
    }
    item->blocked_count = 0;
    for (size_t i = 0; i < universe && item->blocked_count < BLOCKED_MAX; i++)
        if (folder_random(random, 12) == 0)
            item->blocked[item->blocked_count++] =
                number_of(i) + folder_random(random, 2);
}

/* An image whose damage shows after many entries only. */
static void make_late_damage(void)
{
    struct folder_entry *entries = calloc(DAMAGED, sizeof(*entries));

    if (entries == NULL)
        abort();
    for (size_t i = 0; i < DAMAGED; i++)
        entries[i] = (struct folder_entry){ number_of(i), labels[i % 6] };
    folder_write_image(pool_folder, "late", 1, entries, DAMAGED);
    folder_damage_entries(pool_folder, "late");
    free(entries);
}

static void write_item(const struct pool_item *item, const char *name,
                       uint64_t generation)
{
    folder_write_blocking(pool_folder, name, generation, item->entries,
                          item->count, item->blocked, item->blocked_count);
}

/* Generations 1, 2, 3 ... of three companies of different size. */
static void make_pool(uint64_t seed)
{
    uint64_t random = seed ^ UINT64_C(0x5EED);
    char name[32];

    for (size_t i = 0; i < POOL; i++) {
        size_t universe = i % 8 == 6 || i % 8 == 1 ? LARGE : SMALL;

        if (i == 11)
            universe = 0; /* an empty company */
        make_item(&pool[i], i == 0 ? NULL : &pool[i - 1], &random, universe);
        (void)snprintf(name, sizeof(name), "pool-%zu", i);
        write_item(&pool[i], name, i + 1);
        (void)snprintf(name, sizeof(name), "bad-%zu", i);
        if (i % 4 == 0) {
            write_item(&pool[i], name, i + 1);
            folder_damage(pool_folder, name, 100);
        } else {
            (void)unlink(folder_path(pool_folder, name));
            if (link(folder_path(pool_folder, "late"),
                     folder_path(pool_folder, name)) != 0)
                abort();
        }
    }
}

static void free_pool(void)
{
    for (size_t i = 0; i < POOL; i++) {
        free(pool[i].entries);
        pool[i].entries = NULL;
    }
}

/* --- the world --------------------------------------------------------------
 */

/** Policy in force when something is emitted. */
struct terms {
    uint32_t entries_max; /* 0: no limit */
    bool name_blocked;
};

/** What the phone's rows should be: a pool item under some terms, or none. */
struct truth {
    int item; /* -1: no rows */
    struct terms terms;
};

enum image_state { IMAGE_MISSING = 0, IMAGE_GOOD, IMAGE_BAD };

struct world {
    uint64_t random;
    uint64_t history;
    char folder[64];
    char saved[64];
    struct ruf_phone *phone;
    struct terms terms;
    int published; /* pool item */
    enum image_state image;
    bool locked; /* no key at hand */
    bool disabled;
    bool wiped;
    bool believed; /* the record says committed */
    bool swapped;  /* the committed image was another one at some time */
    int sent;      /* item the record was written for */
    struct truth rows;
    size_t checked;
    struct ruf_conformance rules; /* of the request under way */
    bool watching;
    bool unwatched; /* the pool does not say what is published */
    uint64_t seen;  /* lines of it */
    const char *failure;
    bool verbose;
};

static void fail(struct world *world, const char *what)
{
    if (world->failure == NULL)
        world->failure = what;
}

static uint64_t chance(struct world *world, uint64_t bound)
{
    return folder_random(&world->random, bound);
}

static void publish(struct world *world, int item, enum image_state state)
{
    char name[32];
    const char *target = folder_path(world->folder, files[0]);

    (void)snprintf(name, sizeof(name), "%s-%d",
                   state == IMAGE_BAD ? "bad" : "pool", item);
    (void)unlink(target);
    if (link(folder_path(pool_folder, name), target) != 0)
        abort();
    world->published = item;
    world->image = state;
}

static void add_name(const char *of, const char *name)
{
    if (link(of, name) != 0 && errno != ENOENT)
        abort(); /* a file that is not there has no state to keep */
}

/* Files are replaced, never changed in place: a second name keeps the state of
 * this moment. */
static void keep_files(void *context)
{
    struct world *world = context;

    for (size_t i = 0; i < FILES; i++) {
        (void)unlink(folder_path(world->saved, files[i]));
        add_name(folder_path(world->folder, files[i]),
                 folder_path(world->saved, files[i]));
    }
}

static void restore_files(struct world *world)
{
    for (size_t i = 0; i < FILES; i++) {
        (void)unlink(folder_path(world->folder, files[i]));
        add_name(folder_path(world->saved, files[i]),
                 folder_path(world->folder, files[i]));
        (void)unlink(folder_path(world->saved, files[i]));
    }
}

/* --- the truth --------------------------------------------------------------
 */

static bool is_blocked(const struct pool_item *item, ruf_e164 number)
{
    for (size_t i = 0; i < item->blocked_count; i++)
        if (item->blocked[i] == number)
            return true;
    return false;
}

static void check_row(void *context, ruf_e164 number, struct ruf_text label)
{
    struct world *world = context;
    const struct pool_item *item =
        &pool[world->rows.item < 0 ? 0 : world->rows.item];
    size_t limit = world->rows.terms.entries_max;
    size_t names = 0;
    size_t at = world->checked++;

    if (world->rows.item < 0) {
        fail(world, "a row that should not be there");
        return;
    }
    limit = (limit == 0 ? SIZE_MAX : limit) - item->blocked_count;
    for (size_t i = 0; i < item->count && names < limit; i++) {
        if (is_blocked(item, item->entries[i].number) &&
            !world->rows.terms.name_blocked)
            continue;
        if (names++ == at) {
            if (item->entries[i].number != number || label.data == NULL ||
                label.size != strlen(item->entries[i].label) ||
                memcmp(item->entries[i].label, label.data, label.size) != 0)
                fail(world, "another name than committed");
            return;
        }
    }
    if (at - names >= item->blocked_count || label.data != NULL ||
        item->blocked[at - names] != number)
        fail(world, "another blocked number than committed");
}

static void count_row(void *context, ruf_e164 number, struct ruf_text label)
{
    struct world *world = context;

    (void)number;
    (void)label;
    world->checked++;
}

static size_t rows_of(const struct truth *truth)
{
    const struct pool_item *item;
    size_t limit = truth->terms.entries_max;
    size_t names = 0;

    if (truth->item < 0)
        return 0;
    item = &pool[truth->item];
    limit = (limit == 0 ? SIZE_MAX : limit) - item->blocked_count;
    for (size_t i = 0; i < item->count; i++)
        names += (size_t)(truth->terms.name_blocked ||
                          !is_blocked(item, item->entries[i].number));
    return (names < limit ? names : limit) + item->blocked_count;
}

static void check_phone(struct world *world)
{
    struct ruf_directory_commit commit = { 0 };
    struct ruf_error err;

    if (ruf_phone_state(world->phone, BUNDLE) != RUF_PHONE_ON)
        return;
    /* The quadratic scan of check_row() is for small sets only. */
    world->checked = 0;
    if (rows_of(&world->rows) <= SMALL + BLOCKED_MAX ||
        chance(world, 40) == 0) {
        ruf_phone_rows(world->phone, BUNDLE, check_row, world);
        if (world->checked != rows_of(&world->rows))
            fail(world, "rows are missing");
    }
    if (ruf_directory_read_commit(world->folder, folder_key, &commit, &err) !=
        RUF_OK)
        fail(world, "the record cannot be read");
    else if (commit.state == RUF_DIRECTORY_HOLDS &&
             (world->rows.item < 0 ||
              commit.generation != (uint64_t)world->rows.item + 1))
        fail(world, "the record names another generation than is shown");
    else if (world->believed != (commit.state == RUF_DIRECTORY_HOLDS))
        fail(world, "the record is not what the phone's answers make it");
}

/* --- the rules of a request
 * ---------------------------------------------------
 */

static void break_rule(void *context, enum ruf_call_rule rule, uint64_t line,
                       const char *text)
{
    static char what[128];
    struct world *world = context;

    (void)snprintf(what, sizeof(what), "rule %d, line %" PRIu64 ": %s",
                   (int)rule, line, text);
    fail(world, what);
}

static void tell_set(struct world *world, const struct truth *truth,
                     bool (*tell)(struct ruf_conformance *check,
                                  ruf_e164 number, struct ruf_text label))
{
    const struct ruf_text none = { NULL, 0 };
    const struct pool_item *item = &pool[truth->item < 0 ? 0 : truth->item];
    size_t left = rows_of(truth);

    (void)tell(&world->rules, 0, none);
    if (truth->item < 0)
        return;
    left -= item->blocked_count;
    for (size_t i = 0; i < item->count && left > 0; i++)
        if (truth->terms.name_blocked ||
            !is_blocked(item, item->entries[i].number)) {
            left--;
            (void)tell(&world->rules, item->entries[i].number,
                       ruf_text(item->entries[i].label));
        }
    for (size_t i = 0; i < item->blocked_count; i++)
        (void)tell(&world->rules, item->blocked[i], none);
}

static void see_record(struct world *world)
{
    static const char *const words[] = { "none", "pending", "committed" };
    struct ruf_directory_commit commit = { 0 };
    struct ruf_error err;
    char line[64];

    if (ruf_directory_read_commit(world->folder, folder_key, &commit, &err) !=
        RUF_OK)
        return;
    (void)snprintf(line, sizeof(line), "RECORD %s %" PRIu64,
                   words[commit.state], commit.generation);
    if (commit.state != RUF_DIRECTORY_HOLDS)
        line[strcspn(line + 7, " ") + 7] = '\0';
    ruf_conformance_line(&world->rules, ruf_text(line));
}

static void watch_line(void *context, struct ruf_text line)
{
    struct world *world = context;

    if (!world->watching)
        return;
    if (world->seen++ == 0)
        see_record(world);
    ruf_conformance_line(&world->rules, line);
}

/* Without a key a pending record is one that nobody believes. */
static void watch(struct world *world, bool incremental)
{
    bool given = !world->wiped && !world->disabled;
    struct truth now = { given ? world->published : -1, world->terms };
    char line[64];

    world->watching = !world->unwatched && !world->locked &&
                      rows_of(&now) + rows_of(&world->rows) < 4 * SMALL;
    if (!world->watching)
        return;
    memset(&world->rules, 0, sizeof(world->rules));
    world->seen = 0;
    world->rules.incremental = incremental;
    world->rules.name_blocked = true; /* before it may have been allowed */
    world->rules.report = break_rule;
    world->rules.report_context = world;
    tell_set(world, &world->rows, ruf_conformance_before);
    if (!given || world->image == IMAGE_GOOD)
        tell_set(world, &now, ruf_conformance_after);
    (void)snprintf(line, sizeof(line), "INDEX %d", world->published + 1);
    if (given)
        ruf_conformance_line(&world->rules,
                             ruf_text(world->image == IMAGE_GOOD ? line
                                      : world->image == IMAGE_BAD
                                          ? "INDEX unreadable"
                                          : "INDEX missing"));
    see_record(world);
}

static void end_watch(struct world *world)
{
    if (!world->watching)
        return;
    if (world->seen > 0) {
        see_record(world);
        (void)ruf_conformance_end(&world->rules);
    }
    ruf_conformance_free(&world->rules);
    world->watching = false;
}

/* --- loads ------------------------------------------------------------------
 */

static void set_options(struct world *world, struct ruf_phone_emitter *emitter)
{
    memset(emitter, 0, sizeof(*emitter));
    emitter->folder = world->folder;
    emitter->options = (struct ruf_directory_options){
        .struct_size = sizeof(emitter->options),
        .key = world->locked ? NULL : folder_key,
        .disabled = world->disabled,
        .name_blocked = world->terms.name_blocked,
        .entries_max = world->terms.entries_max,
    };
}

/* Names only: blocked numbers are few. */
static bool is_worth_a_delta(const struct world *world)
{
    const struct pool_item *from = &pool[world->sent];
    const struct pool_item *to = &pool[world->published];
    size_t changes = 0;
    size_t k = 0;

    if (world->terms.entries_max != 0 || world->rows.terms.entries_max != 0 ||
        world->terms.name_blocked != world->rows.terms.name_blocked)
        return false;
    for (size_t i = 0; i < from->count || k < to->count;) {
        ruf_e164 old = i < from->count ? from->entries[i].number : UINT64_MAX;
        ruf_e164 new = k < to->count ? to->entries[k].number : UINT64_MAX;

        changes += (size_t)(old != new);
        if (old == new && from->entries[i].label != to->entries[k].label)
            changes += 2;
        i += (size_t)(old <= new);
        k += (size_t)(new <= old);
    }
    return changes + 2 * (size_t)BLOCKED_MAX < to->count;
}

/* What a load that the phone accepted must have left. */
static void accept(struct world *world, bool answered)
{
    struct ruf_phone_load load;
    bool readable = world->image == IMAGE_GOOD && !world->locked;

    ruf_phone_last_load(world->phone, &load);
    if (load.surplus > 0)
        fail(world, "calls after a failure that was accepted");
    if (load.switches > 2)
        fail(world, "additions and removals take turns");
    if (world->wiped || world->disabled) {
        world->rows.item = -1;
        world->believed = false;
        world->wiped = world->wiped && !answered;
        if (load.asked)
            fail(world, "a clear asked");
    } else if (readable) {
        if (load.asked && !world->believed)
            fail(world, "asked without a record");
        if (!load.asked && world->believed && !world->swapped &&
            is_worth_a_delta(world))
            fail(world, "a full request where a delta would do");
        world->rows.item = world->published;
        world->rows.terms = world->terms;
        world->sent = world->published;
        world->believed = answered;
    } else if (load.incremental) {
        if (world->image == IMAGE_MISSING && !world->believed)
            fail(world, "kept what nobody knows");
        world->believed = world->believed && answered;
    } else {
        if (!load.asked && (world->image != IMAGE_MISSING || world->believed))
            fail(world, "cleared because a file could not be read");
        world->rows.item = -1;
        world->believed = false;
    }
}

static void refuse(struct world *world, enum ruf_phone_error error, bool seen)
{
    struct ruf_error err;

    if (seen && ruf_directory_error_forgets(error)) {
        if (ruf_directory_forget(world->folder, &err) != RUF_OK)
            fail(world, "cannot forget");
        world->believed = false;
    }
}

static void finish_load(struct world *world, enum ruf_phone_error error,
                        const struct ruf_phone_trouble *trouble)
{
    struct ruf_phone_load load;
    bool killed;

    ruf_phone_last_load(world->phone, &load);
    killed = trouble->kill_at != 0 && load.calls >= trouble->kill_at;
    if (killed || trouble->no_answer)
        restore_files(world);
    end_watch(world);
    if (load.surplus > 1000)
        fail(world, "the emission did not stop");
    if (error == RUF_PHONE_CANCELLED)
        fail(world, "a request was given up without need");
    if (error == RUF_PHONE_OK) {
        accept(world, !trouble->no_answer);
        return;
    }
    world->rows.item = -1;
    world->believed = false;
    refuse(world, error, chance(world, 2) == 0);
}

static enum ruf_phone_error run(struct world *world, bool switch_on,
                                const struct ruf_phone_trouble *trouble)
{
    enum ruf_phone_state before = ruf_phone_state(world->phone, BUNDLE);
    bool loads = before == (switch_on ? RUF_PHONE_OFF : RUF_PHONE_ON);
    struct ruf_phone_emitter emitter;
    enum ruf_phone_error error;

    set_options(world, &emitter);
    ruf_phone_plan_trouble(world->phone, trouble);
    watch(world, !switch_on);
    error = (switch_on ? ruf_phone_switch_on : ruf_phone_reload)(
        world->phone, BUNDLE, ruf_phone_run_emitter, &emitter);
    if (loads && error != RUF_PHONE_SQLITE_CORRUPT)
        finish_load(world, error, trouble);
    else if (error != RUF_PHONE_OK)
        refuse(world, error, chance(world, 2) == 0);
    if (world->watching)
        ruf_conformance_free(&world->rules);
    world->watching = false;
    return error;
}

static void reload(struct world *world)
{
    struct ruf_phone_trouble trouble = { .context = world };
    uint64_t sizes[] = { 3, 10, 80, LARGE };

    switch (chance(world, 12)) {
    case 0:
    case 1:
    case 2:
        trouble.kill_at = 1 + chance(world, sizes[chance(world, 4)]);
        trouble.killed = keep_files;
        break;
    case 3:
    case 4:
        trouble.fail_batch = 1 + chance(world, chance(world, 2) == 0 ? 3 : 60);
        trouble.error =
            chance(world, 2) == 0 ? RUF_PHONE_UNKNOWN : RUF_PHONE_OUT_OF_ORDER;
        break;
    case 5:
        trouble.expires = true;
        break;
    default:
        break;
    }
    (void)run(world, chance(world, 5) == 0, &trouble);
}

/* Killed when all is stored but the block has not run: the files are those of
 * that moment, since nothing is written between the last call and the block
 * but what the block writes. */
static void reload_unanswered(struct world *world)
{
    struct ruf_phone_trouble trouble = { .no_answer = true, .context = world };
    struct ruf_phone_emitter emitter;
    enum ruf_phone_error error;

    if (ruf_phone_state(world->phone, BUNDLE) != RUF_PHONE_ON)
        return;
    set_options(world, &emitter);
    ruf_phone_plan_trouble(world->phone, &trouble);
    error =
        ruf_phone_reload(world->phone, BUNDLE, ruf_phone_run_emitter, &emitter);
    if (error == RUF_PHONE_OK)
        accept(world, false);
    else
        refuse(world, error, true);
}

/* --- steps ------------------------------------------------------------------
 */

static void forget_app(struct world *world)
{
    for (size_t i = 0; i < FILES; i++)
        (void)unlink(folder_path(world->folder, files[i]));
    world->image = IMAGE_MISSING;
    world->believed = false;
    world->wiped = false;
    world->sent = -1;
}

static void reinstall(struct world *world)
{
    struct ruf_phone_trouble none = { 0 };

    ruf_phone_uninstall(world->phone, BUNDLE);
    (void)run(world, false, &none);
    forget_app(world);
    if (chance(world, 2) == 0) {
        ruf_phone_maintain(world->phone, 4000 + (int64_t)chance(world, 8000));
        if (ruf_phone_state(world->phone, BUNDLE) == RUF_PHONE_ABSENT)
            world->rows.item = -1;
    }
    ruf_phone_install(world->phone, BUNDLE, 1);
}

static void update(struct world *world)
{
    if (ruf_phone_state(world->phone, BUNDLE) != RUF_PHONE_ON)
        return;
    ruf_phone_uninstall(world->phone, BUNDLE);
    ruf_phone_update(world->phone, BUNDLE);
}

static void wipe(struct world *world)
{
    struct ruf_error err;

    if (ruf_directory_wipe(world->folder, &err) != RUF_OK)
        fail(world, "the wipe failed");
    world->image = IMAGE_MISSING;
    world->believed = false;
    world->wiped = true;
}

static void break_store(struct world *world)
{
    struct ruf_phone_trouble none = { 0 };

    ruf_phone_corrupt(world->phone);
    if (chance(world, 2) == 0)
        (void)run(world, false, &none);
    ruf_phone_rebuild(world->phone);
    world->rows.item = -1;
}

static void break_record(struct world *world)
{
    if (access(folder_path(world->folder, files[3]), F_OK) != 0)
        return;
    /* A new file: the saved name must keep its own bytes. And the same byte
     * damaged twice would be whole again. */
    if (!world->believed || chance(world, 2) == 0) {
        FILE *file = fopen(folder_path(world->folder, "x"), "wb");

        if (file == NULL || fputs("RUFCOMIT", file) < 0 || fclose(file) != 0)
            abort();
        if (rename(folder_path(world->folder, "x"),
                   folder_path(world->folder, files[3])) != 0)
            abort();
    } else {
        folder_damage(world->folder, files[3], (long)chance(world, 16) - 8);
    }
    world->believed = false;
}

/* Somebody puts an older index of this home in the place of what was sent. */
static void swap_committed(struct world *world)
{
    const char *committed = folder_path(world->folder, files[2]);
    char name[32];

    if (world->sent < 1 || access(committed, F_OK) != 0)
        return;
    (void)snprintf(name, sizeof(name), "pool-%d", world->sent - 1);
    if (unlink(committed) != 0 ||
        link(folder_path(pool_folder, name), committed) != 0)
        abort();
    world->swapped = true;
}

static void switch_off(struct world *world)
{
    ruf_phone_switch_off(world->phone, BUNDLE);
    if (chance(world, 2) == 0) {
        ruf_phone_maintain(world->phone, 60);
        if (ruf_phone_state(world->phone, BUNDLE) == RUF_PHONE_OFF)
            world->rows.item = -1;
    }
}

static void publish_next(struct world *world)
{
    int step = 1 + (int)chance(world, 3);

    if (world->published + step < (int)POOL)
        publish(world, world->published + step,
                chance(world, 10) == 0 ? IMAGE_BAD : IMAGE_GOOD);
}

static void change_terms(struct world *world)
{
    struct ruf_phone_trouble none = { 0 };

    if (chance(world, 2) == 0)
        world->terms.entries_max = chance(world, 2) == 0 ? 0 : 15;
    else
        world->terms.name_blocked = !world->terms.name_blocked;
    if (chance(world, 2) == 0)
        (void)run(world, false, &none);
}

static void step(struct world *world)
{
    struct ruf_phone_trouble none = { 0 };
    uint64_t kind = chance(world, 41);

    if (kind < 10)
        publish_next(world);
    else if (kind < 22)
        reload(world);
    else if (kind < 24)
        reload_unanswered(world);
    else if (kind < 28)
        (void)run(world, true, &none);
    else if (kind < 30)
        switch_off(world);
    else if (kind < 31)
        reinstall(world);
    else if (kind < 32)
        update(world);
    else if (kind < 33)
        wipe(world);
    else if (kind < 34)
        break_store(world);
    else if (kind < 35)
        break_record(world);
    else if (kind < 37)
        change_terms(world);
    else if (kind < 38)
        world->disabled = !world->disabled;
    else if (kind < 39)
        swap_committed(world);
    else
        world->locked = !world->locked;
}

static void tell(struct world *world)
{
    static const char *const states[] = { "absent", "off", "kept",
                                          "busy",   "on",  "gone" };
    struct ruf_directory_commit commit = { 0 };
    struct ruf_phone_load load;
    struct ruf_error err;

    ruf_phone_last_load(world->phone, &load);
    if (ruf_directory_read_commit(world->folder, folder_key, &commit, &err) !=
        RUF_OK)
        (void)puts("no record");
    (void)printf("%s: published %d%s%s%s%s, rows %d, record %d generation "
                 "%" PRIu64 ", last load: %" PRIu64 " calls%s%s\n",
                 states[ruf_phone_state(world->phone, BUNDLE)],
                 world->published, world->image == IMAGE_BAD ? " bad" : "",
                 world->image == IMAGE_MISSING ? " missing" : "",
                 world->locked ? " locked" : "", world->wiped ? " wiped" : "",
                 world->rows.item, (int)commit.state, commit.generation,
                 load.calls, load.asked ? ", asked" : "",
                 load.incremental ? ", yes" : "");
}

/* --- one history
 * --------------------------------------------------------------
 */

/* In the end everything is well again: two reloads do, one of them for a
 * tombstone. */
static void calm_down(struct world *world)
{
    struct ruf_phone_trouble none = { 0 };
    bool wiped = world->wiped;

    world->locked = false;
    world->disabled = false;
    if (!wiped && world->image != IMAGE_GOOD)
        publish(world, world->published, IMAGE_GOOD);
    (void)run(world, true, &none);
    (void)run(world, false, &none);
    check_phone(world);
    if (ruf_phone_state(world->phone, BUNDLE) != RUF_PHONE_ON)
        fail(world, "not on in the end");
    else if (wiped ? world->rows.item >= 0 && world->image == IMAGE_MISSING
                   : world->rows.item != world->published)
        fail(world, "not what is published in the end");
    if (access(folder_path(world->folder, files[5]), F_OK) == 0)
        fail(world, "the tombstone stays");
}

static void begin_history(struct world *world, uint64_t seed)
{
    struct ruf_phone_options options = { .struct_size = sizeof(options),
                                         .batch = 7,
                                         .trace = watch_line,
                                         .trace_context = world };
    struct ruf_error err;

    world->random = seed * UINT64_C(0x2545F4914F6CDD1D) + 1;
    world->failure = NULL;
    world->rows.item = -1;
    world->disabled = false;
    world->locked = false;
    world->terms = (struct terms){ 0 };
    forget_app(world);
    if (ruf_phone_create(&options, &world->phone, &err) != RUF_OK)
        abort();
    ruf_phone_install(world->phone, BUNDLE, 1);
}

static bool end_history(struct world *world)
{
    if (world->failure == NULL)
        calm_down(world);
    ruf_phone_destroy(world->phone);
    return world->failure == NULL;
}

static bool run_history(struct world *world, uint64_t seed)
{
    uint64_t steps;

    begin_history(world, seed);
    world->published = (int)chance(world, POOL - 8);
    if (chance(world, 4) != 0)
        publish(world, world->published, IMAGE_GOOD);
    steps = 1 + chance(world, STEPS_MAX);
    for (uint64_t i = 0; i < steps && world->failure == NULL; i++) {
        step(world);
        check_phone(world);
        if (world->verbose)
            tell(world);
    }
    return end_history(world);
}

/* A difference too large to be kept from the planning pass: first removals,
 * then additions. */
static bool run_large(struct world *world)
{
    static const char label[] = "Geschäftsstelle Nordwind Logistik GmbH & Co. "
                                "KG, Abteilung Versand und Verzollung";
    static struct folder_entry entries[HUGE];
    struct ruf_phone_trouble none = { 0 };
    struct ruf_phone_load load;

    begin_history(world, 0);
    world->unwatched = true;
    for (int i = 0; i < 3 && world->failure == NULL; i++) {
        size_t count = 0;

        for (size_t k = 0; k < HUGE; k += i == 1 ? 2 : 1)
            entries[count++] = (struct folder_entry){ number_of(k), label };
        folder_write_image(pool_folder, "pool-0", (uint64_t)i + 1, entries,
                           count);
        publish(world, 0, IMAGE_GOOD);
        (void)run(world, i == 0, &none);
        ruf_phone_last_load(world->phone, &load);
        if (load.incremental != (i > 0) || load.calls > 2 + HUGE)
            fail(world, "a large delta was not sent as one");
        world->checked = 0;
        ruf_phone_rows(world->phone, BUNDLE, count_row, world);
        if (world->checked != count)
            fail(world, "a large delta is not complete");
    }
    world->unwatched = false;
    ruf_phone_destroy(world->phone);
    if (world->failure != NULL)
        (void)printf("large: %s\n", world->failure);
    return world->failure == NULL;
}

static bool run_seed(struct world *world, uint64_t seed)
{
    static uint64_t pool_seed = UINT64_MAX;

    if (seed / 1000 != pool_seed) {
        free_pool();
        pool_seed = seed / 1000;
        make_pool(pool_seed);
    }
    if (run_history(world, seed))
        return true;
    (void)printf("seed %" PRIu64 ": %s\n", seed, world->failure);
    return false;
}

int main(int argc, char **argv)
{
    uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 10) : 2000;
    uint64_t first = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    struct world world = { .verbose = argc > 3 };
    bool good;

    (void)umask(077);
    folder_make(pool_folder);
    folder_make(world.folder);
    folder_make(world.saved);
    make_late_damage();
    good = run_large(&world);
    for (uint64_t i = 0; i < count && good; i++)
        good = run_seed(&world, first + i);
    if (good)
        (void)printf("%" PRIu64 " histories from seed %" PRIu64
                     ", nothing violated\n",
                     count, first);
    free_pool();
    folder_remove(world.saved);
    folder_remove(world.folder);
    folder_remove(pool_folder);
    return good ? 0 : 1;
}

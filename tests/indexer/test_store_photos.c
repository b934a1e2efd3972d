/*
 * test_store_photos.c - photos come and go with their records
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/text.h"
#include "indexer/store.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/rufname-test-photos.XXXXXX";
static const uint8_t key[32] = { 4, 5, 6 };
static struct ruf_policy *policy;
static struct ruf_store *store;
static struct ruf_error err;
static uint8_t photo[RUF_STORE_PHOTO_MAX + 1];
static uint8_t kept[RUF_STORE_PHOTO_MAX];

static const uint8_t jpeg_head[] = { 0xFF, 0xD8, 0xFF, 0xE0 };
static const uint8_t png_head[] = { 0x89, 'P',  'N',  'G', '\r',
                                    '\n', 0x1A, '\n', 0 };

static void set_up(void)
{
    static const char json[] =
        "{\"schema\":\"rufname.policy/1\",\"version\":1,\"sources\":["
        "{\"id\":\"ONE\",\"kind\":\"file\"},{\"id\":\"TWO\",\"kind\":"
        "\"file\"}]}";
    char path[128];

    cr_assert(mkdtemp(folder) != NULL);
    (void)snprintf(path, sizeof(path), "%s/store.db", folder);
    cr_assert(ruf_policy_parse(json, strlen(json), &policy, NULL, NULL) ==
              RUF_OK);
    cr_assert(ruf_store_open(path, key, RUF_STORE_CREATE, &store, &err) ==
              RUF_OK);
    for (size_t i = 0; i < sizeof(photo); i++)
        photo[i] = (uint8_t)(i * 7);
    memcpy(photo, jpeg_head, sizeof(jpeg_head));
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

TestSuite(store_photos, .init = set_up, .fini = tear_down);

/* A round of one source; each letter of ids is a record, '-' before it says
 * that it is gone. */
static void round_of(const char *source, const char *ids, bool delta)
{
    struct ruf_record records[8];
    struct ruf_store_round round;
    struct ruf_store_page page = { .source = source,
                                   .collection = "list",
                                   .select = "all",
                                   .starts_round = true,
                                   .completes_round = true,
                                   .delta_round = delta,
                                   .records = records,
                                   .link = "delta" };

    for (; *ids != '\0'; ids++) {
        struct ruf_record *record = &records[page.record_count++];

        memset(record, 0, sizeof(*record));
        record->removed = *ids == '-';
        if (record->removed)
            ids++;
        record->native_id = (struct ruf_text){ ids, 1 };
        record->fields[RUF_RECORD_FAMILY] = ruf_text("Graf");
    }
    cr_assert(ruf_store_page(store, policy, &page, &round, &err) == RUF_OK,
              "%s", err.detail);
}

static enum ruf_status put(const char *source, const char *id, const char *etag,
                           size_t size)
{
    return ruf_store_photo_put(store, source, ruf_text(id), ruf_text(etag),
                               photo, size, &err);
}

static size_t size_of(const char *source, const char *id)
{
    size_t size = 99;

    cr_assert(ruf_store_photo_get(store, source, ruf_text(id), kept, &size,
                                  &err) == RUF_OK);
    return size;
}

static void note(void *context, const struct ruf_store_photo *found)
{
    char *text = context;
    size_t used = strlen(text);

    cr_expect(ruf_text_is(found->collection, "list"));
    (void)snprintf(text + used, 256 - used, "%.*s=%.*s:%zu ",
                   (int)found->native_id.size, found->native_id.data,
                   found->etag.data == NULL ? 1 : (int)found->etag.size,
                   found->etag.data == NULL ? "?" : found->etag.data,
                   found->size);
}

static const char *known(const char *source)
{
    static char text[256];

    text[0] = '\0';
    cr_assert(ruf_store_photos(store, source, note, text, &err) == RUF_OK);
    return text;
}

Test(store_photos, are_kept_byte_for_byte_up_to_the_limit)
{
    round_of("ONE", "ab", false);
    cr_assert(put("ONE", "a", "v1", RUF_STORE_PHOTO_MAX) == RUF_OK);
    cr_assert_eq(size_of("ONE", "a"), RUF_STORE_PHOTO_MAX);
    cr_assert_arr_eq(kept, photo, RUF_STORE_PHOTO_MAX);
    cr_assert_eq(size_of("ONE", "b"), 0);
    memcpy(photo, png_head, sizeof(png_head));
    cr_assert(put("ONE", "a", "v2", 100) == RUF_OK);
    cr_assert_eq(size_of("ONE", "a"), 100, "the newer one replaces it");
    cr_assert_arr_eq(kept, photo, 100);
}

Test(store_photos, say_what_still_has_to_be_asked_for)
{
    round_of("ONE", "abc", false);
    round_of("TWO", "a", false);
    cr_assert(put("ONE", "a", "v1", 50) == RUF_OK);
    cr_assert(put("ONE", "b", "", 0) == RUF_OK);
    cr_assert_str_eq(known("ONE"), "a=v1:50 b=:0 c=?:0 ");
    cr_assert_str_eq(known("TWO"), "a=?:0 ", "an id is the source's own");
}

Test(store_photos, are_refused_unless_small_images)
{
    round_of("ONE", "a", false);
    cr_assert(put("ONE", "a", "v1", RUF_STORE_PHOTO_MAX + 1) == RUF_E_USAGE);
    cr_assert_str_eq(err.id, "U035");
    cr_assert(put("ONE", "a", "v1", 3) == RUF_E_USAGE, "a mark is no image");
    memcpy(photo, "<svg", 4);
    cr_assert(put("ONE", "a", "v1", 100) == RUF_E_USAGE);
    cr_assert_str_eq(known("ONE"), "a=?:0 ");
}

Test(store_photos, need_a_record)
{
    round_of("ONE", "a", false);
    cr_assert(put("ONE", "b", "v1", 50) == RUF_E_NOT_FOUND);
    cr_assert_str_eq(err.id, "U036");
    cr_assert(put("TWO", "a", "v1", 50) == RUF_E_NOT_FOUND);
    cr_assert_eq(size_of("TWO", "a"), 0);
}

Test(store_photos, stay_when_the_record_changes_and_go_when_it_goes)
{
    round_of("ONE", "abc", false);
    cr_assert(put("ONE", "a", "v1", 50) == RUF_OK);
    cr_assert(put("ONE", "b", "v1", 50) == RUF_OK);
    cr_assert(put("ONE", "c", "v1", 50) == RUF_OK);
    round_of("ONE", "-c", true);
    cr_assert_str_eq(known("ONE"), "a=v1:50 b=v1:50 ");
    round_of("ONE", "d", true);
    cr_assert_str_eq(known("ONE"), "a=v1:50 b=v1:50 d=?:0 ",
                     "nor has who takes the place of the last");
    cr_assert(put("ONE", "d", "v1", 50) == RUF_OK);
    round_of("ONE", "a", false);
    cr_assert_str_eq(known("ONE"), "a=v1:50 ", "swept by a full round");
    round_of("ONE", "aef", false);
    cr_assert_str_eq(known("ONE"), "a=v1:50 e=?:0 f=?:0 ");
}

Test(store_photos, can_be_removed_one_by_one_and_all_at_once)
{
    round_of("ONE", "ab", false);
    round_of("TWO", "a", false);
    cr_assert(put("ONE", "a", "v1", 50) == RUF_OK);
    cr_assert(put("ONE", "b", "v1", 50) == RUF_OK);
    cr_assert(put("TWO", "a", "v1", 50) == RUF_OK);
    cr_assert(ruf_store_photo_remove(store, "ONE", ruf_text("a"), &err) ==
              RUF_OK);
    cr_assert(ruf_store_photo_remove(store, "ONE", ruf_text("x"), &err) ==
              RUF_OK);
    cr_assert_str_eq(known("ONE"), "a=?:0 b=v1:50 ");
    cr_assert_str_eq(known("TWO"), "a=v1:50 ");
    cr_assert(ruf_store_photos_clear(store, &err) == RUF_OK);
    cr_assert_str_eq(known("ONE"), "a=?:0 b=?:0 ");
    cr_assert_str_eq(known("TWO"), "a=?:0 ");
}

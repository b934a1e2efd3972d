/*
 * engine/home_key.c - profile, key store and key item of a home
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "engine/home_key.h"
#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "engine/home_files.h"
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROFILE_SCHEMA "rufname.home/1"
#define PROFILE_SIZE_MAX 4096u

/* --- profile ----------------------------------------------------------------
 */

enum ruf_status ruf_profile_make(const char *keystore, struct ruf_profile *out,
                                 struct ruf_error *err)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t random[sizeof(out->id) / 2];
    enum ruf_status status = ruf_random(random, sizeof(random), err);

    memset(out, 0, sizeof(*out));
    if (status != RUF_OK)
        return status;
    for (size_t i = 0; i < sizeof(random); i++) {
        out->id[2 * i] = digits[random[i] >> 4];
        out->id[2 * i + 1] = digits[random[i] & 15];
    }
    if (strlen(keystore) >= sizeof(out->keystore))
        return ruf_fail(err, RUF_E_USAGE, "U011", "", "name is too long");
    (void)snprintf(out->keystore, sizeof(out->keystore), "%s", keystore);
    return RUF_OK;
}

enum ruf_status ruf_profile_write(const char *path,
                                  const struct ruf_profile *in,
                                  struct ruf_error *err)
{
    char text[256];
    int size = snprintf(text, sizeof(text),
                        "{ \"schema\": \"" PROFILE_SCHEMA
                        "\", \"keystore\": \"%s\", \"id\": \"%s\" }\n",
                        in->keystore, in->id);

    return ruf_home_file_write(path, HOME_PROFILE, text, (size_t)size, err);
}

/* A member of at most size - 1 bytes; "" if there is none. */
static bool copy_member(const cJSON *object, const char *name, char *out,
                        size_t size)
{
    struct ruf_text text = ruf_json_text(ruf_json_member(object, name));

    if (text.size >= size)
        return false;
    if (text.size > 0)
        memcpy(out, text.data, text.size);
    out[text.size] = '\0';
    return true;
}

enum ruf_status ruf_profile_read(const char *path, struct ruf_profile *out,
                                 struct ruf_error *err)
{
    cJSON *profile = NULL;
    char *text = NULL;
    size_t size = 0;
    enum ruf_status status = ruf_home_file_read(
        path, HOME_PROFILE, PROFILE_SIZE_MAX, &text, &size, err);

    memset(out, 0, sizeof(*out));
    if (status == RUF_E_NOT_FOUND)
        return ruf_fail(err, RUF_E_USAGE, "U012", path,
                        "no profile in this directory");
    if (status != RUF_OK)
        return status;
    status = ruf_json_parse(text, size, HOME_PROFILE, 4, &profile, err);
    free(text);
    if (status != RUF_OK)
        return status;
    if (!ruf_text_is(ruf_json_text(ruf_json_member(profile, "schema")),
                     PROFILE_SCHEMA) ||
        !copy_member(profile, "keystore", out->keystore,
                     sizeof(out->keystore)) ||
        !copy_member(profile, "id", out->id, sizeof(out->id)) ||
        out->keystore[0] == '\0')
        status = ruf_fail(err, RUF_E_CORRUPT, "D721", path,
                          "profile.json is not a " PROFILE_SCHEMA);
    cJSON_Delete(profile);
    return status;
}

/* --- item -------------------------------------------------------------------
 */

struct ruf_key_item *ruf_item_in(const struct ruf_secret *memory)
{
    /* Pages of their own are aligned for anything. */
    return (struct ruf_key_item *)(void *)memory->bytes;
}

enum ruf_status ruf_item_load(struct ruf_keystore *keystore,
                              struct ruf_secret *out, struct ruf_error *err)
{
    struct ruf_secret bytes = { 0 };
    enum ruf_status status =
        ruf_secret_create(sizeof(struct ruf_key_item), out, err);

    if (status == RUF_OK)
        status = ruf_keystore_load(keystore, &bytes, err);
    if (status == RUF_OK)
        status =
            ruf_key_item_read(bytes.bytes, bytes.size, ruf_item_in(out), err);
    ruf_secret_destroy(&bytes);
    if (status != RUF_OK)
        ruf_secret_destroy(out);
    return status;
}

static enum ruf_status store_item(struct ruf_keystore *keystore,
                                  const struct ruf_key_item *item,
                                  struct ruf_error *err)
{
    struct ruf_secret bytes = { 0 };
    enum ruf_status status = ruf_secret_create(RUF_KEY_ITEM_ROOM, &bytes, err);
    size_t size;

    if (status != RUF_OK)
        return status;
    size = ruf_key_item_write(item, bytes.bytes);
    status = ruf_keystore_store(keystore, bytes.bytes, size, err);
    ruf_secret_destroy(&bytes);
    return status;
}

static enum ruf_status make_item(struct ruf_keystore *keystore, int64_t now,
                                 struct ruf_secret *out, struct ruf_error *err)
{
    struct ruf_key_item *item;
    enum ruf_status status =
        ruf_secret_create(sizeof(struct ruf_key_item), out, err);

    if (status != RUF_OK)
        return status;
    item = ruf_item_in(out);
    item->checked_in = now;
    item->clock_seen = now;
    status = ruf_random(item->secret, sizeof(item->secret), err);
    if (status == RUF_OK)
        status = store_item(keystore, item, err);
    if (status != RUF_OK)
        ruf_secret_destroy(out);
    return status;
}

enum ruf_status ruf_key_create(struct ruf_keystore *keystore, int64_t now,
                               struct ruf_secret *out, struct ruf_error *err)
{
    bool keeps = (ruf_keystore_abilities(keystore) & RUF_KEYSTORE_KEEPS) != 0;
    struct ruf_secret memory = { 0 };
    enum ruf_status status = keeps ? make_item(keystore, now, &memory, err)
                                   : ruf_item_load(keystore, &memory, err);

    if (status == RUF_OK)
        status = ruf_secret_create(RUF_KEY_SIZE, out, err);
    if (status == RUF_OK)
        memcpy(out->bytes, ruf_item_in(&memory)->secret, RUF_KEY_SIZE);
    ruf_secret_destroy(&memory);
    return status;
}

/* --- editing ----------------------------------------------------------------
 */

enum ruf_status ruf_item_lock(const char *home, unsigned steps,
                              struct ruf_lock **out, struct ruf_error *err)
{
    return ruf_home_wait_for_lock(home, HOME_KEY_LOCK, steps, out, err);
}

enum ruf_status ruf_item_edit_begin(const struct ruf_home *home,
                                    struct ruf_item_edit *edit,
                                    struct ruf_error *err)
{
    enum ruf_status status;

    memset(edit, 0, sizeof(*edit));
    if ((ruf_keystore_abilities(home->keystore) & RUF_KEYSTORE_KEEPS) == 0)
        return ruf_fail(err, RUF_E_KEY, "K206", home->path,
                        "this key store keeps nothing");
    /* What a wipe erases under the lock is not stored again; asked before, so
     * that no lock is left where a home was. */
    status = ruf_home_still_ours(home, err);
    if (status == RUF_OK)
        status =
            ruf_item_lock(home->path, RUF_ITEM_LOCK_STEPS, &edit->lock, err);
    if (status == RUF_OK)
        status = ruf_home_still_ours(home, err);
    if (status == RUF_OK)
        status = ruf_item_load(home->keystore, &edit->memory, err);
    if (status != RUF_OK) {
        ruf_item_edit_end(edit);
        return status;
    }
    edit->item = ruf_item_in(&edit->memory);
    return RUF_OK;
}

enum ruf_status ruf_item_edit_store(const struct ruf_home *home,
                                    struct ruf_item_edit *edit,
                                    struct ruf_error *err)
{
    return store_item(home->keystore, edit->item, err);
}

void ruf_item_edit_end(struct ruf_item_edit *edit)
{
    ruf_secret_destroy(&edit->memory);
    ruf_lock_release(edit->lock);
    edit->lock = NULL;
    edit->item = NULL;
}

/*
 * engine/session.c - an unlocked home, remembered for other processes
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "engine/session.h"
#include "base/bytes.h"
#include "base/error.h"
#include "engine/kernel_keyring.h"
#include <rufname/index.h>
#include <stdio.h>

#define NAME_SIZE 96
#define PAYLOAD_SIZE (16 + RUF_KEY_SIZE)

static void name_of(const char *home_id, char out[NAME_SIZE])
{
    (void)snprintf(out, NAME_SIZE, "rufname:unlocked:%s", home_id);
}

typedef enum ruf_status write_payload(const char *name, const void *bytes,
                                      size_t size, unsigned seconds,
                                      struct ruf_error *err);

static enum ruf_status put(write_payload *write, const char *home_id,
                           const struct ruf_session *session,
                           const struct ruf_secret *key, unsigned seconds,
                           struct ruf_error *err)
{
    char name[NAME_SIZE];
    struct ruf_secret payload = { 0 };
    enum ruf_status status = ruf_secret_create(PAYLOAD_SIZE, &payload, err);

    if (status != RUF_OK)
        return status;
    name_of(home_id, name);
    ruf_store64(payload.bytes, (uint64_t)session->used_at);
    ruf_store64(payload.bytes + 8, (uint64_t)session->pin_entered_at);
    memcpy(payload.bytes + 16, key->bytes, RUF_KEY_SIZE);
    status = write(name, payload.bytes, payload.size, seconds, err);
    ruf_secret_destroy(&payload);
    return status;
}

enum ruf_status ruf_session_save(const char *home_id,
                                 const struct ruf_session *session,
                                 const struct ruf_secret *key, unsigned seconds,
                                 struct ruf_error *err)
{
    return put(ruf_keyring_write, home_id, session, key, seconds, err);
}

enum ruf_status ruf_session_renew(const char *home_id,
                                  const struct ruf_session *session,
                                  const struct ruf_secret *key,
                                  unsigned seconds, struct ruf_error *err)
{
    return put(ruf_keyring_renew, home_id, session, key, seconds, err);
}

enum ruf_status ruf_session_load(const char *home_id,
                                 struct ruf_session *session,
                                 struct ruf_secret *key, struct ruf_error *err)
{
    char name[NAME_SIZE];
    struct ruf_secret payload = { 0 };
    size_t size = PAYLOAD_SIZE;
    enum ruf_status status = ruf_secret_create(PAYLOAD_SIZE, &payload, err);

    if (status != RUF_OK)
        return status;
    name_of(home_id, name);
    status = ruf_keyring_read(name, payload.bytes, &size, err);
    if (status == RUF_OK && size != PAYLOAD_SIZE)
        status = ruf_fail(err, RUF_E_NOT_FOUND, "K201", "keyring",
                          "not what was remembered");
    if (status == RUF_OK)
        status = ruf_secret_create(RUF_KEY_SIZE, key, err);
    if (status == RUF_OK) {
        session->used_at = (int64_t)ruf_load64(payload.bytes);
        session->pin_entered_at = (int64_t)ruf_load64(payload.bytes + 8);
        memcpy(key->bytes, payload.bytes + 16, RUF_KEY_SIZE);
    }
    ruf_secret_destroy(&payload);
    return status;
}

void ruf_session_forget(const char *home_id)
{
    char name[NAME_SIZE];

    name_of(home_id, name);
    if (ruf_keyring_remove(name, NULL) != RUF_OK)
        return; /* forbidden here, so nothing was ever remembered */
}

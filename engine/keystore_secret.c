/*
 * engine/keystore_secret.c - key store "secret-service", through libsecret
 *
 * The library is loaded when a home asks for it: it brings GLib along, which
 * would cost every other run a millisecond and every package a dependency.
 * Where D-Bus has no Secret Service, libsecret says so and so do we.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "engine/keystore_private.h"
#include <dlfcn.h>
#include <libsecret/secret.h>
#include <string.h>

#define LIBRARY "libsecret-1.so.0"

static const SecretSchema schema = {
    .name = "rufname.home",
    .flags = SECRET_SCHEMA_NONE,
    .attributes = { { "home", SECRET_SCHEMA_ATTRIBUTE_STRING } },
};

struct library {
    void *handle;
    __typeof__(&secret_password_lookup_binary_sync) lookup;
    __typeof__(&secret_password_store_binary_sync) store;
    __typeof__(&secret_password_clear_sync) clear;
    __typeof__(&secret_value_new) value_new;
    __typeof__(&secret_value_get) value_get;
    __typeof__(&secret_value_unref) value_unref;
    __typeof__(&g_error_free) error_free;
};

/* A function pointer from a data pointer, without a cast that ISO C lacks. */
static bool load_symbol(void *handle, const char *name, void *out)
{
    void *symbol = dlsym(handle, name);

    memcpy(out, &symbol, sizeof(symbol));
    return symbol != NULL;
}

/* Never unloaded: GLib cannot be. */
static enum ruf_status load_library(struct library *out, struct ruf_error *err)
{
    void *handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);

    if (handle == NULL)
        return ruf_fail(err, RUF_E_KEY, "K205", "secret-service",
                        LIBRARY " is not installed");
    if (load_symbol(handle, "secret_password_lookup_binary_sync",
                    &out->lookup) &&
        load_symbol(handle, "secret_password_store_binary_sync", &out->store) &&
        load_symbol(handle, "secret_password_clear_sync", &out->clear) &&
        load_symbol(handle, "secret_value_new", &out->value_new) &&
        load_symbol(handle, "secret_value_get", &out->value_get) &&
        load_symbol(handle, "secret_value_unref", &out->value_unref) &&
        load_symbol(handle, "g_error_free", &out->error_free))
        return RUF_OK;
    return ruf_fail(err, RUF_E_KEY, "K205", "secret-service",
                    LIBRARY " is too old");
}

/* GLib's own words stay out: they are the system's language, and not ours. */
static enum ruf_status refused(const struct library *library, GError *error,
                               struct ruf_error *err)
{
    int code = error == NULL ? 0 : error->code;

    if (error != NULL)
        library->error_free(error);
    return ruf_fail(err, RUF_E_KEY, "K205", "secret-service",
                    "the secret service does not answer (code %d)", code);
}

static enum ruf_status secret_load(struct ruf_keystore *keystore,
                                   uint8_t *bytes, size_t *size,
                                   struct ruf_error *err)
{
    struct library library;
    GError *error = NULL;
    SecretValue *value;
    const char *text;
    gsize length = 0;
    enum ruf_status status = load_library(&library, err);

    if (status != RUF_OK)
        return status;
    value =
        library.lookup(&schema, NULL, &error, "home", keystore->home_id, NULL);
    if (error != NULL)
        return refused(&library, error, err);
    if (value == NULL)
        return ruf_fail(err, RUF_E_NOT_FOUND, "K201", "secret-service",
                        "no item for this home");
    text = library.value_get(value, &length);
    if (length > *size) {
        status = ruf_fail(err, RUF_E_KEY, "K203", "secret-service",
                          "the item is too large for a key");
    } else {
        memcpy(bytes, text, length);
        *size = length;
    }
    library.value_unref(value);
    return status;
}

static enum ruf_status secret_store(struct ruf_keystore *keystore,
                                    const void *bytes, size_t size,
                                    struct ruf_error *err)
{
    struct library library;
    GError *error = NULL;
    SecretValue *value;
    gboolean stored;
    enum ruf_status status = load_library(&library, err);

    if (status != RUF_OK)
        return status;
    value = library.value_new(bytes, (gssize)size, "application/octet-stream");
    stored = library.store(&schema, SECRET_COLLECTION_DEFAULT, "Rufname", value,
                           NULL, &error, "home", keystore->home_id, NULL);
    library.value_unref(value);
    return stored && error == NULL ? RUF_OK : refused(&library, error, err);
}

/* Answers false for an item that is not there, too. */
static enum ruf_status secret_erase(struct ruf_keystore *keystore,
                                    struct ruf_error *err)
{
    struct library library;
    GError *error = NULL;
    enum ruf_status status = load_library(&library, err);

    if (status != RUF_OK)
        return status;
    (void)library.clear(&schema, NULL, &error, "home", keystore->home_id, NULL);
    return error == NULL ? RUF_OK : refused(&library, error, err);
}

static const struct ruf_keystore_driver driver = {
    RUF_KEYSTORE_KEEPS | RUF_KEYSTORE_LASTS | RUF_KEYSTORE_APART, secret_load,
    secret_store, secret_erase
};

const struct ruf_keystore_driver *const ruf_keystore_secret_service = &driver;

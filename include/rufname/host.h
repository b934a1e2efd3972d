/*
 * rufname/host.h - what a home asks of the app and the system around it
 *
 * A host fills one struct and hands it to ruf_home_open_with(),
 * ruf_home_init() and ruf_home_wipe(). Every callback may be NULL: then what
 * plain Linux offers is used, as each says. Callbacks run on the thread of the
 * call that needs them and must not call back into the same home.
 *
 * Threads: the struct is copied; its context must be usable from every thread
 * that uses a home opened with it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RUFNAME_HOST_H
#define RUFNAME_HOST_H

#include <rufname/key.h>
#include <rufname/status.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ruf_host {
    size_t struct_size; /**< sizeof(struct ruf_host) */
    void *context;

    /*
     * Key store "host": one item of at most RUF_KEY_ITEM_MAX secret bytes for
     * each home, such as a Keychain item. All three or none. Without them
     * there is no key store "host"; the others need no callback.
     */

    /** Read the item. @param[out] size  at most room.
     *  @return RUF_OK; RUF_E_NOT_FOUND; RUF_E_KEY; RUF_E_IO. */
    enum ruf_status (*key_load)(void *context, const char *home_id, void *bytes,
                                size_t room, size_t *size,
                                struct ruf_error *err);
    /** Make or replace the item, as a whole, lasting on return. */
    enum ruf_status (*key_store)(void *context, const char *home_id,
                                 const void *bytes, size_t size,
                                 struct ruf_error *err);
    /** Destroy the item; one that is not there is fine. */
    enum ruf_status (*key_erase)(void *context, const char *home_id,
                                 struct ruf_error *err);

    /** Unix seconds. Linux: the system's clock. */
    int64_t (*clock)(void *context);
};

#ifdef __cplusplus
}
#endif
#endif

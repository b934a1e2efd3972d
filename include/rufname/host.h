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
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Who needs a file, and so how a phone has to protect it. All are to be kept
 *  out of backups. */
enum ruf_file_kind {
    RUF_FILE_OF_APP = 0,   /**< only the app: the strictest class */
    RUF_FILE_OF_EXTENSION, /**< readable after the first unlock, shared */
};

/** Longest access token, bytes with its NUL. */
#define RUF_ACCESS_TOKEN_MAX 16384

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

    /** The call directory changed, or was wiped: have the phone load it. What
     *  comes of it the extension's request will tell. Linux: has no phone. */
    void (*reload_directory)(void *context);

    /*
     * What people ask for; called through the functions below, after the
     * policy has been asked. RUF_OK; RUF_E_POLICY (P170); RUF_E_IO.
     */

    /** @param[in] scheme  app that the policy wants for web pages, by its URL
     *                     scheme; NULL: any. Linux: xdg-open, any only. */
    enum ruf_status (*open_url)(void *context, const char *url,
                                const char *scheme, struct ruf_error *err);
    /** @param[in] managed  only for managed apps. Linux: wl-copy or xclip, and
     *                      nothing managed. */
    enum ruf_status (*copy)(void *context, const char *text, size_t size,
                            bool managed, struct ruf_error *err);
    /** Linux: lp. */
    enum ruf_status (*print)(void *context, const char *text, size_t size,
                             struct ruf_error *err);

    /**
     * The host signs in, with MSAL on a phone, and hands out access tokens of a
     * person. Then ruf_home_login() has nothing to do, and neither an access
     * nor a refresh token reaches the store. Linux: we sign in.
     * @param[in]  scope    "https://graph.microsoft.com/.default"
     * @param[in]  claims   what Conditional Access wants to see, JSON, to be
     *                      handed on; NULL: nothing.
     * @param[out] token    room bytes (RUF_ACCESS_TOKEN_MAX), NUL-terminated.
     * @param[out] expires  Unix seconds.
     * @return RUF_OK; RUF_E_AUTH (a person has to sign in: S502 unless err
     *         says otherwise); RUF_E_NETWORK; what else err says.
     */
    enum ruf_status (*access_token)(void *context, const char *scope,
                                    const char *claims, char *token,
                                    size_t room, int64_t *expires,
                                    struct ruf_error *err);

    /** A file was made or replaced, which takes its marks away: keep it out of
     *  backups and give it its protection class. Called for every file of a
     *  home when it is made and after each publishing. Linux: nothing to do,
     *  all are 0600 in a directory 0700. */
    void (*protect_file)(void *context, const char *path,
                         enum ruf_file_kind kind);
};

struct ruf_home;

/**
 * Open an address, copy or print a text, if the policy allows (links,
 * copy_paste with copy_limit, print).
 * @param[in] text  UTF-8, size bytes.
 * @return RUF_OK; RUF_E_POLICY (P170); RUF_E_IO (I812: the program that does
 *         it); as ruf_home_enter().
 */
RUF_API RUF_MUST_USE enum ruf_status ruf_home_open_url(struct ruf_home *home,
                                                       const char *url,
                                                       struct ruf_error *err);
RUF_API RUF_MUST_USE enum ruf_status ruf_home_copy(struct ruf_home *home,
                                                   const char *text,
                                                   size_t size,
                                                   struct ruf_error *err);
RUF_API RUF_MUST_USE enum ruf_status ruf_home_print(struct ruf_home *home,
                                                    const char *text,
                                                    size_t size,
                                                    struct ruf_error *err);

typedef void ruf_file_callback(void *context, const char *path,
                               enum ruf_file_kind kind);

/** Hand out every file of Rufname that a home has now, those that a crash left
 *  and what stays after a wipe included. */
RUF_API void ruf_home_files(const char *path, ruf_file_callback *callback,
                            void *context);

#ifdef __cplusplus
}
#endif
#endif

/*
 * engine/host.c - the host's callbacks, with those of Linux where it has none
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "engine/host.h"
#include "base/error.h"
#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static int64_t system_clock(void *context)
{
    (void)context;
    return (int64_t)time(NULL);
}

static void no_phone(void *context)
{
    (void)context;
}

static void is_private(void *context, const char *path, enum ruf_file_kind kind)
{
    (void)context;
    (void)path;
    (void)kind;
}

/* --- programs of the desktop ------------------------------------------------
 */

/* Start a program that reads from ends[0]; errno's value, or 0. */
static int start(const char *const *argv, const int ends[2], pid_t *child)
{
    posix_spawn_file_actions_t actions;
    char *const *arguments;
    int failed;

    /* POSIX promises not to change them, and has no const for it. */
    memcpy(&arguments, &argv, sizeof(arguments));
    if (posix_spawn_file_actions_init(&actions) != 0)
        return ENOMEM;
    failed = posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
    if (failed == 0)
        failed =
            posix_spawnp(child, argv[0], &actions, NULL, arguments, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    return failed;
}

/* A socket, since a pipe nobody reads from would send a signal. */
static void feed(int fd, const char *text, size_t size)
{
    while (size > 0) {
        ssize_t done = send(fd, text, size, MSG_NOSIGNAL);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return;
        text += done;
        size -= (size_t)done;
    }
}

static enum ruf_status run(const char *const *argv, const char *text,
                           size_t size, struct ruf_error *err)
{
    int ends[2];
    pid_t child = -1;
    int result = -1;
    int failed;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return ruf_fail_os(err, RUF_E_IO, "I812", argv[0], errno,
                           "cannot start it");
    failed = start(argv, ends, &child);
    (void)close(ends[0]);
    if (failed == 0)
        feed(ends[1], text, size);
    (void)close(ends[1]);
    if (failed != 0)
        return ruf_fail_os(err, RUF_E_IO, "I812", argv[0], failed,
                           "cannot start it");
    while (waitpid(child, &result, 0) < 0 && errno == EINTR)
        continue;
    if (!WIFEXITED(result) || WEXITSTATUS(result) != 0)
        return ruf_fail(err, RUF_E_IO, "I812", argv[0], "it failed");
    return RUF_OK;
}

static enum ruf_status only_managed(struct ruf_error *err)
{
    return ruf_fail(err, RUF_E_POLICY, "P170", "",
                    "this system has no managed apps");
}

static enum ruf_status open_in_desktop(void *context, const char *url,
                                       const char *scheme,
                                       struct ruf_error *err)
{
    const char *const argv[] = { "xdg-open", url, NULL };

    (void)context;
    return scheme != NULL ? only_managed(err) : run(argv, "", 0, err);
}

static enum ruf_status copy_in_desktop(void *context, const char *text,
                                       size_t size, bool managed,
                                       struct ruf_error *err)
{
    const char *const wayland[] = { "wl-copy", NULL };
    const char *const x11[] = { "xclip", "-selection", "clipboard", NULL };

    (void)context;
    if (managed)
        return only_managed(err);
    return run(wayland, text, size, NULL) == RUF_OK ? RUF_OK
                                                    : run(x11, text, size, err);
}

static enum ruf_status print_in_desktop(void *context, const char *text,
                                        size_t size, struct ruf_error *err)
{
    const char *const argv[] = { "lp", "-s", NULL };

    (void)context;
    return run(argv, text, size, err);
}

/* --- tokens and files -------------------------------------------------------
 */

/* Of a host that says no more than that it failed. */
static enum ruf_status explain(enum ruf_status status,
                               const struct ruf_error *why,
                               struct ruf_error *err)
{
    if (why->id[0] == '\0' && status == RUF_E_AUTH)
        return ruf_fail(err, status, "S502", "host",
                        "the app has to sign in anew");
    if (why->id[0] == '\0')
        return ruf_fail(err, status, "S508", "host",
                        "the app gives no access token");
    if (err != NULL)
        *err = *why;
    return status;
}

enum ruf_status ruf_host_access_token(const struct ruf_host *host,
                                      const char *scope, const char *claims,
                                      char **token, int64_t *lifetime_s,
                                      struct ruf_error *err)
{
    struct ruf_error why = { 0 };
    int64_t expires = 0;
    enum ruf_status status;

    *token = calloc(1, RUF_ACCESS_TOKEN_MAX);
    if (*token == NULL)
        return ruf_fail_memory(err);
    status = host->access_token(host->context, scope, claims, *token,
                                RUF_ACCESS_TOKEN_MAX, &expires, &why);
    (*token)[RUF_ACCESS_TOKEN_MAX - 1] = '\0';
    *lifetime_s = expires - host->clock(host->context);
    if (status == RUF_OK && ((*token)[0] == '\0' || *lifetime_s <= 0))
        status = RUF_E_AUTH;
    return status == RUF_OK ? status : explain(status, &why, err);
}

void ruf_host_protect_files(const struct ruf_host *host, const char *home)
{
    ruf_home_files(home, host->protect_file, host->context);
}

/* --- filling in -------------------------------------------------------------
 */

void ruf_host_fill(const struct ruf_host *given, struct ruf_host *out)
{
    memset(out, 0, sizeof(*out));
    if (given != NULL)
        memcpy(out, given,
               given->struct_size < sizeof(*out) ? given->struct_size
                                                 : sizeof(*out));
    out->struct_size = sizeof(*out);
    /* A key store that cannot do all three is none. */
    if (out->key_load == NULL || out->key_store == NULL ||
        out->key_erase == NULL)
        out->key_load = NULL;
    if (out->clock == NULL)
        out->clock = system_clock;
    if (out->reload_directory == NULL)
        out->reload_directory = no_phone;
    if (out->open_url == NULL)
        out->open_url = open_in_desktop;
    if (out->copy == NULL)
        out->copy = copy_in_desktop;
    if (out->print == NULL)
        out->print = print_in_desktop;
    if (out->protect_file == NULL)
        out->protect_file = is_private;
}

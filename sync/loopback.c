/*
 * sync/loopback.c - the one answer a browser brings back from signing in
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sync/loopback.h"
#include "base/error.h"
#include "base/seal.h"
#include "base/text.h"
#include "sync/token_answer.h"
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define GUESTS_MAX 16
#define HEAD_MAX 16384u
#define GUEST_MS 10000 /* for a whole request */
#define POLL_MS 200    /* so that cancellation is seen */

/* A connection and what it has said so far. */
struct guest {
    int socket; /* -1: free */
    int64_t since_ms;
    size_t size;
    char *head; /* wiped: it holds the code */
};

struct ruf_loopback {
    int socket;
    unsigned port;
    char state[128];
    struct guest guests[GUESTS_MAX];
    struct ruf_secret heads;
};

/* --- life -------------------------------------------------------------------
 */

static bool open_socket(struct ruf_loopback *loopback)
{
    struct sockaddr_in address;
    socklen_t size = sizeof(address);

    memset(&address, 0, sizeof(address));
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    loopback->socket =
        socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (loopback->socket < 0 ||
        bind(loopback->socket, (const struct sockaddr *)&address,
             sizeof(address)) != 0 ||
        listen(loopback->socket, GUESTS_MAX) != 0 ||
        getsockname(loopback->socket, (struct sockaddr *)&address, &size) != 0)
        return false;
    loopback->port = ntohs(address.sin_port);
    return true;
}

enum ruf_status ruf_loopback_create(const char *state,
                                    struct ruf_loopback **out,
                                    struct ruf_error *err)
{
    struct ruf_loopback *loopback = calloc(1, sizeof(*loopback));
    enum ruf_status status;

    *out = NULL;
    if (loopback == NULL)
        return ruf_fail_memory(err);
    loopback->socket = -1;
    for (size_t i = 0; i < GUESTS_MAX; i++)
        loopback->guests[i].socket = -1;
    (void)snprintf(loopback->state, sizeof(loopback->state), "%s", state);
    status =
        ruf_secret_create((size_t)GUESTS_MAX * HEAD_MAX, &loopback->heads, err);
    if (status == RUF_OK && !open_socket(loopback))
        status = ruf_fail_os(err, RUF_E_NETWORK, "S516", "127.0.0.1", errno,
                             "cannot listen for the browser");
    if (status != RUF_OK) {
        ruf_loopback_destroy(loopback);
        return status;
    }
    for (size_t i = 0; i < GUESTS_MAX; i++)
        loopback->guests[i].head =
            (char *)loopback->heads.bytes + i * (size_t)HEAD_MAX;
    *out = loopback;
    return RUF_OK;
}

static void guest_leave(struct guest *guest)
{
    if (guest->socket < 0)
        return;
    (void)shutdown(guest->socket, SHUT_WR);
    (void)close(guest->socket);
    guest->socket = -1;
    ruf_wipe(guest->head, guest->size);
    guest->size = 0;
}

void ruf_loopback_destroy(struct ruf_loopback *loopback)
{
    if (loopback == NULL)
        return;
    for (size_t i = 0; i < GUESTS_MAX; i++)
        guest_leave(&loopback->guests[i]);
    if (loopback->socket >= 0)
        (void)close(loopback->socket);
    ruf_secret_destroy(&loopback->heads);
    free(loopback);
}

unsigned ruf_loopback_port(const struct ruf_loopback *loopback)
{
    return loopback->port;
}

/* --- what a guest asks
 * -------------------------------------------------------- */

/* A parameter of a query, decoded; false if absent or too long. */
static bool take_parameter(struct ruf_text query, const char *name, char *out,
                           size_t size)
{
    size_t name_size = strlen(name);
    size_t at = 0;
    size_t used = 0;

    while (at < query.size && !(query.size - at > name_size &&
                                memcmp(query.data + at, name, name_size) == 0 &&
                                query.data[at + name_size] == '=')) {
        while (at < query.size && query.data[at] != '&')
            at++;
        at++;
    }
    if (at >= query.size)
        return false;
    for (at += name_size + 1; at < query.size && query.data[at] != '&'; at++) {
        char c = query.data[at];

        if (c == '%' && at + 2 < query.size) {
            int high = ruf_hex_value(query.data[at + 1]);
            int low = ruf_hex_value(query.data[at + 2]);

            if (high >= 0 && low >= 0) {
                c = (char)(high << 4 | low);
                at += 2;
            }
        }
        if (used + 1 >= size)
            return false;
        out[used++] = c;
    }
    out[used] = '\0';
    return true;
}

/* "GET /?query HTTP/1.1": the query, absent for anything else. */
static struct ruf_text query_of(struct ruf_text head)
{
    struct ruf_text none = { NULL, 0 };
    size_t start = strlen("GET /?");
    size_t end;

    if (!ruf_text_starts_with(head, "GET /?"))
        return none;
    for (end = start; end < head.size && head.data[end] > ' '; end++)
        ;
    if (!ruf_text_starts_with(ruf_text_slice(head, end, head.size), " HTTP/1."))
        return none;
    return ruf_text_slice(head, start, end - start);
}

/* A page elsewhere whose name was made to point here has another Host. */
static bool has_our_host(const struct ruf_loopback *loopback, const char *head)
{
    static const char *const names[] = { "localhost", "127.0.0.1" };
    const char *line = head;

    while ((line = strstr(line, "\r\n")) != NULL) {
        struct ruf_text field = { line + 2, strcspn(line + 2, "\r") };

        line += 2;
        if (!ruf_text_equal_nocase(ruf_text_slice(field, 0, 5),
                                   ruf_text("Host:")))
            continue;
        for (size_t i = 0; i < 2; i++) {
            char host[32];

            (void)snprintf(host, sizeof(host), "%s:%u", names[i],
                           loopback->port);
            if (ruf_text_equal_nocase(
                    ruf_text_trim(ruf_text_slice(field, 5, field.size)),
                    ruf_text(host)))
                return true;
        }
        return false;
    }
    return false;
}

static bool is_our_state(const struct ruf_loopback *loopback,
                         struct ruf_text query)
{
    char state[sizeof(loopback->state)] = "";

    return take_parameter(query, "state", state, sizeof(state)) &&
           strlen(state) == strlen(loopback->state) &&
           ruf_constant_time_equal(state, loopback->state, strlen(state));
}

/* false: not the answer we wait for. */
static bool take_callback(const struct ruf_loopback *loopback, const char *head,
                          struct ruf_callback *out, enum ruf_status *status,
                          struct ruf_error *err)
{
    struct ruf_text query = query_of(ruf_text(head));
    char *code;

    if (query.data == NULL || !has_our_host(loopback, head) ||
        !is_our_state(loopback, query))
        return false;
    if (take_parameter(query, "error", out->error, sizeof(out->error)))
        return out->error[0] != '\0';
    *status = ruf_secret_create(RUF_TOKEN_SIZE_MAX, &out->code, err);
    if (*status != RUF_OK)
        return true;
    code = (char *)out->code.bytes;
    if (take_parameter(query, "code", code, RUF_TOKEN_SIZE_MAX) &&
        code[0] != '\0')
        return true;
    ruf_secret_destroy(&out->code);
    return false;
}

/* --- what a guest is told
 * ----------------------------------------------------- */

static void tell(int socket, const char *status, const char *text)
{
    char answer[1024];
    int size =
        snprintf(answer, sizeof(answer),
                 "HTTP/1.1 %s\r\nContent-Type: text/html; charset=utf-8\r\n"
                 "Content-Length: %zu\r\nConnection: close\r\n"
                 "Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n"
                 "X-Content-Type-Options: nosniff\r\n"
                 "Content-Security-Policy: default-src 'none'; "
                 "frame-ancestors 'none'\r\n\r\n%s",
                 status, strlen(text), text);

    /* Less than a socket buffer; a guest that does not read it misses it. */
    if (size > 0)
        (void)send(socket, answer, (size_t)size, MSG_NOSIGNAL | MSG_DONTWAIT);
}

#define PAGE_HEAD "<!doctype html><meta charset=utf-8><title>Rufname</title><p>"
static const char page_done[] =
    PAGE_HEAD "Angemeldet. Dieses Fenster kann geschlossen werden.<p>"
              "Signed in. You can close this window.";
static const char page_refused[] =
    PAGE_HEAD "Die Anmeldung wurde nicht erteilt.<p>"
              "The sign-in was not granted.";
static const char page_other[] = PAGE_HEAD "Rufname";

/* Read on; true when the callback is there. */
static bool guest_read(const struct ruf_loopback *loopback, struct guest *guest,
                       struct ruf_callback *out, enum ruf_status *status,
                       struct ruf_error *err)
{
    ssize_t got = recv(guest->socket, guest->head + guest->size,
                       HEAD_MAX - 1 - guest->size, MSG_DONTWAIT);

    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    if (got <= 0) {
        guest_leave(guest);
        return false;
    }
    guest->size += (size_t)got;
    guest->head[guest->size] = '\0';
    if (strstr(guest->head, "\r\n\r\n") == NULL) {
        if (guest->size == HEAD_MAX - 1)
            guest_leave(guest);
        return false;
    }
    if (take_callback(loopback, guest->head, out, status, err)) {
        tell(guest->socket, "200 OK",
             out->error[0] == '\0' ? page_done : page_refused);
        guest_leave(guest);
        return true;
    }
    tell(guest->socket, "404 Not Found", page_other);
    guest_leave(guest);
    return false;
}

/* --- waiting
 * ------------------------------------------------------------------ */

static void admit(struct ruf_loopback *loopback)
{
    int socket =
        accept4(loopback->socket, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    struct guest *oldest = &loopback->guests[0];

    if (socket < 0)
        return;
    for (size_t i = 0; i < GUESTS_MAX; i++) {
        struct guest *guest = &loopback->guests[i];

        if (oldest->socket >= 0 &&
            (guest->socket < 0 || guest->since_ms < oldest->since_ms))
            oldest = guest;
    }
    guest_leave(oldest); /* idle connections must not keep others out */
    oldest->socket = socket;
    oldest->since_ms = ruf_clock_ms();
}

static bool poll_once(struct ruf_loopback *loopback, struct ruf_callback *out,
                      enum ruf_status *status, struct ruf_error *err)
{
    struct pollfd sockets[1 + GUESTS_MAX];

    sockets[0] = (struct pollfd){ loopback->socket, POLLIN, 0 };
    for (size_t i = 0; i < GUESTS_MAX; i++) /* negative ones are skipped */
        sockets[1 + i] =
            (struct pollfd){ loopback->guests[i].socket, POLLIN, 0 };
    if (poll(sockets, 1 + GUESTS_MAX, POLL_MS) <= 0)
        return false;
    for (size_t i = 0; i < GUESTS_MAX; i++)
        if (sockets[1 + i].revents != 0 &&
            guest_read(loopback, &loopback->guests[i], out, status, err))
            return true;
    if (sockets[0].revents != 0)
        admit(loopback);
    return false;
}

enum ruf_status ruf_loopback_wait(struct ruf_loopback *loopback,
                                  int64_t timeout_ms,
                                  const struct ruf_cancel *cancel,
                                  struct ruf_callback *out,
                                  struct ruf_error *err)
{
    int64_t end_ms = ruf_clock_ms() + timeout_ms;
    enum ruf_status status = RUF_OK;

    memset(out, 0, sizeof(*out));
    while (!poll_once(loopback, out, &status, err)) {
        int64_t now_ms = ruf_clock_ms();

        if (ruf_cancelled(cancel))
            return ruf_fail(err, RUF_E_CANCELLED, "S540", "",
                            "stopped by the caller");
        if (now_ms >= end_ms)
            return ruf_fail(err, RUF_E_AUTH, "S506", "127.0.0.1",
                            "nobody signed in within ten minutes");
        for (size_t i = 0; i < GUESTS_MAX; i++)
            if (loopback->guests[i].socket >= 0 &&
                now_ms - loopback->guests[i].since_ms > GUEST_MS)
                guest_leave(&loopback->guests[i]);
    }
    return status;
}

/*
 * callkit/host_request.c - the calls of one request, as the phone takes them
 *
 * Additions and removals are buffered and checked when a batch is shipped, so
 * a mistake shows late, and for a short list only inside complete.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/text.h"
#include "callkit/host_private.h"
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define TRACE_SIZE 1024

/* --- trace ------------------------------------------------------------------
 */

static void trace(const struct ruf_phone_request *request, const char *line)
{
    const struct ruf_phone *phone = request->phone;

    if (phone->trace != NULL)
        phone->trace(phone->trace_context, ruf_text(line));
}

static void trace_entry(const struct ruf_phone_request *request,
                        enum phone_kind kind, bool removal, int64_t number,
                        struct ruf_text label)
{
    char line[TRACE_SIZE];

    if (request->phone->trace == NULL)
        return;
    (void)snprintf(line, sizeof(line), "%s_%s %" PRId64 "%s%.*s",
                   removal ? "DEL" : "ADD", kind == PHONE_NAMES ? "ID" : "BL",
                   number, kind == PHONE_NAMES && !removal ? "\t" : "",
                   (int)label.size, label.data == NULL ? "" : label.data);
    trace(request, line);
}

/* --- the store --------------------------------------------------------------
 */

/* The host tests before each batch, so a request takes one less. */
#define ADDITIONS_LIMIT UINT64_C(2000000)
#define LABEL_LIMIT 65535u

static bool is_wanted(const struct ruf_phone *phone, int64_t number)
{
    return phone->only[0] == 0 || (ruf_e164)number == phone->only[0] ||
           (ruf_e164)number == phone->only[1];
}

static int step(struct ruf_phone *phone, sqlite3_stmt *statement)
{
    int code = ruf_phone_code(phone, sqlite3_step(statement));

    (void)sqlite3_reset(statement);
    return code == SQLITE_DONE || code == SQLITE_ROW ? SQLITE_OK : code;
}

/* Row id of a shared number or label. */
static int64_t row_of(struct ruf_phone *phone, sqlite3_stmt *add,
                      sqlite3_stmt *find)
{
    int64_t id = 0;

    (void)step(phone, add);
    if (ruf_phone_code(phone, sqlite3_step(find)) == SQLITE_ROW)
        id = sqlite3_column_int64(find, 0);
    (void)sqlite3_reset(find);
    return id;
}

static int64_t number_row(struct ruf_phone *phone, int64_t number)
{
    sqlite3_stmt **s = phone->statements;

    (void)sqlite3_bind_int64(s[PHONE_ADD_NUMBER], 1, number);
    (void)sqlite3_bind_int64(s[PHONE_FIND_NUMBER], 1, number);
    return row_of(phone, s[PHONE_ADD_NUMBER], s[PHONE_FIND_NUMBER]);
}

static int64_t label_row(struct ruf_phone *phone, struct ruf_text label)
{
    sqlite3_stmt **s = phone->statements;

    (void)sqlite3_bind_text(s[PHONE_ADD_LABEL], 1, label.data, (int)label.size,
                            SQLITE_STATIC);
    (void)sqlite3_bind_text(s[PHONE_FIND_LABEL], 1, label.data, (int)label.size,
                            SQLITE_STATIC);
    return row_of(phone, s[PHONE_ADD_LABEL], s[PHONE_FIND_LABEL]);
}

static int insert(struct ruf_phone_request *request, enum phone_kind kind,
                  int64_t number, struct ruf_text label)
{
    sqlite3_stmt **s = request->phone->statements;
    sqlite3_stmt *add =
        s[kind == PHONE_NAMES ? PHONE_ADD_NAME : PHONE_ADD_BLOCKED];

    (void)sqlite3_bind_int64(add, 1, request->extension);
    (void)sqlite3_bind_int64(add, 2, number_row(request->phone, number));
    if (kind == PHONE_NAMES)
        (void)sqlite3_bind_int64(add, 3, label_row(request->phone, label));
    return step(request->phone, add);
}

static int delete (struct ruf_phone_request *request, enum phone_kind kind,
                   int64_t number)
{
    sqlite3_stmt **s = request->phone->statements;
    sqlite3_stmt *remove =
        s[kind == PHONE_NAMES ? PHONE_REMOVE_NAME : PHONE_REMOVE_BLOCKED];

    (void)sqlite3_bind_int64(remove, 1, request->extension);
    (void)sqlite3_bind_int64(remove, 2, number);
    return step(request->phone, remove);
}

/* --- one batch --------------------------------------------------------------
 */

static enum ruf_phone_error check_order(struct ruf_phone_request *request,
                                        enum phone_kind kind, int64_t number)
{
    if (number == request->last[kind])
        return RUF_PHONE_DUPLICATE;
    if (number < request->last[kind])
        return RUF_PHONE_OUT_OF_ORDER;
    request->last[kind] = number;
    return RUF_PHONE_OK;
}

static enum ruf_phone_error take_entry(struct ruf_phone_request *request,
                                       enum phone_kind kind, bool removal,
                                       int64_t number, struct ruf_text label)
{
    enum ruf_phone_error error = RUF_PHONE_OK;
    int code = SQLITE_OK;

    if (!removal)
        error = check_order(request, kind, number);
    if (error != RUF_PHONE_OK || !is_wanted(request->phone, number))
        return error;
    if (removal)
        code = delete (request, kind, number);
    else
        code = insert(request, kind, number, label);
    if (code == SQLITE_CONSTRAINT)
        return RUF_PHONE_SQLITE_CONSTRAINT;
    return code == SQLITE_OK ? RUF_PHONE_OK : RUF_PHONE_UNKNOWN;
}

static enum ruf_phone_error take_batch(struct ruf_phone_request *request,
                                       enum phone_kind kind)
{
    const struct phone_buffer *buffer = &request->buffers[kind];
    struct ruf_reader reader =
        ruf_reader(buffer->bytes.bytes, buffer->bytes.size);
    enum ruf_phone_error error = RUF_PHONE_OK;

    for (uint32_t i = 0; i < buffer->count && error == RUF_PHONE_OK; i++) {
        int64_t number = (int64_t)ruf_read_u64(&reader);
        struct ruf_text label = { NULL, 0 };

        if (kind == PHONE_NAMES) {
            label.size = ruf_read_u32(&reader);
            label.data = (const char *)ruf_read_bytes(&reader, label.size);
        }
        error = take_entry(request, kind, buffer->removals, number, label);
    }
    return error;
}

static enum ruf_phone_error check_batch(struct ruf_phone_request *request,
                                        const struct phone_buffer *buffer)
{
    request->phone->load.batches++;
    if (request->trouble.fail_batch == request->phone->load.batches)
        return request->trouble.error;
    if (buffer->removals)
        return request->confirmed ? RUF_PHONE_OK : RUF_PHONE_UNEXPECTED_REMOVAL;
    if (request->added + buffer->count >= ADDITIONS_LIMIT)
        return RUF_PHONE_TOO_MANY;
    request->added += buffer->count;
    return RUF_PHONE_OK;
}

/* A request that never asked replaces what was there, from its first batch. */
static void delete_once(struct ruf_phone_request *request)
{
    if (!request->confirmed && !request->cleared)
        ruf_phone_delete_rows(request->phone, request->extension);
    request->cleared = true;
}

enum ruf_phone_error ruf_phone_ship(struct ruf_phone_request *request,
                                    enum phone_kind kind)
{
    struct phone_buffer *buffer = &request->buffers[kind];
    enum ruf_phone_error error = RUF_PHONE_OK;

    if (buffer->count > 0) {
        error = check_batch(request, buffer);
        if (error == RUF_PHONE_OK) {
            ruf_phone_execute(request->phone, "BEGIN");
            delete_once(request);
            error = take_batch(request, kind);
            ruf_phone_execute(request->phone, "COMMIT");
        }
    }
    if (buffer->bytes.failed) {
        (void)ruf_phone_code(request->phone, SQLITE_NOMEM);
        error = RUF_PHONE_UNKNOWN;
    }
    buffer->bytes.size = 0;
    buffer->bytes.failed = false;
    buffer->count = 0;
    return error;
}

/* --- notices ----------------------------------------------------------------
 */

struct notice {
    void (*failed)(void *context);
    void (*completed)(void *context, bool expired);
    void *context;
    bool expired;
};

static void *deliver(void *argument)
{
    const struct notice *notice = argument;

    if (notice->failed != NULL)
        notice->failed(notice->context);
    else
        notice->completed(notice->context, notice->expired);
    return NULL;
}

/* On another thread, while the extension's own still sits in its call. */
static void notify(struct notice *notice)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, deliver, notice) == 0)
        (void)pthread_join(thread, NULL);
    else
        (void)deliver(notice);
}

static void fail(struct ruf_phone_request *request, enum ruf_phone_error error)
{
    struct notice notice = { request->on_failure, NULL,
                             request->failure_context, false };

    if (error == RUF_PHONE_OK || request->failed)
        return;
    request->failed = true;
    request->error = error;
    trace(request, "FAILED");
    if (notice.failed != NULL)
        notify(&notice);
}

/* --- calls ------------------------------------------------------------------
 */

/* @return false: the process is gone, or nobody listens any more */
static bool take_call(struct ruf_phone_request *request)
{
    if (request->dead)
        return false;
    if (++request->phone->load.calls == request->trouble.kill_at) {
        request->dead = true;
        trace(request, "KILLED");
        if (request->trouble.killed != NULL)
            request->trouble.killed(request->trouble.context);
    }
    return !request->dead;
}

void ruf_phone_on_failure(struct ruf_phone_request *request,
                          void (*failed)(void *context), void *context)
{
    request->on_failure = failed;
    request->failure_context = context;
}

bool ruf_phone_is_dead(const struct ruf_phone_request *request)
{
    return request->dead;
}

static bool answer(struct ruf_phone_request *request)
{
    request->phone->load.asked = true;
    request->confirmed = !request->enabling;
    request->phone->load.incremental = request->confirmed;
    return request->confirmed;
}

bool ruf_phone_ask(struct ruf_phone_request *request)
{
    if (!take_call(request))
        return false;
    trace(request, "ASK");
    return answer(request);
}

static void buffer_entry(struct ruf_phone_request *request,
                         enum phone_kind kind, bool removal, int64_t number,
                         struct ruf_text label)
{
    struct phone_buffer *buffer = &request->buffers[kind];

    if (buffer->count > 0 && buffer->removals != removal) {
        request->phone->load.switches++;
        fail(request, ruf_phone_ship(request, kind));
    }
    buffer->removals = removal;
    ruf_write_u64(&buffer->bytes, (uint64_t)number);
    if (kind == PHONE_NAMES) {
        ruf_write_u32(&buffer->bytes, (uint32_t)label.size);
        ruf_write_bytes(&buffer->bytes, label.data, label.size);
    }
    if (++buffer->count == request->phone->batch)
        fail(request, ruf_phone_ship(request, kind));
}

static void call_entry(struct ruf_phone_request *request, enum phone_kind kind,
                       bool removal, int64_t number, struct ruf_text label)
{
    if (!take_call(request))
        return;
    trace_entry(request, kind, removal, number, label);
    if (request->failed) {
        request->phone->load.surplus++;
        return;
    }
    /* A removal asks by itself; where the answer is no it throws, and nobody
     * catches. */
    if (removal && !request->phone->load.asked)
        (void)answer(request);
    if (removal && !request->confirmed) {
        request->dead = true;
        return;
    }
    buffer_entry(request, kind, removal, number, label);
}

void ruf_phone_add_name(struct ruf_phone_request *request, int64_t number,
                        struct ruf_text label)
{
    /* Dropped without a word. */
    if (label.size == 0 || label.size >= LABEL_LIMIT)
        (void)take_call(request);
    else
        call_entry(request, PHONE_NAMES, false, number, label);
}

void ruf_phone_add_blocked(struct ruf_phone_request *request, int64_t number)
{
    call_entry(request, PHONE_BLOCKED, false, number,
               (struct ruf_text){ NULL, 0 });
}

void ruf_phone_remove_name(struct ruf_phone_request *request, int64_t number)
{
    call_entry(request, PHONE_NAMES, true, number,
               (struct ruf_text){ NULL, 0 });
}

void ruf_phone_remove_blocked(struct ruf_phone_request *request, int64_t number)
{
    call_entry(request, PHONE_BLOCKED, true, number,
               (struct ruf_text){ NULL, 0 });
}

void ruf_phone_remove_all(struct ruf_phone_request *request)
{
    if (!take_call(request))
        return;
    if (!request->phone->load.asked)
        (void)answer(request);
    if (request->confirmed)
        ruf_phone_delete_rows(request->phone, request->extension);
    else
        request->dead = true;
}

void ruf_phone_complete(struct ruf_phone_request *request,
                        void (*completed)(void *context, bool expired),
                        void *context)
{
    struct notice notice = { NULL, completed, context,
                             request->trouble.expires };

    if (!take_call(request) || request->completed)
        return;
    trace(request, "COMPLETE");
    for (int kind = 0; kind < PHONE_KINDS && !request->failed; kind++)
        fail(request, ruf_phone_ship(request, (enum phone_kind)kind));
    if (!request->failed)
        delete_once(request);
    request->completed = true;
    trace(request, request->trouble.no_answer ? "KILLED"
                   : request->trouble.expires ? "EXPIRED"
                                              : "STORED");
    /* The block runs even after a failure, and then says "not expired". */
    if (completed != NULL && !request->trouble.no_answer)
        notify(&notice);
}

void ruf_phone_cancel(struct ruf_phone_request *request, int code)
{
    if (!take_call(request))
        return;
    trace(request, code == 0 ? "CANCEL nil" : "CANCEL error");
    if (code == 0) {
        ruf_phone_complete(request, NULL, NULL);
    } else if (!request->failed) {
        request->failed = true;
        request->error = RUF_PHONE_CANCELLED;
    }
}

/*
 * callkit/host_private.h - what the files of the host model share
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CALLKIT_HOST_PRIVATE_H
#define CALLKIT_HOST_PRIVATE_H

#include "base/bytes.h"
#include "callkit/host_model.h"
#include <sqlite3.h>

enum phone_kind { PHONE_NAMES = 0, PHONE_BLOCKED, PHONE_KINDS };

enum phone_statement {
    PHONE_ADD_NUMBER = 0,
    PHONE_FIND_NUMBER,
    PHONE_ADD_LABEL,
    PHONE_FIND_LABEL,
    PHONE_ADD_NAME,
    PHONE_ADD_BLOCKED,
    PHONE_REMOVE_NAME,
    PHONE_REMOVE_BLOCKED,
    PHONE_LOOK_UP,
    PHONE_STATEMENTS
};

struct ruf_phone {
    sqlite3 *db;
    sqlite3_stmt *statements[PHONE_STATEMENTS];
    uint32_t batch;
    ruf_e164 only[2];
    void (*trace)(void *context, struct ruf_text line);
    void *trace_context;
    int64_t now; /* seconds */
    bool corrupt;
    bool no_memory; /* once: what it says is not to be trusted */
    struct ruf_phone_trouble trouble; /* of the next load */
    struct ruf_phone_load load;       /* of the last one */
};

/* Entries not shipped yet: per entry u64 number, and for a name u32 size and
 * the label. */
struct phone_buffer {
    struct ruf_writer bytes;
    uint32_t count;
    bool removals;
};

struct ruf_phone_request {
    struct ruf_phone *phone;
    int64_t extension; /* row id */
    bool enabling;
    bool confirmed; /* incremental: asked, and the answer was yes */
    bool cleared;   /* the initial deletion has happened */
    bool dead;
    bool completed;
    bool failed;
    enum ruf_phone_error error;
    uint64_t added;
    int64_t last[PHONE_KINDS];
    struct phone_buffer buffers[PHONE_KINDS];
    struct ruf_phone_trouble trouble;
    void (*on_failure)(void *context);
    void *failure_context;
};

/* SQLite's code of a statement that gives no row is an enum ruf_phone_error. */
enum ruf_phone_error ruf_phone_ship(struct ruf_phone_request *request,
                                    enum phone_kind kind);
void ruf_phone_delete_rows(struct ruf_phone *phone, int64_t extension);
void ruf_phone_execute(struct ruf_phone *phone, const char *sql);

/* Hands on SQLite's code; remembers that memory was out. */
int ruf_phone_code(struct ruf_phone *phone, int code);

#endif

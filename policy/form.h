/*
 * policy/form.h - the forms in which the admin's document arrives
 *
 * JSON, an XML property list, or lines "Rufname.region.default = DE". Each may
 * be the document itself or a flat list of keys "Rufname.PATH"; one key,
 * "Rufname.Policy", may hold the JSON, and the others override it. A key may
 * have several values: policy/conflict.h says which holds. Keys of others are
 * passed over. All forms become one tree, which policy.c checks, and every
 * place in that tree is known as line and column of what was given.
 *
 * Threads: one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef POLICY_FORM_H
#define POLICY_FORM_H

#include "base/arena.h"
#include <rufname/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cJSON;

#define RUF_POLICY_DEPTH_MAX 12
#define RUF_POLICY_POINTER_MAX 256

/** Where a value of a property list or a line stands. */
struct policy_place {
    const struct policy_place *next;
    const char *pointer; /**< in the tree of what was given */
    uint32_t line;
    uint32_t column;
};

/** A part of the document that a flat key brought. */
struct policy_move {
    const struct policy_move *next;
    const char *document; /**< "/region/default" */
    const char *given;    /**< "/Rufname.region.default" */
};

struct policy_form {
    const char *text; /**< as given, borrowed */
    size_t size;
    struct ruf_arena *arena;
    struct cJSON *document;            /**< owned; NULL until it was read */
    bool has_places;                   /**< else they are looked up in JSON */
    const struct policy_place *places; /**< last one first */
    const struct policy_move *moves;   /**< last one first */
};

/** Told of each field that several values were given up for, as a pointer. */
typedef void policy_form_given_up(void *context, const char *pointer);

/**
 * Read what was given into form->document. form->arena is set.
 * @return RUF_OK; RUF_E_POLICY (P106 JSON, P111 property list or keys; line
 *         and column are set); RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status
ruf_policy_form_read(struct policy_form *form, const char *text, size_t size,
                     policy_form_given_up *given_up, void *context,
                     struct ruf_error *err);

/** Frees the document. */
void ruf_policy_form_free(struct policy_form *form);

/** Line and column (1-based) of a value of the document, or of the innermost
 *  part around it that was given. */
void ruf_policy_form_position(const struct policy_form *form,
                              const char *pointer, uint32_t *line,
                              uint32_t *column);

/* --- the readers of two forms: tree and places ---------------------------- */

/** A property list; entities and document types of its own are refused. */
RUF_MUST_USE enum ruf_status ruf_policy_read_plist(struct policy_form *form,
                                                   struct cJSON **out,
                                                   struct ruf_error *err);
/** Lines "Rufname.KEY = VALUE"; '#' starts a comment. A key that comes again
 *  goes into a further object of the list. */
RUF_MUST_USE enum ruf_status ruf_policy_read_lines(struct policy_form *form,
                                                   struct cJSON **out,
                                                   struct ruf_error *err);

/** Remember a place. @return false without memory. */
RUF_MUST_USE bool ruf_policy_form_place(struct policy_form *form,
                                        const char *pointer, uint32_t line,
                                        uint32_t column);

/** Refuse with P111 at a place. */
enum ruf_status ruf_policy_form_refuse(struct ruf_error *err, uint32_t line,
                                       uint32_t column, const char *detail);

#endif

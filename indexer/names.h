/*
 * indexer/names.h - do two names belong to one person?
 *
 * Threads: pure.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef INDEXER_NAMES_H
#define INDEXER_NAMES_H

#include "base/arena.h"
#include "indexer/contacts.h"
#include <rufname/status.h>
#include <stdbool.h>

/** A person's name, folded (German folding) and without titles. */
struct ruf_name {
    struct ruf_text given;  /**< "hans peter"; may be empty */
    struct ruf_text family; /**< "mueller"; empty: no person's name */
    bool initial;           /**< the given name is one letter, "T." */
};

/**
 * Name of a contact: given and family, else read from the display name
 * ("Müller, Thomas" or "Dr. Thomas Müller"). An initial is completed by an
 * address of the record that spells the name out. A role name such as
 * "Zentrale" gives an empty name. Text lives in the arena.
 * @return RUF_OK, RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status
ruf_name_of(const struct ruf_source_contact *contact, struct ruf_arena *arena,
            struct ruf_name *out);

/**
 * Compatible: family equal, and given equal, or one the other's initial, or a
 * listed short form. An empty name is compatible with nothing.
 */
bool ruf_names_compatible(const struct ruf_name *a, const struct ruf_name *b);

/** Compatible only because one given name is a short form of the other? */
bool ruf_names_by_short_form(const struct ruf_name *a,
                             const struct ruf_name *b);

/** Given names go together, and of the family names one is a hyphenated part
 *  of the other: Müller and Müller-Lüdenscheidt? */
bool ruf_names_share_hyphen(const struct ruf_name *a, const struct ruf_name *b);

/** Is this given name only an initial ("T." or "T")? */
bool ruf_name_is_initial(struct ruf_text given);

#endif

/*
 * indexer/mail_shape.h - how an e-mail address is made of its owner's name
 *
 * "anna.mueller.17@muster.example" of Anna Müller is
 * "<given>.<family>.<text>@muster.example" and the text "17". A company has few
 * such shapes, so the image stores each once. Steps: base/image_sections.h.
 *
 * Threads: pure.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef INDEXER_MAIL_SHAPE_H
#define INDEXER_MAIL_SHAPE_H

#include <rufname/contact.h>
#include <stdbool.h>

/** Longest address that is tried. */
#define RUF_MAIL_SIZE_MAX 320

struct ruf_mail_shape {
    size_t size;
    bool named;           /**< it takes something from the name */
    bool has_text;        /**< it has a text */
    struct ruf_text text; /**< which is that, in the address */
    char bytes[RUF_MAIL_SIZE_MAX + 1];
};

/**
 * The shape that gives an address.
 * @param[in] given   first name of its owner; family: last name.
 * @return false if there is none: no domain, too long, control characters.
 */
bool ruf_mail_shape(struct ruf_text address, struct ruf_text given,
                    struct ruf_text family, struct ruf_mail_shape *out);

/** The shape that gives it without its owner's name: of the domain alone. */
void ruf_mail_shape_plain(struct ruf_text address, struct ruf_mail_shape *out);

#endif

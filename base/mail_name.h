/*
 * base/mail_name.h - names as e-mail addresses spell them
 *
 * Most addresses are made of the name of their owner. The image then says how,
 * not what, and reader and builder spell the name in one way.
 *
 * Threads: pure functions.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_MAIL_NAME_H
#define BASE_MAIL_NAME_H

#include <rufname/contact.h>

enum ruf_mail_spelling {
    RUF_MAIL_GERMAN = 0, /**< "mueller" */
    RUF_MAIL_PLAIN       /**< "muller" */
};

/**
 * Letters and digits of a name, in lower case ASCII; all else is left out.
 * @param[out] out  room for name.size bytes.
 * @return bytes written.
 */
size_t ruf_mail_spell(struct ruf_text name, enum ruf_mail_spelling spelling,
                      char *out);

/** The same, quicker for most names: seven bytes behind the name may be read,
 *  and as many behind its room written. */
size_t ruf_mail_spell_roomy(struct ruf_text name,
                            enum ruf_mail_spelling spelling, char *out);

#endif

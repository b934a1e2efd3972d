/*
 * cli/contact_arg.c - a contact named on the command line
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cli/contact_arg.h"
#include <rufname/identity.h>
#include <string.h>

#define GUID_SIZE 36

enum ruf_status cli_find_contact(struct ruf_query *query, const char *id,
                                 uint32_t *number, struct ruf_error *err)
{
    static const struct ruf_text any = { NULL, 0 };
    struct ruf_text text = { id, strlen(id) };
    struct ruf_contact_id contact;

    *number = UINT32_MAX;
    if (text.size == GUID_SIZE)
        return ruf_query_find_id(query, any, text, number, err);
    if (!ruf_contact_id_parse(id, &contact))
        return RUF_OK;
    return ruf_query_find_contact(query, &contact, number, err);
}

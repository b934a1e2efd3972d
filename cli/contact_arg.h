/*
 * cli/contact_arg.h - a contact named on the command line
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CLI_CONTACT_ARG_H
#define CLI_CONTACT_ARG_H

#include <rufname/index.h>

/**
 * By contact id, as search prints it, or by the GUID of an Entra user.
 * @param[out] number  contact number; UINT32_MAX: there is none.
 */
enum ruf_status cli_find_contact(struct ruf_query *query, const char *id,
                                 uint32_t *number, struct ruf_error *err);

#endif

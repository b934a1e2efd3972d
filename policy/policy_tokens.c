/*
 * policy/policy_tokens.c - tokens that device management did not expand
 *
 * Intune replaces {{mail}} and its like by values of the user. One that is
 * left would become a tenant, a mailbox or a filter value of that name.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/text.h"
#include "policy/policy_private.h"
#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#define NAME "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

/* In a label "{{" is a brace of its own, so there only known tokens count. */
static bool is_known(const char *name, size_t size)
{
    static const char *const tokens[] = {
        "userprincipalname",
        "mail",
        "partialupn",
        "accountid",
        "deviceid",
        "userid",
        "username",
        "serialnumber",
        "serialnumberlast4digits",
        "udidlast4digits",
        "aaddeviceid",
        "devicename",
        "onpremisessamaccountname",
        NULL,
    };

    for (size_t i = 0; tokens[i] != NULL; i++)
        if (ruf_text_equal_nocase((struct ruf_text){ name, size },
                                  ruf_text(tokens[i])))
            return true;
    return false;
}

static bool has_token(const char *text, bool only_known)
{
    for (const char *at = strstr(text, "{{"); at != NULL;
         at = strstr(at + 1, "{{")) {
        const char *name = at + 2;
        size_t size = strspn(name, NAME);

        if (size > 0 && strncmp(name + size, "}}", 2) == 0 &&
            (!only_known || is_known(name, size)))
            return true;
    }
    return false;
}

static void check_text(const struct policy_at *at)
{
    if (has_token(at->item->valuestring,
                  strcmp(at->pointer, "/caller_id/label") == 0))
        ruf_policy_error(at->parser, "P112", at->pointer,
                         "a token in double braces was not replaced");
}

/* The depth of a document is bounded. */
void ruf_policy_check_tokens(const struct policy_at *at)
{
    const cJSON *child;
    size_t position = 0;

    if (cJSON_IsString(at->item))
        check_text(at);
    cJSON_ArrayForEach(child, at->item)
    {
        struct policy_at here = *at;

        if (cJSON_IsArray(at->item))
            (void)snprintf(here.pointer, sizeof(here.pointer), "%.100s/%zu",
                           at->pointer, position++);
        else
            (void)snprintf(here.pointer, sizeof(here.pointer), "%.100s/%s",
                           at->pointer, child->string);
        here.item = child;
        ruf_policy_check_tokens(&here);
    }
}

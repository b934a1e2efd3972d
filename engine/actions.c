/*
 * engine/actions.c - actions on a contact of the index
 *
 * The index holds numbers and e-mail addresses. The user principal name, which
 * only some actions need, stays in the store and is read when it is asked for.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "base/text.h"
#include "engine/access.h"
#include "engine/home_private.h"
#include "policy/action.h"
#include <rufname/action.h>
#include <rufname/identity.h>
#include <string.h>

_Static_assert(RUF_URL_SIZE == RUF_ACTION_URL_SIZE, "one size of URLs");

/* --- numbers
 * ---------------------------------------------------------------------- */

/* Which kinds are called first. */
static unsigned rank_of(enum ruf_number_kind kind)
{
    static const unsigned ranks[RUF_KIND_COUNT] = {
        [RUF_KIND_BUSINESS] = 0, [RUF_KIND_MOBILE] = 1, [RUF_KIND_MAIN] = 2,
        [RUF_KIND_OTHER] = 3,    [RUF_KIND_HOME] = 4,   [RUF_KIND_FAX] = 5,
        [RUF_KIND_PAGER] = 6,
    };

    return ranks[kind];
}

static bool is_mobile(const struct ruf_contact_number *number)
{
    char text[RUF_E164_TEXT_SIZE];
    struct ruf_number parsed;

    if (number->kind == RUF_KIND_MOBILE)
        return true;
    ruf_number_parse(text, ruf_e164_format(number->e164, text), NULL, &parsed);
    return parsed.valid && parsed.type == RUF_TYPE_MOBILE;
}

/* A fax answers no call. */
static void choose_numbers(const struct ruf_contact *contact,
                           struct ruf_action_values *out)
{
    unsigned best = rank_of(RUF_KIND_FAX);

    for (size_t i = 0; i < contact->number_count; i++) {
        const struct ruf_contact_number *number = &contact->numbers[i];

        if (number->e164 == 0)
            continue;
        if (rank_of(number->kind) < best) {
            best = rank_of(number->kind);
            out->number = number->e164;
        }
        if (out->mobile == 0 && is_mobile(number))
            out->mobile = number->e164;
    }
}

static enum ruf_status use_number(const struct ruf_contact *contact,
                                  ruf_e164 wanted,
                                  struct ruf_action_values *out,
                                  struct ruf_error *err)
{
    for (size_t i = 0; i < contact->number_count; i++) {
        if (contact->numbers[i].e164 != wanted)
            continue;
        out->number = wanted;
        out->mobile = is_mobile(&contact->numbers[i]) ? wanted : 0;
        return RUF_OK;
    }
    return ruf_fail(err, RUF_E_USAGE, "U044", "",
                    "the contact does not have this number");
}

/* --- user principal name
 * ----------------------------------------------------------------- */

struct upn {
    char text[RUF_RECORD_TEXT_MAX + 1];
    size_t size;
};

/* That of the first source that has one. */
static enum ruf_status read_upn(const struct ruf_home *home,
                                struct ruf_query *query, uint32_t contact,
                                struct upn *out, struct ruf_error *err)
{
    struct ruf_identity identity;
    struct ruf_store *store = NULL;
    enum ruf_status status = ruf_query_identity(query, contact, &identity, err);

    out->size = 0;
    if (status == RUF_OK)
        status = ruf_home_store_open(home, &store, err);
    for (size_t i = 0; i < identity.id_count && status == RUF_OK; i++) {
        status = ruf_store_record_field(
            store, identity.ids[i].source, identity.ids[i].id, RUF_RECORD_UPN,
            out->text, sizeof(out->text), &out->size, err);
        if (status == RUF_OK && out->size > 0)
            break;
    }
    ruf_store_close(store);
    return status;
}

/* --- actions
 * ------------------------------------------------------------------------- */

/* Try without the store first: most actions do not need it, and a forbidden
 * one must not read it. */
static enum ruf_status build(const struct ruf_home *home,
                             struct ruf_query *query,
                             const struct ruf_action_request *request,
                             const struct ruf_action_values *values, char *url,
                             struct ruf_error *err)
{
    struct ruf_action_values with_upn = *values;
    struct ruf_error why = { 0 };
    struct upn upn;
    enum ruf_status status =
        ruf_policy_action_url(home->policy, request->action, values, url, &why);

    if (status != RUF_E_NOT_FOUND) {
        if (status != RUF_OK && err != NULL)
            *err = why;
        return status;
    }
    status = read_upn(home, query, request->contact, &upn, err);
    if (status != RUF_OK)
        return status;
    with_upn.upn = (struct ruf_text){ upn.text, upn.size };
    return ruf_policy_action_url(home->policy, request->action, &with_upn, url,
                                 err);
}

enum ruf_status ruf_home_action(const struct ruf_home *home,
                                struct ruf_query *query,
                                const struct ruf_action_request *request,
                                char url[RUF_URL_SIZE], struct ruf_error *err)
{
    struct ruf_action_values values = { 0 };
    char email[RUF_RECORD_TEXT_MAX];
    struct ruf_contact contact;
    enum ruf_status status = ruf_access_enter(home, RUF_ACCESS_USE, err);

    url[0] = '\0';
    if (status == RUF_OK)
        status = ruf_query_contact(query, request->contact, &contact, err);
    if (status != RUF_OK)
        return status;
    /* The contact's texts go with the next call on the query. */
    if (contact.email_count > 0 && contact.emails[0].size <= sizeof(email)) {
        memcpy(email, contact.emails[0].data, contact.emails[0].size);
        values.email = (struct ruf_text){ email, contact.emails[0].size };
    }
    if (request->number != 0)
        status = use_number(&contact, request->number, &values, err);
    else
        choose_numbers(&contact, &values);
    return status == RUF_OK ? build(home, query, request, &values, url, err)
                            : status;
}

void ruf_home_actions(const struct ruf_home *home,
                      ruf_action_callback *callback, void *context)
{
    const struct ruf_policy *policy = home->policy;

    for (unsigned i = 0; i < RUF_POLICY_ACTION_COUNT; i++) {
        bool silent =
            i == RUF_POLICY_ACTION_TEL && policy->dialer == RUF_DIALER_NONE;

        if ((policy->actions >> i & 1) != 0 && !silent)
            callback(context,
                     ruf_policy_action_name((enum ruf_policy_action)i));
    }
    for (size_t i = 0; i < policy->custom_action_count; i++)
        callback(context, policy->custom_actions[i].id);
}

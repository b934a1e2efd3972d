/*
 * engine/home_policy.c - the policy a home is under
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "engine/home_policy.h"
#include "base/error.h"
#include "engine/home_memory.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CA_SIZE_MAX (1024u * 1024u)

struct ruf_home_document {
    struct ruf_home_document *before;
    struct ruf_policy *policy;
    char *ca_pem; /* of the policy and of init, together; NULL: none of init */
    char *text;
    size_t size;
};

static void destroy(struct ruf_home_document *document)
{
    if (document == NULL)
        return;
    ruf_policy_destroy(document->policy);
    free(document->ca_pem);
    free(document->text);
    free(document);
}

/* Trust anchors of the policy, then those given at init. */
static enum ruf_status load_trust_anchors(const struct ruf_home *home,
                                          struct ruf_home_document *document,
                                          struct ruf_error *err)
{
    const char *of_policy = document->policy->network.ca_pem;
    char *of_init = NULL;
    size_t size = 0;
    size_t room;
    enum ruf_status status = ruf_home_file_read(
        home->path, HOME_CA, CA_SIZE_MAX, &of_init, &size, err);

    if (status == RUF_E_NOT_FOUND)
        return RUF_OK;
    if (status != RUF_OK)
        return status;
    room = size + (of_policy == NULL ? 0 : strlen(of_policy)) + 2;
    document->ca_pem = malloc(room);
    if (document->ca_pem == NULL)
        status = ruf_fail_memory(err);
    else
        (void)snprintf(document->ca_pem, room, "%s\n%s",
                       of_policy == NULL ? "" : of_policy, of_init);
    free(of_init);
    return status;
}

static enum ruf_status parse(const struct ruf_home *home,
                             struct ruf_home_document *document,
                             struct ruf_error *err)
{
    struct ruf_error why = { 0 };
    enum ruf_status status = ruf_policy_parse(document->text, document->size,
                                              &document->policy, NULL, &why);

    if (status == RUF_E_POLICY)
        return ruf_fail(err, RUF_E_POLICY, "P100", home->path,
                        "%s %s, line %u, column %u: %s", why.id, why.place,
                        why.line, why.column, why.detail);
    if (status != RUF_OK)
        return ruf_fail_memory(err);
    return load_trust_anchors(home, document, err);
}

static enum ruf_status read_text(const struct ruf_home *home,
                                 struct ruf_home_document *document,
                                 struct ruf_error *err)
{
    enum ruf_status status =
        ruf_home_file_read(home->path, HOME_POLICY, RUF_POLICY_SIZE_MAX,
                           &document->text, &document->size, err);

    if (status == RUF_E_NOT_FOUND)
        return ruf_fail(err, RUF_E_POLICY, "P100", home->path,
                        "policy.json is missing");
    return status;
}

static bool is_same(const struct ruf_home_document *a,
                    const struct ruf_home_document *b)
{
    return a != NULL && a->size == b->size &&
           memcmp(a->text, b->text, a->size) == 0;
}

static void put_in_force(struct ruf_home *home,
                         struct ruf_home_document *document)
{
    document->before = home->document;
    home->document = document;
    home->policy = document->policy;
    home->effective = *document->policy;
    if (document->ca_pem != NULL)
        home->effective.network.ca_pem = document->ca_pem;
}

enum ruf_status ruf_home_policy_load(struct ruf_home *home,
                                     struct ruf_error *err)
{
    struct ruf_home_document *document = calloc(1, sizeof(*document));
    enum ruf_status status = document == NULL ? ruf_fail_memory(err)
                                              : read_text(home, document, err);

    if (status == RUF_OK && !is_same(home->document, document)) {
        status = parse(home, document, err);
        if (status == RUF_OK) {
            put_in_force(home, document);
            return RUF_OK;
        }
    }
    destroy(document);
    return status;
}

enum ruf_status ruf_home_policy_follow(struct ruf_home *home,
                                       struct ruf_error *err)
{
    enum ruf_status status = ruf_home_policy_load(home, err);

    if (status == RUF_E_POLICY && home->policy == NULL)
        return RUF_OK; /* one is to be taken over */
    return status == RUF_OK ? ruf_home_memory_follow(home, err) : status;
}

void ruf_home_policy_forget(struct ruf_home *home)
{
    while (home->document != NULL) {
        struct ruf_home_document *document = home->document;

        home->document = document->before;
        destroy(document);
    }
    home->policy = NULL;
}

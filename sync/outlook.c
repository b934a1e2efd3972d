/*
 * sync/outlook.c - which contact folders a mailbox has
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sync/outlook.h"
#include "base/error.h"
#include "base/json_doc.h"
#include "base/text.h"
#include "sync/form.h"
#include "sync/graph_page.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PREFER "odata.maxpagesize=200, IdType=\"ImmutableId\""
#define SELECT "$select=id,childFolderCount"
#define PAGES_MAX 1000
#define FOLDER_ID_MAX 512
#define LIST_BODY_MAX (4u * 1024u * 1024u)

enum ruf_status ruf_outlook_create(const struct ruf_graph_context *context,
                                   const struct ruf_policy_source *source,
                                   const char *mailbox,
                                   struct ruf_outlook **out,
                                   struct ruf_error *err)
{
    struct ruf_outlook *outlook = calloc(1, sizeof(*outlook));
    enum ruf_status status;

    *out = NULL;
    if (outlook == NULL)
        return ruf_fail_memory(err);
    outlook->context = context;
    outlook->source = source;
    outlook->mailbox = mailbox;
    status = ruf_call_create(context->http, &outlook->call, err);
    if (status != RUF_OK) {
        ruf_outlook_destroy(outlook);
        return status;
    }
    *out = outlook;
    return RUF_OK;
}

void ruf_outlook_destroy(struct ruf_outlook *outlook)
{
    if (outlook == NULL)
        return;
    ruf_call_destroy(&outlook->call);
    for (size_t i = 0; i < outlook->count; i++)
        free(outlook->folders[i].id);
    free(outlook->url);
    free(outlook);
}

/* --- asking
 * ---------------------------------------------------------------------- */

/* The list at the top, or the folders of one; NULL if it does not fit. */
static char *make_url(const struct ruf_outlook *outlook, const char *parent)
{
    const char *graph = outlook->context->policy->auth.graph_endpoint;
    size_t size = strlen(graph);
    char mailbox[1000];
    char folder[3 * FOLDER_ID_MAX + 1] = "";
    char *url = malloc(4096);

    while (size > 0 && graph[size - 1] == '/')
        size--;
    if (url == NULL ||
        (outlook->mailbox != NULL &&
         ruf_percent_encode(outlook->mailbox, mailbox, sizeof(mailbox)) ==
             sizeof(mailbox)) ||
        (parent != NULL && ruf_percent_encode(parent, folder, sizeof(folder)) ==
                               sizeof(folder))) {
        free(url);
        return NULL;
    }
    (void)snprintf(url, 4096, "%.*s/v1.0/%s%s/contactFolders%s%s%s?" SELECT,
                   (int)size, graph, outlook->mailbox == NULL ? "" : "users/",
                   outlook->mailbox == NULL ? "me" : mailbox,
                   parent == NULL ? "" : "/", folder,
                   parent == NULL ? "" : "/childFolders");
    return url;
}

static enum ruf_status send_request(struct ruf_outlook *outlook,
                                    struct ruf_error *err)
{
    struct ruf_tokens *tokens = outlook->context->tokens;
    struct ruf_http_request request = {
        .peer = RUF_HTTP_GRAPH,
        .url = outlook->url,
        .prefer = PREFER,
        .body_max = LIST_BODY_MAX,
    };
    enum ruf_status status = ruf_http_check_url(
        outlook->context->http, RUF_HTTP_GRAPH, outlook->url, err);

    if (status == RUF_OK)
        status =
            ruf_tokens_get(tokens, RUF_RESOURCE_GRAPH, &request.bearer, err);
    outlook->token_serial = ruf_tokens_serial(tokens, RUF_RESOURCE_GRAPH);
    if (status == RUF_OK)
        status = ruf_call_start(&outlook->call, &request, err);
    return status;
}

static enum ruf_status ask(struct ruf_outlook *outlook, char *url,
                           struct ruf_error *err)
{
    if (url == NULL)
        return ruf_fail_memory(err);
    free(outlook->url);
    outlook->url = url;
    if (++outlook->pages > PAGES_MAX)
        return ruf_fail(err, RUF_E_SERVER, "S524", outlook->source->id,
                        "the pages of the list lead in a circle");
    return send_request(outlook, err);
}

/* --- answers
 * --------------------------------------------------------------------- */

static bool is_known(const struct ruf_outlook *outlook, struct ruf_text id)
{
    for (size_t i = 0; i < outlook->count; i++)
        if (ruf_text_is(id, outlook->folders[i].id))
            return true;
    return false;
}

static enum ruf_status take_folder(struct ruf_outlook *outlook,
                                   const struct ruf_json *object,
                                   struct ruf_error *err)
{
    struct ruf_text id = ruf_json_string(ruf_json_get(object, "id"));
    const struct ruf_json *children = ruf_json_get(object, "childFolderCount");
    struct ruf_folder *folder = &outlook->folders[outlook->count];

    if (id.size == 0 || id.size > FOLDER_ID_MAX || is_known(outlook, id))
        return RUF_OK;
    if (outlook->count == RUF_FOLDERS_MAX)
        return ruf_fail(err, RUF_E_SERVER, "S524", outlook->source->id,
                        "more than %d contact folders", RUF_FOLDERS_MAX);
    folder->id = strndup(id.data, id.size);
    if (folder->id == NULL)
        return ruf_fail_memory(err);
    folder->entered = ruf_json_is(children, RUF_JSON_NUMBER) &&
                      !(ruf_json_number(children) > 0);
    outlook->count++;
    return RUF_OK;
}

/* The next list to ask for; finished if there is none. */
static enum ruf_status go_on(struct ruf_outlook *outlook, struct ruf_error *err)
{
    for (size_t i = 0; i < outlook->count; i++) {
        struct ruf_folder *folder = &outlook->folders[i];

        if (folder->entered)
            continue;
        folder->entered = true;
        return ask(outlook, make_url(outlook, folder->id), err);
    }
    outlook->finished = true;
    return RUF_OK;
}

static enum ruf_status take_list(struct ruf_outlook *outlook,
                                 const struct ruf_http_answer *answer,
                                 struct ruf_error *err)
{
    struct ruf_graph_page page;
    struct ruf_json_walk objects;
    char *next = NULL;
    enum ruf_status status = ruf_graph_page_read(answer, outlook->source->id,
                                                 RUF_PAGE_LIST, &page, err);

    if (status != RUF_OK)
        return status;
    outlook->token_renewed = false;
    outlook->claims_sent = false;
    objects = ruf_json_walk(page.value);
    while (status == RUF_OK && ruf_json_next(&objects))
        status = take_folder(outlook, objects.value, err);
    if (status == RUF_OK && page.link_kind == RUF_LINK_NEXT) {
        next = strdup(page.link);
        status = ask(outlook, next, err);
    } else if (status == RUF_OK) {
        status = go_on(outlook, err);
    }
    ruf_graph_page_free(&page);
    return status;
}

static enum ruf_status refused(struct ruf_outlook *outlook,
                               const struct ruf_http_answer *answer,
                               struct ruf_error *err)
{
    struct ruf_tokens *tokens = outlook->context->tokens;
    const char *id = outlook->source->id;
    enum ruf_status status;

    if (answer->claims != NULL && !outlook->claims_sent) {
        outlook->claims_sent = true;
        status =
            ruf_tokens_challenge(tokens, RUF_RESOURCE_GRAPH,
                                 outlook->token_serial, answer->claims, err);
        return status == RUF_OK ? send_request(outlook, err) : status;
    }
    if (answer->claims != NULL)
        return ruf_fail(err, RUF_E_AUTH, "S502", id,
                        "the organisation asks for a new sign-in");
    if (answer->status == 401 && !outlook->token_renewed) {
        outlook->token_renewed = true;
        status = ruf_tokens_reject(tokens, RUF_RESOURCE_GRAPH,
                                   outlook->token_serial, err);
        return status == RUF_OK ? send_request(outlook, err) : status;
    }
    if (answer->status == 401)
        return ruf_fail(err, RUF_E_AUTH, "S504", id,
                        "a new token was refused as well");
    if (answer->status == 403)
        return ruf_fail(err, RUF_E_AUTH, "S501", id,
                        "the app or the user lacks the permission %s",
                        ruf_scope_of(outlook->source->kind, false));
    return ruf_fail(err, RUF_E_SERVER, "S526", id,
                    "the server answered HTTP %d for the list of folders",
                    answer->status);
}

/* --- moving on
 * ------------------------------------------------------------------- */

/* A time of return holds for the list of folders as well. */
static enum ruf_status begin(struct ruf_outlook *outlook, struct ruf_error *err)
{
    const struct ruf_sync_sink *sink = outlook->context->sink;
    struct ruf_sync_state state = { 0 };
    enum ruf_status status =
        sink->load(sink->context, outlook->source->id, "", &state, err);

    outlook->opened = true;
    free(state.link);
    free(state.select);
    if (status == RUF_OK)
        status = ruf_graph_check_throttle(&state, outlook->source->id, err);
    return status == RUF_OK ? ask(outlook, make_url(outlook, NULL), err)
                            : status;
}

void ruf_outlook_step(struct ruf_outlook *outlook)
{
    struct ruf_error err = { 0 };
    enum ruf_status status;
    bool done = false;

    if (outlook->finished)
        return;
    if (!outlook->opened) {
        status = begin(outlook, &err);
    } else {
        status = ruf_call_step(&outlook->call, &done, &err);
        if (status == RUF_OK && done) {
            const struct ruf_http_answer *answer =
                ruf_call_answer(&outlook->call);

            status = answer->status == 200 ? take_list(outlook, answer, &err)
                                           : refused(outlook, answer, &err);
            if (status != RUF_OK && err.http_status == 0)
                err.http_status = answer->status;
        }
    }
    if (status == RUF_OK)
        return;
    if (outlook->call.throttled_until != 0)
        (void)outlook->context->sink->throttle(
            outlook->context->sink->context, outlook->source->id,
            outlook->call.throttled_until, NULL);
    outlook->finished = true;
    outlook->status = status;
    outlook->error = err;
}

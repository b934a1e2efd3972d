/*
 * sync/graph.c - reading one collection of Microsoft Graph or Dataverse
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sync/graph.h"
#include "base/error.h"
#include "base/text.h"
#include "sync/form.h"
#include "sync/graph_page.h"
#include <openssl/sha.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Directory objects: only what changed. Outlook: pages of 200 instead of 10,
 * and ids that survive a move between folders. Neither is carried by links. */
#define PREFER_DIRECTORY "return=minimal"
#define PREFER_OUTLOOK "odata.maxpagesize=200, IdType=\"ImmutableId\""
#define PREFER_TABLE                                                           \
    "odata.maxpagesize=5000,odata.include-annotations="                        \
    "\"OData.Community.Display.V1.FormattedValue,"                             \
    "Microsoft.Dynamics.CRM.lookuplogicalname\""

#define EMPTY_PAGES_MAX 1000
#define PAGES_MAX 500000
/* Beyond this a stored time of return is a clock that was wrong. */
#define THROTTLE_BELIEVED_S (RUF_RETRY_THROTTLE_MAX_MS / 1000)

/* --- making
 * ---------------------------------------------------------------------- */

RUF_PRINTF(1, 2)
static char *format_text(const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    int size;

    va_start(arguments, format);
    size = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (size >= 0)
        text = malloc((size_t)size + 1);
    if (text == NULL)
        return NULL;
    va_start(arguments, format);
    (void)vsnprintf(text, (size_t)size + 1, format, arguments);
    va_end(arguments);
    return text;
}

static int trimmed_size(const char *endpoint)
{
    size_t size = strlen(endpoint);

    while (size > 0 && endpoint[size - 1] == '/')
        size--;
    return (int)size;
}

/* "me/" or "users/MAILBOX/"; false if it does not fit. */
static bool write_owner(const char *mailbox, char *out, size_t size)
{
    char encoded[900];

    if (mailbox == NULL)
        return snprintf(out, size, "me/") > 0;
    return ruf_percent_encode(mailbox, encoded, sizeof(encoded)) <
               sizeof(encoded) &&
           snprintf(out, size, "users/%s/", encoded) < (int)size;
}

static bool make_outlook_texts(struct ruf_graph_collection *collection,
                               const struct ruf_graph_part *part,
                               char path[3072])
{
    const char *who = part->mailbox == NULL ? "me" : part->mailbox;
    char owner[1024];
    char folder[2000];

    if (!write_owner(part->mailbox, owner, sizeof(owner)))
        return false;
    if (part->folder == NULL) {
        collection->name = format_text("%s/contacts", who);
        return snprintf(path, 3072, "%scontacts", owner) < 3072;
    }
    if (ruf_percent_encode(part->folder, folder, sizeof(folder)) ==
        sizeof(folder))
        return false;
    collection->name = format_text("%s/%s", who, part->folder);
    return snprintf(path, 3072, "%scontactFolders/%s/contacts", owner, folder) <
           3072;
}

#define FILTER_SIZE (3 * 1024 + 1)

/* "&$filter=..." of the policy, encoded, or "". Neither Graph's delta nor
 * change tracking of Dataverse knows filters: what is filtered is read whole in
 * each round. */
static bool write_filter(const struct ruf_graph_collection *collection,
                         char out[FILTER_SIZE + 16])
{
    const char *filter = collection->source->server_filter;
    char encoded[FILTER_SIZE];

    out[0] = '\0';
    if (filter == NULL)
        return true;
    if (ruf_percent_encode(filter, encoded, sizeof(encoded)) == sizeof(encoded))
        return false;
    (void)snprintf(out, FILTER_SIZE + 16, "&$filter=%s", encoded);
    return true;
}

static bool is_directory(const struct ruf_graph_collection *collection)
{
    return collection->source->kind == RUF_SOURCE_ENTRA_USERS ||
           collection->source->kind == RUF_SOURCE_ENTRA_CONTACTS;
}

static bool make_graph_texts(struct ruf_graph_collection *collection,
                             const struct ruf_graph_part *part)
{
    char filter[FILTER_SIZE + 16];
    const struct ruf_policy_auth *auth = &collection->context->policy->auth;
    char path[3072] = "contacts";
    char *select;

    if (collection->source->kind == RUF_SOURCE_ENTRA_USERS) {
        memcpy(path, "users", sizeof("users"));
        collection->name = strdup("users");
    } else if (collection->source->kind == RUF_SOURCE_ENTRA_CONTACTS) {
        collection->name = strdup("contacts");
    } else if (!make_outlook_texts(collection, part, path)) {
        return false;
    }
    if (!write_filter(collection, filter))
        return false;
    collection->untracked = filter[0] != '\0';
    select = ruf_graph_select(collection->source->kind,
                              collection->context->policy->asked_fields);
    if (select == NULL)
        return false;
    collection->start =
        format_text("%.*s/v1.0/%s%s?$select=%s%s%s",
                    trimmed_size(auth->graph_endpoint), auth->graph_endpoint,
                    path, collection->untracked ? "" : "/delta", select, filter,
                    collection->untracked && is_directory(collection)
                        ? "&$count=true&$top=999"
                        : "");
    free(select);
    return true;
}

static bool make_table_texts(struct ruf_graph_collection *collection,
                             const struct ruf_graph_part *part)
{
    const struct ruf_policy_source *source = collection->source;
    char filter[FILTER_SIZE + 16];
    char *select;

    if (!write_filter(collection, filter))
        return false;
    collection->untracked = filter[0] != '\0';
    collection->table = calloc(1, sizeof(*collection->table));
    if (collection->table == NULL)
        return false;
    ruf_table_of(source, part->table, collection->context->policy->asked_fields,
                 collection->table);
    collection->name = strdup(collection->table->set);
    select = ruf_table_select(collection->table);
    if (select != NULL)
        collection->start = format_text("%.*s/api/data/v9.2/%s?$select=%s%s",
                                        trimmed_size(source->url), source->url,
                                        collection->table->set, select, filter);
    free(select);
    return true;
}

static bool make_texts(struct ruf_graph_collection *collection,
                       const struct ruf_graph_part *part)
{
    const struct ruf_policy *policy = collection->context->policy;
    bool good;

    if (collection->source->url == NULL) {
        collection->peer = RUF_HTTP_GRAPH;
        good = make_graph_texts(collection, part);
    } else {
        collection->peer = ruf_http_peer_of_source(
            (size_t)(collection->source - policy->sources));
        good = make_table_texts(collection, part);
    }
    if (!good || collection->name == NULL || collection->start == NULL)
        return false;
    collection->select =
        format_text("%s tenant=%s", collection->start, policy->auth.tenant);
    return collection->select != NULL;
}

enum ruf_status ruf_graph_collection_create(
    const struct ruf_graph_context *context,
    const struct ruf_policy_source *source, const struct ruf_graph_part *part,
    uint64_t *source_records, struct ruf_graph_collection *out,
    struct ruf_error *err)
{
    enum ruf_status status;

    memset(out, 0, sizeof(*out));
    out->source_records = source_records;
    out->context = context;
    out->source = source;
    out->resource = ruf_resource_of(context->policy, source);
    if (part->mailbox != NULL && strlen(part->mailbox) > 256)
        return ruf_fail(err, RUF_E_POLICY, "S531", source->id,
                        "a mailbox name is too long");
    status = ruf_call_create(context->http, &out->call, err);
    if (status == RUF_OK)
        status = ruf_arena_create(&out->arena, err);
    if (status == RUF_OK && !make_texts(out, part))
        status = ruf_fail_memory(err);
    if (status != RUF_OK)
        ruf_graph_collection_destroy(out);
    return status;
}

void ruf_graph_collection_destroy(struct ruf_graph_collection *collection)
{
    ruf_call_destroy(&collection->call);
    ruf_total_destroy(&collection->total);
    ruf_arena_destroy(collection->arena);
    free(collection->table);
    free(collection->name);
    free(collection->start);
    free(collection->select);
    free(collection->url);
    free(collection->seen);
    memset(collection, 0, sizeof(*collection));
}

/* --- links
 * ------------------------------------------------------------------------- */

static enum ruf_status set_url(struct ruf_graph_collection *collection,
                               const char *url, struct ruf_error *err)
{
    char *copy = strdup(url);

    if (copy == NULL)
        return ruf_fail_memory(err);
    free(collection->url);
    collection->url = copy;
    return RUF_OK;
}

static enum ruf_status begin_full_round(struct ruf_graph_collection *collection,
                                        struct ruf_error *err)
{
    const struct ruf_graph_context *context = collection->context;

    if (context->options->progress != NULL && is_directory(collection) &&
        !collection->untracked)
        ruf_total_begin(&collection->total, context->http, context->tokens,
                        context->policy->auth.graph_endpoint, collection->name);
    collection->round_records = 0;
    collection->round_numbers = 0;
    collection->stored_link = false;
    collection->starts_round = true;
    collection->delta_round = false;
    collection->seen_count = 0;
    collection->empty_pages = 0;
    return set_url(collection, collection->start, err);
}

/* Full round once more; a second wish in one run is a server that is ill. */
static enum ruf_status restart(struct ruf_graph_collection *collection,
                               int http_status, struct ruf_error *err)
{
    const struct ruf_sync_sink *sink = collection->context->sink;
    enum ruf_status status;

    if (collection->resynced) {
        (void)ruf_fail(err, RUF_E_SERVER, "S524", collection->source->id,
                       "the server asks for a fresh start again and again");
        if (err != NULL)
            err->http_status = http_status;
        return RUF_E_SERVER;
    }
    collection->resynced = true;
    status = sink->reset(sink->context, collection->source->id,
                         collection->name, err);
    if (status == RUF_OK)
        status = begin_full_round(collection, err);
    return status;
}

static bool was_seen(const struct ruf_graph_collection *collection,
                     const struct ruf_graph_link_hash *hash)
{
    for (size_t i = 0; i < collection->seen_count; i++)
        if (memcmp(&collection->seen[i], hash, sizeof(*hash)) == 0)
            return true;
    return false;
}

/* Remember a link of this round. A ring of links would never end. */
static enum ruf_status note_link(struct ruf_graph_collection *collection,
                                 const char *link, struct ruf_error *err)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    struct ruf_graph_link_hash hash;

    (void)SHA256((const unsigned char *)link, strlen(link), digest);
    memcpy(hash.bytes, digest, sizeof(hash.bytes));
    if (was_seen(collection, &hash) || collection->seen_count >= PAGES_MAX)
        return ruf_fail(err, RUF_E_SERVER, "S524", collection->source->id,
                        "the links of the pages lead in a circle");
    if (collection->seen_count == collection->seen_capacity) {
        size_t capacity =
            collection->seen_capacity == 0 ? 64 : 2 * collection->seen_capacity;
        struct ruf_graph_link_hash *grown = /* bounded by PAGES_MAX */
            realloc(collection->seen, capacity * sizeof(*grown));

        if (grown == NULL)
            return ruf_fail_memory(err);
        collection->seen = grown;
        collection->seen_capacity = capacity;
    }
    collection->seen[collection->seen_count++] = hash;
    return RUF_OK;
}

/* --- asking
 * ---------------------------------------------------------------------------
 */

static const char *prefer_of(const struct ruf_graph_collection *collection)
{
    switch (collection->source->kind) {
    case RUF_SOURCE_OUTLOOK_PERSONAL:
    case RUF_SOURCE_OUTLOOK_SHARED:
        return PREFER_OUTLOOK;
    case RUF_SOURCE_DYNAMICS365:
    case RUF_SOURCE_DATAVERSE:
        return collection->untracked ? PREFER_TABLE
                                     : "odata.track-changes," PREFER_TABLE;
    case RUF_SOURCE_ENTRA_USERS:
    case RUF_SOURCE_ENTRA_CONTACTS:
    case RUF_SOURCE_BLOB:
    case RUF_SOURCE_FILE:
    case RUF_SOURCE_KIND_COUNT:
    default:
        return collection->untracked ? NULL : PREFER_DIRECTORY;
    }
}

static enum ruf_status send_request(struct ruf_graph_collection *collection,
                                    struct ruf_error *err)
{
    /* libcurl wants them writable and leaves them alone. */
    static char version[] = "OData-Version: 4.0";
    static char version_max[] = "OData-MaxVersion: 4.0";
    static char no_match[] = "If-None-Match: null";
    static char *const table_lines[] = { version, version_max, no_match };
    /* Filters beyond the simplest need it, on every page. */
    static char eventual[] = "ConsistencyLevel: eventual";
    static char *const filter_lines[] = { eventual };
    bool filtered = collection->untracked && is_directory(collection);
    struct ruf_tokens *tokens = collection->context->tokens;
    struct ruf_http_request request = {
        .peer = collection->peer,
        .url = collection->url,
        .prefer = prefer_of(collection),
        .lines = filtered ? filter_lines : table_lines,
        .line_count = collection->table != NULL ? 3 : filtered,
        .body_max = RUF_HTTP_PAGE_MAX,
    };
    enum ruf_status status;

    /* A stored or served link is judged before a token is even at hand. */
    status = ruf_http_check_url(collection->context->http, collection->peer,
                                collection->url, err);
    if (status == RUF_OK)
        status =
            ruf_tokens_get(tokens, collection->resource, &request.bearer, err);
    if (status != RUF_OK)
        return status;
    collection->token_serial = ruf_tokens_serial(tokens, collection->resource);
    return ruf_call_start(&collection->call, &request, err);
}

/* Asked for by name, phones of organisational contacts were reported to come
 * empty; asked for nothing by name, they come. The start is cut at its query,
 * and so is the text that stored links belong to, which remembers it. */
static void ask_plainly(struct ruf_graph_collection *collection)
{
    char *tail = strstr(collection->select, "?$select=");
    const char *tenant = strstr(collection->select, " tenant=");

    if (tail == NULL || tenant == NULL)
        return;
    collection->start[strcspn(collection->start, "?")] = '\0';
    memmove(tail, tenant, strlen(tenant) + 1);
    collection->plain = true;
}

static bool lacks_phones(const struct ruf_graph_collection *collection,
                         const struct ruf_graph_page *page)
{
    return collection->source->kind == RUF_SOURCE_ENTRA_CONTACTS &&
           page->link_kind == RUF_LINK_DELTA && !collection->delta_round &&
           !collection->plain && !collection->untracked &&
           collection->round_records > 0 && collection->round_numbers == 0;
}

/* Was the plain way found to be the right one in an earlier run? */
static void recall_plain(struct ruf_graph_collection *collection,
                         const struct ruf_sync_state *state)
{
    size_t size = strcspn(collection->start, "?");

    if (collection->source->kind == RUF_SOURCE_ENTRA_CONTACTS &&
        !collection->untracked && state->select != NULL &&
        strncmp(state->select, collection->start, size) == 0 &&
        strncmp(state->select + size, " tenant=", 8) == 0)
        ask_plainly(collection);
}

/* Where to begin, by what the sink remembers. */
static enum ruf_status choose_link(struct ruf_graph_collection *collection,
                                   const struct ruf_sync_state *state,
                                   struct ruf_error *err)
{
    bool usable;

    recall_plain(collection, state);
    usable = !collection->context->options->full &&
             state->link_kind != RUF_LINK_NONE && state->link != NULL &&
             state->link[0] != '\0' && /* not tracked */
             state->select != NULL &&
             strcmp(state->select, collection->select) == 0;

    if (!usable)
        return begin_full_round(collection, err);
    collection->stored_link = true;
    collection->starts_round = state->link_kind == RUF_LINK_DELTA;
    collection->delta_round =
        state->link_kind == RUF_LINK_DELTA || state->delta_round;
    return set_url(collection, state->link, err);
}

enum ruf_status ruf_graph_check_throttle(const struct ruf_sync_state *state,
                                         const char *source,
                                         struct ruf_error *err)
{
    int64_t left_s = state->not_before - ruf_clock_s();

    if (left_s <= 0 || left_s > THROTTLE_BELIEVED_S)
        return RUF_OK;
    return ruf_fail(err, RUF_E_SERVER, "S520", source,
                    "the server asked to come back in %lld seconds",
                    (long long)left_s);
}

static enum ruf_status open_collection(struct ruf_graph_collection *collection,
                                       struct ruf_error *err)
{
    const struct ruf_sync_sink *sink = collection->context->sink;
    struct ruf_sync_state state = { 0 };
    enum ruf_status status = sink->load(sink->context, collection->source->id,
                                        collection->name, &state, err);

    collection->opened = true;
    if (status == RUF_OK)
        status = ruf_graph_check_throttle(&state, collection->source->id, err);
    collection->was_throttled = state.not_before != 0;
    if (status == RUF_OK)
        status = choose_link(collection, &state, err);
    free(state.link);
    free(state.select);
    if (status == RUF_OK)
        status = send_request(collection, err);
    return status;
}

/* --- answers other than a page
 * ----------------------------------------------------------- */

static enum ruf_status unauthorised(struct ruf_graph_collection *collection,
                                    struct ruf_error *err)
{
    const char *id = collection->source->id;
    enum ruf_status status;

    if (collection->token_renewed)
        return ruf_fail(err, RUF_E_AUTH, "S504", id,
                        "a new token was refused as well");
    collection->token_renewed = true;
    status =
        ruf_tokens_reject(collection->context->tokens, collection->resource,
                          collection->token_serial, err);
    if (status == RUF_OK)
        status = send_request(collection, err);
    return status;
}

/* Conditional Access: a token with the claims asked for, once a request. */
static enum ruf_status challenged(struct ruf_graph_collection *collection,
                                  const struct ruf_http_answer *answer,
                                  struct ruf_error *err)
{
    enum ruf_status status;

    if (collection->claims_sent)
        return ruf_fail(err, RUF_E_AUTH, "S502", collection->source->id,
                        "the organisation asks for a new sign-in");
    collection->claims_sent = true;
    status =
        ruf_tokens_challenge(collection->context->tokens, collection->resource,
                             collection->token_serial, answer->claims, err);
    if (status == RUF_OK)
        status = send_request(collection, err);
    return status;
}

static enum ruf_status forbidden(const struct ruf_graph_collection *collection,
                                 struct ruf_error *err)
{
    return ruf_fail(err, RUF_E_AUTH, "S501", collection->source->id,
                    "the app or the user lacks the permission %s",
                    ruf_scope_of(collection->source->kind, false));
}

/* A table without change tracking refuses to track. */
static bool refuses_tracking(const struct ruf_graph_collection *collection,
                             int http_status)
{
    return collection->table != NULL && !collection->untracked &&
           collection->starts_round && !collection->stored_link &&
           (http_status == 400 || http_status == 501);
}

/* The state behind a stored link is gone. Dataverse says so in no fixed code
 * ("version stamp ... expired"). */
static bool is_stale(const struct ruf_graph_collection *collection,
                     const struct ruf_http_answer *answer)
{
    bool refused = answer->status >= 400 && answer->status <= 499;

    return collection->stored_link && refused &&
           (collection->table != NULL || !collection->starts_round);
}

static enum ruf_status not_a_page(struct ruf_graph_collection *collection,
                                  const struct ruf_http_answer *answer,
                                  struct ruf_error *err)
{
    int http_status = answer->status;
    enum ruf_status status;

    if ((http_status == 401 || http_status == 403) && answer->claims != NULL) {
        status = challenged(collection, answer, err);
    } else if (http_status == 401) {
        status = unauthorised(collection, err);
    } else if (http_status == 403) {
        status = forbidden(collection, err);
    } else if (refuses_tracking(collection, http_status)) {
        collection->untracked = true;
        status = send_request(collection, err);
    } else if (is_stale(collection, answer) || ruf_graph_wants_resync(answer)) {
        /* Links of pages grow stale within the hour, in whatever words. */
        status = restart(collection, http_status, err);
        if (status == RUF_OK)
            status = send_request(collection, err);
    } else if (http_status >= 300 && http_status <= 399) {
        status = ruf_fail(err, RUF_E_SERVER, "S525", collection->source->id,
                          "a redirect was refused");
    } else {
        status = ruf_fail(err, RUF_E_SERVER, "S526", collection->source->id,
                          "the server answered HTTP %d", http_status);
    }
    if (status != RUF_OK && err->http_status == 0)
        err->http_status = http_status;
    return status;
}

/* --- pages
 * ----------------------------------------------------------------------------------
 */

static enum ruf_status check_progress(struct ruf_graph_collection *collection,
                                      const struct ruf_graph_page *page,
                                      struct ruf_error *err)
{
    const char *id = collection->source->id;
    enum ruf_status status = RUF_OK;

    if (page->link[0] != '\0')
        status = ruf_http_check_url(collection->context->http, collection->peer,
                                    page->link, err);
    if (status != RUF_OK)
        return status;
    if (collection->seen_count == 0)
        status = note_link(collection, collection->url, err);
    if (status == RUF_OK && page->link_kind == RUF_LINK_NEXT)
        status = note_link(collection, page->link, err);
    if (status != RUF_OK)
        return status;
    if (!page->empty)
        collection->empty_pages = 0;
    else if (++collection->empty_pages > EMPTY_PAGES_MAX)
        return ruf_fail(err, RUF_E_SERVER, "S524", id,
                        "too many empty pages in a row");
    return RUF_OK;
}

static enum ruf_status hand_over(struct ruf_graph_collection *collection,
                                 const struct ruf_graph_page *page,
                                 const struct ruf_record *records, size_t count,
                                 bool starts_round, struct ruf_error *err)
{
    const struct ruf_sync_sink *sink = collection->context->sink;
    const struct ruf_sync_options *options = collection->context->options;
    struct ruf_round_result result = { 0 };
    struct ruf_sync_page out = {
        .source = collection->source->id,
        .collection = collection->name,
        .select = collection->select,
        .starts_round = starts_round,
        .delta_round = collection->delta_round,
        .records = records,
        .record_count = count,
        .link_kind = page->link_kind,
        .link = page->link,
    };
    enum ruf_status status = sink->page(sink->context, &out, &result, err);

    if (status != RUF_OK)
        return status;
    *collection->source_records += count;
    if (page->link_kind == RUF_LINK_DELTA)
        collection->result = result;
    if (options->progress != NULL) {
        struct ruf_sync_progress progress = { collection->source->id,
                                              *collection->source_records,
                                              collection->expected };

        options->progress(options->progress_context, &progress);
    }
    return RUF_OK;
}

/* The next request goes out first: while the sink works, the server does. */
static enum ruf_status ask_ahead(struct ruf_graph_collection *collection,
                                 const struct ruf_graph_page *page,
                                 struct ruf_error *err)
{
    enum ruf_status status;

    collection->stored_link = false;
    collection->starts_round = false;
    collection->token_renewed = false;
    collection->claims_sent = false;
    if (page->link_kind != RUF_LINK_NEXT)
        return RUF_OK;
    status = set_url(collection, page->link, err);
    if (status == RUF_OK)
        status = send_request(collection, err);
    if (status == RUF_OK)
        status = ruf_http_wait(collection->context->http, 0, err);
    return status;
}

static enum ruf_status read_records(struct ruf_graph_collection *collection,
                                    const struct ruf_graph_page *page,
                                    const struct ruf_record **records,
                                    size_t *count, struct ruf_error *err)
{
    if (collection->table != NULL)
        return ruf_table_records(collection->table, page->value,
                                 collection->delta_round, collection->arena,
                                 records, count, &collection->counts, err);
    return ruf_graph_records(
        collection->source->kind, collection->context->policy->asked_fields,
        page->value, collection->delta_round, collection->arena, records, count,
        &collection->counts, err);
}

static enum ruf_status take_page(struct ruf_graph_collection *collection,
                                 const struct ruf_http_answer *answer,
                                 struct ruf_error *err)
{
    const char *place = collection->source->id;
    bool starts_round = collection->starts_round;
    const struct ruf_record *records = NULL;
    struct ruf_error ahead_error = { 0 };
    enum ruf_status ahead = RUF_OK;
    struct ruf_graph_page page;
    size_t count = 0;
    enum ruf_page_end end =
        (collection->table != NULL || collection->untracked) &&
                !collection->delta_round
            ? RUF_PAGE_ANY
            : RUF_PAGE_DELTA;
    enum ruf_status status =
        ruf_graph_page_read(answer, place, end, &page, err);

    if (status != RUF_OK) {
        if (err->http_status == 0)
            err->http_status = answer->status;
        return status;
    }
    status = check_progress(collection, &page, err);
    /* Of the only collection of a source, that is: of the source. Dataverse
     * stops counting at a page. */
    if (is_directory(collection) && page.total > 0)
        collection->expected = page.total;
    if (status == RUF_OK)
        status = read_records(collection, &page, &records, &count, err);
    for (size_t i = 0; i < count; i++)
        collection->round_numbers += records[i].number_count;
    collection->round_records += count;
    if (status == RUF_OK && lacks_phones(collection, &page)) {
        ruf_graph_page_free(&page);
        ruf_arena_reset(collection->arena);
        ask_plainly(collection);
        status = begin_full_round(collection, err);
        return status == RUF_OK ? send_request(collection, err) : status;
    }
    if (status == RUF_OK) {
        ahead = ask_ahead(collection, &page, &ahead_error);
        status =
            hand_over(collection, &page, records, count, starts_round, err);
    }
    if (status == RUF_OK && ahead != RUF_OK) {
        *err = ahead_error;
        status = ahead;
    }
    collection->finished = page.link_kind == RUF_LINK_DELTA;
    ruf_graph_page_free(&page);
    ruf_arena_reset(collection->arena);
    return status;
}

/* --- moving on
 * ---------------------------------------------------------------------------------
 */

/* A time of return is kept for the whole source, and dropped when it is over.
 */
static enum ruf_status note_throttle(struct ruf_graph_collection *collection,
                                     enum ruf_status status,
                                     struct ruf_error *err)
{
    const struct ruf_sync_sink *sink = collection->context->sink;
    int64_t until_s = collection->call.throttled_until;
    struct ruf_error sink_error;
    enum ruf_status kept;

    if (until_s == 0 && !(collection->was_throttled && status == RUF_OK &&
                          collection->finished))
        return status;
    collection->was_throttled = false;
    kept = sink->throttle(sink->context, collection->source->id, until_s,
                          &sink_error);
    if (kept == RUF_OK || status != RUF_OK)
        return status;
    *err = sink_error;
    return kept;
}

void ruf_graph_collection_step(struct ruf_graph_collection *collection)
{
    struct ruf_error err = { 0 };
    enum ruf_status status;
    bool done = false;

    ruf_total_step(&collection->total, &collection->expected);
    if (!collection->opened) {
        status = open_collection(collection, &err);
    } else {
        status = ruf_call_step(&collection->call, &done, &err);
        if (status == RUF_OK && done) {
            const struct ruf_http_answer *answer =
                ruf_call_answer(&collection->call);

            status = answer->status == 200
                         ? take_page(collection, answer, &err)
                         : not_a_page(collection, answer, &err);
        }
        status = note_throttle(collection, status, &err);
    }
    if (status == RUF_OK)
        return;
    collection->finished = true;
    collection->status = status;
    collection->error = err;
}

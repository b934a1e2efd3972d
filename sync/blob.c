/*
 * sync/blob.c - reading the contact files of a blob container
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sync/blob.h"
#include "base/error.h"
#include "base/text.h"
#include "sync/form.h"
#include "sync/import.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LIST_BODY_MAX (16u * 1024u * 1024u)
#define LIST_PAGES_MAX 1000
#define URL_MAX 8192u
#define WAIT_MS 200

void ruf_blob_secret_name(const char *source, char out[40])
{
    (void)snprintf(out, 40, "blob %s", source);
}

/* --- making
 * ---------------------------------------------------------------------- */

static enum ruf_status load_auth(struct ruf_blobs *blobs, struct ruf_error *err)
{
    const struct ruf_sync_sink *sink = blobs->context->sink;
    char name[40];
    char *secret = NULL;
    enum ruf_status status;

    ruf_blob_secret_name(blobs->source->id, name);
    status = sink->secret_load(sink->context, name, &secret, err);
    if (status == RUF_OK)
        status = ruf_blob_auth_create(secret, blobs->source->url,
                                      blobs->source->id, &blobs->auth, err);
    if (secret != NULL)
        ruf_wipe(secret, strlen(secret));
    free(secret);
    return status;
}

static enum ruf_status prepare(struct ruf_blobs *blobs, struct ruf_error *err)
{
    enum ruf_status status =
        ruf_call_create(blobs->context->http, &blobs->call, err);

    if (status == RUF_OK)
        status = ruf_secret_create(512, &blobs->authorization, err);
    if (status == RUF_OK)
        status = load_auth(blobs, err);
    if (status != RUF_OK)
        return status;
    blobs->url = malloc(URL_MAX);
    if (blobs->url == NULL)
        return ruf_fail_memory(err);
    blobs->single = ruf_import_knows(blobs->source->container);
    blobs->listed = blobs->single;
    return blobs->single ? ruf_blob_list_add(
                               &blobs->list,
                               strchr(blobs->source->container, '/') == NULL
                                   ? blobs->source->container
                                   : strchr(blobs->source->container, '/') + 1,
                               err)
                         : RUF_OK;
}

enum ruf_status ruf_blobs_create(const struct ruf_graph_context *context,
                                 const struct ruf_policy_source *source,
                                 struct ruf_blobs **out, struct ruf_error *err)
{
    struct ruf_blobs *blobs = calloc(1, sizeof(*blobs));
    enum ruf_status status;

    *out = NULL;
    if (blobs == NULL)
        return ruf_fail_memory(err);
    blobs->context = context;
    blobs->source = source;
    blobs->peer =
        ruf_http_peer_of_source((size_t)(source - context->policy->sources));
    status = prepare(blobs, err);
    if (status != RUF_OK) {
        ruf_blobs_destroy(blobs);
        return status;
    }
    *out = blobs;
    return RUF_OK;
}

void ruf_blobs_destroy(struct ruf_blobs *blobs)
{
    if (blobs == NULL)
        return;
    ruf_call_destroy(&blobs->call);
    ruf_secret_destroy(&blobs->authorization);
    ruf_blob_auth_destroy(&blobs->auth);
    ruf_blob_list_free(&blobs->list);
    if (blobs->url != NULL) /* may hold a signature */
        ruf_wipe(blobs->url, URL_MAX);
    free(blobs->url);
    free(blobs);
}

/* --- URLs
 * ------------------------------------------------------------------------ */

static enum ruf_status too_long(const struct ruf_blobs *blobs,
                                struct ruf_error *err)
{
    return ruf_fail(err, RUF_E_SERVER, "S524", blobs->source->id,
                    "the name of a blob is too long");
}

/* Percent-encode but for '/', which parts folders. */
static bool append_path(char *url, const char *path)
{
    size_t used = strlen(url);

    for (; *path != '\0'; path++) {
        char one[2] = { *path, '\0' };
        size_t size;

        if (used + 4 >= URL_MAX)
            return false;
        if (*path == '/') {
            url[used++] = '/';
            url[used] = '\0';
            continue;
        }
        size = ruf_percent_encode(one, url + used, URL_MAX - used);
        used += size;
    }
    return true;
}

static bool append_text(char *url, const char *text)
{
    size_t used = strlen(url);
    size_t size = strlen(text);

    if (used + size >= URL_MAX)
        return false;
    memcpy(url + used, text, size + 1);
    return true;
}

static bool append_parameter(char *url, const char *name, const char *value)
{
    size_t used;

    if (!append_text(url, name))
        return false;
    used = strlen(url);
    return ruf_percent_encode(value, url + used, URL_MAX - used) <
           URL_MAX - used;
}

static bool begin_url(const struct ruf_blobs *blobs)
{
    const char *base = blobs->source->url;
    size_t size = strlen(base);
    char container[64];

    while (size > 0 && base[size - 1] == '/')
        size--;
    (void)snprintf(container, sizeof(container), "%.*s",
                   (int)strcspn(blobs->source->container, "/"),
                   blobs->source->container);
    return snprintf(blobs->url, URL_MAX, "%.*s/%s", (int)size, base,
                    container) < (int)URL_MAX;
}

static bool list_url(const struct ruf_blobs *blobs)
{
    const char *prefix = strchr(blobs->source->container, '/');
    const char *marker = blobs->list.marker;

    return begin_url(blobs) &&
           append_text(blobs->url,
                       "?restype=container&comp=list&maxresults=5000") &&
           (prefix == NULL || prefix[1] == '\0' ||
            append_parameter(blobs->url, "&prefix=", prefix + 1)) &&
           (marker[0] == '\0' ||
            append_parameter(blobs->url, "&marker=", marker));
}

static bool blob_url(const struct ruf_blobs *blobs, const char *name)
{
    return begin_url(blobs) && append_text(blobs->url, "/") &&
           append_path(blobs->url, name);
}

/* --- asking
 * ---------------------------------------------------------------------- */

/* Of the date only: strftime() would ask the locale for the names. */
static void write_date(char out[64])
{
    static const char days[][4] = { "Sun", "Mon", "Tue", "Wed",
                                    "Thu", "Fri", "Sat" };
    static const char months[][4] = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun",
        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
    };
    time_t now = (time_t)ruf_clock_s();
    struct tm date = { 0 };

    (void)gmtime_r(&now, &date);
    (void)snprintf(out, 64, "%s, %02d %s %04d %02d:%02d:%02d GMT",
                   days[date.tm_wday % 7], date.tm_mday % 100,
                   months[date.tm_mon % 12], (date.tm_year + 1900) % 10000,
                   date.tm_hour % 100, date.tm_min % 100, date.tm_sec % 100);
}

/* "Name: value" into a slot, if there is a value. */
static void add_line(struct ruf_blobs *blobs, size_t *count, const char *name,
                     const char *value)
{
    if (value[0] == '\0')
        return;
    (void)snprintf(blobs->lines[*count], sizeof(blobs->lines[0]), "%s: %s",
                   name, value);
    blobs->line_list[*count] = blobs->lines[*count];
    (*count)++;
}

static enum ruf_status prove(struct ruf_blobs *blobs,
                             const struct ruf_blob_request *signed_parts,
                             struct ruf_http_request *request, size_t *count,
                             struct ruf_error *err)
{
    struct ruf_tokens *tokens = blobs->context->tokens;
    enum ruf_status status;

    switch (blobs->auth.proof) {
    case RUF_BLOB_SIGNATURE:
        if (!append_text(blobs->url,
                         strchr(blobs->url, '?') == NULL ? "?" : "&") ||
            !append_text(blobs->url, (const char *)blobs->auth.secret.bytes))
            return too_long(blobs, err);
        return RUF_OK;
    case RUF_BLOB_KEY:
        status = ruf_blob_auth_sign(&blobs->auth, signed_parts,
                                    (char *)blobs->authorization.bytes,
                                    blobs->authorization.size, err);
        blobs->line_list[(*count)++] = (char *)blobs->authorization.bytes;
        return status;
    case RUF_BLOB_BEARER:
    default:
        status =
            ruf_tokens_get(tokens, RUF_RESOURCE_STORAGE, &request->bearer, err);
        blobs->token_serial = ruf_tokens_serial(tokens, RUF_RESOURCE_STORAGE);
        return status;
    }
}

/* Send blobs->url. The parts are "" where they are not meant. */
static enum ruf_status send_request(struct ruf_blobs *blobs, const char *range,
                                    const char *match, const char *no_match,
                                    size_t body_max, struct ruf_error *err)
{
    char date[64];
    struct ruf_blob_request signed_parts = { blobs->url, date, range, match,
                                             no_match };
    struct ruf_http_request request = {
        .peer = blobs->peer,
        .url = blobs->url,
        .body_max = body_max,
        .raw = true,
        .lines = blobs->line_list,
    };
    size_t count = 0;
    enum ruf_status status =
        ruf_http_check_url(blobs->context->http, blobs->peer, blobs->url, err);

    write_date(date);
    add_line(blobs, &count, "x-ms-version", RUF_BLOB_VERSION);
    add_line(blobs, &count, "x-ms-date", date);
    add_line(blobs, &count, "Range", range);
    add_line(blobs, &count, "If-Match", match);
    add_line(blobs, &count, "If-None-Match", no_match);
    if (status == RUF_OK)
        status = prove(blobs, &signed_parts, &request, &count, err);
    request.line_count = count;
    if (status == RUF_OK)
        status = ruf_call_start(&blobs->call, &request, err);
    return status;
}

/* Wait for the answer; the other sources go on. */
static enum ruf_status await(struct ruf_blobs *blobs, struct ruf_error *err)
{
    const struct ruf_graph_context *context = blobs->context;
    bool done = false;

    for (;;) {
        int64_t due_ms;
        int64_t now_ms;
        enum ruf_status status = ruf_call_step(&blobs->call, &done, err);

        if (status != RUF_OK || done)
            return status;
        if (ruf_cancelled(context->cancel)) {
            ruf_http_hold(blobs->call.transfer);
            blobs->call.active = false;
            return ruf_fail(err, RUF_E_CANCELLED, "S540", "",
                            "stopped by the caller");
        }
        context->yield(context->yield_context);
        if (ruf_call_is_ready(&blobs->call))
            continue;
        now_ms = ruf_clock_ms();
        due_ms = ruf_call_due_ms(&blobs->call);
        status = ruf_http_wait(
            context->http,
            due_ms - now_ms < WAIT_MS ? due_ms - now_ms : WAIT_MS, err);
        if (status != RUF_OK)
            return status;
    }
}

static enum ruf_status unauthorised(struct ruf_blobs *blobs,
                                    const struct ruf_http_answer *answer,
                                    struct ruf_error *err)
{
    struct ruf_tokens *tokens = blobs->context->tokens;

    if (answer->claims != NULL && !blobs->claims_sent) {
        blobs->claims_sent = true;
        return ruf_tokens_challenge(tokens, RUF_RESOURCE_STORAGE,
                                    blobs->token_serial, answer->claims, err);
    }
    if (answer->claims != NULL)
        return ruf_fail(err, RUF_E_AUTH, "S502", blobs->source->id,
                        "the organisation asks for a new sign-in");
    if (blobs->token_renewed)
        return ruf_fail(err, RUF_E_AUTH, "S504", blobs->source->id,
                        "a new token was refused as well");
    blobs->token_renewed = true;
    return ruf_tokens_reject(tokens, RUF_RESOURCE_STORAGE, blobs->token_serial,
                             err);
}

static enum ruf_status refused(struct ruf_blobs *blobs,
                               const struct ruf_http_answer *answer,
                               struct ruf_error *err)
{
    char code[64];
    const char *id = "S526";
    enum ruf_status status = RUF_E_SERVER;

    /* The header: the body of a HEAD or of a gateway says nothing. */
    if (!ruf_http_header(blobs->call.transfer, "x-ms-error-code", code,
                         sizeof(code)))
        code[0] = '\0';
    for (char *c = code; *c != '\0'; c++)
        if (*c < 0x21 || *c > 0x7e)
            *c = '?';
    if (answer->status == 401 || answer->status == 403) {
        id = "S501";
        status = RUF_E_AUTH;
    } else if (answer->status >= 300 && answer->status <= 399) {
        id = "S525";
    }
    (void)ruf_fail(err, status, id, blobs->source->id,
                   "the storage answered HTTP %d %s", answer->status, code);
    if (err != NULL)
        err->http_status = answer->status;
    return status;
}

/* One request to its end, with a new token where that helps. */
static enum ruf_status fetch(struct ruf_blobs *blobs, const char *name,
                             const char *range, const char *match,
                             const char *no_match, size_t body_max,
                             const struct ruf_http_answer **out,
                             struct ruf_error *err)
{
    for (;;) {
        bool built = name == NULL ? list_url(blobs) : blob_url(blobs, name);
        enum ruf_status status =
            built ? send_request(blobs, range, match, no_match, body_max, err)
                  : too_long(blobs, err);

        if (status == RUF_OK)
            status = await(blobs, err);
        if (status != RUF_OK)
            return status;
        *out = ruf_call_answer(&blobs->call);
        if ((*out)->status != 401 || blobs->auth.proof != RUF_BLOB_BEARER) {
            blobs->token_renewed = false;
            blobs->claims_sent = false;
            return RUF_OK;
        }
        status = unauthorised(blobs, *out, err);
        if (status != RUF_OK)
            return status;
    }
}

/* --- the list
 * -------------------------------------------------------------------- */

static enum ruf_status read_list(struct ruf_blobs *blobs, struct ruf_error *err)
{
    const struct ruf_http_answer *answer = NULL;
    uint64_t others = 0;
    char before[sizeof(blobs->list.marker)];
    enum ruf_status status;

    memcpy(before, blobs->list.marker, sizeof(before));
    status = fetch(blobs, NULL, "", "", "", LIST_BODY_MAX, &answer, err);
    if (status == RUF_OK && answer->status != 200)
        return refused(blobs, answer, err);
    if (status == RUF_OK)
        status = ruf_blob_list_read(&blobs->list, answer->body, answer->size,
                                    blobs->source->id, &others, err);
    if (status != RUF_OK)
        return status;
    blobs->listed = blobs->list.marker[0] == '\0';
    if (!blobs->listed && (++blobs->list_pages >= LIST_PAGES_MAX ||
                           strcmp(before, blobs->list.marker) == 0))
        return ruf_fail(err, RUF_E_SERVER, "S524", blobs->source->id,
                        "the pages of the list lead in a circle");
    return RUF_OK;
}

/* --- one blob
 * -------------------------------------------------------------------- */

/* A blob while the parsers pull at it. */
struct stream {
    struct ruf_blobs *blobs;
    const struct ruf_blob_entry *entry;
    const char *known_etag;       /* of the set the sink has; "" if none */
    char etag[RUF_BLOB_ETAG_MAX]; /* of this content */
    const char *link;             /* that etag, once it is known */
    uint64_t total;
    uint64_t next; /* first byte not yet asked for */
    const char *bytes;
    size_t size;
    size_t at;
    bool begun;
    bool unchanged; /* 304 */
    bool changed;   /* 412: another content under our hands */
};

/* "bytes 0-99/1234" */
static bool read_content_range(struct stream *stream, size_t size)
{
    char text[96];
    uint64_t first = 0;
    uint64_t last = 0;
    uint64_t total = 0;

    if (!ruf_http_header(stream->blobs->call.transfer, "Content-Range", text,
                         sizeof(text)) ||
        sscanf(text, "bytes %" SCNu64 "-%" SCNu64 "/%" SCNu64, &first, &last,
               &total) != 3 ||
        first != stream->next || last < first || last - first + 1 != size ||
        last >= total || (stream->begun && total != stream->total))
        return false;
    stream->total = total;
    return true;
}

static enum ruf_status take_range(struct stream *stream,
                                  const struct ruf_http_answer *answer,
                                  struct ruf_error *err)
{
    struct ruf_blobs *blobs = stream->blobs;
    char etag[RUF_BLOB_ETAG_MAX + 4];

    if (answer->status == 200 && !stream->begun)
        stream->total = answer->size; /* a server without ranges */
    else if (answer->status != 206 || !read_content_range(stream, answer->size))
        return ruf_fail(err, RUF_E_SERVER, "S524", blobs->source->id,
                        "the storage sent another range than was asked for");
    if (!stream->begun &&
        ruf_http_header(blobs->call.transfer, "ETag", etag, sizeof(etag)))
        ruf_blob_etag(etag, stream->etag);
    if (!stream->begun && stream->etag[0] == '\0')
        return ruf_fail(err, RUF_E_SERVER, "S524", blobs->source->id,
                        "the storage tells no etag");
    stream->link = stream->etag;
    stream->begun = true;
    stream->bytes = answer->body;
    stream->size = answer->size;
    stream->at = 0;
    stream->next += answer->size;
    return RUF_OK;
}

static enum ruf_status next_range(struct stream *stream, struct ruf_error *err)
{
    struct ruf_blobs *blobs = stream->blobs;
    const struct ruf_http_answer *answer = NULL;
    char range[64];
    char match[RUF_BLOB_ETAG_MAX + 4] = "";
    char no_match[RUF_BLOB_ETAG_MAX + 4] = "";
    enum ruf_status status;

    (void)snprintf(range, sizeof(range), "bytes=%" PRIu64 "-%" PRIu64,
                   stream->next, stream->next + RUF_BLOB_RANGE - 1);
    if (stream->begun)
        (void)snprintf(match, sizeof(match), "\"%s\"", stream->etag);
    else if (stream->known_etag[0] != '\0')
        (void)snprintf(no_match, sizeof(no_match), "\"%s\"",
                       stream->known_etag);
    status = fetch(blobs, stream->entry->name, range, match, no_match,
                   RUF_BLOB_RANGE, &answer, err);
    if (status != RUF_OK)
        return status;
    if (answer->status == 304 && no_match[0] != '\0') {
        stream->unchanged = true;
        return RUF_E_CANCELLED;
    }
    if (answer->status == 412 && stream->begun) {
        stream->changed = true;
        return ruf_fail(err, RUF_E_SERVER, "S527", blobs->source->id,
                        "a blob changes faster than it can be read");
    }
    if (answer->status == 416 && !stream->begun) { /* empty */
        stream->begun = true;
        return RUF_OK;
    }
    if (answer->status != 200 && answer->status != 206)
        return refused(blobs, answer, err);
    return take_range(stream, answer, err);
}

static enum ruf_status pull(void *context, void *bytes, size_t size,
                            size_t *got, struct ruf_error *err)
{
    struct stream *stream = context;
    size_t left;

    *got = 0;
    if (stream->at == stream->size &&
        (!stream->begun || stream->next < stream->total)) {
        enum ruf_status status = next_range(stream, err);

        if (status != RUF_OK)
            return status;
    }
    left = stream->size - stream->at;
    *got = left < size ? left : size;
    if (*got > 0)
        memcpy(bytes, stream->bytes + stream->at, *got);
    stream->at += *got;
    return RUF_OK;
}

static void tell_progress(struct ruf_blobs *blobs)
{
    const struct ruf_sync_options *options = blobs->context->options;
    struct ruf_sync_progress progress = { .source = blobs->source->id,
                                          .records = blobs->records };

    if (options->progress != NULL)
        options->progress(options->progress_context, &progress);
}

/* The first range is asked for before the parser starts, so that nothing is
 * staged for a blob that did not change. */
static enum ruf_status read_blob(struct ruf_blobs *blobs,
                                 const struct ruf_blob_entry *entry,
                                 const char *known_etag, const char *select,
                                 struct stream *stream, struct ruf_error *err)
{
    struct ruf_input_reader reader = { stream, pull };
    struct ruf_import_set set = {
        .name = entry->name,
        .collection = entry->name,
        .select = select,
        .link = &stream->link,
        .source = blobs->source,
        .sink = blobs->context->sink,
    };
    struct ruf_import_result result = { 0 };
    enum ruf_status status;

    memset(stream, 0, sizeof(*stream));
    stream->blobs = blobs;
    stream->entry = entry;
    stream->known_etag = known_etag;
    stream->link = "";
    status = next_range(stream, err);
    if (stream->unchanged)
        return RUF_OK;
    if (status == RUF_OK)
        status = ruf_import_stream(&set, &reader, &result, err);
    blobs->counts.dropped += result.skipped;
    if (status != RUF_OK)
        return status;
    blobs->records += result.records;
    blobs->result.added += result.round.added;
    blobs->result.changed += result.round.changed;
    blobs->result.removed += result.round.removed;
    tell_progress(blobs);
    return RUF_OK;
}

/* What a stored set must belong to, besides its etag. */
static void write_select(const struct ruf_blobs *blobs, char out[512])
{
    (void)snprintf(out, 512, "blob %.200s charset=%d", blobs->source->url,
                   (int)blobs->source->charset);
}

static enum ruf_status look_at(struct ruf_blobs *blobs,
                               const struct ruf_blob_entry *entry,
                               struct ruf_error *err)
{
    const struct ruf_sync_sink *sink = blobs->context->sink;
    struct ruf_sync_state state = { 0 };
    struct stream stream;
    char select[512];
    const char *known = "";
    enum ruf_status status =
        sink->load(sink->context, blobs->source->id, entry->name, &state, err);

    write_select(blobs, select);
    if (status == RUF_OK && !blobs->context->options->full &&
        state.link_kind == RUF_LINK_DELTA && state.link != NULL &&
        state.select != NULL && strcmp(state.select, select) == 0)
        known = state.link;
    if (status == RUF_OK &&
        (entry->etag[0] == '\0' || strcmp(entry->etag, known) != 0)) {
        status = read_blob(blobs, entry, known, select, &stream, err);
        if (stream.changed) /* once more, from the start */
            status = read_blob(blobs, entry, "", select, &stream, err);
    }
    free(state.link);
    free(state.select);
    return status;
}

/* --- what is gone
 * ---------------------------------------------------------------- */

static bool is_listed(const struct ruf_blobs *blobs, const char *name)
{
    for (size_t i = 0; i < blobs->list.count; i++)
        if (strcmp(blobs->list.entries[i].name, name) == 0)
            return true;
    return false;
}

struct sweep {
    struct ruf_blobs *blobs;
    enum ruf_status status;
    struct ruf_error error;
};

/* A set that vanished is an empty one; the guard against sudden losses is the
 * sink's, as for every full round. */
static void sweep_one(void *context, const char *collection)
{
    struct sweep *sweep = context;
    struct ruf_blobs *blobs = sweep->blobs;
    const struct ruf_sync_sink *sink = blobs->context->sink;
    struct ruf_round_result result = { 0 };
    struct ruf_sync_page page = {
        .source = blobs->source->id,
        .collection = collection,
        .select = "gone",
        .starts_round = true,
        .link_kind = RUF_LINK_DELTA,
        .link = "gone",
    };
    struct ruf_error err = { 0 };
    enum ruf_status status;

    if (is_listed(blobs, collection))
        return;
    status = sink->page(sink->context, &page, &result, &err);
    blobs->result.removed += result.removed;
    if (status != RUF_OK && sweep->status == RUF_OK) {
        sweep->status = status;
        sweep->error = err;
    }
}

static enum ruf_status sweep_all(struct ruf_blobs *blobs, struct ruf_error *err)
{
    const struct ruf_sync_sink *sink = blobs->context->sink;
    struct sweep sweep = { .blobs = blobs };
    enum ruf_status status = sink->collections(sink->context, blobs->source->id,
                                               sweep_one, &sweep, err);

    if (status != RUF_OK || sweep.status == RUF_OK)
        return status;
    *err = sweep.error;
    return sweep.status;
}

/* --- moving on
 * ------------------------------------------------------------------- */

static void note_failure(struct ruf_blobs *blobs, enum ruf_status status,
                         const struct ruf_error *err)
{
    if (status == RUF_OK || blobs->status != RUF_OK)
        return;
    blobs->status = status;
    blobs->error = *err;
}

/* Is this the end of the source, or of one blob only? */
static bool is_fatal(enum ruf_status status, const struct ruf_error *err)
{
    return status != RUF_OK && status != RUF_E_CORRUPT &&
           !(status == RUF_E_SERVER &&
             (strcmp(err->id, "S527") == 0 || strcmp(err->id, "S550") == 0 ||
              err->http_status == 404));
}

static enum ruf_status keep_throttle(struct ruf_blobs *blobs,
                                     enum ruf_status status,
                                     struct ruf_error *err)
{
    const struct ruf_sync_sink *sink = blobs->context->sink;
    struct ruf_error ignored;

    if (blobs->call.throttled_until == 0)
        return status;
    if (sink->throttle(sink->context, blobs->source->id,
                       blobs->call.throttled_until, &ignored) != RUF_OK &&
        status == RUF_OK) {
        *err = ignored;
        status = ignored.status;
    }
    return status;
}

/* A time of return that an earlier run was told. */
static enum ruf_status check_throttle(struct ruf_blobs *blobs,
                                      struct ruf_error *err)
{
    const struct ruf_sync_sink *sink = blobs->context->sink;
    struct ruf_sync_state state = { 0 };
    enum ruf_status status =
        sink->load(sink->context, blobs->source->id, "", &state, err);

    blobs->opened = true;
    free(state.link);
    free(state.select);
    return status == RUF_OK
               ? ruf_graph_check_throttle(&state, blobs->source->id, err)
               : status;
}

static enum ruf_status step(struct ruf_blobs *blobs, struct ruf_error *err)
{
    enum ruf_status status =
        blobs->opened ? RUF_OK : check_throttle(blobs, err);

    if (status != RUF_OK)
        return status;
    if (!blobs->listed)
        return read_list(blobs, err);
    if (blobs->next < blobs->list.count)
        return look_at(blobs, &blobs->list.entries[blobs->next++], err);
    blobs->finished = true;
    return sweep_all(blobs, err);
}

void ruf_blobs_step(struct ruf_blobs *blobs)
{
    struct ruf_error err = { 0 };
    enum ruf_status status;

    if (blobs->busy || blobs->finished)
        return;
    blobs->busy = true;
    status = step(blobs, &err);
    status = keep_throttle(blobs, status, &err);
    blobs->busy = false;
    note_failure(blobs, status, &err);
    blobs->finished = blobs->finished || is_fatal(status, &err);
}

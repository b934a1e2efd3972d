/*
 * sync/presence.c - asking whether those on the screen are free to talk
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sync/presence.h"
#include "base/error.h"
#include "base/secret.h"
#include "base/text.h"
#include "sync/retry.h"
#include "sync/token.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHORTEST_MS (20 * 1000)  /* between two requests, whatever is shown */
#define THROTTLED_MS (60 * 1000) /* at least, after a refusal */
#define THROTTLED_FOR_MS (5 * 60 * 1000)
#define ANSWER_WITHIN_MS (20 * 1000)
#define BODY_MAX (1024u * 1024u)
#define SENDS_MAX 3 /* of one poll: with a new token, with claims */

struct ruf_presence {
    const struct ruf_policy *policy;
    struct ruf_sync_sink sink;
    void (*release)(void *context);
    int64_t (*clock_ms)(void);
    struct ruf_http *http;
    struct ruf_http_transfer *transfer; /* of the poll under way */
    struct ruf_tokens *tokens;
    struct ruf_cancel stop;
    /* of the caller of the poll under way */
    bool (*cancelled)(void *context);
    void *cancel_context;

    pthread_mutex_t lock; /* guards what follows */
    enum ruf_presence_view view;
    struct ruf_presence_row rows[RUF_PRESENCE_MAX];
    size_t count;
    bool hidden;
    bool refused;            /* the right is missing: asked no more */
    bool asked;              /* asked_ms and due_ms hold */
    int64_t asked_ms;        /* the last request */
    int64_t due_ms;          /* the next one */
    int64_t earliest_ms;     /* the service asked for a pause until then */
    int64_t throttled_until; /* longer intervals until then */
};

/* --- making
 * ---------------------------------------------------------------------- */

static enum ruf_status check_policy(const struct ruf_policy *policy,
                                    struct ruf_error *err)
{
    if (!policy->presence.enabled)
        return ruf_fail(err, RUF_E_POLICY, "P180", "presence",
                        "the policy has presence switched off");
    if (!policy->auth.presence)
        return ruf_fail(err, RUF_E_POLICY, "P181", "presence",
                        "this cloud knows no presence");
    return RUF_OK;
}

static bool is_hidden(struct ruf_presence *presence)
{
    bool hidden;

    (void)pthread_mutex_lock(&presence->lock);
    hidden = presence->hidden;
    (void)pthread_mutex_unlock(&presence->lock);
    return hidden;
}

static bool should_stop(void *context)
{
    struct ruf_presence *presence = context;

    return is_hidden(presence) ||
           (presence->cancelled != NULL &&
            presence->cancelled(presence->cancel_context));
}

static enum ruf_status set_up(struct ruf_presence *presence,
                              struct ruf_error *err)
{
    enum ruf_status status =
        ruf_http_create(presence->policy, &presence->http, err);

    if (status == RUF_OK)
        status =
            ruf_tokens_create(presence->policy, &presence->sink, presence->http,
                              &presence->stop, &presence->tokens, err);
    return status;
}

enum ruf_status ruf_presence_create(const struct ruf_presence_setup *setup,
                                    struct ruf_presence **out,
                                    struct ruf_error *err)
{
    struct ruf_presence *presence = NULL;
    enum ruf_status status = check_policy(setup->policy, err);

    *out = NULL;
    if (status == RUF_OK) {
        presence = calloc(1, sizeof(*presence));
        if (presence == NULL ||
            pthread_mutex_init(&presence->lock, NULL) != 0) {
            free(presence);
            presence = NULL;
            status = ruf_fail_memory(err);
        }
    }
    if (presence == NULL) {
        if (setup->release != NULL)
            setup->release(setup->sink.context);
        return status;
    }
    presence->policy = setup->policy;
    presence->sink = setup->sink;
    presence->release = setup->release;
    presence->clock_ms =
        setup->clock_ms == NULL ? ruf_clock_ms : setup->clock_ms;
    presence->stop = (struct ruf_cancel){ should_stop, presence };
    status = set_up(presence, err);
    if (status != RUF_OK) {
        ruf_presence_close(presence);
        return status;
    }
    *out = presence;
    return RUF_OK;
}

void ruf_presence_close(struct ruf_presence *presence)
{
    if (presence == NULL)
        return;
    ruf_tokens_destroy(presence->tokens);
    ruf_http_destroy(presence->http);
    if (presence->release != NULL)
        presence->release(presence->sink.context);
    (void)pthread_mutex_destroy(&presence->lock);
    ruf_wipe(presence, sizeof(*presence));
    free(presence);
}

/* --- when
 * ------------------------------------------------------------------------ */

static int64_t interval_ms(const struct ruf_presence *presence, int64_t now_ms)
{
    const struct ruf_policy_presence *policy = &presence->policy->presence;
    int64_t interval = 1000 * (int64_t)(presence->view == RUF_PRESENCE_LIST
                                            ? policy->list_seconds
                                            : policy->contact_seconds);

    if (now_ms < presence->throttled_until && interval < THROTTLED_MS)
        return THROTTLED_MS;
    return interval;
}

static bool anybody_new(const struct ruf_presence *presence)
{
    for (size_t i = 0; i < presence->count; i++)
        if (!presence->rows[i].asked)
            return true;
    return false;
}

/* A view that came up since the last request is asked for sooner, but a
 * scrolled list is no reason to ask more often than a contact is. */
static int64_t due_ms(const struct ruf_presence *presence, int64_t now_ms)
{
    int64_t interval = interval_ms(presence, now_ms);
    int64_t due = presence->due_ms;

    if (presence->count == 0 || presence->hidden || presence->refused)
        return INT64_MAX;
    if (!presence->asked)
        due = now_ms;
    else if (anybody_new(presence) && interval > SHORTEST_MS &&
             now_ms >= presence->throttled_until)
        due = presence->asked_ms + SHORTEST_MS;
    else if (due > presence->asked_ms + interval + interval / 5)
        due = presence->asked_ms + interval;
    return due > presence->earliest_ms ? due : presence->earliest_ms;
}

int64_t ruf_presence_due_ms(struct ruf_presence *presence)
{
    int64_t now_ms = presence->clock_ms();
    int64_t due;

    (void)pthread_mutex_lock(&presence->lock);
    due = due_ms(presence, now_ms);
    (void)pthread_mutex_unlock(&presence->lock);
    if (due == INT64_MAX)
        return due;
    return due > now_ms ? due - now_ms : 0;
}

/* Many devices that start at eight in the morning must not ask in step: a
 * fifth more or less. */
static enum ruf_status plan_next(struct ruf_presence *presence,
                                 int64_t pause_ms, struct ruf_error *err)
{
    uint32_t random = 0;
    enum ruf_status status = ruf_random(&random, sizeof(random), err);
    int64_t now_ms = presence->clock_ms();
    int64_t interval = interval_ms(presence, now_ms);

    presence->asked = true;
    presence->asked_ms = now_ms;
    presence->due_ms = now_ms + interval - interval / 5 +
                       (int64_t)(random % (uint32_t)(interval * 2 / 5 + 1));
    presence->earliest_ms = pause_ms > 0 ? now_ms + pause_ms : 0;
    return status;
}

/* --- who
 * ------------------------------------------------------------------------- */

static const struct ruf_presence_row *
find_row(const struct ruf_presence_row *rows, size_t count, const char *id)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(rows[i].id, id) == 0)
            return &rows[i];
    return NULL;
}

static enum ruf_status read_ids(const struct ruf_text *ids, size_t count,
                                struct ruf_presence_row *rows, size_t *kept,
                                struct ruf_error *err)
{
    if (count > RUF_PRESENCE_MAX)
        return ruf_fail(err, RUF_E_USAGE, "U060", "presence",
                        "at most %d people can be asked for at once",
                        RUF_PRESENCE_MAX);
    for (size_t i = 0; i < count; i++) {
        struct ruf_presence_row *row = &rows[*kept];

        if (!ruf_presence_read_id(ids[i], row->id))
            return ruf_fail(err, RUF_E_USAGE, "U061", "presence",
                            "id %zu of %zu is not that of an Entra user", i + 1,
                            count);
        *kept += find_row(rows, *kept, row->id) == NULL ? 1 : 0;
    }
    return RUF_OK;
}

enum ruf_status ruf_presence_show(struct ruf_presence *presence,
                                  enum ruf_presence_view view,
                                  const struct ruf_text *ids, size_t count,
                                  struct ruf_error *err)
{
    struct ruf_presence_row *rows = calloc(RUF_PRESENCE_MAX, sizeof(*rows));
    size_t kept = 0;
    enum ruf_status status = rows == NULL
                                 ? ruf_fail_memory(err)
                                 : read_ids(ids, count, rows, &kept, err);

    if (status == RUF_OK) {
        (void)pthread_mutex_lock(&presence->lock);
        for (size_t i = 0; i < kept; i++) {
            const struct ruf_presence_row *old =
                find_row(presence->rows, presence->count, rows[i].id);

            if (old != NULL)
                rows[i] = *old;
            else
                rows[i].availability = RUF_PRESENCE_UNKNOWN;
        }
        memcpy(presence->rows, rows, sizeof(presence->rows));
        presence->count = kept;
        presence->view = view;
        (void)pthread_mutex_unlock(&presence->lock);
        ruf_wipe(rows, RUF_PRESENCE_MAX * sizeof(*rows));
    }
    free(rows);
    return status;
}

enum ruf_availability ruf_presence_of(struct ruf_presence *presence,
                                      struct ruf_text id)
{
    enum ruf_availability availability = RUF_PRESENCE_UNKNOWN;
    const struct ruf_presence_row *row = NULL;
    int64_t now_ms = presence->clock_ms();
    char text[RUF_PRESENCE_ID_SIZE];

    (void)pthread_mutex_lock(&presence->lock);
    if (ruf_presence_read_id(id, text))
        row = find_row(presence->rows, presence->count, text);
    if (row != NULL && row->known_ms != 0 &&
        now_ms - row->known_ms <= 2 * interval_ms(presence, now_ms))
        availability = row->availability;
    (void)pthread_mutex_unlock(&presence->lock);
    return availability;
}

void ruf_presence_background(struct ruf_presence *presence)
{
    (void)pthread_mutex_lock(&presence->lock);
    presence->hidden = true;
    for (size_t i = 0; i < presence->count; i++) {
        presence->rows[i].availability = RUF_PRESENCE_UNKNOWN;
        presence->rows[i].known_ms = 0;
        presence->rows[i].asked = false;
    }
    (void)pthread_mutex_unlock(&presence->lock);
}

void ruf_presence_foreground(struct ruf_presence *presence)
{
    (void)pthread_mutex_lock(&presence->lock);
    if (presence->hidden)
        presence->asked = false;
    presence->hidden = false;
    (void)pthread_mutex_unlock(&presence->lock);
}

/* --- asking
 * ---------------------------------------------------------------------- */

static enum ruf_status stopped(struct ruf_error *err)
{
    return ruf_fail(err, RUF_E_CANCELLED, "S540", "", "stopped by the caller");
}

/* One request, waited for. The next interval is the repetition. */
static enum ruf_status send_once(struct ruf_presence *presence,
                                 const char *body, uint64_t *serial,
                                 struct ruf_error *err)
{
    /* libcurl wants it writable and leaves it alone. */
    static char type[] = "Content-Type: application/json";
    static char *const lines[] = { type };
    const char *graph = presence->policy->auth.graph_endpoint;
    char url[1024];
    struct ruf_http_request request = {
        .peer = RUF_HTTP_GRAPH,
        .url = url,
        .form = body,
        .body_max = BODY_MAX,
        .secret = true, /* wiped: states are gone when nobody looks */
        .lines = lines,
        .line_count = 1,
    };
    int64_t end_ms = ruf_clock_ms() + ANSWER_WITHIN_MS;
    size_t size = strlen(graph);
    enum ruf_status status = ruf_tokens_get(
        presence->tokens, RUF_RESOURCE_GRAPH, &request.bearer, err);

    while (size > 0 && graph[size - 1] == '/')
        size--;
    (void)snprintf(url, sizeof(url),
                   "%.*s/v1.0/communications/getPresencesByUserId", (int)size,
                   graph);
    *serial = ruf_tokens_serial(presence->tokens, RUF_RESOURCE_GRAPH);
    if (status == RUF_OK)
        status = ruf_http_start(presence->transfer, &request, err);
    while (status == RUF_OK && ruf_http_answer(presence->transfer) == NULL) {
        if (should_stop(presence))
            status = stopped(err);
        else if (ruf_clock_ms() > end_ms)
            status = ruf_fail(err, RUF_E_NETWORK, "S513",
                              ruf_http_place(presence->http, RUF_HTTP_GRAPH),
                              "timed out");
        else
            status = ruf_http_wait(presence->http, INT64_MAX, err);
    }
    return status;
}

/* Is this an answer that another token changes? Each kind counts once. */
static bool needs_token(struct ruf_presence *presence,
                        const struct ruf_http_answer *answer, uint64_t serial,
                        bool *renewed, bool *claimed, enum ruf_status *status,
                        struct ruf_error *err)
{
    if ((answer->status == 401 || answer->status == 403) &&
        answer->claims != NULL && !*claimed) {
        *claimed = true;
        *status = ruf_tokens_challenge(presence->tokens, RUF_RESOURCE_GRAPH,
                                       serial, answer->claims, err);
        return true;
    }
    if (answer->status == 401 && answer->claims == NULL && !*renewed) {
        *renewed = true;
        *status = ruf_tokens_reject(presence->tokens, RUF_RESOURCE_GRAPH,
                                    serial, err);
        return true;
    }
    return false;
}

static enum ruf_status ask(struct ruf_presence *presence, const char *body,
                           const struct ruf_http_answer **out,
                           struct ruf_error *err)
{
    bool renewed = false;
    bool claimed = false;
    enum ruf_status status = RUF_OK;

    for (unsigned sends = 0; status == RUF_OK && sends < SENDS_MAX; sends++) {
        uint64_t serial = 0;

        status = send_once(presence, body, &serial, err);
        if (status != RUF_OK)
            break;
        *out = ruf_http_answer(presence->transfer);
        if (!needs_token(presence, *out, serial, &renewed, &claimed, &status,
                         err))
            break;
    }
    return status;
}

static enum ruf_status refuse(const struct ruf_presence *presence,
                              const struct ruf_http_answer *answer,
                              struct ruf_error *err)
{
    const char *place = ruf_http_place(presence->http, RUF_HTTP_GRAPH);
    enum ruf_status status = RUF_E_SERVER;

    if (answer->claims != NULL)
        status = ruf_fail(err, RUF_E_AUTH, "S502", place,
                          "the organisation asks for a new sign-in");
    else if (answer->status == 401)
        status = ruf_fail(err, RUF_E_AUTH, "S504", place,
                          "a new token was refused as well");
    else if (answer->status == 403)
        status = ruf_fail(err, RUF_E_AUTH, "S501", "presence",
                          "the app or the user lacks the permission %s",
                          ruf_scope_of_presence(presence->policy));
    else if (answer->status == 429 || answer->status == 503)
        (void)ruf_fail(err, status, "S520", place,
                       "too many requests for presence");
    else
        (void)ruf_fail(err, status, "S526", place,
                       "the server answered HTTP %d", answer->status);
    if (err != NULL)
        err->http_status = answer->status;
    return status;
}

/* What an answer says, laid over what is shown by now. */
static enum ruf_status take(struct ruf_presence *presence,
                            const struct ruf_http_answer *answer,
                            struct ruf_error *err)
{
    const char *place = ruf_http_place(presence->http, RUF_HTTP_GRAPH);
    int64_t now_ms = presence->clock_ms();
    enum ruf_status status;

    if (presence->hidden)
        return stopped(err);
    if (answer->failure != RUF_HTTP_ANSWERED) {
        if (err != NULL)
            *err = answer->error;
        return answer->error.status;
    }
    if (answer->status == 200)
        return ruf_presence_answer(answer, place, presence->rows,
                                   presence->count, now_ms, err);
    status = refuse(presence, answer, err);
    if (answer->status == 429 || answer->status == 503)
        presence->throttled_until = now_ms + THROTTLED_FOR_MS;
    presence->refused = answer->status == 403 && answer->claims == NULL;
    return status;
}

/* The ids to ask for, if it is time. */
static enum ruf_status begin(struct ruf_presence *presence, char **body,
                             struct ruf_error *err)
{
    int64_t now_ms = presence->clock_ms();

    *body = NULL;
    if (due_ms(presence, now_ms) > now_ms)
        return RUF_OK;
    *body = ruf_presence_request(presence->rows, presence->count);
    return *body == NULL ? ruf_fail_memory(err) : RUF_OK;
}

/* Ask, note the answer, plan the next request. */
static enum ruf_status ask_and_take(struct ruf_presence *presence,
                                    const char *body, struct ruf_error *err)
{
    const struct ruf_http_answer *answer = NULL;
    enum ruf_status status = ask(presence, body, &answer, err);
    enum ruf_status planned = RUF_OK;

    (void)pthread_mutex_lock(&presence->lock);
    if (status == RUF_OK)
        status = take(presence, answer, err);
    if (status != RUF_E_CANCELLED)
        planned = plan_next(presence,
                            answer == NULL ? 0 : answer->retry_after_ms, NULL);
    (void)pthread_mutex_unlock(&presence->lock);
    return status == RUF_OK && planned != RUF_OK
               ? ruf_fail(err, planned, "E912", "", "no random numbers")
               : status;
}

enum ruf_status ruf_presence_poll(struct ruf_presence *presence,
                                  bool (*cancelled)(void *context),
                                  void *context, struct ruf_error *err)
{
    char *body = NULL;
    enum ruf_status status;

    presence->cancelled = cancelled;
    presence->cancel_context = context;
    (void)pthread_mutex_lock(&presence->lock);
    status = begin(presence, &body, err);
    (void)pthread_mutex_unlock(&presence->lock);
    if (body == NULL)
        return status;
    /* Connections live in the gate; a transfer leaves none of its bytes. */
    status = ruf_http_transfer_create(presence->http, &presence->transfer, err);
    if (status == RUF_OK)
        status = ask_and_take(presence, body, err);
    ruf_http_transfer_destroy(presence->transfer);
    presence->transfer = NULL;
    free(body);
    return status;
}

/*
 * sync/total.c - how many records a full round of a directory will bring
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sync/total.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BODY_MAX 64
#define DIGITS_MAX 12

void ruf_total_begin(struct ruf_total *total, struct ruf_http *http,
                     struct ruf_tokens *tokens, const char *graph_endpoint,
                     const char *collection)
{
    /* libcurl wants them writable and leaves them alone. */
    static char eventual[] = "ConsistencyLevel: eventual";
    static char *const lines[] = { eventual };
    size_t size = strlen(graph_endpoint);
    char url[1024];
    struct ruf_http_request request = {
        .peer = RUF_HTTP_GRAPH,
        .url = url,
        .body_max = BODY_MAX,
        .lines = lines,
        .line_count = 1,
    };

    if (total->under_way)
        return;
    while (size > 0 && graph_endpoint[size - 1] == '/')
        size--;
    (void)snprintf(url, sizeof(url), "%.*s/v1.0/%s/$count", (int)size,
                   graph_endpoint, collection);
    if (total->call.transfer == NULL &&
        ruf_call_create(http, &total->call, NULL) != RUF_OK)
        return;
    total->under_way = ruf_tokens_get(tokens, RUF_RESOURCE_GRAPH,
                                      &request.bearer, NULL) == RUF_OK &&
                       ruf_call_start(&total->call, &request, NULL) == RUF_OK;
}

/* Plain digits; a byte order mark may stand before them. */
static bool read_count(const char *text, uint64_t *count)
{
    size_t size;

    if (strncmp(text, "\xEF\xBB\xBF", 3) == 0)
        text += 3;
    size = strspn(text, "0123456789");
    if (size == 0 || size > DIGITS_MAX || text[size] != '\0')
        return false;
    *count = strtoull(text, NULL, 10);
    return true;
}

void ruf_total_step(struct ruf_total *total, uint64_t *count)
{
    bool done = false;

    if (!total->under_way)
        return;
    total->under_way =
        ruf_call_step(&total->call, &done, NULL) == RUF_OK && !done;
    if (done && ruf_call_answer(&total->call)->status == 200)
        (void)read_count(ruf_call_answer(&total->call)->body, count);
}

void ruf_total_destroy(struct ruf_total *total)
{
    ruf_call_destroy(&total->call);
    total->under_way = false;
}

/*
 * sync/presence_answer.c - asking for presence in JSON, and reading the answer
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "base/json_doc.h"
#include "base/text.h"
#include "sync/graph_page.h"
#include "sync/presence.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *ruf_availability_name(enum ruf_availability availability)
{
    static const char *const names[RUF_PRESENCE_COUNT] = {
        [RUF_PRESENCE_UNKNOWN] = "unknown",
        [RUF_PRESENCE_AVAILABLE] = "available",
        [RUF_PRESENCE_BUSY] = "busy",
        [RUF_PRESENCE_DO_NOT_DISTURB] = "do_not_disturb",
        [RUF_PRESENCE_BE_RIGHT_BACK] = "be_right_back",
        [RUF_PRESENCE_AWAY] = "away",
        [RUF_PRESENCE_OFFLINE] = "offline",
    };

    return (unsigned)availability < RUF_PRESENCE_COUNT ? names[availability]
                                                       : "";
}

/* The service's words are an open list. */
static enum ruf_availability availability_of(struct ruf_text word)
{
    static const struct {
        const char *word;
        enum ruf_availability availability;
    } words[] = {
        { "Available", RUF_PRESENCE_AVAILABLE },
        { "AvailableIdle", RUF_PRESENCE_AVAILABLE },
        { "Busy", RUF_PRESENCE_BUSY },
        { "BusyIdle", RUF_PRESENCE_BUSY },
        { "DoNotDisturb", RUF_PRESENCE_DO_NOT_DISTURB },
        { "BeRightBack", RUF_PRESENCE_BE_RIGHT_BACK },
        { "Away", RUF_PRESENCE_AWAY },
        { "Offline", RUF_PRESENCE_OFFLINE },
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (ruf_text_is(word, words[i].word))
            return words[i].availability;
    return RUF_PRESENCE_UNKNOWN;
}

bool ruf_presence_read_id(struct ruf_text text, char out[RUF_PRESENCE_ID_SIZE])
{
    if (text.size != RUF_PRESENCE_ID_SIZE - 1)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;

        if (dash ? text.data[i] != '-' : ruf_hex_value(text.data[i]) < 0)
            return false;
        out[i] = ruf_ascii_lower(text.data[i]);
    }
    out[text.size] = '\0';
    return true;
}

char *ruf_presence_request(struct ruf_presence_row *rows, size_t count)
{
    /* An id needs no escapes; with quotes and comma it takes 39 bytes. */
    size_t room = sizeof("{\"ids\":[]}") + count * 39;
    char *body = malloc(room);
    size_t used;

    if (body == NULL)
        return NULL;
    used = (size_t)snprintf(body, room, "{\"ids\":[");
    for (size_t i = 0; i < count; i++) {
        used += (size_t)snprintf(body + used, room - used, "%s\"%s\"",
                                 i == 0 ? "" : ",", rows[i].id);
        rows[i].asked = true;
    }
    (void)snprintf(body + used, room - used, "]}");
    return body;
}

static void take(const struct ruf_json *object, struct ruf_presence_row *rows,
                 size_t count)
{
    char id[RUF_PRESENCE_ID_SIZE];

    if (!ruf_json_is(object, RUF_JSON_OBJECT) || ruf_json_repeats(object) ||
        !ruf_presence_read_id(ruf_json_string(ruf_json_get(object, "id")), id))
        return;
    for (size_t i = 0; i < count; i++)
        if (rows[i].asked && strcmp(rows[i].id, id) == 0)
            rows[i].availability = availability_of(
                ruf_json_string(ruf_json_get(object, "availability")));
}

enum ruf_status ruf_presence_answer(const struct ruf_http_answer *answer,
                                    const char *place,
                                    struct ruf_presence_row *rows, size_t count,
                                    int64_t now_ms, struct ruf_error *err)
{
    struct ruf_json_walk objects;
    struct ruf_graph_page page;
    enum ruf_status status =
        ruf_graph_page_read(answer, place, RUF_PAGE_LIST, &page, err);

    if (status != RUF_OK)
        return status;
    for (size_t i = 0; i < count; i++) {
        if (!rows[i].asked)
            continue;
        rows[i].availability = RUF_PRESENCE_UNKNOWN;
        rows[i].known_ms = now_ms;
    }
    objects = ruf_json_walk(page.value);
    while (ruf_json_next(&objects))
        take(objects.value, rows, count);
    ruf_graph_page_free(&page);
    return RUF_OK;
}

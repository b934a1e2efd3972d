/*
 * sync/graph_page.c - the frame of a Graph page, and Graph's error bodies
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sync/graph_page.h"
#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "sync/origin.h"
#include <cjson/cJSON.h>
#include <string.h>

#define DEPTH_MAX 16
#define TOTAL_MAX 1e12

static enum ruf_status refuse(struct ruf_error *err, const char *id,
                              const char *place, const char *detail)
{
    return ruf_fail(err, RUF_E_SERVER, id, place, "%s", detail);
}

/* A link as sent: absent, or non-empty text of bearable length. */
static bool take_link(const cJSON *tree, const char *name, const char **out)
{
    const cJSON *item = ruf_json_member(tree, name);
    struct ruf_text text = ruf_json_text(item);

    *out = text.data;
    return item == NULL || (text.size > 0 && text.size <= RUF_URL_MAX);
}

/* Told on the first page by services that were asked to count. */
static uint64_t take_total(const cJSON *tree)
{
    const cJSON *count = ruf_json_member(tree, "@odata.count");

    return cJSON_IsNumber(count) && count->valuedouble >= 1 &&
                   count->valuedouble <= TOTAL_MAX
               ? (uint64_t)count->valuedouble
               : 0;
}

static enum ruf_status read_frame(struct ruf_graph_page *page,
                                  const char *place, enum ruf_page_end end,
                                  struct ruf_error *err)
{
    const char *next;
    const char *delta;

    if (!cJSON_IsObject(page->tree) || ruf_json_has_duplicates(page->tree))
        return refuse(err, "S524", place, "the page is not a plain object");
    page->value = ruf_json_member(page->tree, "value");
    if (!cJSON_IsArray(page->value))
        return refuse(err, "S524", place, "the page has no list of values");
    if (!take_link(page->tree, "@odata.nextLink", &next) ||
        !take_link(page->tree, "@odata.deltaLink", &delta))
        return refuse(err, "S524", place, "a link is not usable text");
    if (next == NULL && delta == NULL && end != RUF_PAGE_DELTA)
        delta = "";
    if ((next == NULL) == (delta == NULL))
        return refuse(err, "S524", place,
                      next == NULL ? "the page has neither link"
                                   : "the page has both links");
    page->total = take_total(page->tree);
    page->empty = page->value->child == NULL;
    page->link_kind = next != NULL ? RUF_LINK_NEXT : RUF_LINK_DELTA;
    page->link = next != NULL ? next : delta;
    return RUF_OK;
}

enum ruf_status ruf_graph_page_read(const struct ruf_http_answer *answer,
                                    const char *place, enum ruf_page_end end,
                                    struct ruf_graph_page *out,
                                    struct ruf_error *err)
{
    enum ruf_status status;

    memset(out, 0, sizeof(*out));
    status = ruf_json_parse(answer->body, answer->size, place, DEPTH_MAX,
                            RUF_JSON_MARK_OBJECT, &out->tree, err);
    if (status == RUF_E_CORRUPT)
        return refuse(err, "S522", place, "the page is not JSON");
    if (status != RUF_OK)
        return status;
    status = read_frame(out, place, end, err);
    if (status != RUF_OK)
        ruf_graph_page_free(out);
    return status;
}

void ruf_graph_page_free(struct ruf_graph_page *page)
{
    cJSON_Delete(page->tree);
    memset(page, 0, sizeof(*page));
}

static bool is_resync_code(const cJSON *error)
{
    struct ruf_text code = ruf_json_text(ruf_json_member(error, "code"));

    return ruf_text_equal_nocase(code, ruf_text("syncStateNotFound")) ||
           ruf_text_equal_nocase(code, ruf_text("resyncRequired"));
}

/* Codes get more specific with depth; both spellings of the member occur. */
static bool any_resync_code(const cJSON *tree)
{
    const cJSON *error = ruf_json_member(tree, "error");

    while (error != NULL) {
        const cJSON *inner = ruf_json_member(error, "innerError");

        if (is_resync_code(error))
            return true;
        error = inner != NULL ? inner : ruf_json_member(error, "innererror");
    }
    return false;
}

bool ruf_graph_wants_resync(const struct ruf_http_answer *answer)
{
    struct cJSON *tree = NULL;
    bool resync;

    if (answer->status < 400 || answer->status > 499)
        return false;
    if (answer->status == 410)
        return true;
    if (ruf_json_parse(answer->body, answer->size, "", DEPTH_MAX,
                       RUF_JSON_MARK_OBJECT, &tree, NULL) != RUF_OK)
        return false;
    resync = any_resync_code(tree);
    cJSON_Delete(tree);
    return resync;
}

/*
 * sync/graph_page.c - the frame of a Graph page, and Graph's error bodies
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sync/graph_page.h"
#include "base/error.h"
#include "base/json_doc.h"
#include "base/text.h"
#include "sync/origin.h"
#include <string.h>

#define DEPTH_MAX 16
#define TOTAL_MAX 1e12

static enum ruf_status refuse(struct ruf_error *err, const char *id,
                              const char *place, const char *detail)
{
    return ruf_fail(err, RUF_E_SERVER, id, place, "%s", detail);
}

/* A link as sent: absent, or non-empty text of bearable length. */
static bool take_link(const struct ruf_json *tree, const char *name,
                      const char **out)
{
    const struct ruf_json *item = ruf_json_get(tree, name);
    struct ruf_text text = ruf_json_string(item);

    *out = text.data;
    return item == NULL || (text.size > 0 && text.size <= RUF_URL_MAX);
}

/* Told on the first page by services that were asked to count. */
static uint64_t take_total(const struct ruf_json *tree)
{
    double number = ruf_json_number(ruf_json_get(tree, "@odata.count"));

    return number >= 1 && number <= TOTAL_MAX ? (uint64_t)number : 0;
}

static enum ruf_status read_frame(struct ruf_graph_page *page,
                                  const char *place, enum ruf_page_end end,
                                  struct ruf_error *err)
{
    const struct ruf_json *tree = ruf_json_doc_root(page->doc);
    const char *next;
    const char *delta;

    if (!ruf_json_is(tree, RUF_JSON_OBJECT) || ruf_json_repeats(tree))
        return refuse(err, "S524", place, "the page is not a plain object");
    page->value = ruf_json_get(tree, "value");
    if (!ruf_json_is(page->value, RUF_JSON_ARRAY))
        return refuse(err, "S524", place, "the page has no list of values");
    if (!take_link(tree, "@odata.nextLink", &next) ||
        !take_link(tree, "@odata.deltaLink", &delta))
        return refuse(err, "S524", place, "a link is not usable text");
    if (next == NULL && delta == NULL && end != RUF_PAGE_DELTA)
        delta = "";
    if ((next == NULL) == (delta == NULL))
        return refuse(err, "S524", place,
                      next == NULL ? "the page has neither link"
                                   : "the page has both links");
    page->total = take_total(tree);
    page->empty = ruf_json_count(page->value) == 0;
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
    status = ruf_json_doc_read(answer->body, answer->size, place, DEPTH_MAX,
                               &out->doc, err);
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
    ruf_json_doc_free(page->doc);
    memset(page, 0, sizeof(*page));
}

static bool is_resync_code(const struct ruf_json *error)
{
    struct ruf_text code = ruf_json_string(ruf_json_get(error, "code"));

    return ruf_text_equal_nocase(code, ruf_text("syncStateNotFound")) ||
           ruf_text_equal_nocase(code, ruf_text("resyncRequired"));
}

/* Codes get more specific with depth; both spellings of the member occur. */
static bool any_resync_code(const struct ruf_json *tree)
{
    const struct ruf_json *error = ruf_json_get(tree, "error");

    while (error != NULL) {
        const struct ruf_json *inner = ruf_json_get(error, "innerError");

        if (is_resync_code(error))
            return true;
        error = inner != NULL ? inner : ruf_json_get(error, "innererror");
    }
    return false;
}

bool ruf_graph_wants_resync(const struct ruf_http_answer *answer)
{
    struct ruf_json_doc *doc = NULL;
    bool resync;

    if (answer->status < 400 || answer->status > 499)
        return false;
    if (answer->status == 410)
        return true;
    if (ruf_json_doc_read(answer->body, answer->size, "", DEPTH_MAX, &doc,
                          NULL) != RUF_OK)
        return false;
    resync = any_resync_code(ruf_json_doc_root(doc));
    ruf_json_doc_free(doc);
    return resync;
}

/*
 * test_graph_page.c - the frame of a page, and what an error body says
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/text.h"
#include "sync/graph_page.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define NEXT "\"@odata.nextLink\":\"https://a.example/n\""
#define DELTA "\"@odata.deltaLink\":\"https://a.example/d\""

static struct ruf_graph_page page;
static struct ruf_error err;

static enum ruf_status read_page(const char *body, size_t size,
                                 enum ruf_page_end end)
{
    struct ruf_http_answer answer = { .status = 200,
                                      .body = body,
                                      .size = size };

    memset(&err, 0, sizeof(err));
    return ruf_graph_page_read(&answer, "AAD", end, &page, &err);
}

static enum ruf_status read_text(const char *body, enum ruf_page_end end)
{
    return read_page(body, strlen(body), end);
}

static void expect_refused(const char *body, const char *id)
{
    cr_expect_eq(read_text(body, RUF_PAGE_DELTA), RUF_E_SERVER, "%s", body);
    cr_expect_str_eq(err.id, id, "%s", body);
    cr_expect_str_eq(err.place, "AAD");
    cr_expect_null(page.doc, "nothing is left to free");
}

Test(graph_page, is_read_with_its_one_link)
{
    cr_assert_eq(read_text("{\"value\":[{}]," NEXT "}", RUF_PAGE_DELTA),
                 RUF_OK);
    cr_expect_eq(page.link_kind, RUF_LINK_NEXT);
    cr_expect_str_eq(page.link, "https://a.example/n");
    cr_expect_not(page.empty);
    ruf_graph_page_free(&page);
    cr_assert_eq(read_text("{\"value\":[]," DELTA "}", RUF_PAGE_DELTA), RUF_OK);
    cr_expect_eq(page.link_kind, RUF_LINK_DELTA);
    cr_expect(page.empty, "an empty page is a page");
    ruf_graph_page_free(&page);
    cr_assert_eq(read_text("{\"value\":[]," NEXT "}", RUF_PAGE_DELTA), RUF_OK);
    cr_expect_eq(page.link_kind, RUF_LINK_NEXT, "also with more to come");
    ruf_graph_page_free(&page);
}

Test(graph_page, without_a_link_is_the_end_of_a_list_only)
{
    expect_refused("{\"value\":[]}", "S524");
    cr_assert_eq(read_text("{\"value\":[]}", RUF_PAGE_LIST), RUF_OK);
    cr_expect_str_eq(page.link, "");
    ruf_graph_page_free(&page);
    cr_assert_eq(read_text("{\"value\":[]}", RUF_PAGE_ANY), RUF_OK);
    ruf_graph_page_free(&page);
}

Test(graph_page, with_a_broken_frame_is_refused)
{
    static const char *const frames[] = {
        "{\"value\":[]," NEXT "," DELTA "}",
        "{" DELTA "}",
        "{\"value\":null," DELTA "}",
        "{\"value\":{}," DELTA "}",
        "{\"value\":\"\"," DELTA "}",
        "{\"Value\":[]," DELTA "}",
        "{\"value\":[],\"value\":[]," DELTA "}",
        "{\"error\":{\"code\":\"x\"}}",
        "[]",
        "null",
        "\"value\"",
        "{\"value\":[],\"@odata.nextLink\":\"\"}",
        "{\"value\":[],\"@odata.nextLink\":7}",
        "{\"value\":[],\"@odata.deltaLink\":null}",
        "{\"value\":[],\"@odata.deltaLink\":{}}",
    };

    for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++)
        expect_refused(frames[i], "S524");
}

Test(graph_page, that_is_no_json_is_refused)
{
    static const char *const texts[] = {
        "",
        " ",
        "<html></html>",
        "{\"value\":[]," DELTA,
        "{\"value\":[]," DELTA "}x",
        "{\"value\":[]," DELTA "}{}",
        "{\"value\":[}]," DELTA "}",
    };
    char deep[200] = "";

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        expect_refused(texts[i], "S522");
    memset(deep, '[', 60);
    memset(deep + 60, ']', 60);
    expect_refused(deep, "S522");
    /* A NUL ends no text: what stands behind it counts. */
    cr_expect_eq(read_page("{\"value\":[]," DELTA "}\0x",
                           sizeof("{\"value\":[]," DELTA "}\0x") - 1,
                           RUF_PAGE_DELTA),
                 RUF_E_SERVER);
}

static bool wants_resync(int status, const char *body)
{
    struct ruf_http_answer answer = { .status = status,
                                      .body = body,
                                      .size = strlen(body) };

    return ruf_graph_wants_resync(&answer);
}

#define CODE(code) "{\"error\":{\"code\":\"" code "\"}}"

Test(graph_page, tells_a_lost_state_from_other_refusals)
{
    cr_expect(wants_resync(410, ""));
    cr_expect(wants_resync(410, "<html>"));
    cr_expect(wants_resync(400, CODE("syncStateNotFound")));
    cr_expect(wants_resync(400, CODE("SyncStateNotFound")));
    cr_expect(wants_resync(404, CODE("resyncRequired")));
    cr_expect(wants_resync(
        400, "{\"error\":{\"code\":\"x\",\"innerError\":{\"code\":\"y\","
             "\"innererror\":{\"code\":\"resyncrequired\"}}}}"));
    cr_expect_not(wants_resync(400, CODE("BadRequest")));
    cr_expect_not(wants_resync(400, CODE("")));
    cr_expect_not(wants_resync(400, ""));
    cr_expect_not(wants_resync(400, "<html>syncStateNotFound</html>"));
    cr_expect_not(wants_resync(400, "{\"error\":\"syncStateNotFound\"}"));
    cr_expect_not(wants_resync(500, CODE("syncStateNotFound")));
    cr_expect_not(wants_resync(200, CODE("syncStateNotFound")));
}

static uint64_t total_of(const char *count)
{
    char text[120];
    uint64_t total;

    (void)snprintf(text, sizeof(text),
                   "{\"@odata.count\":%s,\"value\":[]," DELTA "}", count);
    cr_assert_eq(read_text(text, RUF_PAGE_DELTA), RUF_OK);
    total = page.total;
    ruf_graph_page_free(&page);
    return total;
}

Test(graph_page, takes_only_a_number_for_a_total)
{
    cr_expect_eq(total_of("1234"), 1234u);
    cr_expect_eq(total_of("0"), 0u);
    cr_expect_eq(total_of("-3"), 0u);
    cr_expect_eq(total_of("1e999"), 0u);
    cr_expect_eq(total_of("\"12\""), 0u);
    cr_expect_eq(total_of("null"), 0u);
}

/*
 * test_origin.c - which URLs are of the same origin, and which are none
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sync/origin.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdlib.h>
#include <string.h>

struct url {
    char text[200];
};

static bool same_as_graph(const char *url)
{
    struct ruf_origin graph;
    struct ruf_origin other;

    cr_assert_eq(ruf_origin_parse("https://graph.example.com", &graph),
                 RUF_ORIGIN_OK);
    return ruf_origin_parse(url, &other) == RUF_ORIGIN_OK &&
           ruf_origin_equal(&graph, &other);
}

ParameterizedTestParameters(origin, takes_spellings_of_the_same_place)
{
    static struct url urls[] = {
        { "https://graph.example.com/v1.0/users/delta?$skiptoken=a%2Fb" },
        { "https://graph.example.com" },
        { "https://GRAPH.Example.COM/v1.0/users" },
        { "HTTPS://graph.example.com/v1.0/users" },
        { "https://graph.example.com:443/v1.0/users" },
        { "https://graph.example.com?$skiptoken=x" },
        { "https://graph.example.com/a@b/c" },
        { "https://graph.example.com/?next=https://evil.example/" },
    };

    return cr_make_param_array(struct url, urls,
                               sizeof(urls) / sizeof(urls[0]));
}

ParameterizedTest(struct url *url, origin, takes_spellings_of_the_same_place)
{
    cr_expect(same_as_graph(url->text), "%s", url->text);
}

ParameterizedTestParameters(origin, refuses_every_other_place)
{
    static struct url urls[] = {
        { "http://graph.example.com/v1.0/users" },
        { "https://graph.example.com:8443/v1.0/users" },
        { "https://graph.example.com:80/" },
        { "https://evil.example/v1.0/users" },
        { "https://graph.example.com.evil.example/" },
        { "https://evilgraph.example.com/" },
        { "https://graph.example.com@evil.example/" },
        { "https://graph.example.com:443@evil.example/" },
        { "https://user@graph.example.com/" },
        { "https://user:word@graph.example.com/" },
        { "https://graph.example.com\\@evil.example/" },
        { "https://evil.example#@graph.example.com/" },
        { "https://evil.example?@graph.example.com/" },
        { "https:///graph.example.com/" },
        { "https:graph.example.com/" },
        { "//graph.example.com/v1.0/users" },
        { "/v1.0/users" },
        { "graph.example.com/v1.0/users" },
        { "file:///etc/passwd" },
        { "ftp://graph.example.com/" },
        { "https://169.254.169.254/latest/meta-data" },
        { "https://[::1]/" },
        { "https://graph.example.com./" },
        { " https://graph.example.com/" },
        { "https://graph.example.com/a b" },
        { "https://graph.example.com/\r\nX-Header: 1" },
        { "https://graph.example.com/\ta" },
        { "https://gr\xc3\xa4ph.example.com/" }, /* a with dots */
        { "https://graph.ex\xd0\xb0mple.com/" }, /* Cyrillic a */
        { "https://graph.example\xe3\x80\x82"
          "com/" }, /* full stop */
        { "https://xn--grph-0qa.example.com/" },
        { "https://graph.example.com:99999/" },
        { "https://graph.example.com:0x1bb/" },
        { "https://graph%2eexample%2ecom%2eevil.example/" },
        { "" },
    };

    return cr_make_param_array(struct url, urls,
                               sizeof(urls) / sizeof(urls[0]));
}

ParameterizedTest(struct url *url, origin, refuses_every_other_place)
{
    cr_expect_not(same_as_graph(url->text), "%s", url->text);
}

Test(origin, tells_ports_of_an_address_apart)
{
    struct ruf_origin one;
    struct ruf_origin two;

    cr_assert_eq(ruf_origin_parse("https://127.0.0.1:8443/x", &one),
                 RUF_ORIGIN_OK);
    cr_assert_eq(ruf_origin_parse("https://127.0.0.1:8444/x", &two),
                 RUF_ORIGIN_OK);
    cr_expect_str_eq(one.host, "127.0.0.1");
    cr_expect_str_eq(one.port, "8443");
    cr_expect_not(ruf_origin_equal(&one, &two));
}

Test(origin, refuses_a_url_without_end)
{
    struct ruf_origin origin;
    size_t size = RUF_URL_MAX + 10;
    char *url = malloc(size + 1);

    memset(url, 'a', size);
    url[size] = '\0';
    memcpy(url, "https://graph.example.com/", 26);
    cr_expect_eq(ruf_origin_parse(url, &origin), RUF_ORIGIN_BAD);
    url[RUF_URL_MAX - 1] = '\0';
    cr_expect_eq(ruf_origin_parse(url, &origin), RUF_ORIGIN_OK);
    free(url);
}

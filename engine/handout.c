/*
 * engine/handout.c - what leaves a home through the host, as the policy allows
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "base/text.h"
#include "engine/access.h"
#include <string.h>

static enum ruf_status forbidden(struct ruf_error *err, const char *field)
{
    return ruf_fail(err, RUF_E_POLICY, "P170", field, "the policy forbids it");
}

/* UTF-8: bytes that do not go on with a character. */
static size_t count_characters(const char *text, size_t size)
{
    size_t count = 0;

    for (size_t i = 0; i < size; i++)
        count += ((unsigned char)text[i] & 0xC0) != 0x80;
    return count;
}

enum ruf_status ruf_home_copy(struct ruf_home *home, const char *text,
                              size_t size, struct ruf_error *err)
{
    const struct ruf_policy_protection *rules = &home->policy->protection;
    bool short_enough = count_characters(text, size) <= rules->copy_limit;
    enum ruf_status status = ruf_access_enter(home, RUF_ACCESS_USE, err);

    if (status != RUF_OK)
        return status;
    if (rules->copy_paste == RUF_COPY_BLOCK && !short_enough)
        return forbidden(err, "protection.copy_paste");
    return home->host.copy(home->host.context, text, size,
                           rules->copy_paste != RUF_COPY_ANY && !short_enough,
                           err);
}

enum ruf_status ruf_home_print(struct ruf_home *home, const char *text,
                               size_t size, struct ruf_error *err)
{
    enum ruf_status status = ruf_access_enter(home, RUF_ACCESS_USE, err);

    if (status != RUF_OK)
        return status;
    if (home->policy->protection.print == RUF_BLOCK)
        return forbidden(err, "protection.print");
    return home->host.print(home->host.context, text, size, err);
}

/* The rule is about web pages; calls and mails have one of their own. */
static bool is_web(const char *url)
{
    struct ruf_text text = ruf_text(url);
    struct ruf_text scheme = ruf_text_slice(text, 0, strcspn(url, ":"));

    return ruf_text_equal_nocase(scheme, ruf_text("http")) ||
           ruf_text_equal_nocase(scheme, ruf_text("https"));
}

enum ruf_status ruf_home_open_url(struct ruf_home *home, const char *url,
                                  struct ruf_error *err)
{
    const struct ruf_policy_protection *rules = &home->policy->protection;
    const char *scheme = NULL;
    enum ruf_status status = ruf_access_enter(home, RUF_ACCESS_USE, err);

    if (status != RUF_OK)
        return status;
    if (is_web(url) && rules->links_scheme != NULL)
        scheme = rules->links_scheme;
    else if (is_web(url) && rules->links == RUF_LINKS_BLOCK)
        return forbidden(err, "protection.links");
    else if (is_web(url) && rules->links == RUF_LINKS_EDGE)
        scheme = "microsoft-edge";
    return home->host.open_url(home->host.context, url, scheme, err);
}

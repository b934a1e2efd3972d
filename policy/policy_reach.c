/*
 * policy/policy_reach.c - where a source lies: url, container, table, columns
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/text.h"
#include "policy/clouds.h"
#include "policy/columns.h"
#include "policy/policy_private.h"
#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

/* --- url --------------------------------------------------------------------
 */

/* Size of "https://host[:port]" at the start of a url; 0 if it has none. */
static size_t origin_size(struct ruf_text url)
{
    struct ruf_text rest = ruf_text_slice(url, 8, url.size);
    const char *slash;

    if (!ruf_text_starts_with(url, "https://") || rest.size == 0)
        return 0;
    slash = memchr(rest.data, '/', rest.size);
    return 8 + (slash == NULL ? rest.size : (size_t)(slash - rest.data));
}

static bool ends_in(struct ruf_text host, const char *suffix)
{
    size_t size = suffix == NULL ? 0 : strlen(suffix);

    return size > 0 && host.size > size &&
           ruf_text_equal_nocase(ruf_text_slice(host, host.size - size, size),
                                 ruf_text(suffix));
}

static bool is_cloud_host(const struct ruf_policy *policy,
                          enum ruf_source_kind kind, struct ruf_text host)
{
    const struct ruf_cloud *cloud = policy->auth.cloud;

    if (kind == RUF_SOURCE_BLOB)
        return ends_in(host, cloud->blob_suffix);
    for (size_t i = 0; i < sizeof(cloud->dataverse_suffixes) /
                               sizeof(cloud->dataverse_suffixes[0]);
         i++)
        if (ends_in(host, cloud->dataverse_suffixes[i]))
            return true;
    return false;
}

static bool is_listed_host(const struct ruf_policy *policy,
                           struct ruf_text origin)
{
    for (size_t i = 0; i < policy->auth.source_host_count; i++)
        if (ruf_text_equal_nocase(origin,
                                  ruf_text(policy->auth.source_hosts[i])))
            return true;
    return false;
}

static bool all_in(struct ruf_text text, const char *allowed)
{
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] == '\0' || strchr(allowed, text.data[i]) == NULL)
            return false;
    return true;
}

#define SMALL "abcdefghijklmnopqrstuvwxyz0123456789"
#define LETTERS SMALL "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* A path names a storage account: emulators have it there. */
static bool is_good_path(enum ruf_source_kind kind, struct ruf_text path)
{
    if (path.size == 0 || ruf_text_is(path, "/"))
        return true;
    return kind == RUF_SOURCE_BLOB && path.size <= 25 &&
           all_in(ruf_text_slice(path, 1, path.size), SMALL);
}

static void read_url(const struct policy_at *source,
                     const struct ruf_policy *policy,
                     struct ruf_policy_source *out)
{
    struct policy_at here;
    struct ruf_text url;
    struct ruf_text origin;
    struct ruf_text host;

    if (ruf_policy_member(source, "url", &here) == NULL) {
        ruf_policy_error(source->parser, "P102", here.pointer,
                         "is required for this kind");
        return;
    }
    if (!ruf_policy_text(&here, 200, &url))
        return;
    origin = ruf_text_slice(url, 0, origin_size(url));
    host = ruf_text_slice(origin, 8, origin.size);
    if (origin.size == 0 || !all_in(host, LETTERS ".-:") ||
        !is_good_path(out->kind, ruf_text_slice(url, origin.size, url.size)))
        ruf_policy_error(source->parser, "P107", here.pointer,
                         "must be https://host");
    else if (!is_cloud_host(policy, out->kind, host) &&
             !is_listed_host(policy, origin))
        ruf_policy_error(source->parser, "P107", here.pointer,
                         "not a host of this cloud, nor one of "
                         "auth.endpoints.sources");
    else
        out->url = ruf_policy_string(&here, 200);
}

/* --- container, table, columns
 * ------------------------------------------------------ */

static void read_container(const struct policy_at *source,
                           struct ruf_policy_source *out)
{
    struct policy_at here;
    struct ruf_text text;
    const char *slash;
    size_t size;

    if (ruf_policy_member(source, "container", &here) == NULL) {
        ruf_policy_error(source->parser, "P102", here.pointer,
                         "is required for this kind");
        return;
    }
    if (!ruf_policy_text(&here, 1024, &text))
        return;
    slash = memchr(text.data, '/', text.size);
    size = slash == NULL ? text.size : (size_t)(slash - text.data);
    if (size < 3 || size > 63 ||
        !all_in(ruf_text_slice(text, 0, size), SMALL "-"))
        ruf_policy_error(source->parser, "P107", here.pointer,
                         "must be a container, or container/prefix");
    else
        out->container = ruf_policy_string(&here, 1024);
}

/* The name of a table or column, which becomes part of a URL. */
static const char *read_name(const struct policy_at *here)
{
    struct ruf_text text;

    if (!ruf_policy_text(here, 100, &text))
        return NULL;
    if (text.size == 0 || !all_in(text, LETTERS "_")) {
        ruf_policy_error(here->parser, "P107", here->pointer,
                         "only letters, digits and underscores");
        return NULL;
    }
    return ruf_policy_string(here, 100);
}

static void read_column(const struct policy_at *here,
                        struct ruf_policy_source *out,
                        struct ruf_policy_column *column)
{
    struct ruf_column meaning = ruf_column_of(ruf_text(here->item->string));
    struct policy_at key = *here;

    if (meaning.key == RUF_COLUMN_UNKNOWN) {
        ruf_policy_error(here->parser, "P105", here->pointer,
                         "not the name of one of our fields");
        return;
    }
    column->column = read_name(here);
    column->field = ruf_arena_copy(here->parser->arena, here->item->string,
                                   strlen(here->item->string) + 1);
    key.parser->out_of_memory =
        key.parser->out_of_memory || column->field == NULL;
    if (column->column != NULL && column->field != NULL)
        out->column_count++;
}

static void read_columns(const struct policy_at *source,
                         struct ruf_policy_source *out)
{
    struct ruf_policy_column *columns;
    struct policy_at here;
    const cJSON *child;

    if (ruf_policy_object(source, "columns", &here) == NULL)
        return;
    if (cJSON_GetArraySize(here.item) > RUF_POLICY_COLUMNS_MAX) {
        ruf_policy_error(source->parser, "P104", here.pointer,
                         "at most %d columns", RUF_POLICY_COLUMNS_MAX);
        return;
    }
    columns = ruf_arena_alloc(source->parser->arena, RUF_POLICY_COLUMNS_MAX,
                              sizeof(*columns));
    if (columns == NULL) {
        source->parser->out_of_memory = true;
        return;
    }
    out->columns = columns;
    cJSON_ArrayForEach(child, here.item)
    {
        struct policy_at at;

        if (ruf_policy_member(&here, child->string, &at) != NULL)
            read_column(&at, out, &columns[out->column_count]);
    }
}

/* Whether it is well-formed was told when it was read. */
static bool names_id(const cJSON *columns)
{
    const cJSON *child;

    cJSON_ArrayForEach(child, columns)
    {
        if (ruf_column_of(ruf_text(child->string)).key == RUF_COLUMN_ID)
            return true;
    }
    return false;
}

static void read_table(const struct policy_at *source,
                       struct ruf_policy_source *out)
{
    struct policy_at here;

    if (ruf_policy_member(source, "table", &here) == NULL)
        ruf_policy_error(source->parser, "P102", here.pointer,
                         "is required for this kind");
    else
        out->table = read_name(&here);
    if (!names_id(ruf_policy_member(source, "columns", &here)))
        ruf_policy_error(source->parser, "P102", here.pointer,
                         "must name the columns, among them one for id");
}

void ruf_policy_read_reach(const struct policy_at *source,
                           const struct ruf_policy *policy,
                           struct ruf_policy_source *out)
{
    static const char *const charsets[] = { "utf-8", "windows-1252", NULL };

    out->charset = (enum ruf_charset)ruf_policy_word(
        source, "charset", charsets, RUF_CHARSET_UTF8);
    if (out->kind != RUF_SOURCE_DYNAMICS365 &&
        out->kind != RUF_SOURCE_DATAVERSE && out->kind != RUF_SOURCE_BLOB)
        return;
    read_url(source, policy, out);
    if (out->kind == RUF_SOURCE_BLOB)
        read_container(source, out);
    else
        read_columns(source, out);
    if (out->kind == RUF_SOURCE_DATAVERSE)
        read_table(source, out);
}

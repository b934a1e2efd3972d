/*
 * cli/cmd_query.c - lookup and search
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cli/input.h"
#include "cli/json_out.h"
#include <inttypes.h>
#include <rufname/marks.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SEARCH_LIMIT_DEFAULT 20
#define NUMBER_SIZE_MAX 250

/* What both commands need: the open index and the time spent in it. */
struct query {
    struct cli *cli;
    struct ruf_home *home;
    struct ruf_index *index;
    struct ruf_query *query;
    struct ruf_hit *hits;
    size_t limit;
    struct ruf_marks *marks; /* NULL: unknown */
    bool explain;
    bool separate; /* a blank line after each query's hits */
    uint64_t asked;
    uint64_t found;
    uint64_t ns;
};

static uint64_t now_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void close_query(struct query *query)
{
    ruf_query_destroy(query->query);
    ruf_index_close(query->index);
    ruf_home_close(query->home);
    free(query->hits);
    free(query->marks);
    query->query = NULL;
    query->index = NULL;
    query->home = NULL;
    query->hits = NULL;
    query->marks = NULL;
}

static int open_query(struct cli *cli, enum ruf_index_mode mode,
                      struct query *query)
{
    struct ruf_error err;
    int code;

    memset(query, 0, sizeof(*query));
    query->cli = cli;
    code = cli_open_storing_home(cli, RUF_ACCESS_USE, &query->home);
    if (code != 0)
        return code;
    if (ruf_home_index(query->home, mode, &query->index, &err) != RUF_OK ||
        ruf_query_create(query->index, &query->query, &err) != RUF_OK) {
        code = cli_fail(cli, &err);
        close_query(query);
    }
    return code;
}

static void print_time(const struct query *query)
{
    if (query->asked > 0)
        (void)fprintf(stderr, "%" PRIu64 " × %.2f µs\n", query->asked,
                      (double)query->ns / 1000.0 / (double)query->asked);
}

static void put_text(struct ruf_text text)
{
    if (text.size > 0) /* absent text has no bytes to point at */
        (void)fwrite(text.data, 1, text.size, stdout);
}

/* --- lookup ----------------------------------------------------------------
 */

static void json_contact_brief(struct json_out *out,
                               const struct ruf_contact *contact)
{
    char id[RUF_CONTACT_ID_TEXT_SIZE];

    ruf_contact_id_format(&contact->id, id);
    json_begin_object(out, NULL);
    json_string(out, "id", id);
    json_text(out, "name", contact->display);
    json_text(out, "company", contact->company);
    json_begin_array(out, "sources");
    for (size_t i = 0; i < contact->source_count; i++)
        json_text(out, NULL, contact->sources[i]);
    json_end_array(out);
    json_end_object(out);
}

/* The label and the list of contacts belong to the query's scratch, which the
 * next call reuses, so both are kept before contacts are read. */
static int print_caller_json(struct query *query, struct ruf_text given,
                             const char *e164, const struct ruf_caller *caller)
{
    struct ruf_error err;
    struct json_out out;
    size_t count = caller->contact_count;
    uint32_t *contacts = calloc(count + 1, sizeof(*contacts));
    enum ruf_status status = RUF_OK;

    if (contacts == NULL)
        return cli_fail_memory(query->cli);
    if (count > 0)
        memcpy(contacts, caller->contacts, count * sizeof(*contacts));
    json_begin_line(&out, "lookup");
    json_text(&out, "number", given);
    json_string(&out, "e164", e164);
    json_bool(&out, "known", caller->known);
    json_text(&out, "label", caller->label);
    json_bool(&out, "approximate", caller->approximate);
    json_begin_array(&out, "contacts");
    for (size_t i = 0; i < count && status == RUF_OK; i++) {
        struct ruf_contact contact;

        status = ruf_query_contact(query->query, contacts[i], &contact, &err);
        if (status == RUF_OK)
            json_contact_brief(&out, &contact);
    }
    json_end_array(&out);
    json_end_line(&out);
    free(contacts);
    return status == RUF_OK ? 0 : cli_fail(query->cli, &err);
}

static void print_caller_text(struct ruf_text given, const char *e164,
                              const struct ruf_caller *caller)
{
    put_text(given);
    (void)printf("\t%s\t", e164);
    put_text(caller->label);
    (void)putchar('\n');
}

static int lookup_line(void *context, const char *line, size_t size)
{
    struct query *query = context;
    struct ruf_text given = { line, size };
    struct ruf_caller caller;
    struct ruf_number number;
    struct ruf_error err;
    uint64_t start;

    memset(&caller, 0, sizeof(caller));
    ruf_home_read_number(query->home, line,
                         size < NUMBER_SIZE_MAX ? size : NUMBER_SIZE_MAX,
                         &number);
    start = now_ns();
    if (number.key != 0 &&
        ruf_query_lookup(query->query, number.key, &caller, &err) != RUF_OK)
        return cli_fail(query->cli, &err);
    query->ns += now_ns() - start;
    query->asked++;
    query->found += caller.known ? 1 : 0;
    if (query->cli->json)
        return print_caller_json(query, given, number.e164, &caller);
    print_caller_text(given, number.e164, &caller);
    return cli_interrupted(NULL) ? 130 : 0;
}

static bool reads_stdin(const struct cli *cli)
{
    return cli->argument_count == 1 && strcmp(cli->arguments[0], "-") == 0;
}

static int lookup_arguments(struct query *query)
{
    const struct cli *cli = query->cli;
    int code = 0;

    for (int i = 0; i < cli->argument_count && code == 0; i++)
        if (strcmp(cli->arguments[i], "--") != 0)
            code = lookup_line(query, cli->arguments[i],
                               strlen(cli->arguments[i]));
    return code;
}

int cmd_lookup(struct cli *cli)
{
    bool timed = cli_take_flag(cli, "--time");
    struct query query;
    int code = cli_reject_options(cli);

    if (code != 0)
        return code;
    if (cli->argument_count == 0)
        return cli_usage(cli, "lookup NUMBER...|-");
    /* One call answers from a few blocks; a list is worth opening them all. */
    code = open_query(
        cli, reads_stdin(cli) ? RUF_INDEX_RESIDENT : RUF_INDEX_ON_DEMAND,
        &query);
    if (code != 0)
        return code;
    if (reads_stdin(cli))
        code = cli_each_line(cli, "-", lookup_line, &query);
    else
        code = lookup_arguments(&query);
    if (timed)
        print_time(&query);
    close_query(&query);
    if (code == 0 && query.found == 0)
        code = cli_exit_code(RUF_E_NOT_FOUND);
    return code;
}

/* --- search ------------------------------------------------------------------
 */

/* The number people would call first: mobile, then business, then any. */
static const struct ruf_contact_number *
best_number(const struct ruf_contact *contact)
{
    static const enum ruf_number_kind order[] = {
        RUF_KIND_BUSINESS, RUF_KIND_MOBILE, RUF_KIND_MAIN,
        RUF_KIND_OTHER,    RUF_KIND_HOME,
    };

    for (size_t k = 0; k < sizeof(order) / sizeof(order[0]); k++)
        for (size_t i = 0; i < contact->number_count; i++)
            if (contact->numbers[i].kind == order[k] &&
                contact->numbers[i].e164 != 0)
                return &contact->numbers[i];
    return contact->number_count > 0 ? &contact->numbers[0] : NULL;
}

static void print_hit_text(const struct query *query,
                           const struct ruf_contact *contact,
                           const struct ruf_hit *hit)
{
    const struct ruf_contact_number *best = best_number(contact);
    char id[RUF_CONTACT_ID_TEXT_SIZE];
    char number[RUF_NUMBER_TEXT_SIZE];

    ruf_contact_id_format(&contact->id, id);
    (void)printf("%s\t", id);
    put_text(contact->display);
    (void)putchar('\t');
    put_text(contact->company);
    (void)putchar('\t');
    if (best != NULL && best->e164 != 0) {
        (void)ruf_e164_format_as(best->e164, RUF_STYLE_INTERNATIONAL, number);
        (void)fputs(number, stdout);
    } else if (best != NULL) {
        put_text(best->raw);
    }
    if (query->explain)
        (void)printf("\t%s", ruf_search_tier_name(hit->tier));
    (void)putchar('\n');
}

static const char *field_name(enum ruf_search_field field)
{
    static const char *const names[] = {
        [RUF_FIELD_GIVEN] = "given",           [RUF_FIELD_FAMILY] = "family",
        [RUF_FIELD_DISPLAY] = "name",          [RUF_FIELD_COMPANY] = "company",
        [RUF_FIELD_DEPARTMENT] = "department", [RUF_FIELD_TITLE] = "title",
        [RUF_FIELD_EMAIL] = "emails",          [RUF_FIELD_NUMBER] = "numbers",
    };

    return names[field];
}

static void json_highlights(struct json_out *out, const struct ruf_hit *hit)
{
    json_begin_array(out, "highlights");
    for (size_t i = 0; i < hit->highlight_count; i++) {
        const struct ruf_highlight *mark = &hit->highlights[i];

        json_begin_object(out, NULL);
        json_string(out, "field", field_name(mark->field));
        json_number(out, "item", mark->item);
        json_number(out, "start", mark->start);
        json_number(out, "length", mark->length);
        json_end_object(out);
    }
    json_end_array(out);
}

/* A number as people read it, at home and abroad, and as a link. */
static void json_styles(struct json_out *out, ruf_e164 number)
{
    char text[RUF_NUMBER_TEXT_SIZE];

    if (number == 0)
        return;
    (void)ruf_e164_format_as(number, RUF_STYLE_INTERNATIONAL, text);
    json_string(out, "international", text);
    (void)ruf_e164_format_as(number, RUF_STYLE_NATIONAL, text);
    json_string(out, "national", text);
    (void)ruf_e164_format_as(number, RUF_STYLE_RFC3966, text);
    json_string(out, "uri", text);
}

static void print_hit_json(const struct ruf_contact *contact,
                           const struct ruf_hit *hit, bool partial)
{
    char id[RUF_CONTACT_ID_TEXT_SIZE];
    struct json_out out;

    ruf_contact_id_format(&contact->id, id);
    json_begin_line(&out, "search");
    json_string(&out, "id", id);
    json_text(&out, "name", contact->display);
    json_text(&out, "given", contact->given);
    json_text(&out, "family", contact->family);
    json_text(&out, "company", contact->company);
    json_text(&out, "title", contact->title);
    json_begin_array(&out, "numbers");
    for (size_t i = 0; i < contact->number_count; i++) {
        json_begin_object(&out, NULL);
        json_e164(&out, "e164", contact->numbers[i].e164);
        json_styles(&out, contact->numbers[i].e164);
        json_string(&out, "kind",
                    ruf_number_kind_name(contact->numbers[i].kind));
        json_text(&out, "raw", contact->numbers[i].raw);
        json_end_object(&out);
    }
    json_end_array(&out);
    json_begin_array(&out, "emails");
    for (size_t i = 0; i < contact->email_count; i++)
        json_text(&out, NULL, contact->emails[i]);
    json_end_array(&out);
    json_string(&out, "tier", ruf_search_tier_name(hit->tier));
    json_highlights(&out, hit);
    json_bool(&out, "partial", partial);
    json_end_line(&out);
}

static int search_line(void *context, const char *line, size_t size)
{
    struct query *query = context;
    struct ruf_search_options options = RUF_SEARCH_OPTIONS;
    struct ruf_search_result result;
    struct ruf_error err;
    uint64_t start;

    if (query->marks != NULL)
        ruf_marks_prefer(query->marks, &options);
    start = now_ns();

    if (ruf_query_search_with(query->query, line, size, &options, query->hits,
                              query->limit, &result, &err) != RUF_OK)
        return cli_fail(query->cli, &err);
    query->ns += now_ns() - start;
    query->asked++;
    query->found += result.count;
    for (size_t i = 0; i < result.count; i++) {
        struct ruf_contact contact;

        if (ruf_query_contact(query->query, query->hits[i].contact, &contact,
                              &err) != RUF_OK)
            return cli_fail(query->cli, &err);
        if (query->cli->json)
            print_hit_json(&contact, &query->hits[i], result.partial);
        else
            print_hit_text(query, &contact, &query->hits[i]);
    }
    if (query->separate)
        (void)putchar('\n');
    return cli_interrupted(NULL) ? 130 : 0;
}

/* All arguments are one query, so that names need no quotes. */
static int search_arguments(struct query *query)
{
    const struct cli *cli = query->cli;
    size_t room = 1;
    size_t size = 0;
    char *text;
    int code;

    for (int i = 0; i < cli->argument_count; i++)
        room += strlen(cli->arguments[i]) + 1;
    text = malloc(room);
    if (text == NULL)
        return cli_fail_memory(cli);
    for (int i = 0; i < cli->argument_count; i++) {
        size_t more = strlen(cli->arguments[i]);

        if (i == 0 && strcmp(cli->arguments[i], "--") == 0)
            continue;
        if (size > 0)
            text[size++] = ' ';
        memcpy(text + size, cli->arguments[i], more);
        size += more;
    }
    code = search_line(query, text, size);
    free(text);
    return code;
}

static int take_limit(struct cli *cli, size_t *limit)
{
    const char *text;
    char *end;
    long value;
    int code = cli_take_value(cli, "--limit", &text);

    *limit = SEARCH_LIMIT_DEFAULT;
    if (code != 0 || text == NULL)
        return code;
    value = strtol(text, &end, 10);
    if (*text == '\0' || *end != '\0' || value < 1 ||
        value > RUF_SEARCH_LIMIT_MAX)
        return cli_usage(cli, "--limit is 1..%d", RUF_SEARCH_LIMIT_MAX);
    *limit = (size_t)value;
    return 0;
}

/* Without the store, or without memory, hits come in the index's order. */
static void load_marks(struct query *query)
{
    query->marks = calloc(1, sizeof(*query->marks));
    if (query->marks != NULL && ruf_home_marks(query->home, query->query,
                                               query->marks, NULL) != RUF_OK) {
        free(query->marks);
        query->marks = NULL;
    }
}

int cmd_search(struct cli *cli)
{
    bool timed = cli_take_flag(cli, "--time");
    bool explain = cli_take_flag(cli, "--explain");
    struct query query;
    size_t limit;
    int code = take_limit(cli, &limit);

    if (code == 0)
        code = cli_reject_options(cli);
    if (code != 0)
        return code;
    if (cli->argument_count == 0)
        return cli_usage(cli, "search QUERY|-");
    code = open_query(cli, RUF_INDEX_RESIDENT, &query);
    if (code != 0)
        return code;
    query.limit = limit;
    query.explain = explain;
    query.hits = calloc(limit, sizeof(*query.hits));
    if (query.hits == NULL) {
        close_query(&query);
        return cli_fail_memory(cli);
    }
    query.separate = reads_stdin(cli) && !cli->json;
    load_marks(&query);
    if (reads_stdin(cli))
        code = cli_each_line(cli, "-", search_line, &query);
    else
        code = search_arguments(&query);
    if (timed)
        print_time(&query);
    close_query(&query);
    if (code == 0 && query.found == 0)
        code = cli_exit_code(RUF_E_NOT_FOUND);
    return code;
}

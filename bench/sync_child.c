/*
 * bench/sync_child.c - the reading half of a sync, in a process of its own
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/file.h"
#include "bench/child.h"
#include "bench/people.h"
#include "engine/store_sink.h"
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *read_state(const char *state, const char *name)
{
    char path[400];
    char *text = NULL;
    size_t size = 0;
    struct ruf_error err;

    (void)snprintf(path, sizeof(path), "%s/%s", state, name);
    bench_must(ruf_file_read(path, RUF_FILE_ANY, 1u << 20, &text, &size, &err),
               &err);
    return text;
}

/* The store's sink with an ear at its pages. */
struct reader {
    struct ruf_store_sink store; /* first: what the sink works on */
    enum ruf_status (*keep)(void *context, const struct ruf_sync_page *page,
                            struct ruf_round_result *result,
                            struct ruf_error *err); /* NULL: drop them */
    uint64_t records;
};

static enum ruf_status count_page(void *context,
                                  const struct ruf_sync_page *page,
                                  struct ruf_round_result *result,
                                  struct ruf_error *err)
{
    struct reader *reader = context;

    reader->records += page->record_count;
    memset(result, 0, sizeof(*result));
    return reader->keep == NULL ? RUF_OK
                                : reader->keep(context, page, result, err);
}

static void read_tenant(struct reader *reader, bool keep, const char *secret)
{
    struct ruf_source_result results[RUF_POLICY_SOURCES_MAX];
    struct ruf_login_options login = { .flow = RUF_LOGIN_APP,
                                       .client_secret = secret };
    struct ruf_sync_options options = { 0 };
    struct ruf_sync_sink sink = ruf_store_sink_over(&reader->store);
    struct ruf_error err;
    size_t count = 0;

    reader->keep = keep ? sink.page : NULL;
    sink.page = count_page;
    sink.photos = NULL;
    bench_must(ruf_sync_login(reader->store.policy, &sink, &login, &err), &err);
    bench_must(ruf_sync_run(reader->store.policy, &sink, &options, results,
                            &count, &err),
               &err);
}

/* rufname-bench --child sync STATE STORE keep|drop */
int child_sync(int argc, char **argv)
{
    static const uint8_t key[RUF_KEY_SIZE] = { 7 };
    static const struct ruf_host host = { .struct_size = sizeof(host) };
    struct reader reader = { .store = { .host = &host } };
    struct ruf_policy *policy = NULL;
    struct ruf_error err;
    char *text;
    char *ca;
    char *secret;

    if (argc != 3 || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return 2;
    text = read_state(argv[0], "policy.json");
    ca = read_state(argv[0], "ca.pem");
    secret = read_state(argv[0], "client-secret");
    secret[strcspn(secret, "\n")] = '\0';
    bench_must(ruf_policy_parse(text, strlen(text), &policy, NULL, &err), &err);
    policy->network.ca_pem = ca;
    reader.store.policy = policy;
    bench_must(ruf_store_open(argv[1], key, RUF_STORE_CREATE,
                              &reader.store.store, &err),
               &err);
    read_tenant(&reader, strcmp(argv[2], "keep") == 0, secret);
    ruf_store_close(reader.store.store);
    policy->network.ca_pem = NULL;
    ruf_policy_destroy(policy);
    curl_global_cleanup();
    free(secret);
    free(ca);
    free(text);
    return child_answer(&reader.records, sizeof(reader.records));
}

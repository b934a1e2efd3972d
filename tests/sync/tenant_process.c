/*
 * tenant_process.c - the sample tenant as a child process, over real TLS
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tenant_process.h"
#include <criterion/criterion.h>
#include <curl/curl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void path_of(const struct tenant_process *tenant, const char *name,
                    char out[128])
{
    (void)snprintf(out, 128, "%s/%s", tenant->state, name);
}

char *tenant_file(const struct tenant_process *tenant, const char *name)
{
    char path[128];
    FILE *file;
    char *text = NULL;
    size_t size = 0;
    size_t got;

    path_of(tenant, name, path);
    file = fopen(path, "r");
    if (file == NULL)
        return NULL;
    do {
        text = realloc(text, size + 65537);
        got = fread(text + size, 1, 65536, file);
        size += got;
    } while (got > 0);
    text[size] = '\0';
    (void)fclose(file);
    return text;
}

unsigned tenant_requests(const struct tenant_process *tenant, const char *part)
{
    char *log = tenant_file(tenant, "requests.log");
    unsigned count = 0;

    for (char *line = log; line != NULL && *line != '\0';) {
        size_t width = strcspn(line, "\n");
        bool more = line[width] == '\n';

        line[width] = '\0';
        count += strstr(line, part) != NULL;
        line += width + (more ? 1 : 0);
    }
    free(log);
    return count;
}

static void write_faults(const struct tenant_process *tenant,
                         const char *faults, char path[128])
{
    FILE *file;

    path_of(tenant, "faults.json", path);
    file = fopen(path, "w");
    cr_assert_not_null(file);
    (void)fputs(faults, file);
    (void)fclose(file);
}

static void run_tenant(const struct tenant_process *tenant,
                       const struct tenant_options *options)
{
    char contacts[16];
    char churn[16];
    char faults[128];
    char numbers[4][16];
    const char *arguments[24] = {
        "rufname-tenant", "--contacts", contacts, "--state",
        tenant->state,    "--seed",     "7"
    };
    size_t count = 7;

    (void)snprintf(contacts, sizeof(contacts), "%u", options->contacts);
    if (options->churn > 0) {
        (void)snprintf(churn, sizeof(churn), "%u", options->churn);
        arguments[count++] = "--churn";
        arguments[count++] = churn;
    }
    for (size_t i = 0; i < 4; i++) {
        static const char *const names[] = { "--crm", "--blobs", "--folders",
                                             "--turnover" };
        const unsigned values[] = { options->crm, options->blobs,
                                    options->folders, options->turnover };

        if (values[i] == 0)
            continue;
        (void)snprintf(numbers[i], sizeof(numbers[i]), "%u", values[i]);
        arguments[count++] = names[i];
        arguments[count++] = numbers[i];
    }
    if (options->port != NULL) {
        arguments[count++] = "--port";
        arguments[count++] = options->port;
    }
    if (options->faults != NULL) {
        path_of(tenant, "faults.json", faults);
        arguments[count++] = "--faults";
        arguments[count++] = faults;
    }
    arguments[count] = NULL;
    /* A test that crashes or runs out of time takes its tenant along. */
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)execv(RUF_TENANT, (char *const *)(uintptr_t)arguments);
    _exit(127);
}

static void wait_until_ready(struct tenant_process *tenant)
{
    struct timespec pause = { 0, 20000000 };
    char path[128];

    path_of(tenant, "policy.json", path);
    while (access(path, R_OK) != 0) {
        cr_assert_eq(waitpid(tenant->pid, NULL, WNOHANG), 0,
                     "the tenant ended early");
        (void)nanosleep(&pause, NULL);
    }
}

void tenant_start(struct tenant_process *tenant,
                  const struct tenant_options *options)
{
    struct ruf_error err = { 0 };
    char path[128];
    char *policy;

    memset(tenant, 0, sizeof(*tenant));
    (void)snprintf(tenant->state, sizeof(tenant->state),
                   "/tmp/ruf-sync-XXXXXX");
    cr_assert_not_null(mkdtemp(tenant->state));
    if (options->faults != NULL)
        write_faults(tenant, options->faults, path);
    tenant->pid = fork();
    if (tenant->pid == 0)
        run_tenant(tenant, options);
    wait_until_ready(tenant);
    policy = tenant_file(tenant, "policy.json");
    cr_assert_eq(
        ruf_policy_parse(policy, strlen(policy), &tenant->parsed, NULL, &err),
        RUF_OK, "%s %s", err.id, err.detail);
    free(policy);
    tenant->ca_pem = tenant_file(tenant, "ca.pem");
    tenant->client_secret = tenant_file(tenant, "client-secret");
    tenant->client_secret[strcspn(tenant->client_secret, "\n")] = '\0';
    tenant->policy = *tenant->parsed;
    tenant->policy.network.ca_pem = tenant->ca_pem;
}

void tenant_advance(const struct tenant_process *tenant)
{
    struct timespec pause = { 0, 20000000 };
    unsigned before = tenant_requests(tenant, "VERSION ");

    cr_assert_eq(kill(tenant->pid, SIGUSR1), 0);
    while (tenant_requests(tenant, "VERSION ") == before) {
        cr_assert_eq(waitpid(tenant->pid, NULL, WNOHANG), 0,
                     "the tenant ended early");
        (void)nanosleep(&pause, NULL);
    }
}

void tenant_kill(struct tenant_process *tenant)
{
    if (tenant->pid <= 0)
        return;
    (void)kill(tenant->pid, SIGKILL);
    (void)waitpid(tenant->pid, NULL, 0);
    tenant->pid = 0;
}

void tenant_stop(struct tenant_process *tenant)
{
    static const char *const names[] = { "policy.json",  "ca.pem",
                                         "ca.key",       "client-secret",
                                         "requests.log", "dump.jsonl",
                                         "faults.json",  "ca-key.pem" };
    char path[128];

    tenant_kill(tenant);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        path_of(tenant, names[i], path);
        (void)unlink(path);
    }
    (void)rmdir(tenant->state);
    ruf_policy_destroy(tenant->parsed);
    free(tenant->ca_pem);
    free(tenant->client_secret);
}

static size_t swallow(char *bytes, size_t one, size_t size, void *context)
{
    (void)bytes;
    (void)context;
    return one * size;
}

/* What a person does: open the page, type the code. */
static void approve(void *context, const char *uri, const char *code)
{
    unsigned *prompts = context;
    CURL *browser = curl_easy_init();
    char url[700];

    ++*prompts;
    (void)snprintf(url, sizeof(url), "%s?code=%s", uri, code);
    (void)curl_easy_setopt(browser, CURLOPT_URL, url);
    (void)curl_easy_setopt(browser, CURLOPT_SSL_VERIFYPEER, 0L);
    (void)curl_easy_setopt(browser, CURLOPT_WRITEFUNCTION, swallow);
    cr_expect_eq(curl_easy_perform(browser), CURLE_OK);
    curl_easy_cleanup(browser);
}

enum ruf_status tenant_login_by_device(struct tenant_process *tenant,
                                       struct memory_sink *sink,
                                       unsigned *prompts, struct ruf_error *err)
{
    struct ruf_login_options options = { .flow = RUF_LOGIN_DEVICE,
                                         .prompt = approve,
                                         .prompt_context = prompts };

    return ruf_sync_login(&tenant->policy, &sink->sink, &options, err);
}

enum ruf_status tenant_login(struct tenant_process *tenant,
                             struct memory_sink *sink, struct ruf_error *err)
{
    struct ruf_login_options options = {
        .flow = RUF_LOGIN_APP,
        .client_secret = tenant->client_secret,
    };

    return ruf_sync_login(&tenant->policy, &sink->sink, &options, err);
}

void tenant_sync(struct tenant_process *tenant, struct memory_sink *sink,
                 const struct ruf_sync_options *options,
                 struct run_outcome *out)
{
    struct ruf_sync_options none = { 0 };

    memset(out, 0, sizeof(*out));
    out->status = ruf_sync_run(&tenant->policy, &sink->sink,
                               options == NULL ? &none : options, out->results,
                               &out->count, &out->error);
}

const struct ruf_source_result *outcome_of(const struct run_outcome *outcome,
                                           const char *source)
{
    for (size_t i = 0; i < outcome->count; i++)
        if (strcmp(outcome->results[i].source, source) == 0)
            return &outcome->results[i];
    cr_assert_fail("no result for %s", source);
    return NULL;
}

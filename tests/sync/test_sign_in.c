/*
 * test_sign_in.c - the browser, the certificate, and organisations that ask
 *                  for more
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tenant_process.h"
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <curl/curl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct scene {
    struct tenant_process tenant;
    struct memory_sink sink;
    struct run_outcome outcome;
    struct ruf_error err;
    unsigned prompts;
    char url[16384]; /* of the last prompt */
    char back[1024]; /* where the browser was sent */
};

static void scene_open(struct scene *scene, const char *faults)
{
    struct tenant_options options = { .contacts = 200, .faults = faults };

    memset(scene, 0, sizeof(*scene));
    cr_assert_eq(curl_global_init(CURL_GLOBAL_DEFAULT), CURLE_OK);
    tenant_start(&scene->tenant, &options);
    memory_sink_init(&scene->sink);
}

static void scene_close(struct scene *scene)
{
    tenant_stop(&scene->tenant);
    memory_sink_free(&scene->sink);
}

static void run(struct scene *scene)
{
    tenant_sync(&scene->tenant, &scene->sink, NULL, &scene->outcome);
}

/* --- a browser --------------------------------------------------------------
 */

static size_t swallow(char *bytes, size_t one, size_t size, void *context)
{
    (void)bytes;
    (void)context;
    return one * size;
}

/* GET, redirects not followed; the Location goes to back. */
static long visit(const char *url, char *back, size_t size)
{
    CURL *browser = curl_easy_init();
    const char *location = NULL;
    long status = 0;

    (void)curl_easy_setopt(browser, CURLOPT_URL, url);
    (void)curl_easy_setopt(browser, CURLOPT_SSL_VERIFYPEER, 0L);
    (void)curl_easy_setopt(browser, CURLOPT_WRITEFUNCTION, swallow);
    (void)curl_easy_setopt(browser, CURLOPT_IPRESOLVE, (long)CURL_IPRESOLVE_V4);
    (void)curl_easy_setopt(browser, CURLOPT_TIMEOUT_MS, 5000L);
    (void)curl_easy_perform(browser);
    (void)curl_easy_getinfo(browser, CURLINFO_RESPONSE_CODE, &status);
    (void)curl_easy_getinfo(browser, CURLINFO_REDIRECT_URL, &location);
    if (back != NULL)
        (void)snprintf(back, size, "%s", location == NULL ? "" : location);
    curl_easy_cleanup(browser);
    return status;
}

static pid_t browser_pid;

/* The person's browser: another process, for ours waits. Before it comes back
 * as it should it does what browsers and strangers do. */
static void browse(const struct scene *scene, void (*before)(const char *back))
{
    browser_pid = fork();
    if (browser_pid != 0)
        return;
    if (before != NULL)
        before(scene->back);
    (void)visit(scene->back, NULL, 0);
    _exit(0);
}

static void remember(struct scene *scene, const char *uri, const char *code)
{
    scene->prompts++;
    cr_expect_null(code, "nothing to type");
    (void)snprintf(scene->url, sizeof(scene->url), "%s", uri);
}

static void open_browser(void *context, const char *uri, const char *code)
{
    struct scene *scene = context;

    remember(scene, uri, code);
    cr_expect_eq(visit(uri, scene->back, sizeof(scene->back)), 302);
    browse(scene, NULL);
}

static enum ruf_status sign_in(struct scene *scene, ruf_login_prompt *prompt)
{
    struct ruf_login_options options = { .flow = RUF_LOGIN_CODE,
                                         .prompt = prompt,
                                         .prompt_context = scene };

    return ruf_sync_login(&scene->tenant.policy, &scene->sink.sink, &options,
                          &scene->err);
}

Test(browser, signs_a_person_in)
{
    struct scene scene;

    scene_open(&scene, NULL);
    cr_assert_eq(sign_in(&scene, open_browser), RUF_OK, "%s %s", scene.err.id,
                 scene.err.detail);
    cr_expect_eq(scene.prompts, 1u);
    cr_expect_not_null(strstr(scene.url, "code_challenge_method=S256"));
    cr_expect_null(strstr(scene.url, "verifier"));
    cr_expect_not_null(memory_secret(&scene.sink, "refresh_token"));
    run(&scene);
    cr_expect_eq(scene.outcome.status, RUF_OK, "%s %s", scene.outcome.error.id,
                 scene.outcome.error.detail);
    cr_expect_gt(tenant_requests(&scene.tenant, "/me/contacts/delta"), 0u);
    scene_close(&scene);
}

/* --- what else knocks at the loopback
 * ----------------------------------------- */

static unsigned port_of(const char *back)
{
    unsigned port = 0;

    (void)sscanf(back, "http://localhost:%u", &port);
    return port;
}

static int knock(const char *back)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)port_of(back)),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0)
        _exit(1);
    return fd;
}

static void say(const char *back, const char *text)
{
    char answer[512];
    int fd = knock(back);

    (void)send(fd, text, strlen(text), MSG_NOSIGNAL);
    (void)recv(fd, answer, sizeof(answer), 0);
    (void)close(fd);
}

static void be_a_nuisance(const char *back)
{
    char stranger[256];
    char request[2048];
    const char *query = strchr(back, '?');

    for (size_t i = 0; i < 20; i++) /* opened and never used */
        (void)knock(back);
    (void)snprintf(stranger, sizeof(stranger),
                   "http://localhost:%u/favicon.ico", port_of(back));
    (void)visit(stranger, NULL, 0);
    (void)snprintf(stranger, sizeof(stranger),
                   "http://localhost:%u/?code=stolen&state=guessed",
                   port_of(back));
    (void)visit(stranger, NULL, 0);
    /* The right answer under a name that was made to point here. */
    (void)snprintf(request, sizeof(request),
                   "GET /%s HTTP/1.1\r\nHost: evil.example:%u\r\n\r\n", query,
                   port_of(back));
    say(back, request);
    (void)snprintf(request, sizeof(request),
                   "POST /%s HTTP/1.1\r\nHost: localhost:%u\r\n\r\n", query,
                   port_of(back));
    say(back, request);
    say(back, "\r\n\r\n");
}

static void open_busy_browser(void *context, const char *uri, const char *code)
{
    struct scene *scene = context;

    remember(scene, uri, code);
    cr_expect_eq(visit(uri, scene->back, sizeof(scene->back)), 302);
    browse(scene, be_a_nuisance);
}

Test(browser, is_heard_among_strangers)
{
    struct scene scene;

    scene_open(&scene, NULL);
    cr_assert_eq(sign_in(&scene, open_busy_browser), RUF_OK, "%s %s",
                 scene.err.id, scene.err.detail);
    cr_expect_eq(tenant_requests(&scene.tenant, "/token 400"), 0u,
                 "no stranger's code was tried");
    scene_close(&scene);
}

static void decline(void *context, const char *uri, const char *code)
{
    struct scene *scene = context;
    char state[128] = "";

    remember(scene, uri, code);
    (void)visit(uri, scene->back, sizeof(scene->back));
    (void)sscanf(strstr(scene->back, "state="), "state=%127[^&]", state);
    (void)snprintf(scene->back, sizeof(scene->back),
                   "http://localhost:%u/?error=access_denied&error_description="
                   "no&state=%s",
                   port_of(scene->back), state);
    browse(scene, NULL);
}

Test(browser, brings_back_a_refusal)
{
    struct scene scene;

    scene_open(&scene, NULL);
    cr_expect_eq(sign_in(&scene, decline), RUF_E_AUTH);
    cr_expect_str_eq(scene.err.id, "S505");
    cr_expect_null(memory_secret(&scene.sink, "refresh_token"));
    scene_close(&scene);
}

static void spoil_code(void *context, const char *uri, const char *code)
{
    struct scene *scene = context;
    char *at;

    remember(scene, uri, code);
    (void)visit(uri, scene->back, sizeof(scene->back));
    at = strstr(scene->back, "code=") + 5;
    *at = *at == '0' ? '1' : '0';
    browse(scene, NULL);
}

Test(browser, is_not_believed_with_another_code)
{
    struct scene scene;

    scene_open(&scene, NULL);
    cr_expect_eq(sign_in(&scene, spoil_code), RUF_E_AUTH);
    cr_expect_str_eq(scene.err.id, "S504");
    cr_expect_null(memory_secret(&scene.sink, "sign_in"));
    scene_close(&scene);
}

static bool at_once(void *context)
{
    (void)context;
    return true;
}

Test(browser, is_not_waited_for_when_told_to_stop)
{
    struct ruf_login_options options = { .flow = RUF_LOGIN_CODE,
                                         .cancelled = at_once };
    struct scene scene;

    scene_open(&scene, NULL);
    cr_expect_eq(ruf_sync_login(&scene.tenant.policy, &scene.sink.sink,
                                &options, &scene.err),
                 RUF_E_CANCELLED);
    scene_close(&scene);
}

/* --- by certificate
 * ----------------------------------------------------------- */

static X509 *certify(EVP_PKEY *key)
{
    X509 *made = X509_new();

    (void)ASN1_INTEGER_set(X509_get_serialNumber(made), 1);
    (void)X509_gmtime_adj(X509_getm_notBefore(made), -60);
    (void)X509_gmtime_adj(X509_getm_notAfter(made), 3600);
    (void)X509_set_pubkey(made, key);
    cr_assert_gt(X509_sign(made, key, EVP_sha256()), 0);
    return made;
}

/* Certificate and key in one PEM text; the certificate alone to a file. */
static char *make_pair(EVP_PKEY *certified, EVP_PKEY *key, const char *path)
{
    X509 *certificate = certify(certified);
    BIO *bio = BIO_new(BIO_s_mem());
    char *bytes;
    char *text;
    long size;

    cr_assert_eq(PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL),
                 1);
    cr_assert_eq(PEM_write_bio_X509(bio, certificate), 1);
    size = BIO_get_mem_data(bio, &bytes);
    text = strndup(bytes, (size_t)size);
    BIO_free(bio);
    if (path != NULL) {
        FILE *file = fopen(path, "w");

        cr_assert_not_null(file);
        cr_assert_eq(PEM_write_X509(file, certificate), 1);
        (void)fclose(file);
    }
    X509_free(certificate);
    return text;
}

static enum ruf_status sign_in_with(struct scene *scene, const char *pem)
{
    struct ruf_login_options options = { .flow = RUF_LOGIN_APP,
                                         .client_certificate = pem };

    return ruf_sync_login(&scene->tenant.policy, &scene->sink.sink, &options,
                          &scene->err);
}

Test(certificate, signs_an_app_in_and_renews)
{
    struct scene scene;
    EVP_PKEY *key = EVP_RSA_gen(2048);
    char path[160];
    char *pem;

    scene_open(&scene, NULL);
    (void)snprintf(path, sizeof(path), "%s/client-certificate.pem",
                   scene.tenant.state);
    pem = make_pair(key, key, path);
    cr_assert_eq(sign_in_with(&scene, pem), RUF_OK, "%s %s", scene.err.id,
                 scene.err.detail);
    cr_expect_null(memory_secret(&scene.sink, "client_secret"));
    cr_assert_eq(
        scene.sink.sink.secret_save(&scene.sink, "access_token", NULL, NULL),
        RUF_OK);
    run(&scene);
    cr_expect_eq(scene.outcome.status, RUF_OK, "%s %s", scene.outcome.error.id,
                 scene.outcome.error.detail);
    cr_expect_eq(tenant_requests(&scene.tenant, "/token 200"), 2u);
    free(pem);
    EVP_PKEY_free(key);
    (void)unlink(path);
    scene_close(&scene);
}

Test(certificate, must_fit)
{
    struct scene scene;
    EVP_PKEY *key = EVP_RSA_gen(2048);
    EVP_PKEY *other = EVP_RSA_gen(2048);
    EVP_PKEY *small = EVP_RSA_gen(1024);
    EVP_PKEY *curve = EVP_EC_gen("P-256");
    char *bad[] = { make_pair(key, other, NULL), make_pair(small, small, NULL),
                    make_pair(curve, curve, NULL), strdup("no PEM") };
    char *unknown = make_pair(key, key, NULL);

    scene_open(&scene, NULL);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        cr_expect_eq(sign_in_with(&scene, bad[i]), RUF_E_AUTH);
        cr_expect_str_eq(scene.err.id, "S509", "%zu: %s", i, scene.err.id);
        free(bad[i]);
    }
    cr_expect_eq(tenant_requests(&scene.tenant, "POST"), 0u);
    cr_expect_eq(sign_in_with(&scene, unknown), RUF_E_AUTH);
    cr_expect_str_eq(scene.err.id, "S507");
    free(unknown);
    EVP_PKEY_free(key);
    EVP_PKEY_free(other);
    EVP_PKEY_free(small);
    EVP_PKEY_free(curve);
    scene_close(&scene);
}

/* --- claims challenges
 * -------------------------------------------------------- */

Test(challenge, is_met_silently_in_mid_run)
{
    struct scene scene;

    scene_open(&scene, "[{\"path\":\"GET /v1.0/users/delta\",\"nth\":1,"
                       "\"challenge\":\"silent\"}]");
    cr_assert_eq(tenant_login(&scene.tenant, &scene.sink, &scene.err), RUF_OK);
    run(&scene);
    cr_expect_eq(scene.outcome.status, RUF_OK, "%s %s", scene.outcome.error.id,
                 scene.outcome.error.detail);
    cr_expect_eq(tenant_requests(&scene.tenant, "/token 200"), 2u,
                 "one new token for all collections");
    cr_expect_leq(tenant_requests(&scene.tenant, " 401 "), 3u);
    cr_expect_null(memory_secret(&scene.sink, "claims"));
    scene_close(&scene);
}

Test(challenge, that_needs_the_user_waits_for_the_next_sign_in)
{
    struct scene scene;

    scene_open(&scene, "[{\"path\":\"GET /v1.0/users/delta\",\"nth\":1,"
                       "\"challenge\":\"interactive\"}]");
    cr_assert_eq(sign_in(&scene, open_browser), RUF_OK, "%s", scene.err.detail);
    run(&scene);
    /* Another source may have been done before the challenge came. */
    cr_expect(scene.outcome.status == RUF_E_AUTH ||
                  scene.outcome.status == RUF_E_PARTIAL,
              "%d %s", (int)scene.outcome.status, scene.outcome.error.detail);
    cr_expect_str_eq(scene.outcome.error.id, "S502");
    cr_expect_not_null(memory_secret(&scene.sink, "refresh_token"),
                       "the sign-in itself is good");
    cr_assert_not_null(memory_secret(&scene.sink, "claims"));
    run(&scene);
    cr_expect_str_eq(scene.outcome.error.id, "S502");

    cr_assert_eq(sign_in(&scene, open_browser), RUF_OK, "%s %s", scene.err.id,
                 scene.err.detail);
    cr_expect_not_null(strstr(scene.url, "%22nbf%22"), "claims are asked for");
    cr_expect_null(memory_secret(&scene.sink, "claims"));
    run(&scene);
    cr_expect_eq(scene.outcome.status, RUF_OK, "%s %s", scene.outcome.error.id,
                 scene.outcome.error.detail);
    scene_close(&scene);
}

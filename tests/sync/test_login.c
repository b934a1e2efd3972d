/*
 * test_login.c - signing in, staying signed in, signing out
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tenant_process.h"
#include <criterion/criterion.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#define TOKEN_URL "oauth2/v2.0/token"

struct scene {
    struct tenant_process tenant;
    struct memory_sink sink;
    struct run_outcome outcome;
    struct ruf_error err;
    unsigned prompts;
};

static void scene_open(struct scene *scene)
{
    struct tenant_options options = { .contacts = 300 };

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

static void forget(struct scene *scene, const char *name)
{
    cr_assert_eq(scene->sink.sink.secret_save(&scene->sink, name, NULL, NULL),
                 RUF_OK);
}

static void never_approve(void *context, const char *uri, const char *code)
{
    (void)uri;
    (void)code;
    ((struct scene *)context)->prompts++;
}

static enum ruf_status sign_in_by_device(struct scene *scene)
{
    return tenant_login_by_device(&scene->tenant, &scene->sink, &scene->prompts,
                                  &scene->err);
}

/* --- as an app
 * --------------------------------------------------------------------- */

Test(login_app, is_refused_with_a_wrong_secret)
{
    struct ruf_login_options options = { .flow = RUF_LOGIN_APP,
                                         .client_secret = "wrong&secret" };
    struct scene scene;

    scene_open(&scene);
    cr_expect_eq(ruf_sync_login(&scene.tenant.policy, &scene.sink.sink,
                                &options, &scene.err),
                 RUF_E_AUTH);
    cr_expect_str_eq(scene.err.id, "S507");
    cr_expect_null(strstr(scene.err.detail, "wrong&secret"));
    cr_expect_eq(scene.sink.secret_count, 0u, "nothing is kept");
    options.client_secret = NULL;
    cr_expect_eq(ruf_sync_login(&scene.tenant.policy, &scene.sink.sink,
                                &options, &scene.err),
                 RUF_E_AUTH);
    scene_close(&scene);
}

Test(login_app, keeps_the_old_sign_in_if_a_new_one_fails)
{
    struct ruf_login_options options = { .flow = RUF_LOGIN_APP,
                                         .client_secret = "wrong" };
    struct scene scene;

    scene_open(&scene);
    cr_assert_eq(tenant_login(&scene.tenant, &scene.sink, &scene.err), RUF_OK);
    cr_expect_eq(ruf_sync_login(&scene.tenant.policy, &scene.sink.sink,
                                &options, &scene.err),
                 RUF_E_AUTH);
    run(&scene);
    cr_expect_eq(scene.outcome.status, RUF_OK);
    scene_close(&scene);
}

Test(login_app, needs_no_new_token_within_the_hour)
{
    struct scene scene;

    scene_open(&scene);
    cr_assert_eq(tenant_login(&scene.tenant, &scene.sink, &scene.err), RUF_OK);
    run(&scene);
    cr_assert_eq(scene.outcome.status, RUF_OK);
    run(&scene);
    cr_assert_eq(scene.outcome.status, RUF_OK);
    cr_expect_eq(tenant_requests(&scene.tenant, TOKEN_URL), 1u);
    scene_close(&scene);
}

Test(login_app, gets_a_new_token_with_the_kept_secret)
{
    struct scene scene;

    scene_open(&scene);
    cr_assert_eq(tenant_login(&scene.tenant, &scene.sink, &scene.err), RUF_OK);
    /* About to expire: four minutes are less than the margin. */
    cr_assert_eq(scene.sink.sink.secret_save(&scene.sink, "access_token",
                                             "1 240 stale", NULL),
                 RUF_OK);
    run(&scene);
    cr_expect_eq(scene.outcome.status, RUF_OK, "%s %s", scene.outcome.error.id,
                 scene.outcome.error.detail);
    cr_expect_eq(tenant_requests(&scene.tenant, TOKEN_URL), 2u);
    scene_close(&scene);
}

Test(login_app, replaces_a_stored_token_that_is_damaged_or_void)
{
    static const char *const stored[] = { "", "x", "1", "1 2",
                                          "1 99999999999999 evermore" };
    struct scene scene;

    scene_open(&scene);
    cr_assert_eq(tenant_login(&scene.tenant, &scene.sink, &scene.err), RUF_OK);
    for (size_t i = 0; i < sizeof(stored) / sizeof(stored[0]); i++) {
        cr_assert_eq(scene.sink.sink.secret_save(&scene.sink, "access_token",
                                                 stored[i], NULL),
                     RUF_OK);
        run(&scene);
        cr_expect_eq(scene.outcome.status, RUF_OK, "'%s'", stored[i]);
    }
    scene_close(&scene);
}

/* --- not signed in
 * ------------------------------------------------------------------- */

Test(login, is_asked_for_if_there_was_none)
{
    struct scene scene;

    scene_open(&scene);
    run(&scene);
    cr_expect_eq(scene.outcome.status, RUF_E_AUTH);
    cr_expect_str_eq(scene.outcome.error.id, "S503");
    cr_expect_eq(tenant_requests(&scene.tenant, "GET "), 0u);
    scene_close(&scene);
}

Test(login, belongs_to_one_tenant_and_app)
{
    struct scene scene;

    scene_open(&scene);
    cr_assert_eq(tenant_login(&scene.tenant, &scene.sink, &scene.err), RUF_OK);
    scene.tenant.policy.auth.client_id = "another";
    run(&scene);
    cr_expect_eq(scene.outcome.status, RUF_E_AUTH);
    cr_expect_str_eq(scene.outcome.error.id, "S503");
    scene_close(&scene);
}

Test(login, is_wholly_forgotten_on_sign_out)
{
    struct scene scene;

    scene_open(&scene);
    cr_assert_eq(tenant_login(&scene.tenant, &scene.sink, &scene.err), RUF_OK);
    cr_assert_eq(ruf_sync_logout(&scene.sink.sink, &scene.err), RUF_OK);
    for (size_t i = 0; i < scene.sink.secret_count; i++)
        cr_expect_null(scene.sink.secrets[i].value, "%s",
                       scene.sink.secrets[i].name);
    run(&scene);
    cr_expect_str_eq(scene.outcome.error.id, "S503");
    scene_close(&scene);
}

/* --- by device code
 * --------------------------------------------------------------------- */

Test(login_device, reads_the_users_own_mailbox)
{
    struct scene scene;

    scene_open(&scene);
    cr_assert_eq(sign_in_by_device(&scene), RUF_OK, "%s %s", scene.err.id,
                 scene.err.detail);
    cr_expect_eq(scene.prompts, 1u);
    cr_expect_not_null(memory_secret(&scene.sink, "refresh_token"));
    cr_expect_null(memory_secret(&scene.sink, "client_secret"));
    run(&scene);
    cr_expect_eq(scene.outcome.status, RUF_OK, "%s %s", scene.outcome.error.id,
                 scene.outcome.error.detail);
    cr_expect_gt(tenant_requests(&scene.tenant, "/me/contacts/delta"), 0u);
    cr_expect_gt(
        memory_collection(&scene.sink, "APC", "me/contacts")->visible.count,
        0u);
    scene_close(&scene);
}

Test(login_device, keeps_a_new_refresh_token_before_it_uses_the_access_token)
{
    struct scene scene;
    char *first;
    const char *saved_refresh;

    scene_open(&scene);
    cr_assert_eq(sign_in_by_device(&scene), RUF_OK);
    first = strdup(memory_secret(&scene.sink, "refresh_token"));
    forget(&scene, "access_token");
    scene.sink.order[0] = '\0';
    run(&scene);
    cr_assert_eq(scene.outcome.status, RUF_OK, "%s",
                 scene.outcome.error.detail);
    cr_expect_str_neq(memory_secret(&scene.sink, "refresh_token"), first);
    saved_refresh = strstr(scene.sink.order, "refresh_token ");
    cr_assert_not_null(saved_refresh);
    cr_expect_not_null(strstr(saved_refresh, "access_token "));
    free(first);
    scene_close(&scene);
}

Test(login_device, drops_a_refresh_token_that_is_void)
{
    struct scene scene;

    scene_open(&scene);
    cr_assert_eq(sign_in_by_device(&scene), RUF_OK);
    forget(&scene, "access_token");
    cr_assert_eq(scene.sink.sink.secret_save(&scene.sink, "refresh_token",
                                             "revoked", NULL),
                 RUF_OK);
    run(&scene);
    cr_expect_eq(scene.outcome.status, RUF_E_AUTH);
    cr_expect_str_eq(scene.outcome.error.id, "S504");
    cr_expect_null(memory_secret(&scene.sink, "refresh_token"));
    cr_expect_eq(tenant_requests(&scene.tenant, TOKEN_URL " 400"), 1u,
                 "one try for all sources");
    scene_close(&scene);
}

Test(login_device, forgets_where_the_last_users_contacts_stood)
{
    struct scene scene;

    scene_open(&scene);
    cr_assert_eq(sign_in_by_device(&scene), RUF_OK);
    run(&scene);
    cr_assert_eq(sign_in_by_device(&scene), RUF_OK);
    cr_expect_eq(
        memory_collection(&scene.sink, "APC", "me/contacts")->link_kind,
        RUF_LINK_NONE);
    cr_expect_eq(memory_collection(&scene.sink, "AAD", "users")->link_kind,
                 RUF_LINK_DELTA);
    scene_close(&scene);
}

struct patience {
    unsigned polls;
};

static bool out_of_patience(void *context)
{
    return ++((struct patience *)context)->polls > 8;
}

Test(login_device, stops_waiting_when_told_to)
{
    struct patience patience = { 0 };
    struct scene scene;
    struct ruf_login_options options = { .flow = RUF_LOGIN_DEVICE,
                                         .prompt = never_approve,
                                         .cancelled = out_of_patience,
                                         .cancel_context = &patience };

    scene_open(&scene);
    options.prompt_context = &scene;
    cr_expect_eq(ruf_sync_login(&scene.tenant.policy, &scene.sink.sink,
                                &options, &scene.err),
                 RUF_E_CANCELLED);
    cr_expect_eq(scene.sink.secret_count, 0u);
    scene_close(&scene);
}

/* --- elsewhere
 * ---------------------------------------------------------------------- */

/* A sink whose tokens come from another sign-in. */
struct lent {
    struct memory_sink sink; /* first: it is the context */
    const struct scene *scene;
    unsigned asked;
    bool refuses;
    char scope[300];
};

static enum ruf_status lend(void *context, const char *scope,
                            const char *claims, char **token,
                            int64_t *lifetime_s, struct ruf_error *err)
{
    struct lent *lent = context;
    const char *line = memory_secret(&lent->scene->sink, "access_token");

    (void)claims;
    (void)err;
    lent->asked++;
    (void)snprintf(lent->scope, sizeof(lent->scope), "%s", scope);
    if (lent->refuses || line == NULL)
        return RUF_E_AUTH;
    *token = strdup(strrchr(line, ' ') + 1);
    *lifetime_s = 3600;
    return RUF_OK;
}

Test(login_elsewhere, lends_its_tokens_and_nothing_is_kept)
{
    static struct lent lent;
    struct ruf_sync_options options = { .only_source = "AAD" };
    struct run_outcome outcome;
    struct scene scene;
    size_t size;

    scene_open(&scene);
    cr_assert_eq(sign_in_by_device(&scene), RUF_OK, "%s", scene.err.id);
    memory_sink_init(&lent.sink);
    lent.scene = &scene;
    lent.sink.sink.access_token = lend;
    tenant_sync(&scene.tenant, &lent.sink, &options, &outcome);
    cr_expect_eq(outcome.status, RUF_OK, "%s", outcome.error.id);
    cr_expect_gt(outcome_of(&outcome, "AAD")->added, 0);
    cr_expect_eq(lent.asked, 1, "asked %u times", lent.asked);
    size = strlen(lent.scope);
    cr_expect(size > 9 && strcmp(lent.scope + size - 9, "/.default") == 0, "%s",
              lent.scope);
    cr_expect_eq(lent.sink.secret_count, 0u, "something is kept");
    lent.refuses = true;
    tenant_sync(&scene.tenant, &lent.sink, &options, &outcome);
    cr_expect_eq(outcome.status, RUF_E_AUTH);
    memory_sink_free(&lent.sink);
    scene_close(&scene);
}

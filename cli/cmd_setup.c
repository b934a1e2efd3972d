/*
 * cli/cmd_setup.c - init, login, logout
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cli/input.h"
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define POLICY_SIZE_MAX (256u * 1024u)
#define CA_SIZE_MAX (1024u * 1024u)
#define SECRET_SIZE_MAX 4096u
#define CERTIFICATE_SIZE_MAX (64u * 1024u)

static void print_finding(void *context, const struct ruf_finding *finding)
{
    const struct cli *cli = context;

    (void)fprintf(stderr, "rufname: %s: %s %s%s%u:%u: %s\n", finding->id,
                  finding->is_error ? cli_say(cli, "Richtlinie", "policy")
                                    : cli_say(cli, "Richtlinie (Warnung)",
                                              "policy (warning)"),
                  finding->pointer, finding->pointer[0] == '\0' ? "" : " ",
                  finding->line, finding->column, finding->detail);
}

/* The platform's data folder may not exist yet on a new account. */
static void make_parents(const char *path)
{
    char *copy = strdup(path);

    for (char *slash = copy; slash != NULL && *slash != '\0'; slash++) {
        if (*slash != '/' || slash == copy)
            continue;
        *slash = '\0';
        (void)mkdir(copy, 0700); /* ruf_home_init() reports what is missing */
        *slash = '/';
    }
    free(copy);
}

static int init_with(struct cli *cli, const char *policy_path,
                     const char *ca_path, const char *keystore)
{
    struct ruf_home_setup setup = { .struct_size = sizeof(setup),
                                    .keystore = keystore };
    struct ruf_error err;
    char *policy = NULL;
    char *ca = NULL;
    int code = cli_read_file(cli, policy_path, POLICY_SIZE_MAX, &policy,
                             &setup.policy_size);

    if (code == 0 && ca_path != NULL)
        code =
            cli_read_file(cli, ca_path, CA_SIZE_MAX, &ca, &setup.ca_pem_size);
    if (code == 0) {
        setup.policy = policy;
        setup.ca_pem = ca;
        make_parents(cli->home_path);
        if (ruf_home_init(cli->home_path, &setup, print_finding, cli, &err) !=
            RUF_OK)
            code = cli_fail(cli, &err);
    }
    free(policy);
    free(ca);
    if (code == 0 && !cli->quiet)
        (void)fprintf(stderr, "%s %s\n",
                      cli_say(cli, "Eingerichtet:", "home made:"),
                      cli->home_path);
    return code;
}

int cmd_init(struct cli *cli)
{
    const char *policy;
    const char *ca;
    const char *keystore;
    int code = cli_take_value(cli, "--policy", &policy);

    if (code == 0)
        code = cli_take_value(cli, "--ca", &ca);
    if (code == 0)
        code = cli_take_value(cli, "--keystore", &keystore);
    if (code == 0)
        code = cli_reject_options(cli);
    if (code != 0)
        return code;
    if (policy == NULL || cli->argument_count > 0)
        return cli_usage(cli, "init --policy FILE [--ca FILE] [--keystore K]");
    code = cli_find_home(cli);
    return code != 0 ? code : init_with(cli, policy, ca, keystore);
}

/* --- login ------------------------------------------------------------------
 */

static void prompt_person(void *context, const char *uri, const char *code)
{
    const struct cli *cli = context;

    if (code == NULL)
        (void)fprintf(stderr, "%s\n%s\n",
                      cli_say(cli, "Zur Anmeldung im Browser öffnen:",
                              "To sign in, open in a browser:"),
                      uri);
    else
        (void)fprintf(stderr, "%s %s %s %s\n",
                      cli_say(cli, "Öffnen Sie", "Open"), uri,
                      cli_say(cli, "und geben Sie ein:", "and enter:"), code);
}

static int sign_in(struct cli *cli, const struct ruf_login *login)
{
    struct ruf_home *home;
    struct ruf_error err;
    int code = cli_open_storing_home(cli, RUF_ACCESS_REFRESH, &home);

    if (code != 0)
        return code;
    if (ruf_home_login(home, login, &err) != RUF_OK)
        code = cli_fail(cli, &err);
    else if (!cli->quiet)
        (void)fprintf(stderr, "%s\n", cli_say(cli, "Angemeldet.", "signed in"));
    ruf_home_close(home);
    return code;
}

static int sign_in_as_app(struct cli *cli, const char *secret_path,
                          const char *certificate_path)
{
    struct ruf_login login = { .struct_size = sizeof(login),
                               .flow = RUF_SIGN_IN_APP,
                               .cancelled = cli_interrupted };
    size_t limit = secret_path != NULL ? SECRET_SIZE_MAX : CERTIFICATE_SIZE_MAX;
    char *secret;
    size_t size;
    int code;

    if ((secret_path == NULL) == (certificate_path == NULL))
        return cli_usage(cli, "login --flow app needs --secret-file FILE or "
                              "--cert-file FILE");
    code =
        cli_read_file(cli, secret_path != NULL ? secret_path : certificate_path,
                      limit, &secret, &size);
    if (code != 0)
        return code;
    if (secret_path != NULL) {
        while (size > 0 &&
               (secret[size - 1] == '\n' || secret[size - 1] == '\r'))
            secret[--size] = '\0';
        login.client_secret = secret;
    } else {
        login.client_certificate = secret;
    }
    code = sign_in(cli, &login);
    OPENSSL_cleanse(secret, limit);
    free(secret);
    return code;
}

static int sign_in_as_person(struct cli *cli, enum ruf_sign_in flow)
{
    struct ruf_login login = { .struct_size = sizeof(login),
                               .flow = flow,
                               .prompt = prompt_person,
                               .cancelled = cli_interrupted,
                               .context = cli };

    return sign_in(cli, &login);
}

/* A SAS or an account key for one source of blobs. */
static int keep_source_secret(struct cli *cli, const char *source,
                              const char *secret_path)
{
    struct ruf_home *home = NULL;
    struct ruf_error err;
    char *secret;
    size_t size;
    int code;

    if (secret_path == NULL)
        return cli_usage(cli, "login --source ID needs --secret-file FILE");
    code = cli_read_file(cli, secret_path, SECRET_SIZE_MAX, &secret, &size);
    if (code == 0)
        code = cli_open_storing_home(cli, RUF_ACCESS_REFRESH, &home);
    if (code == 0 &&
        ruf_home_source_secret(home, source, secret, &err) != RUF_OK)
        code = cli_fail(cli, &err);
    if (secret != NULL)
        OPENSSL_cleanse(secret, SECRET_SIZE_MAX);
    free(secret);
    ruf_home_close(home);
    return code;
}

int cmd_login(struct cli *cli)
{
    const char *flow;
    const char *source;
    const char *secret;
    const char *certificate;
    int code = cli_take_value(cli, "--flow", &flow);

    if (code == 0)
        code = cli_take_value(cli, "--secret-file", &secret);
    if (code == 0)
        code = cli_take_value(cli, "--cert-file", &certificate);
    if (code == 0)
        code = cli_take_value(cli, "--source", &source);
    if (code == 0)
        code = cli_reject_options(cli);
    if (code != 0)
        return code;
    if (cli->argument_count > 0)
        return cli_usage(cli, "login takes no arguments");
    if (source != NULL && flow == NULL && certificate == NULL)
        return keep_source_secret(cli, source, secret);
    if (source != NULL)
        return cli_usage(cli, "--source goes with --secret-file only");
    if (flow != NULL && strcmp(flow, "app") == 0)
        return sign_in_as_app(cli, secret, certificate);
    if (secret != NULL || certificate != NULL)
        return cli_usage(cli, "only --flow app takes a file");
    if (flow == NULL || strcmp(flow, "code") == 0)
        return sign_in_as_person(cli, RUF_SIGN_IN_CODE);
    if (strcmp(flow, "device") == 0)
        return sign_in_as_person(cli, RUF_SIGN_IN_DEVICE);
    return cli_usage(cli, "--flow is code, device or app");
}

int cmd_logout(struct cli *cli)
{
    struct ruf_home *home;
    struct ruf_error err;
    int code = cli_reject_options(cli);

    if (code == 0)
        code = cli_open_home(cli, &home);
    if (code != 0)
        return code;
    if (ruf_home_logout(home, &err) != RUF_OK)
        code = cli_fail(cli, &err);
    ruf_home_close(home);
    return code;
}

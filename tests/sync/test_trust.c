/*
 * test_trust.c - which anchors are trusted, and where they are looked for
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sync/trust.h"
#include <criterion/criterion.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum authority { HASHED, BUNDLED, BUNDLED_TOO, EXTRA, FOREIGN, AUTHORITIES };

static char folder[] = "/tmp/rufname-test-trust.XXXXXX";
static char bundle[64];
static X509 *authorities[AUTHORITIES];
static X509 *servers[AUTHORITIES];
static char extra[4096];
static struct ruf_trust trust;
static struct ruf_error err;

static X509 *sign(const char *name, const X509_NAME *issuer, EVP_PKEY *key,
                  EVP_PKEY *issuer_key)
{
    X509 *made = X509_new();
    X509_NAME *subject;

    cr_assert(made != NULL);
    subject = X509_get_subject_name(made);
    (void)X509_set_version(made, X509_VERSION_3);
    (void)ASN1_INTEGER_set(X509_get_serialNumber(made), 1);
    (void)X509_gmtime_adj(X509_getm_notBefore(made), -60);
    (void)X509_gmtime_adj(X509_getm_notAfter(made), 3600);
    (void)X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                                     (const unsigned char *)name, -1, -1, 0);
    (void)X509_set_issuer_name(made, issuer == NULL ? subject : issuer);
    (void)X509_set_pubkey(made, key);
    if (issuer == NULL)
        (void)X509_add1_ext_i2d(
            made, NID_basic_constraints,
            &(BASIC_CONSTRAINTS){ .ca = 1, .pathlen = NULL }, 0, 0);
    cr_assert_gt(X509_sign(made, issuer_key, EVP_sha256()), 0);
    return made;
}

static void make_authority(int which)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    EVP_PKEY *server_key = EVP_EC_gen("P-256");
    char name[32];

    cr_assert(key != NULL && server_key != NULL);
    (void)snprintf(name, sizeof(name), "Test authority %d", which);
    authorities[which] = sign(name, NULL, key, key);
    servers[which] =
        sign("server.example", X509_get_subject_name(authorities[which]),
             server_key, key);
    EVP_PKEY_free(key);
    EVP_PKEY_free(server_key);
}

static void write_pem(const char *path, const char *mode, X509 *certificate)
{
    FILE *file = fopen(path, mode);

    cr_assert(file != NULL);
    cr_assert_eq(PEM_write_X509(file, certificate), 1);
    cr_assert_eq(fclose(file), 0);
}

static void set_up(void)
{
    char path[96];
    BIO *memory = BIO_new(BIO_s_mem());
    int size;

    cr_assert(mkdtemp(folder) != NULL);
    (void)snprintf(bundle, sizeof(bundle), "%s/bundle", folder);
    for (int which = 0; which < AUTHORITIES; which++)
        make_authority(which);
    (void)snprintf(path, sizeof(path), "%s/%08lx.0", folder,
                   X509_subject_name_hash(authorities[HASHED]));
    write_pem(path, "w", authorities[HASHED]);
    write_pem(bundle, "w", authorities[BUNDLED]);
    write_pem(bundle, "a", authorities[BUNDLED_TOO]);
    cr_assert_eq(PEM_write_bio_X509(memory, authorities[EXTRA]), 1);
    size = BIO_read(memory, extra, (int)sizeof(extra) - 1);
    cr_assert_gt(size, 0);
    extra[size] = '\0';
    BIO_free(memory);
}

static void tear_down(void)
{
    char command[128];

    ruf_trust_free(&trust);
    for (int which = 0; which < AUTHORITIES; which++) {
        X509_free(authorities[which]);
        X509_free(servers[which]);
    }
    (void)snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    if (system(command) != 0)
        cr_log_warn("%s is left", folder);
}

TestSuite(trust, .init = set_up, .fini = tear_down);

static bool is_trusted(int which)
{
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    bool trusted;

    cr_assert(context != NULL);
    cr_assert_eq(
        X509_STORE_CTX_init(context, trust.store, servers[which], NULL), 1);
    trusted = X509_verify_cert(context) == 1;
    X509_STORE_CTX_free(context);
    return trusted;
}

static void create(const char *pem, const char *directory, const char *file)
{
    cr_assert(ruf_trust_create(pem, directory, file, &trust, &err) == RUF_OK);
}

Test(trust, reads_the_bundle_only_for_what_is_nowhere_else)
{
    create(extra, folder, bundle);
    cr_expect(is_trusted(HASHED));
    cr_expect(is_trusted(EXTRA));
    cr_expect_not_null(trust.bundle, "not read yet");
    cr_expect(is_trusted(BUNDLED));
    cr_expect_null(trust.bundle, "read once");
    cr_expect(is_trusted(BUNDLED));
    cr_expect(is_trusted(BUNDLED_TOO));
    cr_expect(!is_trusted(FOREIGN));
    cr_expect(is_trusted(HASHED));
    cr_expect(is_trusted(EXTRA));
}

Test(trust, has_no_anchor_that_is_neither_the_systems_nor_the_policys)
{
    create(NULL, folder, bundle);
    cr_expect(!is_trusted(FOREIGN));
    cr_expect(!is_trusted(EXTRA));
    cr_expect(is_trusted(BUNDLED), "asking for others changes nothing");
    cr_expect(is_trusted(HASHED));
}

Test(trust, does_with_a_bundle_or_a_directory_alone)
{
    create(NULL, NULL, bundle);
    cr_expect(is_trusted(BUNDLED_TOO));
    cr_expect(!is_trusted(HASHED));
    ruf_trust_free(&trust);
    create(NULL, folder, NULL);
    cr_expect(is_trusted(HASHED));
    cr_expect(!is_trusted(BUNDLED));
}

Test(trust, trusts_nobody_where_nothing_can_be_read)
{
    char missing[96];

    (void)snprintf(missing, sizeof(missing), "%s/missing", folder);
    create(NULL, missing, missing);
    for (int which = 0; which < AUTHORITIES; which++)
        cr_expect(!is_trusted(which));
    cr_expect_eq(ERR_peek_error(), 0, "no error is left behind");
    ruf_trust_free(&trust);
    create(extra, NULL, NULL);
    for (int which = 0; which < AUTHORITIES; which++)
        cr_expect_eq(is_trusted(which), which == EXTRA);
}

Test(trust, believes_no_issuer_by_its_name)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");

    X509_free(servers[HASHED]);
    servers[HASHED] = sign(
        "server.example", X509_get_subject_name(authorities[HASHED]), key, key);
    EVP_PKEY_free(key);
    create(NULL, folder, bundle);
    cr_expect(!is_trusted(HASHED));
}

Test(trust, takes_no_anchors_of_which_one_is_damaged)
{
    char both[sizeof(extra) + 128];

    (void)snprintf(both, sizeof(both),
                   "%s-----BEGIN CERTIFICATE-----\nAAAA\n"
                   "-----END CERTIFICATE-----\n",
                   extra);
    cr_expect_eq(ruf_trust_create(both, NULL, NULL, &trust, &err),
                 RUF_E_POLICY);
    cr_expect_str_eq(err.id, "S533");
}

/*
 * certificates.c - a CA of its own and a server certificate for loopback
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tenant.h"
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#define VALID_SECONDS (365L * 24 * 3600)

static bool add_extension(X509 *certificate, X509 *issuer, int nid,
                          const char *value)
{
    X509V3_CTX context;
    X509_EXTENSION *extension;
    bool ok;

    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    ok = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return ok;
}

static X509 *make_certificate(EVP_PKEY *key, const char *name, X509 *issuer,
                              EVP_PKEY *issuer_key, long serial)
{
    X509 *certificate = X509_new();
    X509_NAME *subject;
    bool authority = issuer == NULL;
    bool ok;

    if (certificate == NULL)
        return NULL;
    if (authority)
        issuer = certificate;
    subject = X509_get_subject_name(certificate);
    ok = X509_set_version(certificate, 2) == 1 &&
         ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial) == 1 &&
         X509_gmtime_adj(X509_getm_notBefore(certificate), -3600) != NULL &&
         X509_gmtime_adj(X509_getm_notAfter(certificate), VALID_SECONDS) !=
             NULL &&
         X509_set_pubkey(certificate, key) == 1 &&
         X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                                    (const unsigned char *)name, -1, -1,
                                    0) == 1 &&
         X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1;
    if (authority)
        ok = ok &&
             add_extension(certificate, issuer, NID_basic_constraints,
                           "critical,CA:TRUE") &&
             add_extension(certificate, issuer, NID_key_usage,
                           "critical,keyCertSign,cRLSign");
    else
        ok =
            ok &&
            add_extension(certificate, issuer, NID_subject_alt_name,
                          "DNS:localhost,IP:127.0.0.1") &&
            add_extension(certificate, issuer, NID_ext_key_usage, "serverAuth");
    ok = ok &&
         add_extension(certificate, issuer, NID_subject_key_identifier, "hash");
    ok = ok &&
         X509_sign(certificate, authority ? key : issuer_key, EVP_sha256()) > 0;
    if (!ok) {
        X509_free(certificate);
        return NULL;
    }
    return certificate;
}

static char *pem_text(X509 *certificate, EVP_PKEY *key)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *bytes = NULL;
    char *copy = NULL;
    long size;

    if (bio != NULL &&
        (certificate != NULL ? PEM_write_bio_X509(bio, certificate)
                             : PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0,
                                                        NULL, NULL)) == 1) {
        size = BIO_get_mem_data(bio, &bytes);
        copy = calloc(1, (size_t)size + 1);
        if (copy != NULL)
            memcpy(copy, bytes, (size_t)size);
    }
    BIO_free(bio);
    return copy;
}

static bool write_pem(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    bool ok = file != NULL && fputs(text, file) >= 0;

    return file != NULL && fclose(file) == 0 && ok;
}

/* The authority is kept, so that a restarted tenant is still trusted. */
static bool load_authority(const char *ca_path, const char *key_path, X509 **ca,
                           EVP_PKEY **key)
{
    FILE *ca_file = fopen(ca_path, "r");
    FILE *key_file = fopen(key_path, "r");

    if (ca_file != NULL)
        *ca = PEM_read_X509(ca_file, NULL, NULL, NULL);
    if (key_file != NULL)
        *key = PEM_read_PrivateKey(key_file, NULL, NULL, NULL);
    if (ca_file != NULL)
        (void)fclose(ca_file);
    if (key_file != NULL)
        (void)fclose(key_file);
    return *ca != NULL && *key != NULL;
}

static bool create_authority(const char *ca_path, const char *key_path,
                             X509 **ca, EVP_PKEY **key)
{
    char *ca_text;
    char *key_text;
    bool ok;

    *key = EVP_EC_gen("P-256");
    *ca = *key == NULL ? NULL
                       : make_certificate(*key, "Rufname sample tenant CA",
                                          NULL, NULL, 1);
    if (*ca == NULL)
        return false;
    ca_text = pem_text(*ca, NULL);
    key_text = pem_text(NULL, *key);
    ok = ca_text != NULL && key_text != NULL && write_pem(ca_path, ca_text) &&
         write_pem(key_path, key_text);
    free(ca_text);
    free(key_text);
    return ok;
}

int tenant_certificates(const struct tenant *tenant, char **key,
                        char **certificate)
{
    char ca_path[600];
    char key_path[600];
    X509 *ca = NULL;
    EVP_PKEY *ca_key = NULL;
    EVP_PKEY *server_key = EVP_EC_gen("P-256");
    X509 *server = NULL;
    long serial = (long)(tenant_now_s() & 0x7FFFFFFF);

    (void)snprintf(ca_path, sizeof(ca_path), "%s/ca.pem", tenant->state);
    (void)snprintf(key_path, sizeof(key_path), "%s/ca-key.pem", tenant->state);
    if (load_authority(ca_path, key_path, &ca, &ca_key) ||
        create_authority(ca_path, key_path, &ca, &ca_key))
        server = make_certificate(server_key, "localhost", ca, ca_key, serial);
    *key = server == NULL ? NULL : pem_text(NULL, server_key);
    *certificate = server == NULL ? NULL : pem_text(server, NULL);
    X509_free(server);
    X509_free(ca);
    EVP_PKEY_free(server_key);
    EVP_PKEY_free(ca_key);
    return *key != NULL && *certificate != NULL ? 0 : -1;
}

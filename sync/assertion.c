/*
 * sync/assertion.c - an app proves itself by its certificate
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sync/assertion.h"
#include "base/error.h"
#include "sync/base64.h"
#include <inttypes.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

#define LIFETIME_S 300
#define HEADER_MAX 256
#define PAYLOAD_MAX 4096
#define SIGNATURE_MAX 1024 /* 8192 bits */
#define BITS_MIN 2048

struct pair {
    X509 *certificate;
    EVP_PKEY *key;
};

static enum ruf_status refuse(struct ruf_error *err, const char *why)
{
    return ruf_fail(err, RUF_E_AUTH, "S509", "", "%s", why);
}

/* An encrypted key would ask for its pass phrase on the terminal. */
static int no_pass_phrase(char *out, int size, int writing, void *context)
{
    (void)out;
    (void)size;
    (void)writing;
    (void)context;
    return -1;
}

static enum ruf_status pair_read(const char *pem, struct pair *out,
                                 struct ruf_error *err)
{
    BIO *bio = BIO_new_mem_buf(pem, -1);

    if (bio == NULL)
        return ruf_fail_memory(err);
    out->certificate = PEM_read_bio_X509(bio, NULL, no_pass_phrase, NULL);
    (void)BIO_reset(bio);
    out->key = PEM_read_bio_PrivateKey(bio, NULL, no_pass_phrase, NULL);
    BIO_free(bio);
    ERR_clear_error();
    if (out->certificate == NULL)
        return refuse(err, "no certificate in PEM");
    if (out->key == NULL)
        return refuse(err, "no private key in PEM, or one with a pass phrase");
    if (EVP_PKEY_get_base_id(out->key) != EVP_PKEY_RSA ||
        EVP_PKEY_get_bits(out->key) < BITS_MIN)
        return refuse(err, "the key must be RSA with 2048 bits or more");
    if (X509_check_private_key(out->certificate, out->key) != 1) {
        ERR_clear_error();
        return refuse(err, "the key does not belong to the certificate");
    }
    return RUF_OK;
}

static void pair_free(struct pair *pair)
{
    X509_free(pair->certificate);
    EVP_PKEY_free(pair->key);
}

static enum ruf_status write_header(const struct pair *pair, char *out,
                                    struct ruf_error *err)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    char thumbprint[RUF_BASE64_SIZE(EVP_MAX_MD_SIZE)];
    unsigned size = 0;

    if (X509_digest(pair->certificate, EVP_sha256(), digest, &size) != 1)
        return ruf_fail_memory(err);
    ruf_base64url(digest, size, thumbprint);
    (void)snprintf(out, HEADER_MAX,
                   "{\"alg\":\"PS256\",\"typ\":\"JWT\",\"x5t#S256\":\"%s\"}",
                   thumbprint);
    return RUF_OK;
}

/* Tenant and client id are letters, digits, dots and hyphens, so nothing here
 * needs escaping. */
static enum ruf_status write_payload(const char *audience,
                                     const char *client_id, int64_t now_s,
                                     char *out, struct ruf_error *err)
{
    uint8_t random[16];
    char id[RUF_BASE64_SIZE(sizeof(random))];
    enum ruf_status status = ruf_random(random, sizeof(random), err);
    int size;

    if (status != RUF_OK)
        return status;
    ruf_base64url(random, sizeof(random), id);
    size = snprintf(out, PAYLOAD_MAX,
                    "{\"aud\":\"%s\",\"iss\":\"%s\",\"sub\":\"%s\","
                    "\"jti\":\"%s\",\"iat\":%" PRId64 ",\"nbf\":%" PRId64
                    ",\"exp\":%" PRId64 "}",
                    audience, client_id, client_id, id, now_s, now_s,
                    now_s + LIFETIME_S);
    return size > 0 && size < PAYLOAD_MAX
               ? RUF_OK
               : refuse(err, "the names of tenant or app are too long");
}

/* PS256: RSASSA-PSS, SHA-256, MGF1 with SHA-256, salt of 32 bytes. */
static bool sign(const struct pair *pair, const char *text,
                 unsigned char out[SIGNATURE_MAX], size_t *size)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_PKEY_CTX *key = NULL;
    bool good;

    *size = SIGNATURE_MAX;
    good =
        context != NULL &&
        EVP_DigestSignInit(context, &key, EVP_sha256(), NULL, pair->key) == 1 &&
        EVP_PKEY_CTX_set_rsa_padding(key, RSA_PKCS1_PSS_PADDING) == 1 &&
        EVP_PKEY_CTX_set_rsa_mgf1_md(key, EVP_sha256()) == 1 &&
        EVP_PKEY_CTX_set_rsa_pss_saltlen(key, RSA_PSS_SALTLEN_DIGEST) == 1 &&
        EVP_DigestSign(context, out, size, (const unsigned char *)text,
                       strlen(text)) == 1;
    EVP_MD_CTX_free(context);
    return good;
}

static void append_dot(char *text)
{
    size_t size = strlen(text);

    text[size] = '.';
    text[size + 1] = '\0';
}

static enum ruf_status assemble(const struct pair *pair, const char *header,
                                const char *payload, struct ruf_secret *out,
                                struct ruf_error *err)
{
    unsigned char signature[SIGNATURE_MAX];
    size_t signature_size;
    char *text;
    enum ruf_status status = ruf_secret_create(
        RUF_BASE64_SIZE(HEADER_MAX) + RUF_BASE64_SIZE(PAYLOAD_MAX) +
            RUF_BASE64_SIZE(SIGNATURE_MAX) + 2,
        out, err);

    if (status != RUF_OK)
        return status;
    text = (char *)out->bytes;
    ruf_base64url(header, strlen(header), text);
    append_dot(text);
    ruf_base64url(payload, strlen(payload), text + strlen(text));
    if (!sign(pair, text, signature, &signature_size)) {
        ruf_secret_destroy(out);
        ERR_clear_error();
        return ruf_fail(err, RUF_E_INTERNAL, "S541", "", "cannot sign");
    }
    append_dot(text);
    ruf_base64url(signature, signature_size, text + strlen(text));
    return RUF_OK;
}

enum ruf_status ruf_assertion_create(const char *pem, const char *audience,
                                     const char *client_id, int64_t now_s,
                                     struct ruf_secret *out,
                                     struct ruf_error *err)
{
    struct pair pair = { NULL, NULL };
    char header[HEADER_MAX];
    char payload[PAYLOAD_MAX];
    enum ruf_status status = pair_read(pem, &pair, err);

    if (status == RUF_OK)
        status = write_header(&pair, header, err);
    if (status == RUF_OK)
        status = write_payload(audience, client_id, now_s, payload, err);
    if (status == RUF_OK)
        status = assemble(&pair, header, payload, out, err);
    pair_free(&pair);
    return status;
}

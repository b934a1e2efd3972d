/*
 * assertion.c - client assertions and PKCE, checked as the service does
 *
 * Written against RFC 7515, 7519 and 7636, apart from the client's code.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tenant.h"
#include <cjson/cJSON.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

static void to_url_alphabet(char *text)
{
    for (; *text != '\0' && *text != '='; text++)
        *text = *text == '+' ? '-' : *text == '/' ? '_' : *text;
    *text = '\0';
}

void tenant_pkce(const char *text, char out[64])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;

    (void)EVP_Digest(text, strlen(text), digest, &size, EVP_sha256(), NULL);
    (void)EVP_EncodeBlock((unsigned char *)out, digest, (int)size);
    to_url_alphabet(out);
}

static void append_part(char *out, size_t size, const char *json)
{
    char part[1024];
    size_t used = strlen(out);

    (void)EVP_EncodeBlock((unsigned char *)part, (const unsigned char *)json,
                          (int)strlen(json));
    to_url_alphabet(part);
    (void)snprintf(out + used, size - used, "%s.", part);
}

/* The storage emulator reads claims and does not check signatures. */
void tenant_storage_token(unsigned seconds, char *out, size_t size)
{
    char payload[512];
    size_t used;

    out[0] = '\0';
    (void)snprintf(payload, sizeof(payload),
                   "{\"aud\":\"https://storage.azure.com\",\"iss\":"
                   "\"https://sts.windows.net/" TENANT_ID "/\",\"iat\":%lld,"
                   "\"nbf\":%lld,\"exp\":%lld}",
                   tenant_now_s() - 60, tenant_now_s() - 60,
                   tenant_now_s() + (long long)seconds);
    append_part(out, size, "{\"typ\":\"JWT\",\"alg\":\"RS256\"}");
    append_part(out, size, payload);
    used = strlen(out);
    if (size - used > 48)
        tenant_random_hex(out + used, 48);
}

/* One part of a JWT; NULL if it is not base64url. */
static unsigned char *decode_part(const char *part, size_t size, size_t *out)
{
    size_t padded = (size + 3) / 4 * 4;
    char *text = malloc(padded + 1);
    unsigned char *bytes = calloc(1, padded + 1);
    int got;

    memset(text, '=', padded);
    text[padded] = '\0';
    for (size_t i = 0; i < size; i++)
        text[i] = part[i] == '-' ? '+' : part[i] == '_' ? '/' : part[i];
    got = EVP_DecodeBlock(bytes, (unsigned char *)text, (int)padded);
    free(text);
    if (got < 0) {
        free(bytes);
        return NULL;
    }
    *out = (size_t)got - (padded - size);
    bytes[*out] = '\0';
    return bytes;
}

static bool is_text(const cJSON *tree, const char *name, const char *wanted)
{
    const char *text =
        cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(tree, name));

    return text != NULL && strcmp(text, wanted) == 0;
}

static double number(const cJSON *tree, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(tree, name);

    return cJSON_IsNumber(item) ? item->valuedouble : 0;
}

static X509 *load_certificate(const struct tenant *tenant)
{
    char path[600];
    FILE *file;
    X509 *certificate = NULL;

    (void)snprintf(path, sizeof(path), "%s/client-certificate.pem",
                   tenant->state);
    file = fopen(path, "r");
    if (file != NULL) {
        certificate = PEM_read_X509(file, NULL, NULL, NULL);
        (void)fclose(file);
    }
    return certificate;
}

static bool header_good(const cJSON *header, X509 *certificate)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    char thumbprint[128];
    unsigned size = 0;

    (void)X509_digest(certificate, EVP_sha256(), digest, &size);
    (void)EVP_EncodeBlock((unsigned char *)thumbprint, digest, (int)size);
    to_url_alphabet(thumbprint);
    return is_text(header, "alg", "PS256") && is_text(header, "typ", "JWT") &&
           is_text(header, "x5t#S256", thumbprint);
}

/* A jti is good once. */
static bool id_is_new(struct tenant *tenant, const cJSON *payload)
{
    const char *id =
        cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(payload, "jti"));

    if (id == NULL || id[0] == '\0' || strlen(id) > 60)
        return false;
    for (size_t i = 0; i < 8; i++)
        if (strcmp(tenant->assertion_ids[i], id) == 0)
            return false;
    (void)snprintf(tenant->assertion_ids[tenant->next_assertion++ % 8], 64,
                   "%s", id);
    return true;
}

static bool payload_good(struct tenant *tenant, const cJSON *payload)
{
    char audience[256];
    double now = (double)tenant_now_s();
    double from = number(payload, "nbf");
    double until = number(payload, "exp");

    (void)snprintf(audience, sizeof(audience),
                   "%s/" TENANT_ID "/oauth2/v2.0/token", tenant->origin);
    return is_text(payload, "aud", audience) &&
           is_text(payload, "iss", CLIENT_ID) &&
           is_text(payload, "sub", CLIENT_ID) && from <= now + 60 &&
           until > now && until - from <= 600 && id_is_new(tenant, payload);
}

static bool signature_good(X509 *certificate, const char *text, size_t size,
                           const unsigned char *signature,
                           size_t signature_size)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_PKEY_CTX *key = NULL;
    bool good = EVP_DigestVerifyInit(context, &key, EVP_sha256(), NULL,
                                     X509_get0_pubkey(certificate)) == 1 &&
                EVP_PKEY_CTX_set_rsa_padding(key, RSA_PKCS1_PSS_PADDING) == 1 &&
                EVP_PKEY_CTX_set_rsa_pss_saltlen(key, 32) == 1 &&
                EVP_DigestVerify(context, signature, signature_size,
                                 (const unsigned char *)text, size) == 1;

    EVP_MD_CTX_free(context);
    return good;
}

bool tenant_assertion_good(struct tenant *tenant, const char *assertion)
{
    const char *first = strchr(assertion, '.');
    const char *second = first == NULL ? NULL : strchr(first + 1, '.');
    X509 *certificate = load_certificate(tenant);
    unsigned char *parts[3] = { NULL, NULL, NULL };
    size_t sizes[3] = { 0, 0, 0 };
    cJSON *header = NULL;
    cJSON *payload = NULL;
    bool good = second != NULL && certificate != NULL;

    if (good) {
        parts[0] =
            decode_part(assertion, (size_t)(first - assertion), &sizes[0]);
        parts[1] =
            decode_part(first + 1, (size_t)(second - first) - 1, &sizes[1]);
        parts[2] = decode_part(second + 1, strlen(second + 1), &sizes[2]);
        good = parts[0] != NULL && parts[1] != NULL && parts[2] != NULL;
    }
    if (good) {
        header = cJSON_Parse((char *)parts[0]);
        payload = cJSON_Parse((char *)parts[1]);
        good = header_good(header, certificate) &&
               payload_good(tenant, payload) &&
               signature_good(certificate, assertion,
                              (size_t)(second - assertion), parts[2], sizes[2]);
    }
    for (size_t i = 0; i < 3; i++)
        free(parts[i]);
    cJSON_Delete(header);
    cJSON_Delete(payload);
    X509_free(certificate);
    return good;
}

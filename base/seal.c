/*
 * base/seal.c - the cryptographic primitives Rufname uses, by OpenSSL
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/seal.h"
#include "base/error.h"
#include "base/secret.h"
#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <stdlib.h>
#include <string.h>

#define NONCE_SIZE 12

/* OpenSSL 3.0 names the second where the copy of a context had no memory. */
static bool is_lack_of_memory(unsigned long code)
{
    return ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE ||
           (ERR_GET_LIB(code) == ERR_LIB_EVP &&
            ERR_GET_REASON(code) == EVP_R_NOT_ABLE_TO_COPY_CTX);
}

/* Without memory an error may not even fit into the queue, or say only that
 * what failed to load is not there. */
static bool lacked_memory(void)
{
    void *probe = malloc(4096);
    unsigned long code = ERR_get_error();
    bool lacked = code == 0 || probe == NULL;

    free(probe);
    for (; code != 0; code = ERR_get_error())
        lacked = lacked || is_lack_of_memory(code);
    return lacked;
}

enum ruf_status ruf_crypto_failed(struct ruf_error *err, const char *id,
                                  const char *what)
{
    if (lacked_memory())
        return ruf_fail_memory(err);
    return ruf_fail(err, RUF_E_INTERNAL, id, "", "libcrypto: %s failed", what);
}

static enum ruf_status crypto_failed(struct ruf_error *err, const char *what)
{
    return ruf_crypto_failed(err, "E913", what);
}

enum ruf_status ruf_sha256(const void *bytes, size_t size,
                           uint8_t out[RUF_DIGEST_SIZE], struct ruf_error *err)
{
    if (EVP_Q_digest(NULL, "SHA256", NULL, bytes, size, out, NULL) != 1)
        return crypto_failed(err, "SHA-256");
    return RUF_OK;
}

struct ruf_hasher {
    EVP_MD *algorithm;
    EVP_MD_CTX *context;
};

enum ruf_status ruf_hasher_create(struct ruf_hasher **out,
                                  struct ruf_error *err)
{
    struct ruf_hasher *hasher = calloc(1, sizeof(*hasher));

    *out = NULL;
    if (hasher == NULL)
        return ruf_fail_memory(err);
    hasher->algorithm = EVP_MD_fetch(NULL, "SHA256", NULL);
    hasher->context = EVP_MD_CTX_new();
    if (hasher->algorithm == NULL || hasher->context == NULL) {
        ruf_hasher_destroy(hasher);
        return crypto_failed(err, "SHA-256");
    }
    *out = hasher;
    return RUF_OK;
}

void ruf_hasher_destroy(struct ruf_hasher *hasher)
{
    if (hasher == NULL)
        return;
    EVP_MD_CTX_free(hasher->context);
    EVP_MD_free(hasher->algorithm);
    free(hasher);
}

enum ruf_status ruf_hasher_digest(struct ruf_hasher *hasher, const void *bytes,
                                  size_t size, uint8_t out[RUF_DIGEST_SIZE],
                                  struct ruf_error *err)
{
    if (EVP_DigestInit_ex(hasher->context, hasher->algorithm, NULL) != 1 ||
        EVP_DigestUpdate(hasher->context, bytes, size) != 1 ||
        EVP_DigestFinal_ex(hasher->context, out, NULL) != 1)
        return crypto_failed(err, "SHA-256");
    return RUF_OK;
}

enum ruf_status ruf_hmac_sha256(const uint8_t key[RUF_SEAL_KEY_SIZE],
                                const void *bytes, size_t size,
                                uint8_t out[RUF_DIGEST_SIZE],
                                struct ruf_error *err)
{
    unsigned out_size = 0;

    if (HMAC(EVP_sha256(), key, RUF_SEAL_KEY_SIZE, bytes, size, out,
             &out_size) == NULL ||
        out_size != RUF_DIGEST_SIZE)
        return crypto_failed(err, "HMAC");
    return RUF_OK;
}

/* The context keeps the key's two inner states, so a message costs its own
 * blocks only. */
struct ruf_mac {
    EVP_MAC *algorithm;
    EVP_MAC_CTX *context;
};

enum ruf_status ruf_mac_create(const uint8_t key[RUF_SEAL_KEY_SIZE],
                               struct ruf_mac **out, struct ruf_error *err)
{
    char digest[] = "SHA256"; /* the parameter wants it mutable */
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };
    struct ruf_mac *mac = calloc(1, sizeof(*mac));

    *out = NULL;
    if (mac == NULL)
        return ruf_fail_memory(err);
    mac->algorithm = EVP_MAC_fetch(NULL, "HMAC", NULL);
    if (mac->algorithm != NULL)
        mac->context = EVP_MAC_CTX_new(mac->algorithm);
    if (mac->context == NULL ||
        EVP_MAC_init(mac->context, key, RUF_SEAL_KEY_SIZE, parameters) != 1) {
        ruf_mac_destroy(mac);
        return crypto_failed(err, "HMAC");
    }
    *out = mac;
    return RUF_OK;
}

void ruf_mac_destroy(struct ruf_mac *mac)
{
    if (mac == NULL)
        return;
    EVP_MAC_CTX_free(mac->context); /* cleanses its key */
    EVP_MAC_free(mac->algorithm);
    free(mac);
}

enum ruf_status ruf_mac_start(struct ruf_mac *mac, struct ruf_error *err)
{
    return EVP_MAC_init(mac->context, NULL, 0, NULL) == 1
               ? RUF_OK
               : crypto_failed(err, "HMAC");
}

enum ruf_status ruf_mac_add(struct ruf_mac *mac, const void *bytes, size_t size,
                            struct ruf_error *err)
{
    return EVP_MAC_update(mac->context, bytes, size) == 1
               ? RUF_OK
               : crypto_failed(err, "HMAC");
}

enum ruf_status ruf_mac_finish(struct ruf_mac *mac,
                               uint8_t out[RUF_DIGEST_SIZE],
                               struct ruf_error *err)
{
    size_t out_size = 0;

    return EVP_MAC_final(mac->context, out, &out_size, RUF_DIGEST_SIZE) == 1 &&
                   out_size == RUF_DIGEST_SIZE
               ? RUF_OK
               : crypto_failed(err, "HMAC");
}

enum ruf_status ruf_mac_digest(struct ruf_mac *mac, const void *bytes,
                               size_t size, uint8_t out[RUF_DIGEST_SIZE],
                               struct ruf_error *err)
{
    enum ruf_status status = ruf_mac_start(mac, err);

    if (status == RUF_OK)
        status = ruf_mac_add(mac, bytes, size, err);
    return status == RUF_OK ? ruf_mac_finish(mac, out, err) : status;
}

/* HKDF info = label, then context. */
static uint8_t *kdf_info(const char *label, const void *context,
                         size_t context_size, size_t *size)
{
    size_t label_size = strlen(label);
    uint8_t *info = malloc(label_size + context_size + 1);

    if (info == NULL)
        return NULL;
    memcpy(info, label, label_size);
    if (context_size > 0)
        memcpy(info + label_size, context, context_size);
    *size = label_size + context_size;
    return info;
}

/* What a parameter points to is only read, but its type does not say so. */
static OSSL_PARAM octets(const char *name, const void *bytes, size_t size)
{
    union {
        const void *given;
        void *taken;
    } pointer = { .given = bytes };

    return OSSL_PARAM_construct_octet_string(name, pointer.taken, size);
}

static bool hkdf(const uint8_t *key, const void *salt, size_t salt_size,
                 const uint8_t *info, size_t info_size,
                 uint8_t out[RUF_SEAL_KEY_SIZE])
{
    char digest[] = "SHA256"; /* the parameter wants it mutable */
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
        octets(OSSL_KDF_PARAM_KEY, key, RUF_SEAL_KEY_SIZE),
        octets(OSSL_KDF_PARAM_INFO, info, info_size),
        salt_size == 0 ? OSSL_PARAM_construct_end()
                       : octets(OSSL_KDF_PARAM_SALT, salt, salt_size),
        OSSL_PARAM_construct_end(),
    };
    EVP_KDF *algorithm = EVP_KDF_fetch(NULL, "HKDF", NULL);
    EVP_KDF_CTX *context =
        algorithm == NULL ? NULL : EVP_KDF_CTX_new(algorithm);
    bool ok = context != NULL &&
              EVP_KDF_derive(context, out, RUF_SEAL_KEY_SIZE, parameters) == 1;

    EVP_KDF_CTX_free(context); /* cleanses its key */
    EVP_KDF_free(algorithm);
    return ok;
}

enum ruf_status ruf_derive_key(const uint8_t key[RUF_SEAL_KEY_SIZE],
                               const void *salt, size_t salt_size,
                               const char *label, const void *context,
                               size_t context_size,
                               uint8_t out[RUF_SEAL_KEY_SIZE],
                               struct ruf_error *err)
{
    size_t info_size = 0;
    uint8_t *info = kdf_info(label, context, context_size, &info_size);
    bool ok;

    if (info == NULL)
        return ruf_fail_memory(err);
    ok = hkdf(key, salt, salt_size, info, info_size, out);
    free(info);
    return ok ? RUF_OK : crypto_failed(err, "HKDF");
}

bool ruf_constant_time_equal(const void *a, const void *b, size_t size)
{
    return CRYPTO_memcmp(a, b, size) == 0;
}

/* One context per sealer: setting the key anew costs as much as a small
 * block, so per block only the nonce changes. */
struct ruf_sealer {
    EVP_CIPHER_CTX *context;
};

enum ruf_status ruf_sealer_create(const uint8_t key[RUF_SEAL_KEY_SIZE],
                                  enum ruf_seal_direction direction,
                                  struct ruf_sealer **out,
                                  struct ruf_error *err)
{
    struct ruf_sealer *sealer = calloc(1, sizeof(*sealer));

    *out = NULL;
    if (sealer == NULL)
        return ruf_fail_memory(err);
    sealer->context = EVP_CIPHER_CTX_new();
    if (sealer->context == NULL) {
        free(sealer);
        return ruf_fail_memory(err);
    }
    if (EVP_CipherInit_ex2(sealer->context, EVP_aes_256_gcm(), key, NULL,
                           direction == RUF_SEAL, NULL) != 1) {
        ruf_sealer_destroy(sealer);
        return crypto_failed(err, "AES-256-GCM");
    }
    *out = sealer;
    return RUF_OK;
}

void ruf_sealer_destroy(struct ruf_sealer *sealer)
{
    if (sealer == NULL)
        return;
    EVP_CIPHER_CTX_free(sealer->context); /* cleanses its key */
    free(sealer);
}

/* Nonce: four zero bytes, then the block number, big-endian as a counter. */
static void make_nonce(uint64_t number, uint8_t nonce[NONCE_SIZE])
{
    memset(nonce, 0, NONCE_SIZE);
    for (size_t i = 0; i < 8; i++)
        nonce[4 + i] = (uint8_t)(number >> (56 - 8 * i));
}

static bool start_block(struct ruf_sealer *sealer, uint64_t number,
                        const void *aad, size_t aad_size, size_t size)
{
    uint8_t nonce[NONCE_SIZE];
    int done;

    if (size > INT_MAX || aad_size > INT_MAX)
        return false;
    make_nonce(number, nonce);
    return EVP_CipherInit_ex2(sealer->context, NULL, NULL, nonce, -1, NULL) ==
               1 &&
           EVP_CipherUpdate(sealer->context, NULL, &done, aad, (int)aad_size) ==
               1;
}

enum ruf_status ruf_seal_block(struct ruf_sealer *sealer, uint64_t number,
                               const void *aad, size_t aad_size,
                               const uint8_t *plain, size_t size, uint8_t *out,
                               uint8_t tag[RUF_SEAL_TAG_SIZE],
                               struct ruf_error *err)
{
    int done = 0;
    int last = 0;

    if (!start_block(sealer, number, aad, aad_size, size) ||
        EVP_EncryptUpdate(sealer->context, out, &done, plain, (int)size) != 1 ||
        EVP_EncryptFinal_ex(sealer->context, out + done, &last) != 1 ||
        EVP_CIPHER_CTX_ctrl(sealer->context, EVP_CTRL_AEAD_GET_TAG,
                            RUF_SEAL_TAG_SIZE, tag) != 1)
        return crypto_failed(err, "sealing");
    return RUF_OK;
}

enum ruf_status ruf_unseal_block(struct ruf_sealer *sealer, uint64_t number,
                                 const void *aad, size_t aad_size,
                                 const uint8_t *sealed, size_t size,
                                 const uint8_t tag[RUF_SEAL_TAG_SIZE],
                                 uint8_t *out, struct ruf_error *err)
{
    uint8_t expected[RUF_SEAL_TAG_SIZE]; /* the control call wants it mutable */
    int done = 0;
    int last = 0;

    memcpy(expected, tag, sizeof(expected));
    if (!start_block(sealer, number, aad, aad_size, size) ||
        EVP_DecryptUpdate(sealer->context, out, &done, sealed, (int)size) !=
            1 ||
        EVP_CIPHER_CTX_ctrl(sealer->context, EVP_CTRL_AEAD_SET_TAG,
                            RUF_SEAL_TAG_SIZE, expected) != 1) {
        ruf_wipe(out, size);
        return crypto_failed(err, "opening a block");
    }
    if (EVP_DecryptFinal_ex(sealer->context, out + done, &last) != 1) {
        ruf_wipe(out, size);
        return ruf_fail(err, RUF_E_CORRUPT, "D710", "",
                        "authentication tag does not match");
    }
    return RUF_OK;
}

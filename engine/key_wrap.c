/*
 * engine/key_wrap.c - a key under a PIN, and a key under another key
 *
 * scrypt with N=2^17, r=8, p=1: the least of OWASP's Password Storage Cheat
 * Sheet, half a second and 128 MiB. A short PIN still falls in minutes to
 * whoever has item and files; the device secret and the counter keep others
 * out.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "engine/key_wrap.h"
#include "base/error.h"
#include <openssl/evp.h>
#include <string.h>

#define LOG_N 17
#define BLOCK_FACTOR 8
#define PARALLEL 1
#define MEMORY_MAX (UINT64_C(256) << 20)
#define PARALLEL_MAX 4

/* --- wrapping ---------------------------------------------------------------
 */

/* A key of its own for each wrapping, so that the nonce is never used twice. */
static enum ruf_status open_sealer(const uint8_t *under, const uint8_t *salt,
                                   enum ruf_seal_direction direction,
                                   struct ruf_sealer **out,
                                   struct ruf_error *err)
{
    uint8_t key[RUF_SEAL_KEY_SIZE];
    enum ruf_status status =
        ruf_derive_key(under, salt, RUF_WRAP_SALT_SIZE, "rufname/1 key/wrap",
                       NULL, 0, key, err);

    *out = NULL;
    if (status == RUF_OK)
        status = ruf_sealer_create(key, direction, out, err);
    ruf_wipe(key, sizeof(key));
    return status;
}

enum ruf_status ruf_key_wrap(const uint8_t *under, const void *bound,
                             size_t bound_size,
                             const uint8_t key[RUF_SEAL_KEY_SIZE],
                             uint8_t out[RUF_WRAPPED_SIZE],
                             struct ruf_error *err)
{
    uint8_t *sealed = out + RUF_WRAP_SALT_SIZE;
    struct ruf_sealer *sealer = NULL;
    enum ruf_status status = ruf_random(out, RUF_WRAP_SALT_SIZE, err);

    if (status == RUF_OK)
        status = open_sealer(under, out, RUF_SEAL, &sealer, err);
    if (status == RUF_OK)
        status =
            ruf_seal_block(sealer, 0, bound, bound_size, key, RUF_SEAL_KEY_SIZE,
                           sealed, sealed + RUF_SEAL_KEY_SIZE, err);
    ruf_sealer_destroy(sealer);
    return status;
}

enum ruf_status ruf_key_unwrap(const uint8_t *under, const void *bound,
                               size_t bound_size,
                               const uint8_t wrapped[RUF_WRAPPED_SIZE],
                               uint8_t key[RUF_SEAL_KEY_SIZE],
                               struct ruf_error *err)
{
    const uint8_t *sealed = wrapped + RUF_WRAP_SALT_SIZE;
    struct ruf_sealer *sealer = NULL;
    enum ruf_status status =
        open_sealer(under, wrapped, RUF_UNSEAL, &sealer, err);

    if (status == RUF_OK)
        status = ruf_unseal_block(sealer, 0, bound, bound_size, sealed,
                                  RUF_SEAL_KEY_SIZE, sealed + RUF_SEAL_KEY_SIZE,
                                  key, err);
    ruf_sealer_destroy(sealer);
    return status;
}

/* --- PIN --------------------------------------------------------------------
 */

enum ruf_status ruf_pin_wrap_make(struct ruf_pin_wrap *out,
                                  struct ruf_error *err)
{
    memset(out, 0, sizeof(*out));
    out->log_n = LOG_N;
    out->r = BLOCK_FACTOR;
    out->p = PARALLEL;
    return ruf_random(out->salt, sizeof(out->salt), err);
}

/* An item from outside must not choose how much memory we take. */
static bool is_affordable(const struct ruf_pin_wrap *wrap)
{
    return wrap->log_n >= 1 && wrap->log_n <= 24 && wrap->r >= 1 &&
           wrap->r <= 64 && wrap->p >= 1 && wrap->p <= PARALLEL_MAX &&
           (UINT64_C(128) << wrap->log_n) * wrap->r <= MEMORY_MAX;
}

enum ruf_status ruf_pin_stretch(const struct ruf_pin_wrap *wrap,
                                const char *pin,
                                const uint8_t device_secret[RUF_SEAL_KEY_SIZE],
                                struct ruf_secret *out, struct ruf_error *err)
{
    struct ruf_secret stretched = { 0 };
    enum ruf_status status;

    if (!is_affordable(wrap))
        return ruf_fail(err, RUF_E_KEY, "K203", "",
                        "the key item asks for too much memory");
    status = ruf_secret_create(RUF_SEAL_KEY_SIZE, &stretched, err);
    if (status == RUF_OK)
        status = ruf_secret_create(RUF_SEAL_KEY_SIZE, out, err);
    if (status == RUF_OK &&
        EVP_PBE_scrypt(pin, strlen(pin), wrap->salt, sizeof(wrap->salt),
                       UINT64_C(1) << wrap->log_n, wrap->r, wrap->p,
                       2 * MEMORY_MAX, stretched.bytes, stretched.size) != 1)
        status = ruf_fail_memory(err);
    if (status == RUF_OK)
        status =
            ruf_derive_key(stretched.bytes, device_secret, RUF_SEAL_KEY_SIZE,
                           "rufname/1 key/pin", NULL, 0, out->bytes, err);
    ruf_secret_destroy(&stretched);
    if (status != RUF_OK)
        ruf_secret_destroy(out);
    return status;
}

/*
 * base/seal.h - the cryptographic primitives Rufname uses, by OpenSSL
 *
 * Key derivation: HKDF-SHA-256 (RFC 5869). Sealing: AES-256-GCM (NIST SP
 * 800-38D) with a counter nonce: one key seals one file, once.
 *
 * Threads: a struct ruf_sealer, ruf_mac or ruf_hasher is for one thread at a
 * time; the rest is pure.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_SEAL_H
#define BASE_SEAL_H

#include <rufname/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RUF_SEAL_KEY_SIZE 32
#define RUF_SEAL_TAG_SIZE 16
#define RUF_DIGEST_SIZE 32

/**
 * What it means that a call of libcrypto failed with good arguments; empties
 * its queue of errors.
 * @param[in] id    of the error if memory was not the reason.
 * @param[in] what  the operation, in lower case.
 * @return RUF_E_NOMEM (E911), RUF_E_INTERNAL.
 */
enum ruf_status ruf_crypto_failed(struct ruf_error *err, const char *id,
                                  const char *what);

/** SHA-256. @return RUF_OK, RUF_E_INTERNAL (E913), RUF_E_NOMEM. */
RUF_MUST_USE enum ruf_status ruf_sha256(const void *bytes, size_t size,
                                        uint8_t out[RUF_DIGEST_SIZE],
                                        struct ruf_error *err);

/** SHA-256 of many messages: a third of the cost each. */
struct ruf_hasher;

RUF_MUST_USE enum ruf_status ruf_hasher_create(struct ruf_hasher **out,
                                               struct ruf_error *err);
/** NULL is fine. */
void ruf_hasher_destroy(struct ruf_hasher *hasher);
/** As ruf_sha256(). */
RUF_MUST_USE enum ruf_status ruf_hasher_digest(struct ruf_hasher *hasher,
                                               const void *bytes, size_t size,
                                               uint8_t out[RUF_DIGEST_SIZE],
                                               struct ruf_error *err);

/** HMAC-SHA-256. */
RUF_MUST_USE enum ruf_status
ruf_hmac_sha256(const uint8_t key[RUF_SEAL_KEY_SIZE], const void *bytes,
                size_t size, uint8_t out[RUF_DIGEST_SIZE],
                struct ruf_error *err);

/** HMAC-SHA-256 of many messages under one key: a fifth of the cost each. */
struct ruf_mac;

RUF_MUST_USE enum ruf_status
ruf_mac_create(const uint8_t key[RUF_SEAL_KEY_SIZE], struct ruf_mac **out,
               struct ruf_error *err);
/** Wipes its key; NULL is fine. */
void ruf_mac_destroy(struct ruf_mac *mac);
/** A message in pieces: start, then add them, then finish. */
RUF_MUST_USE enum ruf_status ruf_mac_start(struct ruf_mac *mac,
                                           struct ruf_error *err);
RUF_MUST_USE enum ruf_status ruf_mac_add(struct ruf_mac *mac, const void *bytes,
                                         size_t size, struct ruf_error *err);
RUF_MUST_USE enum ruf_status ruf_mac_finish(struct ruf_mac *mac,
                                            uint8_t out[RUF_DIGEST_SIZE],
                                            struct ruf_error *err);
/** As ruf_hmac_sha256(). */
RUF_MUST_USE enum ruf_status ruf_mac_digest(struct ruf_mac *mac,
                                            const void *bytes, size_t size,
                                            uint8_t out[RUF_DIGEST_SIZE],
                                            struct ruf_error *err);

/**
 * HKDF-SHA-256 of a 32-byte key.
 * @param[in] salt   may be NULL with size 0.
 * @param[in] label  purpose, "rufname/1 idx/blk"; context bytes are appended.
 */
RUF_MUST_USE enum ruf_status
ruf_derive_key(const uint8_t key[RUF_SEAL_KEY_SIZE], const void *salt,
               size_t salt_size, const char *label, const void *context,
               size_t context_size, uint8_t out[RUF_SEAL_KEY_SIZE],
               struct ruf_error *err);

/** Equal? Takes the same time wherever the bytes differ. */
bool ruf_constant_time_equal(const void *a, const void *b, size_t size);

/** Seals or opens many blocks under one key; keeps its cipher context. */
struct ruf_sealer;

enum ruf_seal_direction { RUF_SEAL = 0, RUF_UNSEAL };

RUF_MUST_USE enum ruf_status
ruf_sealer_create(const uint8_t key[RUF_SEAL_KEY_SIZE],
                  enum ruf_seal_direction direction, struct ruf_sealer **out,
                  struct ruf_error *err);
void ruf_sealer_destroy(struct ruf_sealer *sealer);

/**
 * Encrypt size bytes in place of out and write the tag.
 * @param[in] number  nonce counter; never twice under one key.
 * @param[in] aad     bound, not encrypted.
 */
RUF_MUST_USE enum ruf_status
ruf_seal_block(struct ruf_sealer *sealer, uint64_t number, const void *aad,
               size_t aad_size, const uint8_t *plain, size_t size, uint8_t *out,
               uint8_t tag[RUF_SEAL_TAG_SIZE], struct ruf_error *err);

/**
 * Verify and decrypt. Unverified bytes never stay in out.
 * @return RUF_OK; RUF_E_CORRUPT (D710, place and offset are the caller's to
 *         fill in); RUF_E_INTERNAL.
 */
RUF_MUST_USE enum ruf_status
ruf_unseal_block(struct ruf_sealer *sealer, uint64_t number, const void *aad,
                 size_t aad_size, const uint8_t *sealed, size_t size,
                 const uint8_t tag[RUF_SEAL_TAG_SIZE], uint8_t *out,
                 struct ruf_error *err);

#endif

/*
 * rufname/identity.h - who a contact is at its sources
 *
 * Each id a source gave a contact, and its Hash-ID, lead back to the contact in
 * one probe of a hash table. Read on demand in both modes of an index: nobody
 * asks for it while a phone rings.
 *
 * Threads: as rufname/index.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RUFNAME_IDENTITY_H
#define RUFNAME_IDENTITY_H

#include <rufname/index.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Bytes of a Hash-ID: keyed, so it says nothing outside its store. */
#define RUF_HASH_ID_SIZE 16

/** What one source calls a contact. */
struct ruf_source_id {
    struct ruf_text source; /**< "AAD" */
    struct ruf_text id;     /**< an Entra object id (GUID), a file's id */
};

/** All names of one contact. */
struct ruf_identity {
    bool has_hash_id;
    uint8_t hash_id[RUF_HASH_ID_SIZE];
    const struct ruf_source_id *ids;
    size_t id_count;
    struct ruf_text presence_id; /**< whose presence to ask for; or absent */
};

/**
 * Read the identity of a contact. Texts stay valid until the next call on the
 * same query.
 * @return RUF_OK; RUF_E_NOT_FOUND (number too large); RUF_E_CORRUPT; RUF_E_IO.
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_query_identity(struct ruf_query *query, uint32_t contact,
                   struct ruf_identity *out, struct ruf_error *err);

/**
 * Find a contact by the id a source gave it. A GUID is found in lower case.
 * @param[in]  source   source id, or absent text: any.
 * @param[out] contact  contact number; UINT32_MAX if there is none.
 * @return RUF_OK (found or not); RUF_E_CORRUPT; RUF_E_IO.
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_query_find_id(struct ruf_query *query, struct ruf_text source,
                  struct ruf_text id, uint32_t *contact, struct ruf_error *err);

/**
 * Find a contact by its own id, which stands in no table: reads contacts until
 * it comes, some 0.2 us each.
 * @return as ruf_query_find_id().
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_query_find_contact(struct ruf_query *query, const struct ruf_contact_id *id,
                       uint32_t *contact, struct ruf_error *err);

/** Find a contact by its Hash-ID. @return as ruf_query_find_id(). */
RUF_API RUF_MUST_USE enum ruf_status
ruf_query_find_hash_id(struct ruf_query *query,
                       const uint8_t hash_id[RUF_HASH_ID_SIZE],
                       uint32_t *contact, struct ruf_error *err);

#ifdef __cplusplus
}
#endif
#endif

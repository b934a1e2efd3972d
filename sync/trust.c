/*
 * sync/trust.c - trust anchors: the system's, and those of the policy
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sync/trust.h"
#include "base/error.h"
#include "base/seal.h"
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

/* --- of the policy
 * ------------------------------------------------------------------------- */

static enum ruf_status read_pem(X509_STORE *store, const char *pem,
                                struct ruf_error *err)
{
    BIO *bio = BIO_new_mem_buf(pem, -1);
    size_t count = 0;
    bool added = true;
    bool ended;
    enum ruf_status status;

    if (bio == NULL)
        return ruf_fail_memory(err);
    ERR_clear_error();
    while (added) {
        X509 *certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);

        if (certificate == NULL)
            break;
        added = X509_STORE_add_cert(store, certificate) == 1;
        X509_free(certificate);
        count++;
    }
    /* Reading ends with "no start line"; anything else is a damaged block. */
    ended = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    BIO_free(bio);
    if (added && ended && count > 0) {
        ERR_clear_error();
        return RUF_OK;
    }
    status = ruf_crypto_failed(err, "S533", "reading certificates");
    if (status == RUF_E_NOMEM)
        return status;
    return ruf_fail(err, RUF_E_POLICY, "S533", "",
                    "extra trust anchors are not readable PEM");
}

/* --- of the system
 * ------------------------------------------------------------------------- */

/* The certificate of this name among those that were read. */
static bool find_read(X509_STORE *store, const X509_NAME *name,
                      X509_OBJECT *out)
{
    X509_OBJECT *found;
    X509 *certificate = NULL;
    bool set;

    if (X509_STORE_lock(store) != 1)
        return false;
    found = X509_OBJECT_retrieve_by_subject(X509_STORE_get0_objects(store),
                                            X509_LU_X509, name);
    if (found != NULL)
        certificate = X509_OBJECT_get0_X509(found);
    set = certificate != NULL && X509_OBJECT_set1_X509(out, certificate) == 1;
    (void)X509_STORE_unlock(store);
    if (set) /* whoever asked counts the object once more: the store's it is */
        X509_free(certificate);
    return set;
}

/* Asked after the directory. */
static int find_in_bundle(X509_LOOKUP *lookup, X509_LOOKUP_TYPE type,
                          const X509_NAME *name, X509_OBJECT *out)
{
    struct ruf_trust *trust = X509_LOOKUP_get_method_data(lookup);
    const char *bundle = trust->bundle;

    if (type != X509_LU_X509 || bundle == NULL)
        return 0;
    trust->bundle = NULL;
    /* One that cannot be read holds no issuer: the chain is not trusted. */
    (void)ERR_set_mark();
    (void)X509_STORE_load_file(trust->store, bundle);
    (void)ERR_pop_to_mark();
    return find_read(trust->store, name, out) ? 1 : 0;
}

static bool add_system(struct ruf_trust *trust, const char *directory)
{
    X509_LOOKUP *lookup;

    if (directory != NULL && X509_STORE_load_path(trust->store, directory) != 1)
        return false;
    trust->late = X509_LOOKUP_meth_new("bundle");
    if (trust->late == NULL ||
        X509_LOOKUP_meth_set_get_by_subject(trust->late, find_in_bundle) != 1)
        return false;
    lookup = X509_STORE_add_lookup(trust->store, trust->late);
    return lookup != NULL && X509_LOOKUP_set_method_data(lookup, trust) == 1;
}

/* --- both
 * ------------------------------------------------------------------------- */

enum ruf_status ruf_trust_create(const char *pem, const char *directory,
                                 const char *bundle, struct ruf_trust *out,
                                 struct ruf_error *err)
{
    *out = (struct ruf_trust){ .store = X509_STORE_new(), .bundle = bundle };
    /* As curl does: any certificate of the store is an anchor. */
    if (out->store == NULL ||
        X509_STORE_set_flags(out->store, X509_V_FLAG_TRUSTED_FIRST |
                                             X509_V_FLAG_PARTIAL_CHAIN) != 1 ||
        !add_system(out, directory))
        return ruf_fail_memory(err);
    return pem == NULL ? RUF_OK : read_pem(out->store, pem, err);
}

void ruf_trust_free(struct ruf_trust *trust)
{
    X509_STORE_free(trust->store);
    X509_LOOKUP_meth_free(trust->late);
    memset(trust, 0, sizeof(*trust));
}

void ruf_trust_use(const struct ruf_trust *trust, SSL_CTX *context)
{
    SSL_CTX_set1_cert_store(context, trust->store);
}

/*
 * sync/trust.c - trust anchors beside the system's
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sync/trust.h"
#include "base/error.h"
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>

void ruf_trust_free(struct ruf_trust *trust)
{
    for (size_t i = 0; i < trust->count; i++)
        X509_free(trust->anchors[i]);
    free(trust->anchors);
    trust->anchors = NULL;
    trust->count = 0;
}

static enum ruf_status anchors_add(struct ruf_trust *trust, X509 *certificate,
                                   struct ruf_error *err)
{
    /* A policy holds at most 128 KiB of PEM, so this cannot overflow. */
    X509 **grown = realloc(trust->anchors, (trust->count + 1) * sizeof(*grown));

    if (grown == NULL) {
        X509_free(certificate);
        return ruf_fail_memory(err);
    }
    trust->anchors = grown;
    trust->anchors[trust->count++] = certificate;
    return RUF_OK;
}

enum ruf_status ruf_trust_read(struct ruf_trust *trust, const char *pem,
                               struct ruf_error *err)
{
    enum ruf_status status = RUF_OK;
    BIO *bio = BIO_new_mem_buf(pem, -1);

    if (bio == NULL)
        return ruf_fail_memory(err);
    ERR_clear_error();
    while (status == RUF_OK) {
        X509 *certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);

        if (certificate == NULL)
            break;
        status = anchors_add(trust, certificate, err);
    }
    /* Reading ends with "no start line"; anything else is a damaged block. */
    if (status == RUF_OK &&
        (trust->count == 0 ||
         ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE))
        status = ruf_fail(err, RUF_E_POLICY, "S533", "",
                          "extra trust anchors are not readable PEM");
    ERR_clear_error();
    BIO_free(bio);
    return status;
}

bool ruf_trust_add(const struct ruf_trust *trust, SSL_CTX *context)
{
    X509_STORE *store = SSL_CTX_get_cert_store(context);

    for (size_t i = 0; i < trust->count; i++)
        if (X509_STORE_add_cert(store, trust->anchors[i]) != 1)
            return false;
    return true;
}

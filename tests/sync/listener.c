/*
 * listener.c - a small TLS server that says what a test wants
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "listener.h"
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* --- a certificate that signs itself
 * ------------------------------------------- */

static void add_extension(X509 *certificate, int nid, const char *value)
{
    X509V3_CTX context;
    X509_EXTENSION *extension;

    X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
    extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    (void)X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

static X509 *make_certificate(EVP_PKEY *key, enum listener_tls tls)
{
    X509 *certificate = X509_new();
    X509_NAME *name = X509_get_subject_name(certificate);
    long start = tls == LISTENER_EXPIRED ? -3 * 86400L : -3600L;
    long end = tls == LISTENER_EXPIRED ? -86400L : 86400L;

    (void)X509_set_version(certificate, 2);
    (void)ASN1_INTEGER_set(X509_get_serialNumber(certificate), 7);
    (void)X509_gmtime_adj(X509_getm_notBefore(certificate), start);
    (void)X509_gmtime_adj(X509_getm_notAfter(certificate), end);
    (void)X509_set_pubkey(certificate, key);
    (void)X509_NAME_add_entry_by_txt(
        name, "CN", MBSTRING_ASC, (const unsigned char *)"listener", -1, -1, 0);
    (void)X509_set_issuer_name(certificate, name);
    add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(certificate, NID_subject_alt_name,
                  tls == LISTENER_WRONG_HOST ? "DNS:other.example"
                                             : "IP:127.0.0.1");
    if (tls == LISTENER_CLIENT)
        add_extension(certificate, NID_ext_key_usage, "clientAuth");
    (void)X509_sign(certificate, key, EVP_sha256());
    return certificate;
}

/* For the same key and host, issued by the first one. */
static X509 *issue(X509 *authority, EVP_PKEY *key, const EVP_MD *digest)
{
    X509 *certificate = X509_dup(authority);

    (void)ASN1_INTEGER_set(X509_get_serialNumber(certificate), 8);
    (void)X509_NAME_add_entry_by_txt(
        X509_get_subject_name(certificate), "OU", MBSTRING_ASC,
        (const unsigned char *)"issued", -1, -1, 0);
    (void)X509_sign(certificate, key, digest);
    return certificate;
}

static void use_certificate(struct listener *listener, X509 *authority,
                            EVP_PKEY *key)
{
    bool old = listener->tls == LISTENER_SHA1;
    X509 *issued;

    if (!old && listener->tls != LISTENER_ISSUED) {
        (void)SSL_CTX_use_certificate(listener->context, authority);
        return;
    }
    issued = issue(authority, key, old ? EVP_sha1() : EVP_sha256());
    (void)SSL_CTX_use_certificate(listener->context, issued);
    X509_free(issued);
}

static void make_context(struct listener *listener)
{
    bool weak =
        listener->tls == LISTENER_SHORT_KEY || listener->tls == LISTENER_SHA1;
    EVP_PKEY *key =
        EVP_RSA_gen(listener->tls == LISTENER_SHORT_KEY ? 1024u : 2048u);
    X509 *certificate = make_certificate(key, listener->tls);
    BIO *memory = BIO_new(BIO_s_mem());
    char *pem = NULL;
    long size;

    listener->context = SSL_CTX_new(TLS_server_method());
    if (weak)
        SSL_CTX_set_security_level(listener->context, 0);
    use_certificate(listener, certificate, key);
    (void)SSL_CTX_use_PrivateKey(listener->context, key);
    if (listener->tls == LISTENER_TLS11) {
        SSL_CTX_set_security_level(listener->context, 0);
        (void)SSL_CTX_set_min_proto_version(listener->context, TLS1_1_VERSION);
        (void)SSL_CTX_set_max_proto_version(listener->context, TLS1_1_VERSION);
    } else if (listener->tls == LISTENER_CBC) {
        (void)SSL_CTX_set_max_proto_version(listener->context, TLS1_2_VERSION);
        (void)SSL_CTX_set_cipher_list(listener->context,
                                      "ECDHE-RSA-AES256-SHA384:AES256-SHA");
    }
    (void)PEM_write_bio_X509(memory, certificate);
    size = BIO_get_mem_data(memory, &pem);
    listener->ca_pem = strndup(pem, (size_t)size);
    BIO_free(memory);
    X509_free(certificate);
    EVP_PKEY_free(key);
}

/* --- serving
 * ----------------------------------------------------------------------- */

/* False if the client went away. */
static bool send_answer(struct listener *listener, SSL *tls)
{
    unsigned pause_us = atomic_load(&listener->pause_us);
    size_t most = pause_us > 0 ? 1 : 16384;

    for (size_t sent = 0; sent < listener->answer_size;) {
        size_t step = listener->answer_size - sent;
        int got;

        if (pause_us > 0)
            (void)usleep(pause_us);
        got = SSL_write(tls, listener->answer + sent,
                        (int)(step > most ? most : step));
        if (got <= 0)
            return false;
        sent += (size_t)got;
    }
    return true;
}

static void take_request(struct listener *listener, SSL *tls)
{
    char text[8192] = "";
    size_t size = 0;
    int got;

    while (size < sizeof(text) - 1 && strstr(text, "\r\n\r\n") == NULL) {
        got = SSL_read(tls, text + size, (int)(sizeof(text) - 1 - size));
        if (got <= 0)
            break;
        size += (size_t)got;
        text[size] = '\0';
    }
    if (strstr(text, "\r\n\r\n") == NULL)
        return;
    memcpy(listener->last_request, text, size + 1);
    if (strstr(text, "Authorization:") != NULL)
        atomic_store(&listener->bearer_seen, true);
    atomic_fetch_add(&listener->requests, 1);
    if (send_answer(listener, tls)) {
        if (atomic_load(&listener->stays))
            (void)SSL_read(tls, text, sizeof(text));
        (void)SSL_shutdown(tls);
    }
}

static void serve_one(struct listener *listener, int connection)
{
    SSL *tls;

    atomic_fetch_add(&listener->connections, 1);
    if (listener->tls == LISTENER_PLAIN) {
        char byte;

        (void)!write(connection, listener->answer, listener->answer_size);
        while (atomic_load(&listener->stays) && read(connection, &byte, 1) > 0)
            ;
        return;
    }
    tls = SSL_new(listener->context);
    (void)SSL_set_fd(tls, connection);
    if (SSL_accept(tls) == 1) {
        atomic_fetch_add(&listener->handshakes, 1);
        take_request(listener, tls);
    }
    SSL_free(tls);
}

static void *serve(void *context)
{
    struct listener *listener = context;
    int connection;

    while ((connection = accept(listener->socket, NULL, NULL)) >= 0) {
        serve_one(listener, connection);
        (void)close(connection);
    }
    return NULL;
}

void listener_start(struct listener *listener, enum listener_tls tls,
                    const char *answer, size_t answer_size)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    socklen_t size = sizeof(address);

    memset(listener, 0, sizeof(*listener));
    (void)signal(SIGPIPE, SIG_IGN);
    listener->tls = tls;
    listener->answer = answer;
    listener->answer_size = answer_size;
    make_context(listener);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    listener->socket = socket(AF_INET, SOCK_STREAM, 0);
    cr_assert_eq(bind(listener->socket, (struct sockaddr *)&address, size), 0);
    cr_assert_eq(listen(listener->socket, 16), 0);
    cr_assert_eq(
        getsockname(listener->socket, (struct sockaddr *)&address, &size), 0);
    listener->port = ntohs(address.sin_port);
    (void)snprintf(listener->origin, sizeof(listener->origin),
                   "https://127.0.0.1:%u", listener->port);
    cr_assert_eq(pthread_create(&listener->thread, NULL, serve, listener), 0);
}

void listener_stop(struct listener *listener)
{
    (void)shutdown(listener->socket, SHUT_RDWR); /* ends accept() */
    (void)pthread_join(listener->thread, NULL);
    (void)close(listener->socket);
    SSL_CTX_free(listener->context);
    free(listener->ca_pem);
}

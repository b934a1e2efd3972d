/*
 * tenant.h - the sample tenant as a whole
 *
 * Threads: libmicrohttpd runs one thread per connection; 'lock' guards the
 * company (shared for reading) and 'state_lock' tokens, faults and the log.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TENANT_TENANT_H
#define TENANT_TENANT_H

#include "company.h"
#include "text_out.h"
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define TENANT_ID "7a1e0c5e-0000-4000-8000-00000000c0de"
#define CLIENT_ID "5f0e9a77-0000-4000-8000-0000000000a1"
#define MAILBOX "lena.feld@firm0.example"
#define STORE_ACCOUNT "tenantstore"
#define TOKENS_MAX 256
#define FAULTS_MAX 64

struct token {
    char text[1024];
    bool delegated;
    bool refresh;
    bool claims;       /* asked for the claims of a challenge */
    char audience[96]; /* resource it is good for; "" for refresh tokens */
    long long expires; /* Unix seconds */
};

/* What a browser was sent back with, good once. */
struct sign_in_code {
    char code[64];
    char challenge[64]; /* PKCE, S256 */
    char redirect[128];
    bool claims;
    long long expires;
};

/* An API asks for claims: from then on only tokens with them are good. */
enum challenge { CHALLENGE_NONE = 0, CHALLENGE_SILENT, CHALLENGE_INTERACTIVE };

struct device_code {
    char code[64];
    char user_code[16];
    bool approved;
    bool used;
    bool claims;
    long long last_poll_ms;
    long long expires;
};

struct fault {
    char path[128]; /* substring of method, path and query */
    unsigned nth;   /* 1-based match it strikes at; 0 = every */
    unsigned matches;
    unsigned status; /* 0 = the real answer */
    char retry_after[64];
    unsigned hold_ms;
    char body[16];       /* "", "html", "truncated", "empty", "reset" */
    char next_link[256]; /* replaces the page's nextLink or deltaLink */
    char location[256];  /* where the answer redirects to */
    enum challenge challenge;
};

struct tenant {
    struct company company;
    uint32_t churn;
    char origin[64];    /* https://127.0.0.1:PORT */
    char dataverse[64]; /* the same, under its other name */
    char links[96];     /* origin in Graph's links: a proxy's, or ours */
    char state[512];
    char client_secret[64];
    FILE *log;
    pthread_rwlock_t lock;
    pthread_mutex_t state_lock;
    struct token tokens[TOKENS_MAX];
    size_t next_token;
    struct device_code device;
    struct sign_in_code sign_in;
    enum challenge challenge;
    unsigned token_seconds;
    char assertion_ids[8][64]; /* jti of the last assertions */
    size_t next_assertion;
    struct fault faults[FAULTS_MAX];
    size_t fault_count;
};

/** One request as the handlers see it, and its answer. */
struct exchange {
    const char *method;
    const char *path;  /**< decoded */
    const char *sent;  /**< path as sent, without its query */
    const char *query; /**< as sent, without '?'; "" if none */
    const char *authorization;
    const char *prefer;
    const char *consistency;
    const char *range;
    const char *match;
    const char *no_match;
    const char *body; /**< "" if none */
    unsigned status;
    const char *content_type;
    char retry_after[64];
    char etag[64];
    char content_range[96];
    bool file; /* as it is: never compressed here */
    char authenticate[768];
    char location[512];
    bool reset; /**< close the connection without an answer */
    struct text_out out;
};

/** Undo percent encoding; out may be where from is. */
void tenant_decode(const char *from, size_t size, char *out, size_t room);

/** Value of a query or form parameter, decoded; false if absent. */
bool tenant_parameter(const char *text, const char *name, char *out,
                      size_t size);

/** Milliseconds of a clock that does not jump, Unix seconds, random hex. */
long long tenant_now_ms(void);
long long tenant_now_s(void);
void tenant_random_hex(char *out, size_t digits);

/** {"error":{"code":...}} as Graph writes it. */
void tenant_graph_error(struct exchange *exchange, unsigned status,
                        const char *code, const char *message);

/* signin.c */
bool tenant_is_signin(const char *path);
void tenant_signin(struct tenant *tenant, struct exchange *exchange);
/** Is the bearer token good? Sets 401 and returns false if not. */
bool tenant_authorized(struct tenant *tenant, struct exchange *exchange,
                       const char *audience, bool *delegated);

/* assertion.c */
/** Is this a JWT signed with the certificate in the state directory? */
bool tenant_assertion_good(struct tenant *tenant, const char *assertion);
/** A token as Storage reads it: a JWT, unsigned but unguessable. */
void tenant_storage_token(unsigned seconds, char *out, size_t size);
/** base64url of SHA-256 over text, as PKCE has it. */
void tenant_pkce(const char *text, char out[64]);

/* dataverse.c */
bool tenant_is_dataverse(const char *path);
void tenant_dataverse(struct tenant *tenant, struct exchange *exchange);

/* blobs.c */
bool tenant_is_blobs(const char *path);
void tenant_blobs(struct tenant *tenant, struct exchange *exchange);

/* filter.c */
#define TENANT_FILTER_MAX 1024
struct tenant_filter {
    char raw[TENANT_FILTER_MAX]; /**< as sent; "": none */
    char field[32];
    char value[256];
};
/** false: beyond "companyName eq 'TEXT'" and the same of jobTitle. */
bool tenant_filter_read(const char *query, struct tenant_filter *out);
bool tenant_filter_keeps(const struct tenant_filter *filter,
                         const struct tenant_record *record);
void tenant_filter_link(const struct tenant_filter *filter,
                        struct text_out *out);

/* graph.c */
/** Does this record belong into a round, or did it change since? */
bool tenant_in_round(const struct company *company, const struct person *person,
                     enum tenant_source source, bool changes, uint32_t since);
/** The company moves on if this link is of the newest version. */
void tenant_move_on(struct tenant *tenant, uint32_t since);
void tenant_graph(struct tenant *tenant, struct exchange *exchange);

/* presence.c */
bool tenant_is_presence(const char *path);
void tenant_presence(struct tenant *tenant, struct exchange *exchange);
/** The service's word for a user now; NULL: it says nothing of this one. */
const char *tenant_presence_of(const struct company *company, uint32_t key);

/* batch.c */
struct tenant_photo {
    char etag[32];
    size_t size;
    bool large;  /**< more than 16 KiB */
    bool broken; /**< no picture */
};
bool tenant_is_batch(const char *path);
void tenant_batch(struct tenant *tenant, struct exchange *exchange);
/** The photo of a user or of a contact in a mailbox; false if there is none. */
bool tenant_photo_of(const struct person *person, enum tenant_source source,
                     struct tenant_photo *out);

/* faults.c */
int tenant_faults_load(struct tenant *tenant, const char *path);
/** The fault that strikes this request, or NULL. */
const struct fault *tenant_fault(struct tenant *tenant,
                                 const struct exchange *exchange);

/* files.c */
int tenant_files_prepare(struct tenant *tenant);
/** policy.json last: with it the tenant is ready. */
int tenant_files_publish(struct tenant *tenant);
int tenant_dump(const struct tenant *tenant);
void tenant_log(struct tenant *tenant, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* certificates.c */
/** PEM texts; the CA is made once per state directory. */
int tenant_certificates(const struct tenant *tenant, char **key,
                        char **certificate);

#endif

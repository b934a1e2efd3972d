/*
 * sync/token_answer.h - what a token endpoint says, read once and wiped
 *
 * Threads: one thread at a time (cJSON).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SYNC_TOKEN_ANSWER_H
#define SYNC_TOKEN_ANSWER_H

#include "base/secret.h"
#include "sync/http.h"
#include <rufname/status.h>

#define RUF_TOKEN_SIZE_MAX 16384u

/** Classes of error of a token endpoint. */
enum ruf_token_error {
    RUF_TOKEN_OK = 0,
    RUF_TOKEN_PENDING, /**< the user has not finished */
    RUF_TOKEN_SLOW_DOWN,
    RUF_TOKEN_DECLINED,
    RUF_TOKEN_EXPIRED_CODE,
    RUF_TOKEN_ENDED,       /**< invalid_grant: refresh token is void */
    RUF_TOKEN_INTERACTION, /**< the organisation asks for more */
    RUF_TOKEN_BAD_CLIENT,  /**< secret wrong or expired */
    RUF_TOKEN_BAD_SETUP,   /**< app, scope or grant not allowed */
    RUF_TOKEN_OTHER
};

/** Texts are NUL-terminated visible ASCII in wiped memory. */
struct ruf_token_answer {
    enum ruf_token_error error;
    char error_word[40];       /**< "invalid_grant"; for messages */
    int64_t expires_in;        /**< seconds */
    int64_t refresh_in;        /**< seconds; 0: not said */
    char scope[2048];          /**< granted; "" if not said */
    char claims[2048];         /**< an error asks for them; "" if none */
    struct ruf_secret access;  /**< bytes NULL if absent */
    struct ruf_secret refresh; /**< bytes NULL if absent */
};

struct ruf_device_answer {
    struct ruf_secret device_code;
    char user_code[64];
    char uri[512];
    int64_t expires_in;
    int64_t interval;
};

/**
 * Read the answer of the token endpoint, error or not.
 * @return RUF_OK, also if answer->error is set; RUF_E_SERVER (S522: not JSON,
 *         S524: JSON without what was promised); RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status
ruf_token_answer_read(const struct ruf_http_answer *http, const char *place,
                      struct ruf_token_answer *out, struct ruf_error *err);
/** The class of an error word, as a browser brings it back. */
void ruf_token_error_read(const char *word, struct ruf_token_answer *out);

void ruf_token_answer_wipe(struct ruf_token_answer *answer);

/** As above, for the device code endpoint; an error answer gives *error. */
RUF_MUST_USE enum ruf_status
ruf_device_answer_read(const struct ruf_http_answer *http, const char *place,
                       struct ruf_device_answer *out,
                       struct ruf_token_answer *error, struct ruf_error *err);
void ruf_device_answer_wipe(struct ruf_device_answer *answer);

#endif

/*
 * rufname/doctor.h - which rights the sources of a home need and have
 *
 * Threads: as struct ruf_home.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RUFNAME_DOCTOR_H
#define RUFNAME_DOCTOR_H

#include <rufname/home.h>

#ifdef __cplusplus
extern "C" {
#endif

enum ruf_right {
    RUF_RIGHT_UNKNOWN = 0, /**< nobody signed in, or an app, whose tokens do
                                not say */
    RUF_RIGHT_GRANTED,
    RUF_RIGHT_MISSING, /**< the source will be refused */
    RUF_RIGHT_BASIC,   /**< users are there, their numbers are not: it reads
                            User.ReadBasic.All where User.Read.All is meant */
    RUF_RIGHT_SURPLUS  /**< granted, and no source needs it */
};

struct ruf_doctor_finding {
    const char *source; /**< id; "" for presence and for surplus rights */
    enum ruf_right right;
    const char *permission; /**< "User.Read.All" */
};

/** Texts are borrowed for the call. */
typedef void ruf_doctor_callback(void *context,
                                 const struct ruf_doctor_finding *finding);

/**
 * Hand out one finding for each enabled network source, one for presence if the
 * policy wants it, then the surplus rights. Asks no server: judges by what the
 * last sign-in was granted, and by users without any number in the store.
 * @return RUF_OK; RUF_E_NOMEM; store errors.
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_home_doctor(struct ruf_home *home, ruf_doctor_callback *callback,
                void *context, struct ruf_error *err);

/** "unknown", "granted", "missing", "basic", "surplus". */
RUF_API const char *ruf_right_name(enum ruf_right right);

#ifdef __cplusplus
}
#endif
#endif

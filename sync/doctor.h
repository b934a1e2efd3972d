/*
 * sync/doctor.h - which right each source needs, and which ones are too many
 *
 * Asks nobody: it compares the policy with what the last token of a person said
 * it was granted. What an app was granted its tokens do not say.
 *
 * Threads: works on the calling thread.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SYNC_DOCTOR_H
#define SYNC_DOCTOR_H

#include "sync/sync.h"
#include <rufname/doctor.h>

/**
 * Hand out one finding for each enabled source, one for presence if the policy
 * wants it, then one for each right that nothing needs.
 * @return RUF_OK; RUF_E_NOMEM; errors of the sink.
 */
RUF_MUST_USE enum ruf_status ruf_sync_doctor(const struct ruf_policy *policy,
                                             const struct ruf_sync_sink *sink,
                                             ruf_doctor_callback *callback,
                                             void *context,
                                             struct ruf_error *err);

#endif

/*
 * rufname/directory.h - the calls of one Call Directory request
 *
 * Turns an index into the sequence of calls that an iOS Call Directory
 * extension makes on its CXCallDirectoryExtensionContext: every entry once,
 * strictly ascending, then complete. Constant memory.
 *
 * Threads: one emission belongs to one thread.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RUFNAME_DIRECTORY_H
#define RUFNAME_DIRECTORY_H

#include <rufname/index.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Receiver of the calls. A callback that returns anything but RUF_OK stops the
 * emission; complete() is then not called.
 */
struct ruf_directory_host {
    void *context;
    /** addIdentificationEntryWithNextSequentialPhoneNumber:label: */
    enum ruf_status (*add_identification)(void *context, ruf_e164 number,
                                          struct ruf_text label,
                                          struct ruf_error *err);
    /** completeRequestWithCompletionHandler: */
    enum ruf_status (*complete)(void *context, struct ruf_error *err);
    /** Polled every 1,000 entries; true ends the emission. May be NULL. */
    bool (*should_stop)(void *context);
};

/** Most entries one request may add; the host fails at 2,000,000. */
#define RUF_DIRECTORY_ENTRIES_MAX 1999999

/**
 * Emit everything: a request that never asks isIncremental replaces what the
 * phone had.
 *
 * @return RUF_OK; RUF_E_CANCELLED (should_stop() said so); RUF_E_POLICY (more
 * entries than a phone accepts); RUF_E_CORRUPT; RUF_E_IO; or what a callback
 *         returned.
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_directory_emit_full(const struct ruf_index *index,
                        const struct ruf_directory_host *host,
                        struct ruf_error *err);

#ifdef __cplusplus
}
#endif
#endif

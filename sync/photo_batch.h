/*
 * sync/photo_batch.h - photos in a $batch: the request, and the answer item by
 * item
 *
 * Threads: pure; parsing JSON as base/json.h says.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SYNC_PHOTO_BATCH_H
#define SYNC_PHOTO_BATCH_H

#include "sync/http.h"
#include <rufname/contact.h>

#define RUF_PHOTO_BATCH 20 /**< items of a $batch, by contract */
/** Of a mailbox: Outlook works on so many of them at a time. */
#define RUF_PHOTO_BATCH_MAILBOX 4
/** Bytes that hold any request of a batch. */
#define RUF_PHOTO_REQUEST_SIZE 8192

/** One photo to ask for. */
struct ruf_photo {
    char id[256]; /**< of the user, a GUID, or of the contact in a mailbox */
    const char *mailbox; /**< of a contact, borrowed; "": the person's own;
                              NULL: a user of the directory */
    char etag[200];      /**< of the photo that is kept; "": none */
    bool value;          /**< its bytes, else only its etag */
    unsigned tries;
};

enum ruf_photo_verdict {
    RUF_PHOTO_KEEP = 0, /**< these bytes, or that there are none */
    RUF_PHOTO_SAME,     /**< the etag is the one we know */
    RUF_PHOTO_CHANGED,  /**< ask for the bytes */
    RUF_PHOTO_LATER,    /**< throttled, failed or left out: ask again */
    RUF_PHOTO_FORBIDDEN
};

/** What was said of one photo. Borrowed for the call. */
struct ruf_photo_answer {
    size_t index; /**< in the queue */
    enum ruf_photo_verdict verdict;
    struct ruf_text etag;
    const void *bytes;
    size_t size;      /**< 0: no photo, or none that is small and sound */
    int64_t pause_ms; /**< <= 0: none was asked for */
};

typedef enum ruf_status ruf_photo_take(void *context,
                                       const struct ruf_photo_answer *answer);

/** Can it be asked for? A user's id is a GUID, a contact's anything but dots,
 *  and with its mailbox it fits into a request. */
bool ruf_photo_id_good(const struct ruf_photo *photo);

/** ".../v1.0/$batch" of a Graph endpoint. */
void ruf_photo_batch_url(const char *endpoint, char *out, size_t size);

/** Requests "1" to "count" for as many photos, those of a mailbox
 *  RUF_PHOTO_BATCH_MAILBOX at most. */
void ruf_photo_batch_request(const struct ruf_photo *photos, size_t count,
                             char out[RUF_PHOTO_REQUEST_SIZE]);

/**
 * Hand out one answer for each of queue[head] to queue[head + count - 1]; what
 * the server leaves out is to be asked for again. The receiver may move the
 * queue, never those before head + count within it.
 * @return RUF_OK; RUF_E_SERVER (S522: not JSON, S524: no list of responses);
 *         RUF_E_NOMEM; what take() says, which ends the reading.
 */
RUF_MUST_USE enum ruf_status
ruf_photo_batch_read(const struct ruf_http_answer *answer, const char *place,
                     const struct ruf_photo *queue, size_t head, size_t count,
                     ruf_photo_take *take, void *context,
                     struct ruf_error *err);

#endif

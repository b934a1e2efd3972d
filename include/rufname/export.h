/*
 * rufname/export.h - contacts as a file that other programs read
 *
 * The file holds names and numbers in the clear, so it is made only where the
 * policy allows copies (protection.save_copies), readable by its owner alone,
 * and noted in the audit; so is a refusal.
 *
 * Threads: as rufname/home.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RUFNAME_EXPORT_H
#define RUFNAME_EXPORT_H

#include <rufname/home.h>

#ifdef __cplusplus
extern "C" {
#endif

enum ruf_export_format {
    RUF_EXPORT_VCARD = 0, /**< vCard 3.0 (RFC 2426), lines folded at 75 bytes */
    /** RFC 4180, UTF-8 with a byte order mark, columns as rufname import reads
     *  them. A cell that a spreadsheet would take for a formula gets an
     *  apostrophe in front, which import takes away again. Of a contact's
     *  e-mails, and of its numbers of one kind, the first 30. */
    RUF_EXPORT_CSV
};

/**
 * Write all contacts of the published index, in rank order, to a file, which
 * is replaced as a whole (0600). Numbers in E.164 form, others as the source
 * wrote them. Importing the file gives the same contacts.
 * @param[out] count  contacts written.
 * @return RUF_OK; RUF_E_POLICY (P183: copies are not allowed); RUF_E_NOT_FOUND
 *         (D722); RUF_E_CORRUPT; RUF_E_BUSY; RUF_E_IO; RUF_E_NOMEM.
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_home_export(struct ruf_home *home, const char *path,
                enum ruf_export_format format, uint64_t *count,
                struct ruf_error *err);

#ifdef __cplusplus
}
#endif
#endif

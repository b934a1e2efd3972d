/*
 * policy/columns.h - what the columns of files and tables are called
 *
 * CSV headers, JSON keys and the policy's column maps use one set of names:
 * id givenName surname displayName company jobTitle department country email
 * phoneBusiness phoneMobile phoneHome phoneMain phoneOther fax pager; the
 * plural ones also with a number behind them.
 *
 * Threads: pure.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef POLICY_COLUMNS_H
#define POLICY_COLUMNS_H

#include "base/record.h"

/** What a column or key means. */
enum ruf_column_key {
    RUF_COLUMN_UNKNOWN = 0,
    RUF_COLUMN_ID,
    RUF_COLUMN_FIELD, /**< a record field */
    RUF_COLUMN_EMAIL,
    RUF_COLUMN_PHONE
};

struct ruf_column {
    enum ruf_column_key key;
    enum ruf_record_field field; /**< FIELD */
    enum ruf_number_kind kind;   /**< PHONE */
};

/** Meaning of a name: case, blanks, '_' and '-' are ignored. */
struct ruf_column ruf_column_of(struct ruf_text name);

#endif

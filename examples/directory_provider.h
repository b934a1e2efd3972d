/*
 * directory_provider.h - answers for Android's ContactsContract.Directory
 *
 * What a ContentProvider with the meta-data android.content.ContactDirectory
 * is asked for an incoming call: one lookup per call through the reader, no
 * list kept by the system. Glue is a few lines of JNI: open in onCreate(), one
 * query per query(), a row becomes a row of the MatrixCursor.
 *
 * The manifest must name a read permission for the provider
 * (android.permission.READ_CONTACTS); without one any app can ask who has a
 * number.
 *
 * Threads: a provider may be used by one thread at a time; binder threads need
 * one each. The index they open is shared by the page cache.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef DIRECTORY_PROVIDER_H
#define DIRECTORY_PROVIDER_H

#include <rufname/index.h>

struct provider;

/** What a path of the provider's URI asks for. */
enum provider_answer {
    PROVIDER_UNSUPPORTED = -1, /**< throw UnsupportedOperationException */
    PROVIDER_NO_ROW = 0,       /**< an empty cursor, never a row of nulls */
    PROVIDER_ROW = 1
};

/** Columns a caller may project; what is absent here is null in the cursor. */
struct provider_row {
    char
        display_name[512]; /**< DISPLAY_NAME, and ACCOUNT_NAME of directories */
    char number[RUF_E164_TEXT_SIZE]; /**< PhoneLookup.NUMBER, "+49..." */
};

/**
 * @param[in] path    directory.ruf in the app's private files.
 * @param[in] key     the home's key, from the Android Keystore.
 * @param[in] region  of the SIM's network, "DE"; for numbers without a plus.
 */
enum ruf_status provider_open(const char *path, const uint8_t key[RUF_KEY_SIZE],
                              const char *region, struct provider **out,
                              struct ruf_error *err);

void provider_close(struct provider *provider);

/**
 * Answer one query.
 * @param[in] path  encoded path of the URI: "directories" or
 *                  "phone_lookup/%2B493023125001".
 */
enum provider_answer provider_query(struct provider *provider, const char *path,
                                    struct provider_row *row);

#endif

/*
 * metadata.c - gives a packaged libphonenumber metadata of another version
 *
 * Preloaded into the oracle. libphonenumber reads its metadata, a serialised
 * PhoneMetadataCollection, through two C++ functions; these replace them and
 * read the file that RUF_ORACLE_METADATA names (tests/oracle/metadata.js
 * writes it). Meant for one short-lived test program.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdio.h>
#include <stdlib.h>

/* i18n::phonenumbers::metadata_size() and metadata_get() */
int _ZN4i18n12phonenumbers13metadata_sizeEv(void);
const void *_ZN4i18n12phonenumbers12metadata_getEv(void);

static unsigned char content[4 << 20];
static size_t size;

static void load(void)
{
    const char *path = getenv("RUF_ORACLE_METADATA");
    FILE *file = path != NULL ? fopen(path, "rb") : NULL;

    if (size != 0)
        return;
    if (file == NULL) {
        fputs("oracle: cannot open RUF_ORACLE_METADATA\n", stderr);
        _Exit(1);
    }
    size = fread(content, 1, sizeof(content), file);
    fclose(file);
}

int _ZN4i18n12phonenumbers13metadata_sizeEv(void)
{
    load();
    return (int)size;
}

const void *_ZN4i18n12phonenumbers12metadata_getEv(void)
{
    load();
    return content;
}

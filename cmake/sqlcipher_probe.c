/*
 * sqlcipher_probe.c - is this library a SQLCipher that Rufname can use?
 *
 * Compiled and run at configure time. Writes a keyed database, reads it back,
 * and checks that the file is not a plain one. Prints the version and returns
 * 0 if SQLCipher is 4.6 or newer over SQLite 3.46 or newer.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#define KEY                                                                    \
    "x'000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f'"

static int keep_first(void *context, int count, char **values, char **names)
{
    (void)names;
    if (count > 0 && values[0] != NULL)
        snprintf(context, 64, "%s", values[0]);
    return 0;
}

/* Open with the key and run one statement; its first value goes to out. */
static int run(const char *path, const char *sql, char out[64])
{
    sqlite3 *db = NULL;
    int ok = sqlite3_open(path, &db) == SQLITE_OK &&
             sqlite3_key_v2(db, "main", KEY, (int)strlen(KEY)) == SQLITE_OK &&
             sqlite3_exec(db, sql, keep_first, out, NULL) == SQLITE_OK;

    return sqlite3_close(db) == SQLITE_OK && ok;
}

static int is_plain(const char *path)
{
    char head[16] = { 0 };
    FILE *file = fopen(path, "rb");
    int plain = file == NULL || fread(head, 1, 16, file) != 16 ||
                memcmp(head, "SQLite format 3", 16) == 0;

    if (file != NULL)
        fclose(file);
    return plain;
}

int main(int argc, char **argv)
{
    char version[64] = "";
    char value[64] = "";
    int major = 0;
    int minor = 0;
    int ok;

    if (argc != 2)
        return 2;
    remove(argv[1]);
    ok = sqlite3_libversion_number() >= 3046000 &&
         run(argv[1], "PRAGMA cipher_version", version) &&
         sscanf(version, "%d.%d", &major, &minor) == 2 &&
         (major > 4 || (major == 4 && minor >= 6)) &&
         run(argv[1], "CREATE TABLE t(v); INSERT INTO t VALUES('kept')",
             value) &&
         run(argv[1], "SELECT v FROM t", value) && strcmp(value, "kept") == 0 &&
         !is_plain(argv[1]);
    remove(argv[1]);
    printf("%s\n", version);
    return ok ? 0 : 1;
}

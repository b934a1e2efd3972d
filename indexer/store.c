/*
 * indexer/store.c - opening, keys, statements, facts and secrets
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "base/file.h"
#include "base/seal.h"
#include "indexer/store_private.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHECK_NAME "store.check"
#define PAGES_NAME "store.pages"
#define KEYS_NAME "store.keys"
#define PAGE_SIZE 4096

/* --- statements
 * --------------------------------------------------------------- */

enum ruf_status ruf_store_failed(const struct ruf_store *store,
                                 struct ruf_error *err)
{
    int code = sqlite3_errcode(store->db) & 0xFF;

    switch (code) {
    case SQLITE_NOMEM:
        return ruf_fail_memory(err);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return ruf_fail(err, RUF_E_CORRUPT, "D711", store->path,
                        "damaged page (SQLite code %d)", code);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return ruf_fail(err, RUF_E_BUSY, "I810", store->path,
                        "another process is writing");
    case SQLITE_FULL:
        return ruf_fail_os(err, RUF_E_IO, "I807", store->path, ENOSPC,
                           "no space left");
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
        return ruf_fail_os(err, RUF_E_IO, "I807", store->path,
                           sqlite3_system_errno(store->db),
                           "read or write failed (SQLite code %d)", code);
    case SQLITE_PROTOCOL:
        return ruf_fail(err, RUF_E_IO, "I807", store->path,
                        "the file system gives no locks");
    case SQLITE_READONLY: /* SQLite tried again without writing */
        return ruf_fail(err, RUF_E_IO, "I807", store->path,
                        "can be read but not written");
    default:
        return ruf_fail(err, RUF_E_INTERNAL, "E915", store->path,
                        "SQLite code %d", code);
    }
}

enum ruf_status ruf_store_run(const struct ruf_store *store, const char *sql,
                              struct ruf_error *err)
{
    if (sqlite3_exec(store->db, sql, NULL, NULL, NULL) != SQLITE_OK)
        return ruf_store_failed(store, err);
    return RUF_OK;
}

enum ruf_status ruf_store_prepare(const struct ruf_store *store,
                                  const char *sql, sqlite3_stmt **out,
                                  struct ruf_error *err)
{
    *out = NULL;
    if (sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, out,
                           NULL) != SQLITE_OK)
        return ruf_store_failed(store, err);
    return RUF_OK;
}

enum ruf_status ruf_store_take(const struct ruf_store *store, const char *sql,
                               sqlite3_stmt **out, struct ruf_error *err)
{
    for (size_t i = 0; i < STORE_IDLE; i++)
        if (store->idle[i] != NULL &&
            strcmp(sqlite3_sql(store->idle[i]), sql) == 0) {
            *out = store->idle[i];
            store->idle[i] = NULL;
            return RUF_OK;
        }
    return ruf_store_prepare(store, sql, out, err);
}

void ruf_store_put_back(const struct ruf_store *store, sqlite3_stmt *statement)
{
    size_t place = 0;

    if (statement == NULL)
        return;
    while (place < STORE_IDLE - 1 && store->idle[place] != NULL)
        place++;
    (void)sqlite3_reset(statement);
    (void)sqlite3_clear_bindings(statement);
    (void)sqlite3_finalize(store->idle[place]);
    store->idle[place] = statement;
}

void ruf_store_drop_idle(const struct ruf_store *store)
{
    for (size_t i = 0; i < STORE_IDLE; i++) {
        (void)sqlite3_finalize(store->idle[i]);
        store->idle[i] = NULL;
    }
}

enum ruf_status ruf_store_step(const struct ruf_store *store,
                               sqlite3_stmt *statement, bool *row,
                               struct ruf_error *err)
{
    int code = sqlite3_step(statement);

    *row = code == SQLITE_ROW;
    if (code == SQLITE_ROW || code == SQLITE_DONE)
        return RUF_OK;
    return ruf_store_failed(store, err);
}

enum ruf_status ruf_store_change(const struct ruf_store *store,
                                 sqlite3_stmt *statement, struct ruf_error *err)
{
    bool row;
    enum ruf_status status = ruf_store_step(store, statement, &row, err);

    (void)sqlite3_reset(statement);
    return status;
}

enum ruf_status ruf_store_number(const struct ruf_store *store, const char *sql,
                                 int64_t subject, int64_t *number,
                                 struct ruf_error *err)
{
    sqlite3_stmt *statement;
    bool row;
    enum ruf_status status = ruf_store_take(store, sql, &statement, err);

    *number = 0;
    if (status != RUF_OK)
        return status;
    if (sqlite3_bind_parameter_count(statement) > 0)
        (void)sqlite3_bind_int64(statement, 1, subject);
    status = ruf_store_step(store, statement, &row, err);
    if (status == RUF_OK && row)
        *number = sqlite3_column_int64(statement, 0);
    ruf_store_put_back(store, statement);
    return status;
}

static enum ruf_status run_kept(const struct ruf_store *store, const char *sql,
                                struct ruf_error *err)
{
    sqlite3_stmt *statement;
    enum ruf_status status = ruf_store_take(store, sql, &statement, err);

    if (status != RUF_OK)
        return status;
    status = ruf_store_change(store, statement, err);
    ruf_store_put_back(store, statement);
    return status;
}

enum ruf_status ruf_store_begin(const struct ruf_store *store,
                                struct ruf_error *err)
{
    return run_kept(store, store->trial ? "SAVEPOINT step" : "BEGIN IMMEDIATE",
                    err);
}

enum ruf_status ruf_store_end(const struct ruf_store *store,
                              enum ruf_status status, struct ruf_error *err)
{
    if (status == RUF_OK)
        status = run_kept(store, store->trial ? "RELEASE step" : "COMMIT", err);
    if (status != RUF_OK)
        (void)sqlite3_exec(store->db,
                           store->trial ? "ROLLBACK TO step; RELEASE step"
                                        : "ROLLBACK",
                           NULL, NULL, NULL);
    return status;
}

/* A full disk or a failed read may end the transaction of a trial. What is
 * written after that would be committed by itself: no commit succeeds. */
static int refuse_commit(void *unused)
{
    (void)unused;
    return 1;
}

enum ruf_status ruf_store_trial_begin(struct ruf_store *store,
                                      struct ruf_error *err)
{
    enum ruf_status status = ruf_store_begin(store, err);

    store->trial = status == RUF_OK;
    if (store->trial)
        (void)sqlite3_commit_hook(store->db, refuse_commit, NULL);
    return status;
}

enum ruf_status ruf_store_trial_end(struct ruf_store *store,
                                    struct ruf_error *err)
{
    enum ruf_status status = RUF_OK;

    store->trial = false;
    /* Unless it was rolled back already. */
    if (sqlite3_get_autocommit(store->db) == 0)
        status = ruf_store_run(store, "ROLLBACK", err);
    (void)sqlite3_commit_hook(store->db, NULL, NULL);
    return status;
}

void ruf_store_bind_text(sqlite3_stmt *statement, int position,
                         struct ruf_text text)
{
    (void)sqlite3_bind_text64(statement, position,
                              text.data == NULL ? "" : text.data, text.size,
                              SQLITE_STATIC, SQLITE_UTF8);
}

struct ruf_text ruf_store_column_text(sqlite3_stmt *statement, int column)
{
    const char *data = (const char *)sqlite3_column_text(statement, column);
    int size = sqlite3_column_bytes(statement, column);

    return (struct ruf_text){ data, data == NULL ? 0 : (size_t)size };
}

/* --- key
 * ------------------------------------------------------------------------ */

static char *path_beside(const char *store_path, const char *name)
{
    const char *slash = strrchr(store_path, '/');
    size_t size = slash == NULL ? 0 : (size_t)(slash - store_path) + 1;
    size_t name_size = strlen(name) + 1;
    char *path = malloc(size + name_size);

    if (path == NULL)
        return NULL;
    memcpy(path, store_path, size);
    memcpy(path + size, name, name_size);
    return path;
}

/* A value only the right key gives. SQLCipher answers a wrong key and a
 * damaged first page alike; this tells them apart. */
static enum ruf_status key_check_value(const uint8_t *key,
                                       uint8_t out[RUF_DIGEST_SIZE],
                                       struct ruf_error *err)
{
    return ruf_derive_key(key, NULL, 0, "rufname/1 db/check", NULL, 0, out,
                          err);
}

enum ruf_status ruf_store_write_key_check(const char *store_path,
                                          const uint8_t *key,
                                          struct ruf_error *err)
{
    uint8_t value[RUF_DIGEST_SIZE];
    char *path = path_beside(store_path, CHECK_NAME);
    enum ruf_status status;

    if (path == NULL)
        return ruf_fail_memory(err);
    status = key_check_value(key, value, err);
    if (status == RUF_OK)
        status = ruf_file_replace(path, value, sizeof(value), err);
    free(path);
    return status;
}

enum ruf_status ruf_store_remove_key_check(const char *store_path,
                                           struct ruf_error *err)
{
    char *path = path_beside(store_path, CHECK_NAME);
    enum ruf_status status =
        path == NULL ? ruf_fail_memory(err) : ruf_file_remove(path, err);

    free(path);
    return status;
}

/* *found: there is something to check it with. */
static enum ruf_status check_key(const char *store_path, const uint8_t *key,
                                 bool *found, struct ruf_error *err)
{
    uint8_t value[RUF_DIGEST_SIZE];
    char *path = path_beside(store_path, CHECK_NAME);
    char *stored = NULL;
    size_t size = 0;
    enum ruf_status status;

    if (path == NULL)
        return ruf_fail_memory(err);
    status =
        ruf_file_read(path, RUF_FILE_ANY, sizeof(value), &stored, &size, err);
    if (status == RUF_OK)
        status = key_check_value(key, value, err);
    if (status == RUF_OK &&
        (size != sizeof(value) ||
         !ruf_constant_time_equal(stored, value, sizeof(value))))
        status = ruf_fail(err, RUF_E_KEY, "K202", store_path,
                          "the key does not belong to this store");
    /* Without the check file the database itself must tell. */
    *found = status != RUF_E_NOT_FOUND;
    if (status == RUF_E_NOT_FOUND)
        status = RUF_OK;
    free(stored);
    free(path);
    return status;
}

/* x'64 hex digits': a raw key, no derivation from a passphrase. */
enum ruf_status ruf_store_key_text(const uint8_t *key, struct ruf_secret *out,
                                   struct ruf_error *err)
{
    static const char hex[] = "0123456789abcdef";
    uint8_t database_key[RUF_SEAL_KEY_SIZE];
    enum ruf_status status = ruf_secret_create(3 + 64, out, err);

    if (status != RUF_OK)
        return status;
    status = ruf_derive_key(key, NULL, 0, "rufname/1 db", NULL, 0, database_key,
                            err);
    if (status == RUF_OK) {
        out->bytes[0] = 'x';
        out->bytes[1] = '\'';
        for (size_t i = 0; i < sizeof(database_key); i++) {
            out->bytes[2 + 2 * i] = (uint8_t)hex[database_key[i] >> 4];
            out->bytes[3 + 2 * i] = (uint8_t)hex[database_key[i] & 15];
        }
        out->bytes[66] = '\'';
    } else {
        ruf_secret_destroy(out);
    }
    ruf_wipe(database_key, sizeof(database_key));
    return status;
}

static enum ruf_status set_database_key(const struct ruf_store *store,
                                        const uint8_t *key,
                                        struct ruf_error *err)
{
    struct ruf_secret text = { 0 };
    enum ruf_status status = ruf_store_key_text(key, &text, err);

    if (status == RUF_OK && sqlite3_key_v2(store->db, "main", text.bytes,
                                           (int)text.size) != SQLITE_OK)
        status = ruf_store_failed(store, err);
    ruf_secret_destroy(&text);
    return status;
}

/* --- in memory
 * ------------------------------------------------------------------------ */

/* SQLite's "memdb": one database for all connections of this process that give
 * a name with a slash. */
#define MEMORY_PREFIX "file:/rufname-"

enum ruf_status ruf_store_memory_path(char path[RUF_STORE_MEMORY_PATH_SIZE],
                                      struct ruf_error *err)
{
    uint64_t name = 0;
    enum ruf_status status = ruf_random(&name, sizeof(name), err);

    (void)snprintf(path, RUF_STORE_MEMORY_PATH_SIZE,
                   MEMORY_PREFIX "%016" PRIx64 "?vfs=memdb", name);
    return status;
}

static bool is_in_memory(const char *path)
{
    return strncmp(path, MEMORY_PREFIX, strlen(MEMORY_PREFIX)) == 0;
}

/* --- open
 * ------------------------------------------------------------------------ */

/* SQLite would make the file with the umask's mode; -wal and -shm take over
 * the mode of the file they belong to. */
static enum ruf_status create_file(const char *path, struct ruf_error *err)
{
    int fd =
        open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

    if (fd < 0)
        return ruf_fail_os(err, RUF_E_IO, "I806", path, errno,
                           "cannot create the store");
    (void)close(fd);
    return RUF_OK;
}

static enum ruf_status check_file(const char *path, struct ruf_error *err)
{
    uint64_t size = 0;
    char head[16] = "";
    int fd;
    enum ruf_status status = ruf_file_open(path, RUF_FILE_ANY, &fd, &size, err);

    if (status != RUF_OK)
        return status;
    if (size >= sizeof(head))
        status = ruf_file_pread(fd, path, head, sizeof(head), 0, err);
    (void)close(fd);
    if (status != RUF_OK)
        return status;
    if (size == 0 || size % PAGE_SIZE != 0)
        return ruf_fail(err, RUF_E_CORRUPT, "D711", path,
                        "size is no multiple of the page size");
    if (memcmp(head, "SQLite format 3", 16) == 0)
        return ruf_fail(err, RUF_E_CORRUPT, "D711", path,
                        "the file is not encrypted");
    return RUF_OK;
}

static enum ruf_status configure(const struct ruf_store *store,
                                 struct ruf_error *err)
{
    if (sqlite3_compileoption_used("HAS_CODEC") == 0)
        return ruf_fail(err, RUF_E_INTERNAL, "E916", store->path,
                        "linked against an SQLite without encryption");
    /* The log level first: SQLCipher would write to stderr. */
    (void)sqlite3_exec(store->db, "PRAGMA cipher_log_level = NONE", NULL, NULL,
                       NULL);
    /* 4 MiB of pages: a first round needs no more, and a sync has to leave
     * memory to others. Figures: docs/decisions/0009-memory-of-a-sync.md. */
    return ruf_store_run(store,
                         "PRAGMA cipher_compatibility = 4;"
                         "PRAGMA mmap_size = 0;"
                         "PRAGMA temp_store = MEMORY;"
                         "PRAGMA cache_size = -4096;"
                         "PRAGMA secure_delete = ON",
                         err);
}

static enum ruf_status prepare_tables(struct ruf_store *store,
                                      const uint8_t *key,
                                      enum ruf_store_mode mode,
                                      struct ruf_error *err)
{
    enum ruf_status status =
        mode == RUF_STORE_CREATE ? ruf_store_schema_create(store, err) : RUF_OK;

    if (status == RUF_OK)
        status = ruf_store_load_hash_key(store, key, err);
    if (status == RUF_OK)
        status = ruf_store_ids_start(store, err);
    if (status == RUF_OK && mode != RUF_STORE_CREATE)
        status = ruf_store_schema_check(store, mode, err);
    return status;
}

static enum ruf_status open_database(struct ruf_store *store,
                                     const uint8_t *key,
                                     enum ruf_store_mode mode,
                                     struct ruf_error *err)
{
    bool in_memory = is_in_memory(store->path);
    int place =
        in_memory ? SQLITE_OPEN_URI | SQLITE_OPEN_CREATE : SQLITE_OPEN_NOFOLLOW;
    enum ruf_status status;

    if (sqlite3_open_v2(store->path, &store->db,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | place,
                        NULL) != SQLITE_OK)
        return store->db == NULL ? ruf_fail_memory(err)
                                 : ruf_store_failed(store, err);
    (void)sqlite3_extended_result_codes(store->db, 1);
    (void)sqlite3_busy_timeout(store->db, 5000);
    status = set_database_key(store, key, err);
    if (status == RUF_OK)
        status = configure(store, err);
    if (status == RUF_OK && in_memory)
        status =
            ruf_store_run(store, "PRAGMA cipher_memory_security = ON", err);
    if (status == RUF_OK)
        status = ruf_store_run(store,
                               "PRAGMA journal_mode = WAL;"
                               "PRAGMA synchronous = FULL",
                               err);
    return status == RUF_OK ? prepare_tables(store, key, mode, err) : status;
}

/* A new file and its check, or a look at the old ones. */
static enum ruf_status prepare_file(const char *path, const uint8_t *key,
                                    enum ruf_store_mode mode, bool *has_check,
                                    struct ruf_error *err)
{
    enum ruf_status status = mode == RUF_STORE_CREATE ? create_file(path, err)
                                                      : check_file(path, err);

    if (status != RUF_OK)
        return status;
    return mode == RUF_STORE_CREATE ? ruf_store_write_key_check(path, key, err)
                                    : check_key(path, key, has_check, err);
}

enum ruf_status ruf_store_open(const char *path,
                               const uint8_t key[RUF_KEY_SIZE],
                               enum ruf_store_mode mode, struct ruf_store **out,
                               struct ruf_error *err)
{
    struct ruf_store *store = calloc(1, sizeof(*store));
    bool has_check = true;
    enum ruf_status status;

    *out = NULL;
    if (store == NULL)
        return ruf_fail_memory(err);
    store->pages.fd = -1;
    store->path = strdup(path);
    store->idle = calloc(STORE_IDLE, sizeof(sqlite3_stmt *));
    if (!is_in_memory(path)) {
        store->pages.path = path_beside(path, PAGES_NAME);
        store->keys_path = path_beside(path, KEYS_NAME);
    }
    if (store->path == NULL || store->idle == NULL ||
        (!is_in_memory(path) &&
         (store->pages.path == NULL || store->keys_path == NULL))) {
        ruf_store_close(store);
        return ruf_fail_memory(err);
    }
    status = is_in_memory(path)
                 ? RUF_OK
                 : prepare_file(path, key, mode, &has_check, err);
    if (status == RUF_OK)
        status = open_database(store, key, mode, err);
    if (status == RUF_OK && mode == RUF_STORE_WRITE && !has_check)
        status = ruf_store_write_key_check(path, key, err);
    if (status == RUF_OK && mode == RUF_STORE_WRITE)
        status = ruf_store_staged_tidy(store, err);
    if (status != RUF_OK) {
        ruf_store_close(store);
        return status;
    }
    *out = store;
    return RUF_OK;
}

void ruf_store_close(struct ruf_store *store)
{
    if (store == NULL)
        return;
    if (store->idle != NULL)
        ruf_store_drop_idle(store);
    free(store->idle);
    /* The last connection checkpoints and removes the log. */
    (void)sqlite3_close_v2(store->db);
    ruf_secret_destroy(&store->hash_key);
    ruf_secret_destroy(&store->id_secret);
    ruf_page_file_close(&store->pages);
    free(store->keys_path);
    free(store->path);
    free(store);
}

/* --- facts and secrets
 * --------------------------------------------------------------- */

enum ruf_status ruf_store_fact_load(struct ruf_store *store, const char *name,
                                    int64_t *value, struct ruf_error *err)
{
    sqlite3_stmt *statement;
    bool row;
    enum ruf_status status = ruf_store_prepare(
        store, "SELECT value FROM facts WHERE name = ?1", &statement, err);

    *value = 0;
    if (status != RUF_OK)
        return status;
    (void)sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
    status = ruf_store_step(store, statement, &row, err);
    if (status == RUF_OK && row)
        *value = sqlite3_column_int64(statement, 0);
    (void)sqlite3_finalize(statement);
    return status;
}

enum ruf_status ruf_store_fact_save(struct ruf_store *store, const char *name,
                                    int64_t value, struct ruf_error *err)
{
    sqlite3_stmt *statement;
    enum ruf_status status = ruf_store_prepare(
        store, "INSERT OR REPLACE INTO facts (name, value) VALUES (?1, ?2)",
        &statement, err);

    if (status != RUF_OK)
        return status;
    (void)sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
    (void)sqlite3_bind_int64(statement, 2, value);
    status = ruf_store_change(store, statement, err);
    (void)sqlite3_finalize(statement);
    return status;
}

enum ruf_status ruf_store_secret_load(struct ruf_store *store, const char *name,
                                      char **value, struct ruf_error *err)
{
    sqlite3_stmt *statement;
    bool row;
    enum ruf_status status = ruf_store_prepare(
        store, "SELECT value FROM secrets WHERE name = ?1", &statement, err);

    *value = NULL;
    if (status != RUF_OK)
        return status;
    (void)sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
    status = ruf_store_step(store, statement, &row, err);
    if (status == RUF_OK && row) {
        struct ruf_text text = ruf_store_column_text(statement, 0);

        *value = text.data == NULL ? NULL : strndup(text.data, text.size);
        if (*value == NULL)
            status = ruf_fail_memory(err);
    }
    (void)sqlite3_finalize(statement);
    return status;
}

enum ruf_status ruf_store_secret_save(struct ruf_store *store, const char *name,
                                      const char *value, struct ruf_error *err)
{
    sqlite3_stmt *statement;
    enum ruf_status status = ruf_store_prepare(
        store,
        value == NULL
            ? "DELETE FROM secrets WHERE name = ?1"
            : "INSERT OR REPLACE INTO secrets (name, value) VALUES (?1, ?2)",
        &statement, err);

    if (status != RUF_OK)
        return status;
    (void)sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
    if (value != NULL)
        (void)sqlite3_bind_text(statement, 2, value, -1, SQLITE_STATIC);
    status = ruf_store_change(store, statement, err);
    (void)sqlite3_finalize(statement);
    return status;
}

enum ruf_status ruf_store_secret_clear(struct ruf_store *store,
                                       const char *prefix,
                                       struct ruf_error *err)
{
    sqlite3_stmt *statement;
    enum ruf_status status = ruf_store_prepare(
        store, "DELETE FROM secrets WHERE substr(name, 1, length(?1)) = ?1",
        &statement, err);

    if (status != RUF_OK)
        return status;
    (void)sqlite3_bind_text(statement, 1, prefix, -1, SQLITE_STATIC);
    status = ruf_store_change(store, statement, err);
    (void)sqlite3_finalize(statement);
    return status;
}

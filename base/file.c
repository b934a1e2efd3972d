/*
 * base/file.c - private files, read whole and replaced whole
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/file.h"
#include "base/error.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static enum ruf_status check_open_file(int fd, const char *path,
                                       enum ruf_file_trust trust,
                                       uint64_t *size, struct ruf_error *err)
{
    struct stat info;

    if (fstat(fd, &info) != 0)
        return ruf_fail_os(err, RUF_E_IO, "I802", path, errno,
                           "cannot read file properties");
    if (!S_ISREG(info.st_mode))
        return ruf_fail(err, RUF_E_IO, "I803", path, "not a regular file");
    if (trust == RUF_FILE_PRIVATE &&
        (info.st_uid != geteuid() || (info.st_mode & 077) != 0))
        return ruf_fail(err, RUF_E_IO, "I811", path,
                        "readable by others, or owned by someone else");
    if (size != NULL)
        *size = (uint64_t)info.st_size;
    return RUF_OK;
}

enum ruf_status ruf_file_open(const char *path, enum ruf_file_trust trust,
                              int *fd, uint64_t *size, struct ruf_error *err)
{
    /* O_NONBLOCK: a FIFO in this place must not hang us. A user may hand in a
     * symbolic link; a private file of ours is never one. */
    int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK |
                (trust == RUF_FILE_PRIVATE ? O_NOFOLLOW : 0);
    enum ruf_status status;

    *fd = open(path, flags);
    if (*fd < 0) {
        int os_errno = errno;

        if (os_errno == ENOENT || os_errno == ENOTDIR)
            return ruf_fail_os(err, RUF_E_NOT_FOUND, "I801", path, os_errno,
                               "no such file");
        return ruf_fail_os(err, RUF_E_IO, "I802", path, os_errno,
                           "cannot open file");
    }
    status = check_open_file(*fd, path, trust, size, err);
    if (status != RUF_OK) {
        (void)close(*fd);
        *fd = -1;
    }
    return status;
}

enum ruf_status ruf_file_pread(int fd, const char *path, void *bytes,
                               size_t size, uint64_t offset,
                               struct ruf_error *err)
{
    char *next = bytes;

    while (size > 0) {
        ssize_t got = pread(fd, next, size, (off_t)offset);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return ruf_fail_os(err, RUF_E_IO, "I805", path, errno,
                               "cannot read");
        if (got == 0)
            return ruf_fail(err, RUF_E_IO, "I805", path,
                            "file became shorter while it was read");
        next += got;
        size -= (size_t)got;
        offset += (uint64_t)got;
    }
    return RUF_OK;
}

/* --- files in memory --------------------------------------------------------
 */

#define MEMORY_FOLDER "/proc/self/fd/"

static bool is_in_memory(const char *path)
{
    return strncmp(path, MEMORY_FOLDER, strlen(MEMORY_FOLDER)) == 0;
}

static enum ruf_status open_memory(int *fd, struct ruf_error *err)
{
    *fd = memfd_create("rufname", MFD_CLOEXEC);
    if (*fd < 0)
        return ruf_fail_os(err, RUF_E_IO, "I806", "memory", errno,
                           "cannot create a file in memory");
    return RUF_OK;
}

enum ruf_status ruf_file_memory_create(int *fd,
                                       char path[RUF_FILE_MEMORY_PATH_SIZE],
                                       struct ruf_error *err)
{
    enum ruf_status status = open_memory(fd, err);

    if (status == RUF_OK)
        (void)snprintf(path, RUF_FILE_MEMORY_PATH_SIZE, MEMORY_FOLDER "%d",
                       *fd);
    return status;
}

enum ruf_status ruf_file_open_unnamed(const char *path, int *fd,
                                      struct ruf_error *err)
{
    if (is_in_memory(path))
        return open_memory(fd, err);
    (void)unlink(path);
    *fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (*fd < 0)
        return ruf_fail_os(err, RUF_E_IO, "I806", path, errno,
                           "cannot create a temporary file");
    if (unlink(path) != 0) {
        enum ruf_status status =
            ruf_fail_os(err, RUF_E_IO, "I806", path, errno,
                        "cannot take the temporary file's name away");

        (void)close(*fd);
        *fd = -1;
        return status;
    }
    return RUF_OK;
}

enum ruf_status ruf_file_pwrite(int fd, const char *path, const void *bytes,
                                size_t size, uint64_t offset,
                                struct ruf_error *err)
{
    const char *next = bytes;

    while (size > 0) {
        ssize_t done = pwrite(fd, next, size, (off_t)offset);

        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return ruf_fail_os(err, RUF_E_IO, "I807", path, errno,
                               "cannot write");
        next += done;
        size -= (size_t)done;
        offset += (uint64_t)done;
    }
    return RUF_OK;
}

enum ruf_status ruf_file_read(const char *path, enum ruf_file_trust trust,
                              size_t limit, char **bytes, size_t *size,
                              struct ruf_error *err)
{
    uint64_t file_size;
    enum ruf_status status;
    int fd;

    *bytes = NULL;
    *size = 0;
    status = ruf_file_open(path, trust, &fd, &file_size, err);
    if (status != RUF_OK)
        return status;
    if (file_size > limit) {
        status = ruf_fail(err, RUF_E_IO, "I804", path,
                          "%llu bytes, at most %zu are allowed",
                          (unsigned long long)file_size, limit);
        goto out;
    }
    *bytes = malloc((size_t)file_size + 1);
    if (*bytes == NULL) {
        status = ruf_fail_memory(err);
        goto out;
    }
    status = ruf_file_pread(fd, path, *bytes, (size_t)file_size, 0, err);
    if (status != RUF_OK) {
        free(*bytes);
        *bytes = NULL;
        goto out;
    }
    (*bytes)[file_size] = '\0';
    *size = (size_t)file_size;
out:
    (void)close(fd);
    return status;
}

struct ruf_file_writer {
    char *path;
    char *temporary;
    uint64_t size;
    int fd;
    bool secret; /* no byte of the temporary file may stay behind */
};

static void writer_free(struct ruf_file_writer *writer)
{
    free(writer->path);
    free(writer->temporary);
    free(writer);
}

static char *path_with_suffix(const char *path, const char *suffix)
{
    size_t size = strlen(path) + strlen(suffix) + 1;
    char *joined = malloc(size);

    if (joined != NULL)
        (void)snprintf(joined, size, "%s%s", path, suffix);
    return joined;
}

/* --- zeros over a key -------------------------------------------------------
 */

static int open_to_overwrite(const char *path)
{
    return open(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
}

/* Within the blocks it has: a file that grows gets others. */
static void overwrite_open(int fd)
{
    static const uint8_t zeros[512];
    struct stat info;
    off_t at = 0;

    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
        return;
    while (at < info.st_size) {
        off_t left = info.st_size - at;
        ssize_t done = pwrite(
            fd, zeros, left < (off_t)sizeof(zeros) ? (size_t)left : 512, at);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return;
        at += done;
    }
    (void)fsync(fd);
}

static void overwrite_path(const char *path)
{
    int fd = open_to_overwrite(path);

    if (fd < 0)
        return;
    overwrite_open(fd);
    (void)close(fd);
}

void ruf_file_overwrite(const char *path)
{
    char *temporary = path_with_suffix(path, ".new");

    overwrite_path(path);
    if (temporary != NULL)
        overwrite_path(temporary);
    free(temporary);
}

/* --- writing beside ---------------------------------------------------------
 */

static bool writes_in_place(const struct ruf_file_writer *writer)
{
    return is_in_memory(writer->path);
}

static void remove_temporary(const struct ruf_file_writer *writer)
{
    if (writes_in_place(writer))
        return;
    if (writer->secret)
        overwrite_path(writer->temporary);
    (void)unlink(writer->temporary);
}

static enum ruf_status create_writer(const char *path, bool secret,
                                     struct ruf_file_writer **out,
                                     struct ruf_error *err)
{
    struct ruf_file_writer *writer = calloc(1, sizeof(*writer));
    enum ruf_status status;

    *out = NULL;
    if (writer == NULL)
        return ruf_fail_memory(err);
    writer->path = path_with_suffix(path, "");
    writer->temporary = path_with_suffix(path, ".new");
    writer->secret = secret;
    if (writer->path == NULL || writer->temporary == NULL) {
        writer_free(writer);
        return ruf_fail_memory(err);
    }
    /* Left by a crash; the name is ours, and the caller holds the lock. */
    remove_temporary(writer);
    writer->fd =
        writes_in_place(writer)
            ? open(path, O_WRONLY | O_TRUNC | O_CLOEXEC)
            : open(writer->temporary,
                   O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (writer->fd < 0) {
        status = ruf_fail_os(err, RUF_E_IO, "I806", path, errno,
                             "cannot create the new file beside it");
        writer_free(writer);
        return status;
    }
    *out = writer;
    return RUF_OK;
}

enum ruf_status ruf_file_writer_create(const char *path,
                                       struct ruf_file_writer **out,
                                       struct ruf_error *err)
{
    return create_writer(path, false, out, err);
}

enum ruf_status ruf_file_writer_append(struct ruf_file_writer *writer,
                                       const void *bytes, size_t size,
                                       struct ruf_error *err)
{
    const char *next = bytes;

    while (size > 0) {
        ssize_t done = write(writer->fd, next, size);

        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return ruf_fail_os(err, RUF_E_IO, "I807", writer->path, errno,
                               "cannot write");
        next += done;
        size -= (size_t)done;
        writer->size += (uint64_t)done;
    }
    return RUF_OK;
}

/* A write that lied about its length shows here, before it is published. */
static enum ruf_status check_written_size(const struct ruf_file_writer *writer,
                                          struct ruf_error *err)
{
    struct stat info;

    if (fstat(writer->fd, &info) != 0)
        return ruf_fail_os(err, RUF_E_IO, "I807", writer->path, errno,
                           "cannot check the new file");
    if ((uint64_t)info.st_size != writer->size)
        return ruf_fail(err, RUF_E_IO, "I807", writer->path,
                        "new file has %lld bytes, %llu were written",
                        (long long)info.st_size,
                        (unsigned long long)writer->size);
    return RUF_OK;
}

static enum ruf_status sync_directory_of(const char *path,
                                         struct ruf_error *err)
{
    const char *slash = strrchr(path, '/');
    size_t size = slash == NULL ? 1 : (size_t)(slash - path) + 1;
    char *directory = malloc(size + 1);
    enum ruf_status status = RUF_OK;
    int fd;

    if (directory == NULL)
        return ruf_fail_memory(err);
    memcpy(directory, slash == NULL ? "." : path, size);
    directory[size] = '\0';
    fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) != 0)
        status = ruf_fail_os(err, RUF_E_IO, "I807", path, errno,
                             "cannot sync the directory");
    if (fd >= 0)
        (void)close(fd);
    free(directory);
    return status;
}

enum ruf_status ruf_file_writer_publish(struct ruf_file_writer *writer,
                                        struct ruf_error *err)
{
    enum ruf_status status = check_written_size(writer, err);

    /* After a failed fsync the pages may be lost: never try it again. */
    if (status == RUF_OK && fsync(writer->fd) != 0)
        status = ruf_fail_os(err, RUF_E_IO, "I807", writer->path, errno,
                             "cannot sync the new file");
    if (close(writer->fd) != 0 && status == RUF_OK)
        status = ruf_fail_os(err, RUF_E_IO, "I807", writer->path, errno,
                             "cannot close the new file");
    if (status == RUF_OK && !writes_in_place(writer) &&
        rename(writer->temporary, writer->path) != 0)
        status = ruf_fail_os(err, RUF_E_IO, "I807", writer->path, errno,
                             "cannot rename the new file over it");
    if (status != RUF_OK)
        remove_temporary(writer);
    else if (!writes_in_place(writer))
        status = sync_directory_of(writer->path, err);
    writer_free(writer);
    return status;
}

void ruf_file_writer_abandon(struct ruf_file_writer *writer)
{
    if (writer == NULL)
        return;
    (void)close(writer->fd);
    remove_temporary(writer);
    writer_free(writer);
}

static enum ruf_status replace(const char *path, bool secret, const void *bytes,
                               size_t size, struct ruf_error *err)
{
    struct ruf_file_writer *writer;
    enum ruf_status status = create_writer(path, secret, &writer, err);

    if (status != RUF_OK)
        return status;
    status = ruf_file_writer_append(writer, bytes, size, err);
    if (status != RUF_OK) {
        ruf_file_writer_abandon(writer);
        return status;
    }
    return ruf_file_writer_publish(writer, err);
}

enum ruf_status ruf_file_replace(const char *path, const void *bytes,
                                 size_t size, struct ruf_error *err)
{
    return replace(path, false, bytes, size, err);
}

/* The old file is opened while it has its name. */
enum ruf_status ruf_file_replace_secret(const char *path, const void *bytes,
                                        size_t size, struct ruf_error *err)
{
    int old = open_to_overwrite(path);
    enum ruf_status status = replace(path, true, bytes, size, err);

    if (old < 0)
        return status;
    if (status == RUF_OK)
        overwrite_open(old);
    (void)close(old);
    return status;
}

enum ruf_status ruf_directory_create(const char *path, struct ruf_error *err)
{
    struct stat info;

    if (mkdir(path, 0700) == 0)
        return RUF_OK;
    if (errno != EEXIST)
        return ruf_fail_os(err, RUF_E_IO, "I808", path, errno,
                           "cannot create directory");
    if (stat(path, &info) != 0 || !S_ISDIR(info.st_mode))
        return ruf_fail(err, RUF_E_IO, "I808", path,
                        "exists and is no directory");
    return RUF_OK;
}

enum ruf_status ruf_file_remove(const char *path, struct ruf_error *err)
{
    if (unlink(path) == 0 || errno == ENOENT)
        return RUF_OK;
    return ruf_fail_os(err, RUF_E_IO, "I809", path, errno,
                       "cannot remove file");
}

void ruf_file_discard(const char *path)
{
    (void)unlink(path);
}

char *ruf_path_join(const char *directory, const char *name)
{
    size_t size = strlen(directory) + strlen(name) + 2;
    char *path = malloc(size);

    if (path != NULL)
        (void)snprintf(path, size, "%s/%s", directory, name);
    return path;
}

struct ruf_lock {
    int fd;
};

enum ruf_status ruf_lock_acquire(const char *path, struct ruf_lock **out,
                                 struct ruf_error *err)
{
    struct ruf_lock *lock = malloc(sizeof(*lock));
    enum ruf_status status;

    *out = NULL;
    if (lock == NULL)
        return ruf_fail_memory(err);
    lock->fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (lock->fd < 0) {
        status = ruf_fail_os(err, RUF_E_IO, "I806", path, errno,
                             "cannot create the lock file");
        free(lock);
        return status;
    }
    if (flock(lock->fd, LOCK_EX | LOCK_NB) != 0) {
        int os_errno = errno;

        (void)close(lock->fd);
        free(lock);
        if (os_errno == EWOULDBLOCK)
            return ruf_fail(err, RUF_E_BUSY, "I810", path,
                            "another process is writing");
        return ruf_fail_os(err, RUF_E_IO, "I802", path, os_errno,
                           "cannot lock");
    }
    *out = lock;
    return RUF_OK;
}

void ruf_lock_release(struct ruf_lock *lock)
{
    if (lock == NULL)
        return;
    (void)close(lock->fd);
    free(lock);
}

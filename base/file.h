/*
 * base/file.h - private files, read whole and replaced whole
 *
 * All files are 0600 in 0700 directories whatever the umask, never follow a
 * symbolic link, and are replaced atomically: a reader has the old file or the
 * new one. After RUF_OK the new file survives a power cut.
 *
 * Threads: any thread; two writers of one path exclude each other by a
 * struct ruf_lock.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <rufname/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What ruf_file_open() accepts. */
enum ruf_file_trust {
    RUF_FILE_ANY = 0, /**< any regular file this process may read */
    RUF_FILE_PRIVATE  /**< own uid, no group or other permission bit */
};

/**
 * Open a regular file for reading. No link is followed, no FIFO waited for.
 * @param[out] fd    close-on-exec; the caller closes it.
 * @param[out] size  st_size; may be NULL.
 * @return RUF_OK; RUF_E_NOT_FOUND (I801); RUF_E_IO (I802, I803).
 */
RUF_MUST_USE enum ruf_status ruf_file_open(const char *path,
                                           enum ruf_file_trust trust, int *fd,
                                           uint64_t *size,
                                           struct ruf_error *err);

/**
 * Read a whole file, plus a NUL that size does not count.
 * @param[in]  limit  largest size accepted, bytes.
 * @param[out] bytes  malloc()ed, the caller frees; NULL on failure.
 * @return as ruf_file_open(); RUF_E_IO (I804: larger than limit); RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status ruf_file_read(const char *path,
                                           enum ruf_file_trust trust,
                                           size_t limit, char **bytes,
                                           size_t *size, struct ruf_error *err);

/** pread() until size bytes are there. @return RUF_OK; RUF_E_IO (I805). */
RUF_MUST_USE enum ruf_status ruf_file_pread(int fd, const char *path,
                                            void *bytes, size_t size,
                                            uint64_t offset,
                                            struct ruf_error *err);

/**
 * A file for what outgrows memory: 0600, to read and to write, gone from its
 * directory when this returns and from the disk when fd is closed.
 * @param[in] path  a name to make it under; what stood there is removed.
 * @return RUF_OK; RUF_E_IO (I806).
 */
RUF_MUST_USE enum ruf_status ruf_file_open_unnamed(const char *path, int *fd,
                                                   struct ruf_error *err);

/** pwrite() until size bytes are written. @return RUF_OK; RUF_E_IO (I807). */
RUF_MUST_USE enum ruf_status ruf_file_pwrite(int fd, const char *path,
                                             const void *bytes, size_t size,
                                             uint64_t offset,
                                             struct ruf_error *err);

/** A file being written beside the one it will replace. */
struct ruf_file_writer;

/**
 * Create PATH.new (0600, exclusive; a stale one is removed first).
 * @return RUF_OK; RUF_E_IO (I806); RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status
ruf_file_writer_create(const char *path, struct ruf_file_writer **out,
                       struct ruf_error *err);

/** Append bytes. @return RUF_OK; RUF_E_IO (I807). */
RUF_MUST_USE enum ruf_status
ruf_file_writer_append(struct ruf_file_writer *writer, const void *bytes,
                       size_t size, struct ruf_error *err);

/**
 * Check the size by fstat(), fsync, close, rename over PATH, fsync the
 * directory. The writer is used up, whatever the result; on failure PATH is
 * what it was and PATH.new is gone.
 */
RUF_MUST_USE enum ruf_status
ruf_file_writer_publish(struct ruf_file_writer *writer, struct ruf_error *err);

/** Give up: PATH.new is removed. NULL is fine. */
void ruf_file_writer_abandon(struct ruf_file_writer *writer);

/** Replace a file by these bytes, as the writer above does. */
RUF_MUST_USE enum ruf_status ruf_file_replace(const char *path,
                                              const void *bytes, size_t size,
                                              struct ruf_error *err);

/**
 * The same for a file that holds a key. Once the new file is sure to stay,
 * zeros are written over the old one, as over a PATH.new that a crash left or
 * that cannot be published. On a file system that writes in place nothing of
 * them is left; one that copies on write, a journal of data, and flash memory
 * may keep them.
 */
RUF_MUST_USE enum ruf_status ruf_file_replace_secret(const char *path,
                                                     const void *bytes,
                                                     size_t size,
                                                     struct ruf_error *err);

/** Write zeros over a file and PATH.new as far as possible, where they are. */
void ruf_file_overwrite(const char *path);

/** Make a directory 0700, if missing; its parent must exist. (I808) */
RUF_MUST_USE enum ruf_status ruf_directory_create(const char *path,
                                                  struct ruf_error *err);

/** Remove a file; a missing one is fine. (I809) */
RUF_MUST_USE enum ruf_status ruf_file_remove(const char *path,
                                             struct ruf_error *err);

/** Remove a file as far as possible, when a failure is being cleaned up. */
void ruf_file_discard(const char *path);

/** "directory/name", malloc()ed; NULL when memory is out. */
char *ruf_path_join(const char *directory, const char *name);

/** Room for the path of a file in memory, its NUL included. */
#define RUF_FILE_MEMORY_PATH_SIZE 32

/**
 * A file in the memory of this process, without a name (memfd_create(2)): gone
 * when fd and all that was opened by its path are closed. The path may be
 * handed to ruf_file_open() and to one writer, which then writes in place, and
 * a file that ruf_file_open_unnamed() makes beside it is in memory, too.
 * @param[out] fd  the caller closes it.
 * @return RUF_OK; RUF_E_IO (I806: no such files here).
 */
RUF_MUST_USE enum ruf_status
ruf_file_memory_create(int *fd, char path[RUF_FILE_MEMORY_PATH_SIZE],
                       struct ruf_error *err);

/** Exclusive lock of one writer, by flock(); gone with the process. */
struct ruf_lock;

/** @return RUF_OK; RUF_E_BUSY (I810: another process has it); RUF_E_IO. */
RUF_MUST_USE enum ruf_status ruf_lock_acquire(const char *path,
                                              struct ruf_lock **out,
                                              struct ruf_error *err);

/** NULL is fine. The lock file stays. */
void ruf_lock_release(struct ruf_lock *lock);

#endif

/*
 * indexer/page_file.c - sealed pages of rounds under way, beside the store
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "indexer/page_file.h"
#include "base/error.h"
#include "base/file.h"
#include "base/secret.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static enum ruf_status open_file(struct ruf_page_file *file, bool anew,
                                 struct ruf_error *err)
{
    int flags = O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;

    if (anew)
        ruf_page_file_remove(file);
    if (file->fd >= 0)
        return RUF_OK;
    file->fd = open(file->path, flags | (anew ? O_CREAT | O_EXCL : 0), 0600);
    if (file->fd >= 0)
        return RUF_OK;
    return ruf_fail_os(err, RUF_E_IO, anew ? "I806" : "I802", file->path, errno,
                       "cannot open the pages of rounds under way");
}

/* One key for one page: its block number is always 0. */
static enum ruf_status seal_page(struct ruf_writer *page,
                                 uint8_t seal[RUF_PAGE_SEAL_SIZE],
                                 struct ruf_error *err)
{
    struct ruf_sealer *sealer = NULL;
    enum ruf_status status = ruf_random(seal, RUF_SEAL_KEY_SIZE, err);

    if (status == RUF_OK)
        status = ruf_sealer_create(seal, RUF_SEAL, &sealer, err);
    if (status == RUF_OK)
        status = ruf_seal_block(sealer, 0, NULL, 0, page->bytes, page->size,
                                page->bytes, seal + RUF_SEAL_KEY_SIZE, err);
    ruf_sealer_destroy(sealer);
    return status;
}

static enum ruf_status unseal_page(struct ruf_writer *page,
                                   const uint8_t seal[RUF_PAGE_SEAL_SIZE],
                                   struct ruf_error *err)
{
    struct ruf_sealer *opener = NULL;
    enum ruf_status status = ruf_sealer_create(seal, RUF_UNSEAL, &opener, err);

    if (status == RUF_OK)
        status = ruf_unseal_block(opener, 0, NULL, 0, page->bytes, page->size,
                                  seal + RUF_SEAL_KEY_SIZE, page->bytes, err);
    ruf_sealer_destroy(opener);
    return status;
}

enum ruf_status ruf_page_file_put(struct ruf_page_file *file, uint64_t place,
                                  struct ruf_writer *page,
                                  uint8_t seal[RUF_PAGE_SEAL_SIZE],
                                  struct ruf_error *err)
{
    enum ruf_status status = open_file(file, place == 0, err);

    if (status == RUF_OK)
        status = seal_page(page, seal, err);
    if (status == RUF_OK)
        status = ruf_file_pwrite(file->fd, file->path, page->bytes, page->size,
                                 place, err);
    return status;
}

/* A file that does not reach so far lost its end in a power cut. */
static bool is_there(const struct ruf_page_file *file, uint64_t end)
{
    struct stat info;

    return fstat(file->fd, &info) == 0 && (uint64_t)info.st_size >= end;
}

static enum ruf_status read_page(struct ruf_page_file *file, uint64_t place,
                                 size_t size,
                                 const uint8_t seal[RUF_PAGE_SEAL_SIZE],
                                 struct ruf_writer *page, struct ruf_error *err)
{
    enum ruf_status status;

    if (file->fd < 0 &&
        faccessat(AT_FDCWD, file->path, F_OK, AT_SYMLINK_NOFOLLOW) != 0)
        return RUF_E_CORRUPT;
    status = open_file(file, false, err);
    if (status != RUF_OK)
        return status;
    if (!is_there(file, place + size))
        return RUF_E_CORRUPT;
    page->size = size;
    status =
        ruf_file_pread(file->fd, file->path, page->bytes, size, place, err);
    return status == RUF_OK ? unseal_page(page, seal, err) : status;
}

enum ruf_status ruf_page_file_get(struct ruf_page_file *file, uint64_t place,
                                  size_t size,
                                  const uint8_t seal[RUF_PAGE_SEAL_SIZE],
                                  struct ruf_writer *page,
                                  struct ruf_error *err)
{
    enum ruf_status status;

    page->size = 0;
    if (ruf_write_room(page, size) == NULL)
        return ruf_fail_memory(err);
    status = read_page(file, place, size, seal, page, err);
    if (status == RUF_E_CORRUPT)
        status = ruf_fail(err, RUF_E_CORRUPT, "D714", file->path,
                          "the page at byte %llu is not the one written",
                          (unsigned long long)place);
    return status;
}

void ruf_page_file_remove(struct ruf_page_file *file)
{
    if (file->path == NULL)
        return;
    if (file->fd >= 0)
        (void)close(file->fd);
    file->fd = -1;
    ruf_file_discard(file->path);
}

void ruf_page_file_close(struct ruf_page_file *file)
{
    if (file->fd >= 0)
        (void)close(file->fd);
    file->fd = -1;
    free(file->path);
    file->path = NULL;
}

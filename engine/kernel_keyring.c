/*
 * engine/kernel_keyring.c - secrets in the kernel's user keyring
 *
 * The C library has no wrappers for these calls. Type "user", since a key of
 * type "logon" cannot be read back.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "engine/kernel_keyring.h"
#include "base/error.h"
#include <errno.h>
#include <linux/keyctl.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Owner and possessor may do everything: a later session of the same user need
 * not possess the key. */
#define OWNER_ALL 0x3f3f0000u

static long find_key(const char *name)
{
    return syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_USER_KEYRING, "user",
                   name, 0);
}

static bool is_absent(int os_errno)
{
    return os_errno == ENOKEY || os_errno == EKEYEXPIRED ||
           os_errno == EKEYREVOKED;
}

static enum ruf_status refused(int os_errno, struct ruf_error *err)
{
    return ruf_fail_os(err, RUF_E_KEY, "K205", "keyring", os_errno,
                       "the kernel's keyring refuses");
}

enum ruf_status ruf_keyring_read(const char *name, void *bytes, size_t *size,
                                 struct ruf_error *err)
{
    long key = find_key(name);
    long got;

    if (key < 0 && is_absent(errno))
        return ruf_fail(err, RUF_E_NOT_FOUND, "K201", "keyring", "no such key");
    if (key < 0)
        return refused(errno, err);
    got = syscall(SYS_keyctl, KEYCTL_READ, key, bytes, *size);
    if (got < 0)
        return refused(errno, err);
    if ((size_t)got > *size)
        return ruf_fail(err, RUF_E_KEY, "K203", "keyring",
                        "the item is too large for a key");
    *size = (size_t)got;
    return RUF_OK;
}

enum ruf_status ruf_keyring_write(const char *name, const void *bytes,
                                  size_t size, unsigned seconds,
                                  struct ruf_error *err)
{
    long key =
        syscall(SYS_add_key, "user", name, bytes, size, KEY_SPEC_USER_KEYRING);

    if (key < 0 || syscall(SYS_keyctl, KEYCTL_SETPERM, key, OWNER_ALL) != 0 ||
        syscall(SYS_keyctl, KEYCTL_SET_TIMEOUT, key, seconds) != 0)
        return refused(errno, err);
    return RUF_OK;
}

enum ruf_status ruf_keyring_renew(const char *name, const void *bytes,
                                  size_t size, unsigned seconds,
                                  struct ruf_error *err)
{
    long key = find_key(name);

    if (key >= 0 && syscall(SYS_keyctl, KEYCTL_UPDATE, key, bytes, size) == 0 &&
        syscall(SYS_keyctl, KEYCTL_SET_TIMEOUT, key, seconds) == 0)
        return RUF_OK;
    if (is_absent(errno))
        return ruf_fail(err, RUF_E_NOT_FOUND, "K201", "keyring", "no such key");
    return refused(errno, err);
}

enum ruf_status ruf_keyring_remove(const char *name, struct ruf_error *err)
{
    long key = find_key(name);

    if (key < 0)
        return is_absent(errno) ? RUF_OK : refused(errno, err);
    /* Out of memory at once, not when the keyring is next looked through. */
    if (syscall(SYS_keyctl, KEYCTL_INVALIDATE, key) != 0)
        return refused(errno, err);
    return RUF_OK;
}

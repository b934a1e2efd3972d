/*
 * tests/engine/test_host.h - a host of the tests: its key store and its clock
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TESTS_ENGINE_TEST_HOST_H
#define TESTS_ENGINE_TEST_HOST_H

#include <rufname/host.h>
#include <stdbool.h>

/** What the callbacks work on, and what they were asked. */
struct test_host {
    struct ruf_host host;
    uint8_t item[RUF_KEY_ITEM_MAX];
    size_t item_size; /**< 0: none */
    char home_id[64]; /**< of the last call */
    bool refuses;     /**< the key store answers RUF_E_KEY */
    unsigned stores;
    unsigned stores_max; /**< so many, then it refuses; 0: any number */
    unsigned erases;
    int64_t now;
    unsigned reloads;
    unsigned opened;
    unsigned copied;
    unsigned printed;
    const char *token; /**< handed out; NULL: RUF_E_AUTH */
    unsigned tokens_asked;
    char scope[128];           /**< of the last one */
    unsigned protected_of_app; /**< files, by kind */
    unsigned protected_of_extension;
    bool managed;    /**< of the last copy */
    char scheme[64]; /**< of the last address; "": any */
};

/** Zeroed, callbacks set but for access_token, the clock at a fixed time. */
void test_host_init(struct test_host *host);

/** From now on the host signs in. */
void test_host_signs_in(struct test_host *host);

/** A directory below the current one, removed with what is in it at the end
 *  of the test by test_home_remove(). */
void test_home_path(char path[64]);
void test_home_remove(const char *path);

/** Is there such a file? */
bool test_home_has(const char *path, const char *name);

#endif

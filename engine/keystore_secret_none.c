/*
 * engine/keystore_secret_none.c - a build without libsecret's headers
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "engine/keystore_private.h"

const struct ruf_keystore_driver *const ruf_keystore_secret_service = NULL;

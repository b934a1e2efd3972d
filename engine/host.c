/*
 * engine/host.c - the host's callbacks, with those of Linux where it has none
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "engine/host.h"
#include <string.h>
#include <time.h>

static int64_t system_clock(void *context)
{
    (void)context;
    return (int64_t)time(NULL);
}

void ruf_host_fill(const struct ruf_host *given, struct ruf_host *out)
{
    memset(out, 0, sizeof(*out));
    if (given != NULL)
        memcpy(out, given,
               given->struct_size < sizeof(*out) ? given->struct_size
                                                 : sizeof(*out));
    out->struct_size = sizeof(*out);
    /* A key store that cannot do all three is none. */
    if (out->key_load == NULL || out->key_store == NULL ||
        out->key_erase == NULL)
        out->key_load = NULL;
    if (out->clock == NULL)
        out->clock = system_clock;
}

/*
 * bench/peers.c - which peers there are, and their files
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bench/peers.h"
#include <stdio.h>
#include <unistd.h>

const struct peer *const peers[] = {
    &peer_resident,
    &peer_on_demand,
    &peer_flat,
    &peer_sorted,
    &peer_lmdb,
    &peer_sqlite,
    &peer_sqlcipher,
    &peer_sqlite_autocommit,
    &peer_sqlcipher_autocommit,
    &peer_roaring,
};
const size_t peer_count = sizeof(peers) / sizeof(peers[0]);

size_t peers_from(const struct peer *lead, size_t k)
{
    size_t first = 0;

    while (first < peer_count && peers[first] != lead)
        first++;
    if (k == 0)
        return first;
    return k <= first ? k - 1 : k;
}

void peers_ready(const struct bench_place *place)
{
    char path[300];
    FILE *mark;

    (void)snprintf(path, sizeof(path), "%s/peers-ready", place->directory);
    if (access(path, F_OK) == 0)
        return;
    peer_sqlite_fill(place);
    peer_sqlcipher_fill(place);
    peer_lmdb_fill(place);
    mark = fopen(path, "w");
    if (mark != NULL)
        (void)fclose(mark);
}

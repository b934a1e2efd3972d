/*
 * bench/peer_roaring.cpp - the numbers in CRoaring's 64-bit set
 *
 * At its best: runs compressed, shrunk to fit. A set knows no labels: lookup
 * is membership, emission is the numbers alone.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bench/peers.h"
#include <cstdio>
#include <roaring/roaring64map.hh>
#include <roaring/roaring_version.h>

namespace
{

void *open_set(const bench_place *place)
{
    Roaring64Map *set = new Roaring64Map;

    for (size_t i = 0; i < place->entries->count; i++)
        set->add(place->entries->items[i].number);
    set->runOptimize();
    set->shrinkToFit();
    return set;
}

void close_set(void *self)
{
    delete static_cast<Roaring64Map *>(self);
}

bool find(void *self, uint64_t number, peer_answer *out)
{
    (void)out;
    return static_cast<const Roaring64Map *>(self)->contains(number);
}

void each(void *self, peer_sink sink, void *context)
{
    for (uint64_t number : *static_cast<const Roaring64Map *>(self))
        sink(context, number, "", 0);
}

uint64_t bytes(void *self)
{
    return static_cast<const Roaring64Map *>(self)->getSizeInBytes();
}

} // namespace

extern "C" const peer peer_roaring = {
    "croaring 64-bit set, numbers only",
    true,
    false,
    open_set,
    close_set,
    find,
    nullptr, // one by one
    each,
    bytes,
};

const char *peer_roaring_version(void)
{
    static char text[32];

    (void)std::snprintf(text, sizeof(text), "%d.%d.%d", ROARING_VERSION_MAJOR,
                        ROARING_VERSION_MINOR, ROARING_VERSION_REVISION);
    return text;
}

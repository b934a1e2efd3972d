/*
 * bench/peer_flat.cpp - the entries in boost::unordered_flat_map
 *
 * At its best: number -> 8 bytes (offset of the label, contact), labels with
 * their length in one run in number order, as dense as it gets. Reserved
 * before it is filled, on huge pages. Not sealed, in memory only.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bench/peers.h"
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/version.hpp>
#include <cstdlib>
#include <vector>

namespace
{

struct slot {
    uint32_t offset;
    uint32_t contact;
};

template <typename T> struct huge_pages {
    using value_type = T;

    huge_pages() = default;
    template <typename U> huge_pages(const huge_pages<U> &)
    {
    }
    T *allocate(size_t count)
    {
        return static_cast<T *>(bench_alloc_huge(count * sizeof(T)));
    }
    void deallocate(T *bytes, size_t)
    {
        std::free(bytes);
    }
    template <typename U> bool operator==(const huge_pages<U> &) const
    {
        return true;
    }
    template <typename U> bool operator!=(const huge_pages<U> &) const
    {
        return false;
    }
};

struct flat {
    boost::unordered_flat_map<uint64_t, slot, boost::hash<uint64_t>,
                              std::equal_to<uint64_t>,
                              huge_pages<std::pair<const uint64_t, slot>>>
        map;
    std::vector<char, huge_pages<char>> labels;
};

void *open_flat(const bench_place *place)
{
    flat *self = new flat;
    size_t size = 0;

    for (size_t i = 0; i < place->entries->count; i++)
        size += 2 + place->entries->items[i].label_size;
    self->labels.reserve(size);
    self->map.reserve(place->entries->count);
    for (size_t i = 0; i < place->entries->count; i++) {
        const bench_entry &entry = place->entries->items[i];

        self->map[entry.number] = { (uint32_t)self->labels.size(),
                                    entry.contact };
        self->labels.push_back((char)(entry.label_size & 0xff));
        self->labels.push_back((char)(entry.label_size >> 8));
        self->labels.insert(self->labels.end(), entry.label,
                            entry.label + entry.label_size);
    }
    return self;
}

void close_flat(void *self)
{
    delete static_cast<flat *>(self);
}

bool find(void *self, uint64_t number, peer_answer *out)
{
    const flat *table = static_cast<const flat *>(self);
    auto found = table->map.find(number);

    if (found == table->map.end())
        return false;
    const char *label = table->labels.data() + found->second.offset;
    out->size =
        (size_t)(unsigned char)label[0] | (size_t)(unsigned char)label[1] << 8;
    out->label = label + 2;
    out->contact = found->second.contact;
    return true;
}

/* Slots of 16 bytes in groups of 15 with 16 bytes of metadata. */
uint64_t bytes(void *self)
{
    const flat *table = static_cast<const flat *>(self);
    uint64_t slots = (uint64_t)((double)table->map.bucket_count());

    return slots * sizeof(std::pair<const uint64_t, slot>) + slots * 16 / 15 +
           table->labels.size();
}

} // namespace

extern "C" const peer peer_flat = {
    "boost::unordered_flat_map, huge pages",
    false,
    false,
    open_flat,
    close_flat,
    find,
    nullptr, // one by one
    nullptr,
    bytes,
};

const char *peer_flat_version(void)
{
    return BOOST_LIB_VERSION;
}

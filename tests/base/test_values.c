/*
 * test_values.c - arena, text, bytes, errors
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/arena.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/text.h"
#include <criterion/criterion.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

Test(arena, hands_out_zeroed_and_aligned_memory)
{
    struct ruf_arena *arena;

    cr_assert(ruf_arena_create(&arena, NULL) == RUF_OK);
    for (size_t size = 1; size < 300; size++) {
        unsigned char *bytes = ruf_arena_alloc(arena, size, 3);

        cr_assert(bytes != NULL);
        cr_assert((uintptr_t)bytes % 16 == 0);
        for (size_t i = 0; i < 3 * size; i++)
            cr_assert(bytes[i] == 0);
        memset(bytes, 0xAA, 3 * size);
    }
    ruf_arena_destroy(arena);
}

Test(arena, refuses_a_size_that_overflows)
{
    struct ruf_arena *arena;

    cr_assert(ruf_arena_create(&arena, NULL) == RUF_OK);
    cr_assert(ruf_arena_alloc(arena, SIZE_MAX / 2, 3) == NULL);
    cr_assert(ruf_arena_alloc(arena, SIZE_MAX, 1) == NULL);
    ruf_arena_destroy(arena);
}

Test(arena, keeps_absent_and_empty_text_apart)
{
    struct ruf_arena *arena;
    struct ruf_text out;

    cr_assert(ruf_arena_create(&arena, NULL) == RUF_OK);
    cr_assert(ruf_arena_text(arena, ruf_text(NULL), &out) == RUF_OK);
    cr_assert(out.data == NULL);
    cr_assert(ruf_arena_text(arena, ruf_text(""), &out) == RUF_OK);
    cr_assert(out.data != NULL && out.size == 0);
    ruf_arena_destroy(arena);
}

Test(text, compares_bytes_and_then_length)
{
    cr_assert(ruf_text_compare(ruf_text("ab"), ruf_text("abc")) < 0);
    cr_assert(ruf_text_compare(ruf_text("b"), ruf_text("abc")) > 0);
    cr_assert(ruf_text_compare(ruf_text(""), ruf_text(NULL)) == 0);
    cr_assert(ruf_text_equal_nocase(ruf_text("Ab1"), ruf_text("aB1")));
    cr_assert(!ruf_text_equal_nocase(ruf_text("Ab1"), ruf_text("aB2")));
}

/* Unicode 15, table 3-7, and what overlong and surrogate forms look like. */
Test(utf8, accepts_well_formed_text_only)
{
    static const char *const good[] = {
        "", "a", "ä", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "a\xC3\xA4z"
    };
    static const char *const bad[] = {
        "\x80",
        "\xC3",
        "\xC0\xAF",
        "\xE0\x80\xAF",
        "\xED\xA0\x80",
        "\xF4\x90\x80\x80",
        "\xF8\x88\x80\x80\x80",
        "a\xE2\x82",
        "\xFF",
    };

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        cr_expect(ruf_utf8_valid(ruf_text(good[i])), "good %zu", i);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        cr_expect(!ruf_utf8_valid(ruf_text(bad[i])), "bad %zu", i);
}

Test(utf8, encodes_what_it_decodes)
{
    for (uint32_t c = 0; c <= 0x10FFFF; c += c < 0x3000 ? 1 : 251) {
        char bytes[4];
        uint32_t back;
        size_t size;

        if (c >= 0xD800 && c <= 0xDFFF)
            continue;
        size = ruf_utf8_encode(c, bytes);
        cr_assert_eq(ruf_utf8_decode(bytes, size, &back), size);
        cr_assert_eq(back, c);
    }
}

Test(bytes, read_back_what_was_written)
{
    struct ruf_writer writer = { 0 };
    struct ruf_reader reader;

    ruf_write_u8(&writer, 200);
    ruf_write_u16(&writer, 0x1234);
    ruf_write_u32(&writer, 0x89ABCDEF);
    ruf_write_u64(&writer, UINT64_C(0x0123456789ABCDEF));
    ruf_write_varint(&writer, UINT64_MAX);
    ruf_write_varint(&writer, 127);
    ruf_write_text(&writer, ruf_text("Größe"));
    cr_assert(!writer.failed);
    cr_assert_eq(writer.bytes[1], 0x34, "little-endian");
    reader = ruf_reader(writer.bytes, writer.size);
    cr_assert_eq(ruf_read_u8(&reader), 200);
    cr_assert_eq(ruf_read_u16(&reader), 0x1234);
    cr_assert_eq(ruf_read_u32(&reader), 0x89ABCDEF);
    cr_assert_eq(ruf_read_u64(&reader), UINT64_C(0x0123456789ABCDEF));
    cr_assert_eq(ruf_read_varint(&reader), UINT64_MAX);
    cr_assert_eq(ruf_read_varint(&reader), 127);
    cr_assert(ruf_text_is(ruf_read_text(&reader), "Größe"));
    cr_assert(!reader.failed);
    cr_assert_eq(ruf_reader_left(&reader), 0);
    ruf_writer_free(&writer);
}

Test(bytes, that_are_none_are_written_to_an_empty_writer)
{
    struct ruf_writer writer = { 0 };

    cr_assert(ruf_write_space(&writer, 0) != NULL);
    ruf_write_bytes(&writer, NULL, 0);
    cr_assert(!writer.failed);
    cr_assert_eq(writer.size, 0);
    ruf_writer_free(&writer);
}

static void write_numbers(struct ruf_writer *writer, uint32_t count)
{
    for (uint32_t i = (uint32_t)(writer->size / 4); i < count; i++)
        ruf_write_u32(writer, i);
    cr_assert(!writer->failed);
    cr_assert_eq(writer->size, 4 * (size_t)count);
}

static void expect_numbers(const struct ruf_writer *writer)
{
    bool same = true;

    for (uint32_t i = 0; i < writer->size / 4; i++)
        same = same && ruf_load32(writer->bytes + 4 * (size_t)i) == i;
    cr_expect(same);
}

/* Pages of address space the process has. */
static long pages_mapped(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    long pages = -1;

    cr_assert(file != NULL && fscanf(file, "%ld", &pages) == 1);
    (void)fclose(file);
    return pages;
}

/* From the heap to pages of their own, by any step. */
Test(bytes, stay_the_same_as_their_writer_grows)
{
    struct ruf_writer writer = { 0 };
    long before;

    write_numbers(&writer, 3000000);
    expect_numbers(&writer);
    ruf_writer_wipe(&writer);
    before = pages_mapped();
    for (int turn = 0; turn < 2; turn++) {
        write_numbers(&writer, 500000);
        ruf_write_expect(&writer, 1234567);
        write_numbers(&writer, 900000);
        expect_numbers(&writer);
        ruf_write_expect(&writer, 12345677);
        expect_numbers(&writer);
        write_numbers(&writer, 9000000);
        expect_numbers(&writer);
        ruf_writer_free(&writer);
        cr_expect_null(writer.bytes);
    }
    cr_expect_lt(pages_mapped() - before, 4096, "what was mapped is unmapped");
}

Test(bytes, stay_when_their_writer_cannot_grow)
{
    static const size_t too_much[] = { SIZE_MAX / 4, SIZE_MAX / 2 - 64,
                                       SIZE_MAX - 8000000, SIZE_MAX };

    for (size_t i = 0; i < sizeof(too_much) / sizeof(too_much[0]); i++)
        for (uint32_t count = 100; count <= 1000000; count *= 100) {
            struct ruf_writer writer = { 0 };

            write_numbers(&writer, count);
            ruf_write_expect(&writer, too_much[i]);
            cr_expect(writer.failed);
            cr_expect_eq(writer.size, 4 * (size_t)count);
            expect_numbers(&writer);
            ruf_writer_wipe(&writer);
        }
}

Test(bytes, fail_at_the_end_and_stay_failed)
{
    static const uint8_t bytes[] = { 5, 'a', 'b' };
    struct ruf_reader reader = ruf_reader(bytes, sizeof(bytes));

    cr_assert(ruf_read_text(&reader).data == NULL, "5 bytes are not there");
    cr_assert(reader.failed);
    cr_assert_eq(ruf_read_u8(&reader), 0);
    cr_assert_eq(ruf_reader_left(&reader), 0);
}

/* Read it with so many bytes behind it, and with its last one cut off. */
static void expect_varint(const uint8_t *bytes, size_t size, size_t behind,
                          uint64_t value)
{
    struct ruf_reader reader = ruf_reader(bytes, size + behind);

    cr_expect_eq(ruf_read_varint(&reader), value);
    cr_expect(!reader.failed);
    cr_expect_eq(ruf_reader_left(&reader), behind);
    reader = ruf_reader(bytes, size - 1);
    cr_expect_eq(ruf_read_varint(&reader), 0);
    cr_expect(reader.failed);
}

Test(bytes, hold_varints_of_every_size_wherever_they_end)
{
    static const uint64_t shapes[] = { 0, UINT64_MAX, 0x5555555555555555u,
                                       0x8040201008040201u };

    for (unsigned top = 0; top < 64; top++)
        for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
            for (int fill = 0; fill <= 0xFF; fill += 0xFF) {
                uint64_t value = (shapes[i] | UINT64_C(1) << 63) >> (63 - top);
                uint8_t bytes[RUF_VARINT_MAX + 9];
                size_t size;

                memset(bytes, fill, sizeof(bytes));
                size = ruf_varint_encode(value, bytes);
                cr_expect_eq(size, top / 7 + 1);
                for (size_t behind = 0; behind <= 9; behind++)
                    expect_varint(bytes, size, behind, value);
            }
}

Test(bytes, refuse_a_varint_of_more_than_64_bits)
{
    uint8_t bytes[11];
    struct ruf_reader reader;

    memset(bytes, 0xFF, sizeof(bytes));
    reader = ruf_reader(bytes, sizeof(bytes));
    (void)ruf_read_varint(&reader);
    cr_assert(reader.failed);
}

Test(error, is_filled_whole_and_cut_to_fit)
{
    struct ruf_error err;
    char place[1000];

    memset(&err, 0x55, sizeof(err));
    memset(place, 'p', sizeof(place));
    place[sizeof(place) - 1] = '\0';
    cr_assert(ruf_fail(&err, RUF_E_IO, "I802", place, "reason %d", 7) ==
              RUF_E_IO);
    cr_assert(err.status == RUF_E_IO);
    cr_assert_str_eq(err.id, "I802");
    cr_assert_str_eq(err.detail, "reason 7");
    cr_assert_eq(strlen(err.place), sizeof(err.place) - 1);
    cr_assert_eq(err.line, 0);
    cr_assert(ruf_fail(NULL, RUF_E_IO, "I802", "", "x") == RUF_E_IO);
}

/* The same, a byte at a time. */
static bool is_plain(const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)bytes[i];
        bool edge = i == 0 || i + 1 == size || bytes[i - 1] == ' ';

        if (c < 0x20 || c > 0x7E || (c == ' ' && edge))
            return false;
    }
    return true;
}

Test(text, is_plain_as_a_look_at_each_byte_says)
{
    static const char some[] = { 'a', ' ', '~', '!' };
    char bytes[24];

    cr_expect(ruf_text_is_plain((struct ruf_text){ NULL, 0 }));
    /* Any byte at any place of any length. */
    for (size_t size = 1; size <= sizeof(bytes); size++)
        for (size_t at = 0; at < size; at++)
            for (unsigned c = 0; c < 256; c++) {
                memset(bytes, 'x', sizeof(bytes));
                bytes[at] = (char)c;
                cr_assert_eq(
                    ruf_text_is_plain((struct ruf_text){ bytes, size }),
                    is_plain(bytes, size), "%u at %zu of %zu", c, at, size);
            }
    /* Blanks and the outermost letters in any order. */
    for (uint32_t way = 0; way < 1u << 20; way++) {
        for (size_t at = 0; at < 10; at++)
            bytes[at] = some[way >> (2 * at) & 3];
        cr_assert_eq(ruf_text_is_plain((struct ruf_text){ bytes, 10 }),
                     is_plain(bytes, 10), "%.10s", bytes);
    }
}

/*
 * base/image_sections.h - what stands inside the sections of an image
 *
 * Shared by the builder (indexer) and the readers (lookup); the bytes are
 * specified in docs/index-format.md. All integers are little-endian; "text" is
 * a LEB128 length and that many bytes of UTF-8; "varint" is LEB128.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_IMAGE_SECTIONS_H
#define BASE_IMAGE_SECTIONS_H

/** Kinds of sections. Stored: never renumber. */
enum ruf_section_kind {
    RUF_SECTION_META = 1,
    RUF_SECTION_ENTRIES = 2,
    RUF_SECTION_FENCES = 3,
    RUF_SECTION_OWNERS = 4,
    RUF_SECTION_CONTACTS = 5,
    RUF_SECTION_CONTACT_OFFSETS = 6
    /* 7 and 8 were search tables; those are in base/search_sections.h now. */
};

/*
 * META: u64 entry_count, u64 contact_count, u64 entry_block_count,
 *   u64 owner_count, u64 contacts_size (bytes used in CONTACTS),
 *   u64 code_count, then code_count u16: the calling codes in use, ascending.
 *
 * ENTRIES: self-contained blocks of RUF_IMAGE_BLOCK_SIZE bytes, so that one
 *   decrypted block answers a lookup and emission needs little memory:
 *     u16 count (1..), u16 used bytes including this header, u32 zero,
 *     u64 first number, u64 ordinal of the first entry, then per entry:
 *     varint difference to the number before (0 for the first),
 *     text label (1..RUF_LABEL_SIZE_MAX bytes).
 *
 * FENCES: per block of ENTRIES u64 first number, ascending.
 *
 * OWNERS: u32 first[entry_count + 1], positions in the list that follows;
 *   then owner_count u32 contact numbers, per entry best contact first.
 *
 * CONTACTS: records back to back, in rank order: priority of the best source
 *   descending, then phone-book order of the name (DIN 5007-2), then id:
 *     16 bytes id, u8 priority (0..100), text given, text family,
 *     text display, text company, text title, text department,
 *     varint number_count, per number: u8 kind, varint e164 (0 = none),
 *     text raw; varint email_count, texts; varint source_count, texts.
 *
 * CONTACT_OFFSETS: u64 start of each record in CONTACTS, contact_count + 1.
 */
#define RUF_ENTRY_HEADER_SIZE 24
#define RUF_LABEL_SIZE_MAX 480
#define RUF_META_FIXED_SIZE 48

#endif

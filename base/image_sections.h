/*
 * base/image_sections.h - what stands inside the sections of an image
 *
 * Shared by the builder (indexer) and the readers (lookup). The layout of each
 * section is specified in docs/index-format.md; here are its numbers. All
 * integers are little-endian; "varint" is LEB128; "text" is a varint length
 * and that many bytes of UTF-8.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_IMAGE_SECTIONS_H
#define BASE_IMAGE_SECTIONS_H

/** Kinds of sections. Stored: never renumber. */
enum ruf_section_kind {
    RUF_SECTION_META = 1,
    RUF_SECTION_ENTRIES = 2,         /**< numbers and labels, ascending */
    RUF_SECTION_NUMBERS = 3,         /**< hash table: number -> label, owner */
    RUF_SECTION_OWNERS = 4,          /**< contacts of shared numbers */
    RUF_SECTION_CONTACTS = 5,        /**< contact records */
    RUF_SECTION_CONTACT_OFFSETS = 6, /**< where each record starts */
    RUF_SECTION_TAILS = 9,           /**< ends that labels share */
    RUF_SECTION_TEXTS = 10,          /**< texts that contacts share */
    RUF_SECTION_LABELS = 11,         /**< heads too long for a page */
    RUF_SECTION_IDENTITIES = 12,     /**< Hash-ID, GUIDs of each contact */
    RUF_SECTION_IDENTITY_OFFSETS = 13,
    RUF_SECTION_SOURCE_IDS = 14,   /**< hash table: GUID -> contact */
    RUF_SECTION_HASH_IDS = 15,     /**< hash table: Hash-ID -> contact */
    RUF_SECTION_TRUNKS = 16,       /**< prefixes of companies */
    RUF_SECTION_BLOCKED = 17,      /**< numbers to block */
    RUF_SECTION_PHOTOS = 18,       /**< thumbnails, one behind the other */
    RUF_SECTION_PHOTO_ROWS = 19,   /**< whose they are, and where */
    RUF_SECTION_SEARCH_FIRST = 32, /**< 32..47: base/search_sections.h */
    RUF_SECTION_SEARCH_LAST = 47
};

/** One more than the largest kind this version knows. */
#define RUF_SECTION_KINDS (RUF_SECTION_SEARCH_LAST + 1)

#define RUF_LABEL_SIZE_MAX 480

/** Block of ENTRIES: u64 number before the first, u16 entries, u16 zero, u32
 *  used bytes; then the entries. */
#define RUF_ENTRY_BLOCK_SIZE 16384u
#define RUF_ENTRY_HEADER_SIZE 16u

/** First byte of an entry: bits 0..1 bytes of the difference to the number
 *  before (1, 2, 3, 8), bits 2..7 length of the head; 63: a u16 says it. */
#define RUF_ENTRY_LONG 63u

/** TAILS and TEXTS are addressed in steps of so many bytes. */
#define RUF_TEXT_STEP 4u
#define RUF_TAILS_SIZE_MAX (65536u * RUF_TEXT_STEP)
#define RUF_TAIL_LENGTH_MAX 127u

/** A block of offsets: u64 base, then 254 u32, the last one an end only. */
#define RUF_OFFSETS_PER_BLOCK 253u

/** Head byte of a contact record. */
#define RUF_CONTACT_DISPLAY_MASK 3u
enum ruf_contact_display {
    RUF_DISPLAY_STORED = 0,       /**< a text reference follows the names */
    RUF_DISPLAY_GIVEN_FAMILY = 1, /**< "given family" */
    RUF_DISPLAY_FAMILY_GIVEN = 2  /**< "family, given" */
};
#define RUF_CONTACT_PROVENANCE 4u /**< bit sets of sources at the end */

/** Head byte of a number in a contact record: kind in bits 0..2. */
#define RUF_NUMBER_KIND_MASK 7u
#define RUF_NUMBER_NOT_EMITTED 8u
#define RUF_NUMBER_WIDE 16u    /**< E.164 in eight bytes, not six */
#define RUF_NUMBER_UNKNOWN 32u /**< no E.164 at all */

/** Values of a text reference below the first step of TEXTS. */
#define RUF_TEXT_ABSENT 0u
#define RUF_TEXT_INLINE 1u
#define RUF_TEXT_SHARED 2u

/** Steps of a shape, how a raw number was written: bytes below 0x80 and UTF-8
 *  stand for themselves, except these. */
#define RUF_SHAPE_REST 0x01 /**< all digits left */
#define RUF_SHAPE_SKIP 0x02 /**< 0x02..0x04: leave out 1..3 digits */
#define RUF_SHAPE_COPY 0x10 /**< 0x11..0x1F: the next 1..15 digits */

/** Steps of the shape of an e-mail address: what of its owner's name stands
 *  there (base/mail_name.h), or a text of its own. Other bytes stand for
 *  themselves. */
#define RUF_MAIL_GIVEN 0x01
#define RUF_MAIL_FAMILY 0x02
#define RUF_MAIL_INITIAL 0x03 /**< first letter of the given name */
#define RUF_MAIL_GIVEN_PLAIN 0x04
#define RUF_MAIL_FAMILY_PLAIN 0x05
#define RUF_MAIL_TEXT 0x06 /**< the text that follows in the record */
#define RUF_MAIL_STEP_MAX 0x1F

/** Form of a source's id in an identity record. */
#define RUF_SOURCE_ID_TEXT 0u
#define RUF_SOURCE_ID_GUID 1u /**< lower-case GUID, as 16 bytes */

/** Row of TRUNKS: u64 prefix with zeros up to 18 digits, u8 its digits, u8 most
 *  digits behind it, u16 size of the label, u32 its place. */
#define RUF_TRUNK_ROW_SIZE 16u
#define RUF_TRUNK_DIGITS 18u

/** Row of PHOTO_ROWS: u32 contact, u16 bytes, u8 the contact's source that has
 *  it, u8 zero, u64 place in PHOTOS. */
#define RUF_PHOTO_ROW_SIZE 16u
#define RUF_PHOTO_BLOCK_SIZE 4096u

/** Limits a reader accepts, so that a lying image cannot ask for the world. */
#define RUF_OWNERS_MAX (1u << 24)
#define RUF_RECORD_SIZE_MAX (1u << 24)
#define RUF_RECORD_ITEMS_MAX (1u << 20)

#endif

/*
 * base/image.c - writing and opening a sealed image
 *
 * Header, all little-endian (docs/index-format.md):
 *    0  8  magic "RUFNAME\x1a"
 *    8  4  format version
 *   12  4  header size: HEADER_FIXED + 40 * sections + 64
 *   16  4  flags, 0
 *   20  4  section count, 1..48
 *   24  8  file size
 *   32  8  generation
 *   40 32  salt
 *   72  2  key derivation, 1 = HKDF-SHA-256
 *   74  2  sealing, 1 = AES-256-GCM
 *   76  4  zero
 *   80 40  per section: u32 kind, u32 flags, u32 block size, u32 zero,
 *          u64 block count, u64 offset, u64 number of the first block
 *    .. 32 SHA-256 of all before: tells damage from a wrong key
 *    .. 32 HMAC-SHA-256 of all before, key HKDF(master, salt, "idx/hdr")
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/bytes.h"
#include "base/error.h"
#include "base/file.h"
#include "base/image_private.h"
#include "base/secret.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HEADER_FIXED 80u
#define SECTION_ENTRY 40u
#define HEADER_TRAILER (2u * RUF_DIGEST_SIZE)
#define HEADER_SIZE_MAX                                                        \
    (HEADER_FIXED + SECTION_ENTRY * RUF_IMAGE_SECTIONS_MAX + HEADER_TRAILER)
#define KDF_HKDF_SHA256 1u
#define AEAD_AES_256_GCM 1u

static const uint8_t image_magic[8] = {
    'R', 'U', 'F', 'N', 'A', 'M', 'E', 0x1A
};

/* --- keys and bindings ------------------------------------------------- */

static enum ruf_status header_mac(const uint8_t *key, const uint8_t *salt,
                                  const uint8_t *header, size_t size,
                                  uint8_t mac[RUF_DIGEST_SIZE],
                                  struct ruf_error *err)
{
    uint8_t mac_key[RUF_SEAL_KEY_SIZE];
    enum ruf_status status = ruf_derive_key(key, salt, 32, "rufname/1 idx/hdr",
                                            NULL, 0, mac_key, err);

    if (status == RUF_OK)
        status = ruf_hmac_sha256(mac_key, header, size, mac, err);
    ruf_wipe(mac_key, sizeof(mac_key));
    return status;
}

/* The header digest goes into the block key, so that any change of the header
 * makes every block unreadable. */
static enum ruf_status block_key(const uint8_t *key, const uint8_t *salt,
                                 const uint8_t digest[RUF_DIGEST_SIZE],
                                 uint8_t out[RUF_SEAL_KEY_SIZE],
                                 struct ruf_error *err)
{
    return ruf_derive_key(key, salt, 32, "rufname/1 idx/blk", digest,
                          RUF_DIGEST_SIZE, out, err);
}

void ruf_image_bind_block(const uint8_t digest[RUF_DIGEST_SIZE],
                          const struct ruf_image_section *section,
                          uint64_t block, uint8_t aad[RUF_IMAGE_AAD_SIZE])
{
    memcpy(aad, digest, RUF_DIGEST_SIZE);
    ruf_store32(aad + 32, section->kind);
    ruf_store32(aad + 36, section->block_size);
    ruf_store64(aad + 40, block);
}

/* --- seeds --------------------------------------------------------------- */

enum ruf_status ruf_image_seed_random(uint64_t generation,
                                      struct ruf_image_seed *out,
                                      struct ruf_error *err)
{
    enum ruf_status status = ruf_random(out->salt, sizeof(out->salt), err);

    out->generation = generation;
    out->source = RUF_SALT_GIVEN;
    return status == RUF_OK
               ? ruf_random(out->hash_secret, sizeof(out->hash_secret), err)
               : status;
}

enum ruf_status ruf_image_seed_repeatable(const uint8_t key[RUF_KEY_SIZE],
                                          uint64_t generation,
                                          struct ruf_image_seed *out,
                                          struct ruf_error *err)
{
    enum ruf_status status = RUF_OK;

    memset(out, 0, sizeof(*out));
    out->generation = generation;
    out->source = RUF_SALT_OF_CONTENTS;
    for (uint8_t i = 0;
         i < sizeof(out->hash_secret) / RUF_SEAL_KEY_SIZE && status == RUF_OK;
         i++)
        status = ruf_derive_key(key, NULL, 0, "rufname/1 idx/secret", &i, 1,
                                out->hash_secret + i * RUF_SEAL_KEY_SIZE, err);
    return status;
}

/* --- writing ------------------------------------------------------------- */

struct layout {
    struct ruf_image_section sections[RUF_IMAGE_SECTIONS_MAX];
    size_t count;
    uint32_t header_size;
    uint64_t file_size;
};

static uint64_t part_size(const struct ruf_image_part *part)
{
    return part->size + (part->spool == NULL ? 0 : ruf_spool_size(part->spool));
}

static void lay_out(const struct ruf_image_part *parts, size_t count,
                    struct layout *out)
{
    uint64_t block = 0;

    memset(out, 0, sizeof(*out));
    out->count = count;
    out->header_size =
        (uint32_t)(HEADER_FIXED + SECTION_ENTRY * count + HEADER_TRAILER);
    out->file_size = out->header_size;
    for (size_t i = 0; i < count; i++) {
        struct ruf_image_section *section = &out->sections[i];

        section->kind = parts[i].kind;
        section->flags = parts[i].flags;
        section->block_size = parts[i].block_size;
        section->block_count =
            (part_size(&parts[i]) + parts[i].block_size - 1) /
            parts[i].block_size;
        section->offset = out->file_size;
        section->first_block = block;
        block += section->block_count;
        out->file_size +=
            section->block_count * (section->block_size + RUF_SEAL_TAG_SIZE);
    }
}

static void write_header(const struct layout *layout,
                         const struct ruf_image_seed *seed, uint8_t *header)
{
    memcpy(header, image_magic, sizeof(image_magic));
    ruf_store32(header + 8, RUF_IMAGE_VERSION);
    ruf_store32(header + 12, layout->header_size);
    ruf_store32(header + 20, (uint32_t)layout->count);
    ruf_store64(header + 24, layout->file_size);
    ruf_store64(header + 32, seed->generation);
    memcpy(header + 40, seed->salt, 32);
    ruf_store16(header + 72, KDF_HKDF_SHA256);
    ruf_store16(header + 74, AEAD_AES_256_GCM);
    for (size_t i = 0; i < layout->count; i++) {
        const struct ruf_image_section *section = &layout->sections[i];
        uint8_t *entry = header + HEADER_FIXED + SECTION_ENTRY * i;

        ruf_store32(entry, section->kind);
        ruf_store32(entry + 4, section->flags);
        ruf_store32(entry + 8, section->block_size);
        ruf_store64(entry + 16, section->block_count);
        ruf_store64(entry + 24, section->offset);
        ruf_store64(entry + 32, section->first_block);
    }
}

static enum ruf_status finish_header(const uint8_t *key, uint8_t *header,
                                     size_t header_size,
                                     uint8_t digest[RUF_DIGEST_SIZE],
                                     struct ruf_error *err)
{
    size_t body = header_size - HEADER_TRAILER;
    enum ruf_status status = ruf_sha256(header, body, digest, err);

    if (status != RUF_OK)
        return status;
    memcpy(header + body, digest, RUF_DIGEST_SIZE);
    return header_mac(key, header + 40, header, body + RUF_DIGEST_SIZE,
                      header + body + RUF_DIGEST_SIZE, err);
}

/* Sealed blocks are gathered and appended together. */
#define WRITE_BATCH (256u * 1024u)

/* Where sealed blocks go; padded holds the last plain block of a section. */
struct output {
    struct ruf_file_writer *file;
    struct ruf_sealer *sealer;
    uint8_t *batch;
    size_t filled;
    uint8_t padded[RUF_IMAGE_BLOCK_SIZE_MAX];
};

static enum ruf_status flush(struct output *output, struct ruf_error *err)
{
    size_t filled = output->filled;

    output->filled = 0;
    return ruf_file_writer_append(output->file, output->batch, filled, err);
}

static enum ruf_status write_block(struct output *output,
                                   const uint8_t digest[RUF_DIGEST_SIZE],
                                   const struct ruf_image_section *section,
                                   uint64_t block, const uint8_t *plain,
                                   struct ruf_error *err)
{
    uint8_t aad[RUF_IMAGE_AAD_SIZE];
    enum ruf_status status = RUF_OK;
    uint8_t *out;

    if (output->filled + section->block_size + RUF_SEAL_TAG_SIZE > WRITE_BATCH)
        status = flush(output, err);
    if (status != RUF_OK)
        return status;
    out = output->batch + output->filled;
    output->filled += section->block_size + RUF_SEAL_TAG_SIZE;
    ruf_image_bind_block(digest, section, block, aad);
    return ruf_seal_block(output->sealer, section->first_block + block, aad,
                          sizeof(aad), plain, section->block_size, out,
                          out + section->block_size, err);
}

static const uint8_t *pad(struct output *output, const uint8_t *plain,
                          size_t size, uint32_t block_size)
{
    memset(output->padded, 0, block_size);
    if (size > 0)
        memcpy(output->padded, plain, size);
    return output->padded;
}

static enum ruf_status
write_spool(struct output *output, const uint8_t digest[RUF_DIGEST_SIZE],
            const struct ruf_image_section *section, uint64_t block,
            const struct ruf_spool *spool, struct ruf_error *err)
{
    uint64_t left = ruf_spool_size(spool);
    enum ruf_status status = RUF_OK;
    struct ruf_spool_reader reader;

    ruf_spool_reader_open(&reader, spool);
    for (; block < section->block_count && status == RUF_OK; block++) {
        size_t size =
            left < section->block_size ? (size_t)left : section->block_size;
        const uint8_t *plain = ruf_spool_read(&reader, size);

        if (plain == NULL) {
            status = ruf_spill_status(spool->spill, err);
            if (status == RUF_OK)
                status = ruf_fail(err, RUF_E_INTERNAL, "E914", "",
                                  "section %u is shorter than it was",
                                  section->kind);
            break;
        }
        if (size < section->block_size)
            plain = pad(output, plain, size, section->block_size);
        status = write_block(output, digest, section, block, plain, err);
        left -= size;
    }
    ruf_spool_reader_close(&reader);
    return status;
}

static enum ruf_status write_section(struct output *output,
                                     const uint8_t digest[RUF_DIGEST_SIZE],
                                     const struct ruf_image_section *section,
                                     const struct ruf_image_part *part,
                                     struct ruf_error *err)
{
    const uint64_t count =
        (part->size + part->block_size - 1) / part->block_size;
    const uint8_t *bytes = part->bytes;
    enum ruf_status status = RUF_OK;

    for (uint64_t i = 0; i < count && status == RUF_OK; i++) {
        const uint8_t *plain = bytes + i * section->block_size;
        uint64_t left = part->size - i * section->block_size;

        if (left < section->block_size)
            plain = pad(output, plain, (size_t)left, section->block_size);
        status = write_block(output, digest, section, i, plain, err);
    }
    if (status == RUF_OK && part->spool != NULL)
        status = write_spool(output, digest, section, count, part->spool, err);
    return status;
}

static enum ruf_status add_spool(struct ruf_mac *mac,
                                 const struct ruf_spool *spool,
                                 struct ruf_error *err)
{
    uint64_t left = ruf_spool_size(spool);
    enum ruf_status status = RUF_OK;
    struct ruf_spool_reader reader;

    ruf_spool_reader_open(&reader, spool);
    while (left > 0 && status == RUF_OK) {
        size_t size =
            left < RUF_SPOOL_READ_MAX ? (size_t)left : RUF_SPOOL_READ_MAX;
        const uint8_t *bytes = ruf_spool_read(&reader, size);

        status = bytes == NULL ? ruf_spill_status(spool->spill, err)
                               : ruf_mac_add(mac, bytes, size, err);
        left -= size;
    }
    ruf_spool_reader_close(&reader);
    return status;
}

/* Over the header with a salt of zeros and, section by section, the size and
 * the plain bytes. */
static enum ruf_status
contents_mac(struct ruf_mac *mac, const struct layout *layout,
             const struct ruf_image_part *parts, const uint8_t *header,
             uint8_t out[RUF_DIGEST_SIZE], struct ruf_error *err)
{
    enum ruf_status status = ruf_mac_start(mac, err);

    if (status == RUF_OK)
        status =
            ruf_mac_add(mac, header, layout->header_size - HEADER_TRAILER, err);
    for (size_t i = 0; i < layout->count && status == RUF_OK; i++) {
        uint8_t size[8];

        ruf_store64(size, part_size(&parts[i]));
        status = ruf_mac_add(mac, size, sizeof(size), err);
        if (status == RUF_OK && parts[i].size > 0)
            status = ruf_mac_add(mac, parts[i].bytes, parts[i].size, err);
        if (status == RUF_OK && parts[i].spool != NULL)
            status = add_spool(mac, parts[i].spool, err);
    }
    return status == RUF_OK ? ruf_mac_finish(mac, out, err) : status;
}

/* Equal keys and nonces then mean equal contents: nothing is sealed twice. */
static enum ruf_status salt_of_contents(const uint8_t *key,
                                        const struct layout *layout,
                                        const struct ruf_image_part *parts,
                                        uint8_t *header, struct ruf_error *err)
{
    uint8_t mac_key[RUF_SEAL_KEY_SIZE];
    uint8_t salt[RUF_DIGEST_SIZE];
    struct ruf_mac *mac = NULL;
    enum ruf_status status = ruf_derive_key(key, NULL, 0, "rufname/1 idx/salt",
                                            NULL, 0, mac_key, err);

    if (status == RUF_OK)
        status = ruf_mac_create(mac_key, &mac, err);
    ruf_wipe(mac_key, sizeof(mac_key));
    memset(header + 40, 0, sizeof(salt));
    if (status == RUF_OK)
        status = contents_mac(mac, layout, parts, header, salt, err);
    if (status == RUF_OK)
        memcpy(header + 40, salt, sizeof(salt));
    ruf_mac_destroy(mac);
    return status;
}

static enum ruf_status write_all(struct output *output, const uint8_t *key,
                                 const struct layout *layout,
                                 const struct ruf_image_part *parts,
                                 uint8_t *header, struct ruf_error *err)
{
    uint8_t digest[RUF_DIGEST_SIZE];
    uint8_t sealing_key[RUF_SEAL_KEY_SIZE];
    enum ruf_status status;

    status = finish_header(key, header, layout->header_size, digest, err);
    if (status == RUF_OK)
        status = block_key(key, header + 40, digest, sealing_key, err);
    if (status == RUF_OK)
        status = ruf_sealer_create(sealing_key, RUF_SEAL, &output->sealer, err);
    ruf_wipe(sealing_key, sizeof(sealing_key));
    if (status == RUF_OK)
        status = ruf_file_writer_append(output->file, header,
                                        layout->header_size, err);
    for (size_t i = 0; i < layout->count && status == RUF_OK; i++)
        status =
            write_section(output, digest, &layout->sections[i], &parts[i], err);
    if (status == RUF_OK)
        status = flush(output, err);
    ruf_sealer_destroy(output->sealer);
    return status;
}

static enum ruf_status check_parts(const char *path,
                                   const struct ruf_image_part *parts,
                                   size_t part_count, struct ruf_error *err)
{
    if (part_count == 0 || part_count > RUF_IMAGE_SECTIONS_MAX)
        return ruf_fail(err, RUF_E_INTERNAL, "E914", path,
                        "%zu sections in one image", part_count);
    for (size_t i = 0; i < part_count; i++)
        if (parts[i].block_size == 0 ||
            parts[i].block_size > RUF_IMAGE_BLOCK_SIZE_MAX ||
            (parts[i].spool != NULL &&
             (parts[i].size % parts[i].block_size != 0 ||
              parts[i].block_size > RUF_SPOOL_READ_MAX)) ||
            (i > 0 && parts[i].kind <= parts[i - 1].kind))
            return ruf_fail(err, RUF_E_INTERNAL, "E914", path,
                            "section %u is out of order or has no block size",
                            parts[i].kind);
    return RUF_OK;
}

enum ruf_status ruf_image_write(const char *path,
                                const uint8_t key[RUF_KEY_SIZE],
                                const struct ruf_image_seed *seed,
                                const struct ruf_image_part *parts,
                                size_t part_count, struct ruf_error *err)
{
    struct layout layout;
    struct output *output = calloc(1, sizeof(*output));
    uint8_t *header = calloc(1, HEADER_SIZE_MAX);
    uint8_t *batch = malloc(WRITE_BATCH);
    enum ruf_status status = check_parts(path, parts, part_count, err);

    if (header == NULL || batch == NULL || output == NULL)
        status = ruf_fail_memory(err);
    if (status != RUF_OK)
        goto out;
    output->batch = batch;
    lay_out(parts, part_count, &layout);
    write_header(&layout, seed, header);
    if (seed->source == RUF_SALT_OF_CONTENTS)
        status = salt_of_contents(key, &layout, parts, header, err);
    if (status == RUF_OK)
        status = ruf_file_writer_create(path, &output->file, err);
    if (status != RUF_OK)
        goto out;
    status = write_all(output, key, &layout, parts, header, err);
    if (status == RUF_OK)
        status = ruf_file_writer_publish(output->file, err);
    else
        ruf_file_writer_abandon(output->file);
out:
    if (output != NULL)
        ruf_wipe(output->padded, sizeof(output->padded));
    free(output);
    free(batch);
    free(header);
    return status;
}

/* --- opening ------------------------------------------------------------- */

static enum ruf_status damaged(const struct ruf_image *image, const char *id,
                               uint64_t offset, const char *reason,
                               struct ruf_error *err)
{
    enum ruf_status status =
        ruf_fail(err, RUF_E_CORRUPT, id, image->path, "%s", reason);

    if (err != NULL)
        err->offset = offset;
    return status;
}

static enum ruf_status check_fixed_part(const struct ruf_image *image,
                                        const uint8_t *header, size_t got,
                                        struct ruf_error *err)
{
    uint32_t sections;

    if (got < HEADER_FIXED + SECTION_ENTRY + HEADER_TRAILER ||
        memcmp(header, image_magic, sizeof(image_magic)) != 0)
        return damaged(image, "D701", 0, "not a Rufname index", err);
    if (ruf_load32(header + 8) != RUF_IMAGE_VERSION)
        return damaged(image, "D702", 8, "format version is not supported",
                       err);
    sections = ruf_load32(header + 20);
    if (sections == 0 || sections > RUF_IMAGE_SECTIONS_MAX ||
        ruf_load32(header + 12) !=
            HEADER_FIXED + SECTION_ENTRY * sections + HEADER_TRAILER)
        return damaged(image, "D704", 12, "header size is wrong", err);
    if (got < ruf_load32(header + 12))
        return damaged(image, "D703", got, "file ends inside the header", err);
    return RUF_OK;
}

/* Damage first, key second: an intact digest under a wrong MAC means that the
 * file was sealed with another key. */
static enum ruf_status check_digest_and_mac(const struct ruf_image *image,
                                            const uint8_t *key,
                                            const uint8_t *header,
                                            struct ruf_error *err)
{
    size_t body = ruf_load32(header + 12) - HEADER_TRAILER;
    uint8_t expected[RUF_DIGEST_SIZE];
    enum ruf_status status = ruf_sha256(header, body, expected, err);

    if (status != RUF_OK)
        return status;
    if (!ruf_constant_time_equal(expected, header + body, sizeof(expected)))
        return damaged(image, "D704", body, "header is damaged", err);
    status = header_mac(key, header + 40, header, body + RUF_DIGEST_SIZE,
                        expected, err);
    if (status != RUF_OK)
        return status;
    if (!ruf_constant_time_equal(expected, header + body + RUF_DIGEST_SIZE,
                                 sizeof(expected)))
        return ruf_fail(err, RUF_E_KEY, "K202", image->path,
                        "sealed with another key");
    return RUF_OK;
}

static enum ruf_status read_section(struct ruf_image *image,
                                    const uint8_t *entry, size_t number,
                                    uint64_t *next_offset, uint64_t *next_block,
                                    struct ruf_error *err)
{
    struct ruf_image_section *section = &image->sections[number];
    uint64_t at = HEADER_FIXED + SECTION_ENTRY * number;
    uint64_t stored;

    section->kind = ruf_load32(entry);
    section->flags = ruf_load32(entry + 4);
    section->block_size = ruf_load32(entry + 8);
    section->block_count = ruf_load64(entry + 16);
    section->offset = ruf_load64(entry + 24);
    section->first_block = ruf_load64(entry + 32);
    if ((section->flags & ~RUF_SECTION_OPTIONAL) != 0 ||
        ruf_load32(entry + 12) != 0)
        return damaged(image, "D702", at, "unknown section flags", err);
    if (section->block_size == 0 ||
        section->block_size > RUF_IMAGE_BLOCK_SIZE_MAX ||
        (number > 0 && section->kind <= image->sections[number - 1].kind) ||
        section->offset != *next_offset || section->first_block != *next_block)
        return damaged(image, "D704", at, "section table is wrong", err);
    if (__builtin_mul_overflow(section->block_count,
                               section->block_size + RUF_SEAL_TAG_SIZE,
                               &stored) ||
        stored > image->size - section->offset)
        return damaged(image, "D703", at, "section ends after the file", err);
    *next_offset += stored;
    *next_block += section->block_count;
    return RUF_OK;
}

static enum ruf_status read_sections(struct ruf_image *image,
                                     const uint8_t *header,
                                     struct ruf_error *err)
{
    uint64_t offset = ruf_load32(header + 12);
    uint64_t block = 0;

    if (ruf_load32(header + 16) != 0 || ruf_load32(header + 76) != 0 ||
        ruf_load16(header + 72) != KDF_HKDF_SHA256 ||
        ruf_load16(header + 74) != AEAD_AES_256_GCM)
        return damaged(image, "D702", 16, "unknown flags or algorithms", err);
    if (ruf_load64(header + 24) != image->size)
        return damaged(image, "D703", 24,
                       "file is longer or shorter than its header says", err);
    image->generation = ruf_load64(header + 32);
    image->section_count = ruf_load32(header + 20);
    for (size_t i = 0; i < image->section_count; i++) {
        enum ruf_status status =
            read_section(image, header + HEADER_FIXED + SECTION_ENTRY * i, i,
                         &offset, &block, err);

        if (status != RUF_OK)
            return status;
    }
    if (offset != image->size)
        return damaged(image, "D704", offset, "bytes after the last section",
                       err);
    return RUF_OK;
}

static enum ruf_status open_checked(struct ruf_image *image, const uint8_t *key,
                                    struct ruf_error *err)
{
    uint8_t header[HEADER_SIZE_MAX];
    size_t got = sizeof(header);
    size_t body;
    enum ruf_status status;

    status =
        ruf_file_open(image->path, RUF_FILE_ANY, &image->fd, &image->size, err);
    if (status != RUF_OK)
        return status;
    if (image->size < got)
        got = (size_t)image->size;
    status = ruf_file_pread(image->fd, image->path, header, got, 0, err);
    if (status == RUF_OK)
        status = check_fixed_part(image, header, got, err);
    if (status == RUF_OK)
        status = check_digest_and_mac(image, key, header, err);
    if (status == RUF_OK)
        status = read_sections(image, header, err);
    if (status != RUF_OK)
        return status;
    body = ruf_load32(header + 12) - HEADER_TRAILER;
    memcpy(image->digest, header + body, RUF_DIGEST_SIZE);
    return block_key(key, header + 40, image->digest, image->block_key.bytes,
                     err);
}

enum ruf_status ruf_image_open(const char *path,
                               const uint8_t key[RUF_KEY_SIZE],
                               struct ruf_image **out, struct ruf_error *err)
{
    struct ruf_image *image = calloc(1, sizeof(*image));
    enum ruf_status status;

    *out = NULL;
    if (image == NULL)
        return ruf_fail_memory(err);
    image->fd = -1;
    image->path = strdup(path);
    if (image->path == NULL) {
        ruf_image_close(image);
        return ruf_fail_memory(err);
    }
    status = ruf_secret_create(RUF_SEAL_KEY_SIZE, &image->block_key, err);
    if (status == RUF_OK)
        status = open_checked(image, key, err);
    if (status != RUF_OK) {
        ruf_image_close(image);
        return status;
    }
    *out = image;
    return RUF_OK;
}

void ruf_image_close(struct ruf_image *image)
{
    if (image == NULL)
        return;
    if (image->fd >= 0)
        (void)close(image->fd);
    ruf_secret_destroy(&image->block_key);
    free(image->path);
    free(image);
}

uint64_t ruf_image_generation(const struct ruf_image *image)
{
    return image->generation;
}

uint64_t ruf_image_size(const struct ruf_image *image)
{
    return image->size;
}

const char *ruf_image_path(const struct ruf_image *image)
{
    return image->path;
}

const struct ruf_image_section *ruf_image_section(const struct ruf_image *image,
                                                  uint32_t kind)
{
    for (size_t i = 0; i < image->section_count; i++)
        if (image->sections[i].kind == kind)
            return &image->sections[i];
    return NULL;
}

const struct ruf_image_section *
ruf_image_section_at(const struct ruf_image *image, size_t n)
{
    return n < image->section_count ? &image->sections[n] : NULL;
}

/*
 * bench/number_code.c - our standardiser with the peers' numbering plans
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bench/number_code.h"
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ISO C has no cast from an object pointer to a function pointer. */
static bool find(void *handle, const char *name, void *out)
{
    void *symbol = dlsym(handle, name);

    memcpy(out, &symbol, sizeof(symbol));
    return symbol != NULL;
}

bool number_code_open(const char *path, struct number_code *out)
{
    memset(out, 0, sizeof(*out));
    out->handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (out->handle == NULL)
        return false;
    if (find(out->handle, "ruf_number_parse", &out->parse) &&
        find(out->handle, "ruf_number_metadata_version", &out->version))
        return true;
    number_code_close(out);
    return false;
}

void number_code_close(struct number_code *code)
{
    if (code->handle != NULL)
        (void)dlclose(code->handle);
    memset(code, 0, sizeof(*code));
}

static bool read_at(FILE *file, uint64_t offset, void *out, size_t size)
{
    return fseek(file, (long)offset, SEEK_SET) == 0 &&
           fread(out, 1, size, file) == size;
}

static bool is_constant(const char *name)
{
    return strncmp(name, ".rodata", 7) == 0 ||
           strncmp(name, ".data.rel.ro", 12) == 0;
}

static size_t sum_sections(FILE *file, const ElfW(Ehdr) * header)
{
    ElfW(Shdr) names;
    size_t sum = 0;

    if (!read_at(file,
                 header->e_shoff + (uint64_t)header->e_shstrndx * sizeof(names),
                 &names, sizeof(names)))
        return 0;
    for (unsigned i = 0; i < header->e_shnum; i++) {
        ElfW(Shdr) section;
        char name[16] = "";

        if (!read_at(file, header->e_shoff + (uint64_t)i * sizeof(section),
                     &section, sizeof(section)))
            return 0;
        /* the last name may be shorter than the buffer */
        (void)read_at(file, names.sh_offset + section.sh_name, name,
                      sizeof(name) - 1);
        if (is_constant(name))
            sum += section.sh_size;
    }
    return sum;
}

size_t number_code_table_bytes(const char *path)
{
    FILE *file = fopen(path, "rb");
    ElfW(Ehdr) header;
    size_t sum = 0;

    if (file == NULL)
        return 0;
    if (read_at(file, 0, &header, sizeof(header)) &&
        memcmp(header.e_ident, ELFMAG, SELFMAG) == 0)
        sum = sum_sections(file, &header);
    (void)fclose(file);
    return sum;
}

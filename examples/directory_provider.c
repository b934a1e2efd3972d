/*
 * directory_provider.c - answers for Android's ContactsContract.Directory
 *
 *     directory_provider INDEX KEYFILE REGION PATH
 *
 * Prints what the provider would put into its cursor, to try it without a
 * phone: `directory_provider ~/.local/share/rufname/directory.ruf
 * ~/.local/share/rufname/key DE phone_lookup/%2B493023125001`.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "directory_provider.h"
#include <rufname/key.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ACCOUNT_NAME "Rufname"
#define LOOKUP "phone_lookup/"

struct provider {
    struct ruf_index *index;
    struct ruf_query *query;
    char region[4];
};

enum ruf_status provider_open(const char *path, const uint8_t key[RUF_KEY_SIZE],
                              const char *region, struct provider **out,
                              struct ruf_error *err)
{
    struct provider *provider = calloc(1, sizeof(*provider));
    enum ruf_status status;

    *out = NULL;
    if (provider == NULL)
        return RUF_E_NOMEM;
    (void)snprintf(provider->region, sizeof(provider->region), "%s", region);
    status =
        ruf_index_open(path, key, RUF_INDEX_ON_DEMAND, &provider->index, err);
    if (status == RUF_OK)
        status = ruf_query_create(provider->index, &provider->query, err);
    if (status != RUF_OK) {
        provider_close(provider);
        return status;
    }
    *out = provider;
    return RUF_OK;
}

void provider_close(struct provider *provider)
{
    if (provider == NULL)
        return;
    ruf_query_destroy(provider->query);
    ruf_index_close(provider->index);
    free(provider);
}

static int hex_value(char c)
{
    const char *digits = "0123456789abcdef";
    const char *found = strchr(digits, c >= 'A' && c <= 'F' ? c + 32 : c);

    return c == '\0' || found == NULL ? -1 : (int)(found - digits);
}

/* The last segment of the path, %2B decoded. */
static size_t decode(const char *text, char *out, size_t room)
{
    size_t size = 0;

    while (*text != '\0' && size + 1 < room) {
        if (text[0] == '%' && hex_value(text[1]) >= 0 &&
            hex_value(text[2]) >= 0) {
            out[size++] = (char)(hex_value(text[1]) * 16 + hex_value(text[2]));
            text += 3;
        } else {
            out[size++] = *text++;
        }
    }
    return size;
}

static enum provider_answer look_up(struct provider *provider,
                                    const char *encoded,
                                    struct provider_row *row)
{
    struct ruf_number number;
    struct ruf_caller caller;
    struct ruf_error err;
    char text[256];

    ruf_number_parse(text, decode(encoded, text, sizeof(text)),
                     provider->region, &number);
    /* A damaged index is a miss, too: a call must not wait for an answer. */
    if (number.key == 0 ||
        ruf_query_lookup(provider->query, number.key, &caller, &err) !=
            RUF_OK ||
        !caller.known)
        return PROVIDER_NO_ROW;
    (void)snprintf(row->display_name, sizeof(row->display_name), "%.*s",
                   (int)caller.label.size, caller.label.data);
    (void)snprintf(row->number, sizeof(row->number), "%s", number.e164);
    return PROVIDER_ROW;
}

enum provider_answer provider_query(struct provider *provider, const char *path,
                                    struct provider_row *row)
{
    memset(row, 0, sizeof(*row));
    if (strcmp(path, "directories") == 0) {
        (void)snprintf(row->display_name, sizeof(row->display_name),
                       ACCOUNT_NAME);
        return PROVIDER_ROW;
    }
    if (strncmp(path, LOOKUP, strlen(LOOKUP)) == 0)
        return look_up(provider, path + strlen(LOOKUP), row);
    return PROVIDER_UNSUPPORTED;
}

/* --- a program to try it ----------------------------------------------------
 */

static int read_key(const char *path, uint8_t key[RUF_KEY_SIZE])
{
    FILE *file = fopen(path, "rb");
    char item[RUF_KEY_ITEM_MAX + 1];
    size_t got = 0;

    if (file != NULL) {
        got = fread(item, 1, sizeof(item), file);
        (void)fclose(file);
    }
    return ruf_key_from_item(item, got, key, NULL) == RUF_OK;
}

int main(int argc, char **argv)
{
    uint8_t key[RUF_KEY_SIZE];
    struct provider *provider = NULL;
    struct provider_row row;
    struct ruf_error err = { 0 };
    enum provider_answer answer;

    if (argc != 5 || !read_key(argv[2], key)) {
        (void)fputs("usage: directory_provider INDEX KEYFILE REGION PATH\n",
                    stderr);
        return 2;
    }
    if (provider_open(argv[1], key, argv[3], &provider, &err) != RUF_OK) {
        (void)fprintf(stderr, "%s: %s\n", err.id, err.detail);
        return 2;
    }
    answer = provider_query(provider, argv[4], &row);
    if (answer == PROVIDER_ROW)
        (void)printf("%s\t%s\n", row.display_name, row.number);
    provider_close(provider);
    if (answer == PROVIDER_UNSUPPORTED)
        (void)fputs("UnsupportedOperationException\n", stderr);
    return answer == PROVIDER_UNSUPPORTED ? 3 : 0;
}

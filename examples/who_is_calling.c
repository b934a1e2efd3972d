/*
 * who_is_calling.c - look one number up in a home
 *
 *     who_is_calling HOME NUMBER
 *
 * Prints the label and exits with 0, or exits with 1 if nobody is known under
 * this number. HOME is what `rufname init` made and `rufname sync` filled.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <rufname/rufname.h>
#include <stdio.h>
#include <string.h>

static int print_error(const struct ruf_error *err)
{
    char sentence[512];
    char remedy[512];

    ruf_error_describe(err, RUF_ENGLISH, sentence, sizeof(sentence), remedy,
                       sizeof(remedy));
    (void)fprintf(stderr, "%s: %s %s\n", err->id, sentence, remedy);
    return 2;
}

int main(int argc, char **argv)
{
    struct ruf_home *home = NULL;
    struct ruf_index *index = NULL;
    struct ruf_query *query = NULL;
    struct ruf_number number;
    struct ruf_caller caller = { 0 };
    struct ruf_error err = { 0 };
    int code = 1;

    if (argc != 3) {
        (void)fprintf(stderr, "usage: who_is_calling HOME NUMBER\n");
        return 2;
    }
    if (ruf_home_open(argv[1], &home, &err) != RUF_OK)
        return print_error(&err);
    ruf_home_read_number(home, argv[2], strlen(argv[2]), &number);
    if (number.key == 0) {
        (void)fprintf(stderr, "not a phone number\n");
    } else if (ruf_home_index(home, RUF_INDEX_ON_DEMAND, &index, &err) !=
                   RUF_OK ||
               ruf_query_create(index, &query, &err) != RUF_OK ||
               ruf_query_lookup(query, number.key, &caller, &err) != RUF_OK) {
        code = print_error(&err);
    } else if (caller.known) {
        (void)printf("%.*s\n", (int)caller.label.size, caller.label.data);
        code = 0;
    }
    ruf_query_destroy(query);
    ruf_index_close(index);
    ruf_home_close(home);
    return code;
}

/*
 * cli/cmd_presence.c - are they free to talk?
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cli/cli.h"
#include "cli/contact_arg.h"
#include "cli/json_out.h"
#include <inttypes.h>
#include <rufname/identity.h>
#include <rufname/presence.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define GUID_SIZE 36

/* One line of the answer. */
struct person {
    uint32_t contact; /* number in the index */
    char presence_id[GUID_SIZE];
    enum ruf_availability told; /* printed last */
    bool printed;
};

struct watch {
    struct cli *cli;
    struct ruf_home *home;
    struct ruf_index *index;
    struct ruf_query *query;
    struct ruf_presence *presence;
    struct person *people;
    size_t count;
    bool any_known;
};

/* --- whom
 * ------------------------------------------------------------------------ */

/* Take a contact into the list if it has a presence to ask for. */
static enum ruf_status take_contact(struct watch *watch, uint32_t number,
                                    struct ruf_error *err)
{
    struct person *person = &watch->people[watch->count];
    struct ruf_identity identity;
    enum ruf_status status =
        ruf_query_identity(watch->query, number, &identity, err);

    if (status != RUF_OK || identity.presence_id.size != GUID_SIZE)
        return status;
    memcpy(person->presence_id, identity.presence_id.data, GUID_SIZE);
    person->contact = number;
    watch->count++;
    return RUF_OK;
}

static enum ruf_status take_id(struct watch *watch, const char *id,
                               struct ruf_error *err)
{
    uint32_t number = UINT32_MAX;
    enum ruf_status status = cli_find_contact(watch->query, id, &number, err);

    if (status != RUF_OK || number == UINT32_MAX)
        return status; /* nobody of ours: not shown, not asked for */
    return take_contact(watch, number, err);
}

static enum ruf_status take_first(struct watch *watch, struct ruf_error *err)
{
    enum ruf_status status = RUF_OK;

    for (uint32_t i = 0; status == RUF_OK && watch->count < RUF_PRESENCE_MAX;
         i++)
        status = take_contact(watch, i, err);
    return status == RUF_E_NOT_FOUND ? RUF_OK : status;
}

static enum ruf_status take_people(struct watch *watch, struct ruf_error *err)
{
    const struct cli *cli = watch->cli;
    enum ruf_status status = RUF_OK;

    if (cli->argument_count == 0)
        status = take_first(watch, err);
    for (int i = 0; status == RUF_OK && i < cli->argument_count; i++)
        if (strcmp(cli->arguments[i], "--") != 0)
            status = take_id(watch, cli->arguments[i], err);
    return status;
}

/* --- what
 * ----------------------------------------------------------------------- */

static const char *word_of(const struct cli *cli, enum ruf_availability state)
{
    switch (state) {
    case RUF_PRESENCE_AVAILABLE:
        return cli_say(cli, "Verfügbar", "Available");
    case RUF_PRESENCE_BUSY:
        return cli_say(cli, "Beschäftigt", "Busy");
    case RUF_PRESENCE_DO_NOT_DISTURB:
        return cli_say(cli, "Nicht stören", "Do not disturb");
    case RUF_PRESENCE_BE_RIGHT_BACK:
        return cli_say(cli, "Gleich zurück", "Be right back");
    case RUF_PRESENCE_AWAY:
        return cli_say(cli, "Abwesend", "Away");
    case RUF_PRESENCE_OFFLINE:
        return cli_say(cli, "Offline", "Offline");
    case RUF_PRESENCE_UNKNOWN:
    case RUF_PRESENCE_COUNT:
    default:
        return cli_say(cli, "Unbekannt", "Unknown");
    }
}

static enum ruf_status print_person(const struct watch *watch,
                                    const struct person *person,
                                    struct ruf_error *err)
{
    char id[RUF_CONTACT_ID_TEXT_SIZE];
    struct ruf_contact contact;
    struct json_out out;
    enum ruf_status status =
        ruf_query_contact(watch->query, person->contact, &contact, err);

    if (status != RUF_OK)
        return status;
    ruf_contact_id_format(&contact.id, id);
    if (!watch->cli->json) {
        (void)printf("%s\t%.*s\t%s\n", id, (int)contact.display.size,
                     contact.display.size == 0 ? "" : contact.display.data,
                     word_of(watch->cli, person->told));
        return RUF_OK;
    }
    json_begin_line(&out, "presence");
    json_string(&out, "id", id);
    json_text(&out, "name", contact.display);
    json_string(&out, "presence", ruf_availability_name(person->told));
    json_end_line(&out);
    return RUF_OK;
}

/* All of them the first time, then those whose state is another one. */
static enum ruf_status print_changes(struct watch *watch, struct ruf_error *err)
{
    enum ruf_status status = RUF_OK;

    for (size_t i = 0; status == RUF_OK && i < watch->count; i++) {
        struct person *person = &watch->people[i];
        struct ruf_text id = { person->presence_id, GUID_SIZE };
        enum ruf_availability state = ruf_presence_of(watch->presence, id);

        watch->any_known = watch->any_known || state != RUF_PRESENCE_UNKNOWN;
        if (person->printed && person->told == state)
            continue;
        person->told = state;
        person->printed = true;
        status = print_person(watch, person, err);
    }
    (void)fflush(stdout);
    return status;
}

/* --- asking
 * ---------------------------------------------------------------------- */

static enum ruf_status show_people(struct watch *watch, struct ruf_error *err)
{
    struct ruf_text *ids = calloc(watch->count, sizeof(*ids));
    enum ruf_status status = RUF_E_NOMEM;

    for (size_t i = 0; ids != NULL && i < watch->count; i++)
        ids[i] = (struct ruf_text){ watch->people[i].presence_id, GUID_SIZE };
    if (ids != NULL)
        status = ruf_presence_show(watch->presence,
                                   watch->count == 1 ? RUF_PRESENCE_CONTACT
                                                     : RUF_PRESENCE_LIST,
                                   ids, watch->count, err);
    free(ids);
    return status;
}

/* States grow old on their own: look at least every half second. */
static int watch_on(struct watch *watch)
{
    struct timespec pause = { 0, 500000000 };
    struct ruf_error err;

    while (!cli_interrupted(NULL)) {
        if (ruf_presence_due_ms(watch->presence) == 0 &&
            ruf_presence_poll(watch->presence, cli_interrupted, NULL, &err) !=
                RUF_OK &&
            err.status != RUF_E_CANCELLED) {
            int code = cli_fail(watch->cli, &err);

            if (ruf_presence_due_ms(watch->presence) == INT64_MAX)
                return code;
        }
        if (print_changes(watch, &err) != RUF_OK)
            return cli_fail(watch->cli, &err);
        if (ferror(stdout))
            return 0; /* cli_finish() says why */
        (void)nanosleep(&pause, NULL);
    }
    return cli_exit_code(RUF_E_CANCELLED);
}

static int ask(struct watch *watch, bool on)
{
    struct ruf_error err = { 0 };

    if (watch->count == 0)
        return cli_exit_code(RUF_E_NOT_FOUND);
    if (show_people(watch, &err) != RUF_OK)
        return cli_fail(watch->cli, &err);
    if (on)
        return watch_on(watch);
    if (ruf_presence_poll(watch->presence, cli_interrupted, NULL, &err) !=
            RUF_OK ||
        print_changes(watch, &err) != RUF_OK)
        return cli_fail(watch->cli, &err);
    return watch->any_known ? 0 : cli_exit_code(RUF_E_NOT_FOUND);
}

static enum ruf_status open_watch(struct watch *watch, struct ruf_error *err)
{
    enum ruf_status status =
        ruf_home_presence_open(watch->home, &watch->presence, err);

    if (status == RUF_OK)
        status = ruf_home_index(watch->home, RUF_INDEX_ON_DEMAND, &watch->index,
                                err);
    if (status == RUF_OK)
        status = ruf_query_create(watch->index, &watch->query, err);
    if (status == RUF_OK)
        status = take_people(watch, err);
    return status;
}

int cmd_presence(struct cli *cli)
{
    bool on = cli_take_flag(cli, "--watch");
    struct watch watch = { .cli = cli };
    struct ruf_error err = { 0 };
    int code = cli_reject_options(cli);

    if (code == 0 && cli->argument_count > RUF_PRESENCE_MAX)
        return cli_usage(cli, "at most %d people at once", RUF_PRESENCE_MAX);
    if (code == 0)
        code = cli_open_home(cli, &watch.home);
    if (code != 0)
        return code;
    watch.people = calloc(RUF_PRESENCE_MAX + 1, sizeof(*watch.people));
    if (watch.people == NULL)
        code = cli_exit_code(RUF_E_NOMEM);
    else if (open_watch(&watch, &err) != RUF_OK)
        code = cli_fail(cli, &err);
    else
        code = ask(&watch, on);
    ruf_presence_close(watch.presence);
    ruf_query_destroy(watch.query);
    ruf_index_close(watch.index);
    ruf_home_close(watch.home);
    free(watch.people);
    return code;
}

/*
 * cli/cmd_ring.c - ring: what the phone would show, and why
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cli/cli.h"
#include "cli/json_out.h"
#include <inttypes.h>
#include <rufname/phone.h>
#include <string.h>

static const char *const source_names[] = { "nobody", "contacts", "directory" };

static void print_json(const char *number, const struct ruf_ring *ring)
{
    struct json_out out;

    json_begin_line(&out, "ring");
    json_string(&out, "number", number);
    json_e164(&out, "e164", ring->international);
    json_bool(&out, "known", ring->source != RUF_RING_NOBODY);
    json_string(&out, "label", ring->label);
    json_string(&out, "source", source_names[ring->source]);
    json_e164(&out, "matched", ring->matched);
    json_string(&out, "trunk", ring->trunk);
    json_bool(&out, "blocked", ring->blocked);
    json_number(&out, "generation", ring->generation);
    json_bool(&out, "committed", ring->committed);
    json_end_line(&out);
}

static void print_contacts(const struct cli *cli, const char *file,
                           const struct ruf_ring *ring)
{
    (void)printf("  %s ", cli_say(cli, "Kontakte des Telefons:",
                                  "the phone's contacts:"));
    if (file == NULL)
        (void)puts(cli_say(cli, "keine angegeben", "none given"));
    else if (ring->source == RUF_RING_DEVICE)
        (void)puts(cli_say(cli, "Treffer; die Liste der App wird nicht gefragt",
                           "found; the app's list is not asked"));
    else
        (void)printf("%" PRIu64 ", %s\n", ring->device_contacts,
                     cli_say(cli, "kein Treffer", "none with this number"));
}

static void print_directory(const struct cli *cli, const struct ruf_ring *ring)
{
    char matched[RUF_E164_TEXT_SIZE];

    (void)printf(
        "  %s generation %" PRIu64 ", %s\n",
        cli_say(cli, "Anrufererkennung:", "call directory:"), ring->generation,
        ring->committed
            ? cli_say(cli, "auf dem Telefon", "on the phone")
            : cli_say(cli, "noch nicht übergeben", "not handed over yet"));
    if (ring->source == RUF_RING_DIRECTORY) {
        (void)ruf_e164_format(ring->matched, matched);
        (void)printf("  %s %s\n", cli_say(cli, "gefunden als", "found as"),
                     matched);
    } else if (ring->blocked) {
        (void)puts(cli_say(cli, "  gesperrt: blocking.numbers",
                           "  blocked: blocking.numbers"));
    } else if (ring->international == 0) {
        (void)puts(cli_say(cli, "  die Nummer hat keine internationale Form",
                           "  the number has no international form"));
    } else if (ring->trunk[0] != '\0') {
        (void)printf("  %s %s\n",
                     cli_say(cli, "nicht enthalten; die App nennt",
                             "not in it; the app says"),
                     ring->trunk);
    } else {
        (void)puts(cli_say(cli,
                           "  nicht enthalten; rufname explain sagt, warum",
                           "  not in it; rufname explain tells why"));
    }
}

static void print_text(const struct cli *cli, const char *number,
                       const char *file, const struct ruf_ring *ring)
{
    (void)puts(ring->source == RUF_RING_NOBODY ? number : ring->label);
    print_contacts(cli, file, ring);
    if (ring->source != RUF_RING_DEVICE)
        print_directory(cli, ring);
}

int cmd_ring(struct cli *cli)
{
    const char *file;
    struct ruf_home *home;
    struct ruf_ring ring;
    struct ruf_error err;
    int code = cli_take_value(cli, "--device-contacts", &file);

    if (code == 0)
        code = cli_reject_options(cli);
    if (code == 0 && cli->argument_count > 1 &&
        strcmp(cli->arguments[0], "--") == 0) {
        cli->arguments++;
        cli->argument_count--;
    }
    if (code == 0 && cli->argument_count != 1)
        return cli_usage(cli, "ring takes one number");
    if (code == 0)
        code = cli_open_home(cli, &home);
    if (code != 0)
        return code;
    if (ruf_home_ring(home, cli->arguments[0], file, &ring, &err) != RUF_OK)
        code = cli_fail(cli, &err);
    else if (cli->json)
        print_json(cli->arguments[0], &ring);
    else
        print_text(cli, cli->arguments[0], file, &ring);
    if (code == 0 && ring.source == RUF_RING_NOBODY)
        code = 1;
    ruf_home_close(home);
    return code;
}

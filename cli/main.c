/*
 * cli/main.c - the rufname command: global options, dispatch, help
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cli/cli.h"
#include <curl/curl.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <rufname/version.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

static void print_help(const struct cli *cli, FILE *out)
{
    (void)fprintf(
        out, "%s\n\n",
        cli_say(cli,
                "rufname " RUFNAME_VERSION " - Anruferkennung für "
                "Geschäftskontakte\n\n"
                "Aufruf: rufname [--home ORDNER] [--json] [--lang de|en] "
                "[--quiet] BEFEHL ...",
                "rufname " RUFNAME_VERSION " - caller-ID engine\n\n"
                "usage: rufname [--home DIR] [--json] [--lang de|en] "
                "[--quiet] COMMAND ..."));
    for (const struct cli_command *c = cli_commands; c->name != NULL; c++)
        (void)fprintf(out, "  %-10s %s\n", c->name,
                      c->text[cli->language].summary);
    (void)fprintf(
        out, "\n%s\n",
        cli_say(cli,
                "Mehr sagt rufname BEFEHL --help. Der Datenspeicher ist "
                "--home, sonst\n$RUFNAME_HOME, sonst $XDG_DATA_HOME/rufname "
                "oder ~/.local/share/rufname.",
                "rufname COMMAND --help tells more. The home is --home, else "
                "$RUFNAME_HOME,\nelse $XDG_DATA_HOME/rufname or "
                "~/.local/share/rufname."));
}

static void print_command_help(const struct cli *cli,
                               const struct cli_command *command)
{
    const struct cli_text *text = &command->text[cli->language];

    (void)printf(
        "%s %s %s\n\n%s\n%s%s",
        cli_say(cli, "Aufruf: rufname [Optionen]", "usage: rufname [options]"),
        command->name, text->usage, text->summary,
        text->help[0] == '\0' ? "" : "\n", text->help);
}

static const struct cli_command *find_command(const char *name)
{
    for (const struct cli_command *c = cli_commands; c->name != NULL; c++)
        if (strcmp(c->name, name) == 0)
            return c;
    return NULL;
}

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

bool cli_interrupted(void *context)
{
    (void)context;
    return interrupted != 0;
}

/* A store opened as descriptor 2 would receive error texts. What is written to
 * a closed stdout fails, as its user should know. */
static void keep_standard_descriptors(void)
{
    int fd;

    do
        fd = open("/dev/null", O_RDONLY);
    while (fd >= 0 && fd <= 2);
    if (fd > 2)
        (void)close(fd);
}

/* Keys must not reach a core file; a closed pipe or a file limit is an error
 * we report, not a signal that kills. */
static void harden_process(void)
{
    struct rlimit none = { 0, 0 };
    struct sigaction action;

    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    memset(&action, 0, sizeof(action));
    action.sa_handler = SIG_IGN;
    (void)sigaction(SIGPIPE, &action, NULL);
    (void)sigaction(SIGXFSZ, &action, NULL);
    /* The second one ends at once, also where a write waits for its reader. */
    action.sa_handler = on_interrupt;
    action.sa_flags = (int)SA_RESETHAND;
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
}

/* OpenSSL 3.0 that ran out of memory while starting crashes later in its
 * random generator, so its start is checked here. */
static bool start_libraries(void)
{
    return cli_watch_memory() && OSSL_LIB_CTX_get0_global_default() != NULL &&
           OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) == 1 &&
           curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

static void find_language(struct cli *cli)
{
    const char *name = getenv("LC_ALL");

    if (name == NULL || name[0] == '\0')
        name = getenv("LC_MESSAGES");
    if (name == NULL || name[0] == '\0')
        name = getenv("LANG");
    cli->language =
        name != NULL && strncmp(name, "de", 2) == 0 ? RUF_GERMAN : RUF_ENGLISH;
}

static int take_global_options(struct cli *cli)
{
    const char *language = NULL;
    int code;

    find_language(cli);
    cli->json = cli_take_flag(cli, "--json");
    cli->quiet = cli_take_flag(cli, "--quiet");
    code = cli_take_value(cli, "--lang", &language);
    if (code == 0)
        code = cli_take_value(cli, "--home", &cli->home_path);
    if (code != 0 || language == NULL)
        return code;
    cli->language_given = true;
    if (strcmp(language, "de") == 0)
        cli->language = RUF_GERMAN;
    else if (strcmp(language, "en") == 0)
        cli->language = RUF_ENGLISH;
    else
        return cli_usage(cli, "--lang is de or en");
    return 0;
}

/* "help", "help COMMAND", "-h", and --help anywhere. */
static bool take_help(struct cli *cli)
{
    bool first =
        cli->argument_count > 0 && (strcmp(cli->arguments[0], "help") == 0 ||
                                    strcmp(cli->arguments[0], "-h") == 0);

    if (first) {
        cli->arguments++;
        cli->argument_count--;
    }
    return cli_take_flag(cli, "--help") || first;
}

static int run_command(struct cli *cli)
{
    const struct cli_command *command;
    bool help;
    int code = take_global_options(cli);

    if (code != 0)
        return code;
    if (cli_take_flag(cli, "--version")) {
        (void)printf("rufname %s (numbering plans %s)\n", RUFNAME_VERSION,
                     ruf_number_metadata_version());
        return 0;
    }
    help = take_help(cli);
    if (cli->argument_count == 0) {
        print_help(cli, help ? stdout : stderr);
        return help ? 0 : 2;
    }
    command = find_command(cli->arguments[0]);
    if (command == NULL)
        return cli_usage(cli, "no such command: %s", cli->arguments[0]);
    cli->arguments++;
    cli->argument_count--;
    if (help) {
        print_command_help(cli, command);
        return 0;
    }
    return command->run(cli);
}

int main(int argc, char **argv)
{
    struct cli cli;
    int code;

    keep_standard_descriptors();
    harden_process();
    memset(&cli, 0, sizeof(cli));
    cli.program = "rufname";
    cli.arguments = argv + 1;
    cli.argument_count = argc > 0 ? argc - 1 : 0;
    if (!start_libraries()) {
        (void)fprintf(stderr, "rufname: E911: out of memory\n");
        return 11;
    }
    code = cli_finish(&cli, run_command(&cli));
    curl_global_cleanup();
    return code;
}

/*
 * cli/options.c - options, errors in words, exit codes
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cli/cli.h"
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int cli_exit_code(enum ruf_status status)
{
    static const int codes[] = {
        [RUF_OK] = 0,         [RUF_E_NOT_FOUND] = 1,   [RUF_E_USAGE] = 2,
        [RUF_E_POLICY] = 3,   [RUF_E_LOCKED] = 4,      [RUF_E_KEY] = 4,
        [RUF_E_NETWORK] = 5,  [RUF_E_SERVER] = 5,      [RUF_E_AUTH] = 5,
        [RUF_E_CORRUPT] = 6,  [RUF_E_PARTIAL] = 7,     [RUF_E_WIPED] = 8,
        [RUF_E_INTERNAL] = 9, [RUF_E_IO] = 10,         [RUF_E_NOMEM] = 11,
        [RUF_E_BUSY] = 75,    [RUF_E_CANCELLED] = 130,
    };

    if ((size_t)status >= sizeof(codes) / sizeof(codes[0]))
        return 9;
    return codes[status];
}

void cli_format_time(int64_t seconds, char out[CLI_TIME_SIZE])
{
    time_t at = (time_t)seconds;
    struct tm parts;

    out[0] = '\0';
    if (seconds > 0 && gmtime_r(&at, &parts) != NULL &&
        strftime(out, CLI_TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
        out[0] = '\0';
}

const char *cli_say(const struct cli *cli, const char *german,
                    const char *english)
{
    return cli->language == RUF_GERMAN ? german : english;
}

/* Bytes of a character that moves the cursor or turns text around; 0: it is
 * harmless. */
static size_t deceives(const unsigned char *c)
{
    if (c[0] < 0x20 || c[0] == 0x7F)
        return 1;
    if (c[0] == 0xC2 && c[1] >= 0x80 && c[1] < 0xA0) /* C1 controls */
        return 2;
    if (c[0] == 0xE2 && ((c[1] == 0x80 && ((c[2] >= 0x8B && c[2] <= 0x8F) ||
                                           (c[2] >= 0xA8 && c[2] <= 0xAE))) ||
                         (c[1] == 0x81 && c[2] >= 0xA0 && c[2] <= 0xAF)))
        return 3;
    return 0;
}

/* File names and arguments are repeated in errors, and may come from anybody.
 */
static void put_harmless(const char *text)
{
    const unsigned char *next = (const unsigned char *)text;

    while (*next != '\0') {
        size_t size = deceives(next);

        (void)fputc(size > 0 ? '?' : *next, stderr);
        next += size > 0 ? size : 1;
    }
}

int cli_fail(const struct cli *cli, const struct ruf_error *err)
{
    char sentence[1024];
    char remedy[512];

    /* Who is told of damage removes what is in order. */
    if ((err->status == RUF_E_CORRUPT || err->status == RUF_E_INTERNAL ||
         err->status == RUF_E_NETWORK) &&
        cli_lacked_memory())
        return cli_fail_memory(cli);
    ruf_error_describe(err, cli->language, sentence, sizeof(sentence), remedy,
                       sizeof(remedy));
    (void)fprintf(stderr, "rufname: %s: ", err->id);
    put_harmless(sentence);
    (void)fputc('\n', stderr);
    if (remedy[0] != '\0')
        (void)fprintf(stderr, "→ %s\n", remedy);
    return cli_exit_code(err->status);
}

int cli_fail_memory(const struct cli *cli)
{
    const struct ruf_error err = { .status = RUF_E_NOMEM, .id = "E911" };

    return cli_fail(cli, &err);
}

int cli_usage(const struct cli *cli, const char *format, ...)
{
    char text[1024];
    va_list arguments;

    (void)fprintf(stderr, "rufname: U001: ");
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    put_harmless(text);
    (void)fprintf(stderr, "\n→ %s\n",
                  cli_say(cli, "rufname --help zeigt die Befehle.",
                          "rufname --help lists the commands."));
    return 2;
}

static void remove_arguments(struct cli *cli, int position, int count)
{
    for (int i = position; i + count < cli->argument_count; i++)
        cli->arguments[i] = cli->arguments[i + count];
    cli->argument_count -= count;
}

/* "--" ends the options: what follows is never taken for one. */
static int find_argument(const struct cli *cli, const char *name, size_t size)
{
    for (int i = 0; i < cli->argument_count; i++) {
        if (strcmp(cli->arguments[i], "--") == 0)
            return -1;
        if (strncmp(cli->arguments[i], name, size) == 0 &&
            (cli->arguments[i][size] == '\0' || cli->arguments[i][size] == '='))
            return i;
    }
    return -1;
}

bool cli_take_flag(struct cli *cli, const char *name)
{
    bool found = false;
    int position;

    while ((position = find_argument(cli, name, strlen(name))) >= 0 &&
           cli->arguments[position][strlen(name)] == '\0') {
        remove_arguments(cli, position, 1);
        found = true;
    }
    return found;
}

int cli_take_value(struct cli *cli, const char *name, const char **value)
{
    size_t size = strlen(name);
    int position;

    *value = NULL;
    while ((position = find_argument(cli, name, size)) >= 0) {
        bool joined = cli->arguments[position][size] == '=';

        if (!joined && position + 1 >= cli->argument_count)
            return cli_usage(cli, "%s needs a value", name);
        *value = joined ? cli->arguments[position] + size + 1
                        : cli->arguments[position + 1];
        remove_arguments(cli, position, joined ? 1 : 2);
    }
    return 0;
}

int cli_reject_options(const struct cli *cli)
{
    for (int i = 0; i < cli->argument_count; i++) {
        if (strcmp(cli->arguments[i], "--") == 0)
            return 0;
        if (strncmp(cli->arguments[i], "--", 2) == 0)
            return cli_usage(cli, "unknown option: %s", cli->arguments[i]);
    }
    return 0;
}

static bool find_home(struct cli *cli)
{
    const char *given = getenv("RUFNAME_HOME");
    const char *data = getenv("XDG_DATA_HOME");
    const char *user = getenv("HOME");
    int size;

    if (cli->home_path != NULL)
        return cli->home_path[0] != '\0';
    if (given != NULL && given[0] != '\0') {
        cli->home_path = given;
        return true;
    }
    if (data != NULL && data[0] == '/')
        size = snprintf(cli->home_buffer, sizeof(cli->home_buffer),
                        "%s/rufname", data);
    else if (user != NULL && user[0] == '/')
        size = snprintf(cli->home_buffer, sizeof(cli->home_buffer),
                        "%s/.local/share/rufname", user);
    else
        return false;
    cli->home_path = cli->home_buffer;
    return size > 0 && (size_t)size < sizeof(cli->home_buffer);
}

int cli_find_home(struct cli *cli)
{
    if (find_home(cli))
        return 0;
    return cli_usage(cli, "no home: give --home DIR or set RUFNAME_HOME");
}

int cli_open_home(struct cli *cli, struct ruf_home **home)
{
    return cli_open_home_for(cli, RUF_ACCESS_USE, home);
}

int cli_open_home_for(struct cli *cli, enum ruf_access_purpose purpose,
                      struct ruf_home **home)
{
    struct ruf_error err;
    const char *language;
    int code = cli_find_home(cli);

    *home = NULL;
    if (code != 0)
        return code;
    if (ruf_home_open(cli->home_path, home, &err) != RUF_OK)
        return cli_fail(cli, &err);
    language = ruf_home_language(*home);
    if (!cli->language_given && language != NULL)
        cli->language = strcmp(language, "de") == 0 ? RUF_GERMAN : RUF_ENGLISH;
    if (ruf_home_enter(*home, purpose, &err) == RUF_OK)
        return 0;
    ruf_home_close(*home);
    *home = NULL;
    return cli_fail(cli, &err);
}

int cli_open_storing_home(struct cli *cli, enum ruf_access_purpose purpose,
                          struct ruf_home **home)
{
    struct ruf_error why = { .id = "P163", .status = RUF_E_POLICY };
    int code = cli_open_home_for(cli, purpose, home);

    if (code != 0 || ruf_home_may_store(*home))
        return code;
    ruf_home_close(*home);
    *home = NULL;
    return cli_fail(cli, &why);
}

int cli_output_failed(const struct cli *cli, int os_errno)
{
    struct ruf_error err;

    if (cli_interrupted(NULL))
        return cli_exit_code(RUF_E_CANCELLED);
    if (os_errno == EPIPE) /* `rufname emit | head`: the reader had enough */
        return cli_exit_code(RUF_E_IO);
    memset(&err, 0, sizeof(err));
    err.status = RUF_E_IO;
    err.os_errno = os_errno;
    (void)snprintf(err.id, sizeof(err.id), "I807");
    (void)snprintf(err.place, sizeof(err.place), "stdout");
    (void)snprintf(err.detail, sizeof(err.detail), "cannot write");
    return cli_fail(cli, &err);
}

int cli_finish(const struct cli *cli, int exit_code)
{
    int code;

    /* Told already, or not to be told. */
    if (exit_code == 10 || exit_code == 130)
        return exit_code;
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout))
        return exit_code;
    code = cli_output_failed(cli, errno);
    return exit_code == 0 || code == 130 ? code : exit_code;
}

bool cli_has_terminal(void)
{
    return isatty(STDOUT_FILENO) == 1 && isatty(STDERR_FILENO) == 1;
}

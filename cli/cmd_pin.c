/*
 * cli/cmd_pin.c - pin, unlock, lock, rekey
 *
 * A PIN comes from the terminal, without echo, or from a descriptor, one a
 * line; never from an argument or the environment, where others can read it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cli/cli.h"
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <rufname/access.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define PIN_SIZE 256

/* Where PINs come from: a descriptor, or -1 for the terminal. */
struct pins {
    const struct cli *cli;
    int fd;
    char old_pin[PIN_SIZE];
    char new_pin[PIN_SIZE];
};

/* A line without its end, byte by byte: the next one is for the next PIN.
 * @return false: no line, or too long a one */
static bool read_line(int fd, char out[PIN_SIZE])
{
    size_t used = 0;
    ssize_t got;
    char c;

    while ((got = read(fd, &c, 1)) == 1 || (got < 0 && errno == EINTR)) {
        if (got < 0)
            continue;
        if (c == '\n')
            break;
        if (used + 1 >= PIN_SIZE || c == '\0')
            return false;
        out[used++] = c;
    }
    if (used > 0 && out[used - 1] == '\r')
        used--;
    out[used] = '\0';
    return got >= 0 && used > 0;
}

static bool ask(const char *prompt, char out[PIN_SIZE])
{
    int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    struct termios shown;
    struct termios hidden;
    bool read;

    if (fd < 0)
        return false;
    (void)dprintf(fd, "%s ", prompt);
    if (tcgetattr(fd, &shown) != 0) {
        (void)close(fd);
        return false;
    }
    hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    (void)tcsetattr(fd, TCSAFLUSH, &hidden);
    read = read_line(fd, out);
    (void)tcsetattr(fd, TCSAFLUSH, &shown);
    (void)dprintf(fd, "\n");
    (void)close(fd);
    return read;
}

static int read_pin(const struct pins *pins, const char *german,
                    const char *english, char out[PIN_SIZE])
{
    bool read = pins->fd >= 0 ? read_line(pins->fd, out)
                              : ask(cli_say(pins->cli, german, english), out);

    return read ? 0
                : cli_usage(pins->cli, "no PIN: type it on a terminal, or give "
                                       "--pin-fd N with one a line");
}

static int read_old(struct pins *pins)
{
    return read_pin(pins, "PIN:", "PIN:", pins->old_pin);
}

/* On a terminal twice, since nobody sees what is typed. */
static int read_new(struct pins *pins)
{
    char again[PIN_SIZE];
    int code = read_pin(pins, "Neue PIN:", "new PIN:", pins->new_pin);
    bool same;

    if (code != 0 || pins->fd >= 0)
        return code;
    code = read_pin(pins, "Noch einmal:", "again:", again);
    same = code == 0 && strcmp(again, pins->new_pin) == 0;
    OPENSSL_cleanse(again, sizeof(again));
    if (code == 0 && !same)
        code = cli_usage(pins->cli, "the two are different");
    return code;
}

static int take_pin_fd(struct cli *cli, int *fd)
{
    const char *text;
    char *end;
    long number;
    int code = cli_take_value(cli, "--pin-fd", &text);

    *fd = -1;
    if (code != 0 || text == NULL)
        return code;
    number = strtol(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || number > 65535)
        return cli_usage(cli, "--pin-fd is the number of a descriptor");
    *fd = (int)number;
    return 0;
}

/* --- commands ---------------------------------------------------------------
 */

enum pin_command { PIN_SET, PIN_CHANGE, PIN_CLEAR, PIN_UNLOCK };

static enum ruf_status run(struct ruf_home *home, enum pin_command command,
                           const struct pins *pins, struct ruf_error *err)
{
    switch (command) {
    case PIN_SET:
        return ruf_home_pin_set(home, pins->new_pin, err);
    case PIN_CHANGE:
        return ruf_home_pin_change(home, pins->old_pin, pins->new_pin, err);
    case PIN_CLEAR:
        return ruf_home_pin_clear(home, pins->old_pin, err);
    case PIN_UNLOCK:
        break;
    }
    return ruf_home_unlock(home, pins->old_pin, true, err);
}

static int run_with_pins(struct cli *cli, enum pin_command command, int fd)
{
    struct pins pins = { .cli = cli, .fd = fd };
    struct ruf_home *home = NULL;
    struct ruf_error err;
    int code = cli_open_home_for(cli, RUF_ACCESS_UNLOCK, &home);

    if (code == 0 && command != PIN_SET)
        code = read_old(&pins);
    if (code == 0 && (command == PIN_SET || command == PIN_CHANGE))
        code = read_new(&pins);
    if (code == 0 && run(home, command, &pins, &err) != RUF_OK)
        code = cli_fail(cli, &err);
    OPENSSL_cleanse(&pins, sizeof(pins));
    ruf_home_close(home);
    return code;
}

static int done(const struct cli *cli, int code, const char *german,
                const char *english)
{
    if (code == 0 && !cli->quiet)
        (void)fprintf(stderr, "%s\n", cli_say(cli, german, english));
    return code;
}

int cmd_pin(struct cli *cli)
{
    static const char *const words[] = { "set", "change", "clear" };
    int fd;
    int code = take_pin_fd(cli, &fd);

    if (code == 0)
        code = cli_reject_options(cli);
    if (code != 0)
        return code;
    for (int i = 0; cli->argument_count == 1 && i < 3; i++)
        if (strcmp(cli->arguments[0], words[i]) == 0)
            return done(cli, run_with_pins(cli, (enum pin_command)i, fd),
                        i == PIN_CLEAR ? "PIN entfernt." : "PIN gesetzt.",
                        i == PIN_CLEAR ? "PIN cleared" : "PIN set");
    return cli_usage(cli, "pin set|change|clear [--pin-fd N]");
}

int cmd_unlock(struct cli *cli)
{
    int fd;
    int code = take_pin_fd(cli, &fd);

    if (code == 0)
        code = cli_reject_options(cli);
    if (code == 0 && cli->argument_count > 0)
        code = cli_usage(cli, "unlock takes no arguments");
    if (code != 0)
        return code;
    return done(cli, run_with_pins(cli, PIN_UNLOCK, fd), "Entsperrt.",
                "unlocked");
}

int cmd_lock(struct cli *cli)
{
    struct ruf_home *home = NULL;
    struct ruf_error err;
    int code = cli_reject_options(cli);

    if (code == 0 && cli->argument_count > 0)
        code = cli_usage(cli, "lock takes no arguments");
    if (code == 0)
        code = cli_open_home_for(cli, RUF_ACCESS_UNLOCK, &home);
    if (code != 0)
        return code;
    if (ruf_home_lock(home, &err) != RUF_OK)
        code = cli_fail(cli, &err);
    ruf_home_close(home);
    return done(cli, code, "Gesperrt.", "locked");
}

/* Without a PIN there is none to ask for; the engine knows. */
static int run_rekey(struct cli *cli, int fd)
{
    struct pins pins = { .cli = cli, .fd = fd };
    struct ruf_home *home = NULL;
    struct ruf_error err = { 0 };
    enum ruf_status status = RUF_E_LOCKED;
    int code = cli_open_home_for(cli, RUF_ACCESS_UNLOCK, &home);

    if (code == 0 && fd < 0)
        status = ruf_home_rekey(home, NULL, &err);
    if (code == 0 && status == RUF_E_LOCKED &&
        (fd >= 0 || strcmp(err.id, "K225") == 0 ||
         strcmp(err.id, "K210") == 0)) {
        code = read_old(&pins);
        if (code == 0)
            status = ruf_home_rekey(home, pins.old_pin, &err);
    }
    if (code == 0 && status != RUF_OK)
        code = cli_fail(cli, &err);
    OPENSSL_cleanse(&pins, sizeof(pins));
    ruf_home_close(home);
    return code;
}

int cmd_rekey(struct cli *cli)
{
    int fd;
    int code = take_pin_fd(cli, &fd);

    if (code == 0)
        code = cli_reject_options(cli);
    if (code == 0 && cli->argument_count > 0)
        code = cli_usage(cli, "rekey takes no arguments");
    if (code != 0)
        return code;
    return done(cli, run_rekey(cli, fd), "Neuer Schlüssel.", "new key");
}

/*
 * cli/cli.h - what the commands share: options, output, exit codes
 *
 * Results go to stdout, everything else to stderr. Commands parse options,
 * call the engine and print; they decide nothing.
 *
 * Threads: the command has one thread; an interrupt only sets a flag.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <rufname/access.h>
#include <rufname/home.h>
#include <rufname/message.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/** Global options; they may stand before or after the command. */
struct cli {
    const char *program;
    const char *home_path; /**< never NULL after cli_find_home() */
    char home_buffer[4096];
    bool json;
    bool quiet;
    bool language_given;
    enum ruf_language language;
    char **arguments; /**< what is left for the command */
    int argument_count;
};

/** Help of a command in one language. */
struct cli_text {
    const char *usage;   /**< arguments after the name */
    const char *summary; /**< one line */
    const char *help;    /**< options, one per line; "" if there are none */
};

/** One command. */
struct cli_command {
    const char *name;
    int (*run)(struct cli *cli);
    struct cli_text text[2]; /**< by enum ruf_language */
};

/** All commands, ended by a name of NULL. */
extern const struct cli_command cli_commands[];

/** Exit code of a status (README, "Exit codes"). */
int cli_exit_code(enum ruf_status status);

/** Print "rufname: ID: sentence" and "→ remedy" to stderr; exit code. */
int cli_fail(const struct cli *cli, const struct ruf_error *err);

/** Say that memory is out; exit code 11. */
int cli_fail_memory(const struct cli *cli);

/** From here on notice allocations of libcrypto that fail. Must come before
 *  its first one. @return false: it has allocated already. */
bool cli_watch_memory(void);

/** Did an allocation of libcrypto fail since this was asked last? */
bool cli_lacked_memory(void);

/** A usage error: printed with a pointer to --help; exit code 2. */
RUF_PRINTF(2, 3) int cli_usage(const struct cli *cli, const char *format, ...);

/**
 * Take "--name" out of the arguments. @return true if it was there.
 */
bool cli_take_flag(struct cli *cli, const char *name);

/**
 * Take "--name VALUE" or "--name=VALUE" out of the arguments; given twice, the
 * last one counts.
 * @return 0; or an exit code when the value is missing. *value NULL if absent.
 */
int cli_take_value(struct cli *cli, const char *name, const char **value);

/** Complain about what looks like an option and was not taken; 0 if none. */
int cli_reject_options(const struct cli *cli);

/** Fill home_path from option, environment or default. @return 0 or 2. */
int cli_find_home(struct cli *cli);

/** Open the home, or print why not. @return 0 or the exit code. */
int cli_open_home(struct cli *cli, struct ruf_home **home);

/** The same for what is allowed where use is not: to sign in, to unlock. */
int cli_open_home_for(struct cli *cli, enum ruf_access_purpose purpose,
                      struct ruf_home **home);

/** The same for what is of no use where nothing may be stored: what one command
 *  reads, the next one would not have (P163). */
int cli_open_storing_home(struct cli *cli, enum ruf_access_purpose purpose,
                          struct ruf_home **home);

/** Say why stdout takes nothing more, unless its reader has just gone; exit
 *  code. @param os_errno of the failed call. */
int cli_output_failed(const struct cli *cli, int os_errno);

/** Flush stdout; a full disk or closed pipe must not look like success. */
int cli_finish(const struct cli *cli, int exit_code);

/** Set by Ctrl+C. */
bool cli_interrupted(void *context);

/** Is there a terminal on both stdout and stderr? */
bool cli_has_terminal(void);

/** German or English text. */
const char *cli_say(const struct cli *cli, const char *german,
                    const char *english);

#define CLI_TIME_SIZE 32

/** Unix seconds as ISO 8601 in UTC; "" for 0, never. */
void cli_format_time(int64_t seconds, char out[CLI_TIME_SIZE]);

int cmd_init(struct cli *cli);
int cmd_login(struct cli *cli);
int cmd_logout(struct cli *cli);
int cmd_sync(struct cli *cli);
int cmd_import(struct cli *cli);
int cmd_index(struct cli *cli);
int cmd_normalize(struct cli *cli);
int cmd_lookup(struct cli *cli);
int cmd_search(struct cli *cli);
int cmd_emit(struct cli *cli);
int cmd_ring(struct cli *cli);
int cmd_export(struct cli *cli);
int cmd_explain(struct cli *cli);
int cmd_policy(struct cli *cli);
int cmd_action(struct cli *cli);
int cmd_report(struct cli *cli);
int cmd_doctor(struct cli *cli);
int cmd_source(struct cli *cli);
int cmd_merges(struct cli *cli);
int cmd_merge(struct cli *cli);
int cmd_separate(struct cli *cli);
int cmd_favourite(struct cli *cli);
int cmd_prove(struct cli *cli);
int cmd_audit(struct cli *cli);
int cmd_presence(struct cli *cli);
int cmd_stats(struct cli *cli);
int cmd_verify(struct cli *cli);
int cmd_wipe(struct cli *cli);
int cmd_pin(struct cli *cli);
int cmd_unlock(struct cli *cli);
int cmd_lock(struct cli *cli);
int cmd_rekey(struct cli *cli);

#endif

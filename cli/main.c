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

const struct cli_command cli_commands[] = {
    { "init", "--policy FILE [--ca FILE] [--keystore NAME]",
      "make a home: key, encrypted store, profile",
      "  --policy FILE     the admin's document (rufname.policy/1)\n"
      "  --ca FILE         extra trust anchor, PEM\n"
      "  --keystore NAME   file (default), secret-service (the desktop's "
      "keyring),\n"
      "                    keyring (the kernel's, gone after a restart), or\n"
      "                    fd:N, an inherited descriptor\n",
      cmd_init },
    { "pin", "set|change|clear [--pin-fd N]",
      "set the PIN that protects the key, or do without",
      "  --pin-fd N   read it from a descriptor, one a line: change takes the "
      "old\n"
      "               one first. Otherwise it is asked for on the terminal.\n",
      cmd_pin },
    { "unlock", "[--pin-fd N]", "enter the PIN; holds until idle for too long",
      "  --pin-fd N   read it from a descriptor\n", cmd_unlock },
    { "lock", "", "forget the PIN that was entered", "", cmd_lock },
    { "rekey", "[--pin-fd N]", "a new key: encrypt the store and index anew",
      "The old key is destroyed: a copy of the home that somebody has opens "
      "no\n"
      "more. Contacts, sign-in and PIN stay. Killed at any moment, the home "
      "has\n"
      "the old key or the new one, and the next command ends what was begun.\n"
      "  --pin-fd N   read the PIN, if one is set, from a descriptor\n",
      cmd_rekey },
    { "login", "[--flow code|device|app] [--secret-file FILE|--cert-file FILE]",
      "sign in; tokens go into the encrypted store",
      "  --flow FLOW         code (default): in a browser on this machine;\n"
      "                      device: a code for another device;\n"
      "                      app: client credentials\n"
      "  --secret-file FILE  client secret of the app flow\n"
      "  --cert-file FILE    or its certificate and RSA key, PEM\n"
      "  --source ID         the file is for this blob source: a shared "
      "access\n"
      "                      signature or the account key\n",
      cmd_login },
    { "logout", "", "forget all tokens", "", cmd_logout },
    { "sync", "[--full] [--source ID] [--allow-shrink] [--dry-run]",
      "read the sources, then publish a new index",
      "  --full        read everything, not only what changed\n"
      "  --source ID   only this source of the policy\n"
      "  --allow-shrink  believe a source that lost most of its records\n"
      "  --dry-run     say what would change, and change nothing\n",
      cmd_sync },
    { "import", "FILE... [--source ID]",
      "take over contact files (CSV, JSONL, vCard, also .gz), then publish",
      "  --source ID   the policy's source for files, if it has several\n",
      cmd_import },
    { "index", "[--deterministic]",
      "build and publish the index from the store",
      "  --deterministic  for tests: the same key, generation and contacts\n"
      "                   give the same bytes; who sees two such files sees\n"
      "                   whether they are equal\n",
      cmd_index },
    { "normalize",
      "[--region CC | --with-region] [--clean [--area-code NN]] [FILE|-]",
      "standardise numbers to E.164, one a line",
      "  --region CC     region of numbers without a calling code\n"
      "  --with-region   lines are CC<TAB>number\n"
      "  --clean         correct labels, two numbers in one, dates, missing\n"
      "                  plus; an eighth column names the corrections\n"
      "  --area-code NN  with --clean: for numbers without one\n"
      "Columns: status, E.164, valid, possible, region, type, extension.\n",
      cmd_normalize },
    { "lookup", "NUMBER...|-", "who is calling?",
      "One line per number: as given, E.164, label. Exit 1 if none is known.\n"
      "  -        read numbers from stdin, one a line\n"
      "  --time   print the time per lookup to stderr\n",
      cmd_lookup },
    { "search", "QUERY|- [--limit N] [--explain]", "search as you type",
      "One line per hit: contact id, name, company, best number. What is\n"
      "behind the eighth word or the first 256 bytes of QUERY is ignored.\n"
      "  --limit N   at most N hits, 1..1000 (default 20)\n"
      "  --explain   a fifth column: why it was found\n"
      "  --time      print the time per query to stderr\n",
      cmd_search },
    { "emit", "[--format text|stream|json] [--answer yes|no] [--commit]",
      "write the call directory in ascending order",
      "  --format text     digits and label (default)\n"
      "  --format stream   the calls of the next request: all entries, what\n"
      "                    changed since the last commit, or nothing\n"
      "  --format json     one object a line\n"
      "  --answer yes|no   what the phone says to ASK (default yes)\n"
      "  --commit          record that the phone took it\n",
      cmd_emit },
    { "ring", "NUMBER [--device-contacts FILE.vcf]",
      "what the phone would show, and why",
      "Its own contacts come first, then the call directory. Exit 1 if it\n"
      "shows no name.\n"
      "  --device-contacts FILE   the phone's own contacts, vCard\n",
      cmd_ring },
    { "export", "vcard|csv FILE | live-caller-id FILE.binpb [OPTION...]",
      "write contacts, or the input of Apple's Live Caller ID Lookup",
      "The file holds names and numbers in the clear; see the manual.\n"
      "vcard and csv only where the policy allows copies.\n"
      "  --category none|person|business   of each identity (business)\n"
      "  --cache-minutes N   how long a phone may keep an answer\n"
      "  --shards N          count the rows of each of N shards\n"
      "  --test-identity     add Apple's +14085551212 for the onboarding\n",
      cmd_export },
    { "explain", "NUMBER|CONTACT|CODE",
      "why a number is known, what a contact comes from, or what an error "
      "means",
      "The records that carry the number: as written, what became of it, by\n"
      "which region, with which corrections, and whether it is emitted. Exit "
      "1\n"
      "if no record has it. Of a contact, by its id: its records, what joined\n"
      "them, and all their numbers.\n",
      cmd_explain },
    { "merges", "[--suggested|--overrides]",
      "merged contacts, what may be one person, and what was decided",
      "One line per record: contact id, record id, source, name, company.\n"
      "  --suggested   pairs that may be one person, and why\n"
      "  --overrides   pairs a user keeps together or apart\n",
      cmd_merges },
    { "merge", "ID ID [--dry-run]",
      "keep two contacts together as one, then publish",
      "Ids of contacts or records, as search and merges print them.\n"
      "  --dry-run   print the contact it would become, and change nothing\n",
      cmd_merge },
    { "separate", "ID ID [--dry-run]",
      "take the second record out of the first contact, then publish",
      "Of two contacts: never let them become one.\n"
      "  --dry-run   print the contacts they would become, and change "
      "nothing\n",
      cmd_separate },
    { "favourite", "add ID | remove ID | list",
      "contacts that come first in a search", "", cmd_favourite },
    { "policy", "check FILE | show | simulate FILE | import FILE [--confirm]",
      "check, show, try out or take over a policy document",
      "  check FILE      every error and warning with line and column; needs "
      "no\n"
      "                  home; exit 3 if the document would be refused\n"
      "  show            the policy of the home with all defaults, as JSON\n"
      "  simulate FILE   what it would change in this home: rules, sources,\n"
      "                  entries (+ appears, - vanishes, ~ changes)\n"
      "  import FILE     take it over: filter, label and publish anew, no "
      "network\n"
      "  --confirm       even if a rule removes more than half of a source\n",
      cmd_policy },
    { "source", "[list | on ID | off ID]",
      "the sources: which are on, how old, whose right is gone",
      "  list     one line per source: id, name, on or off, records, state of\n"
      "           the data, and when records go whose right was lost\n"
      "  on ID    read this source again from the next sync on\n"
      "  off ID   remove its records at once and leave it out\n",
      cmd_source },
    { "presence", "[ID...] [--watch]", "are they free to talk?",
      "One line per contact: contact id, name, presence; of those without a\n"
      "presence none. ID is a contact id of search or the id of an Entra "
      "user;\n"
      "without one, the first 650 contacts that have a presence. Exit 1 if no\n"
      "state is known.\n"
      "  --watch   go on at the policy's intervals, one line per change\n",
      cmd_presence },
    { "action", "[CONTACT ACTION [--number NUMBER]]",
      "the finished URL of an action on a contact",
      "CONTACT is an id that search prints, or the id of an Entra user. "
      "Without\n"
      "arguments: the actions that the policy allows. Exit 3 if it does not,\n"
      "1 if the contact lacks what the action needs.\n"
      "  --number NUMBER   which of its numbers (otherwise the best)\n",
      cmd_action },
    { "report", "", "how the numbers of each source fare, and why", "",
      cmd_report },
    { "prove", "[--out DIR]",
      "check what is promised about data protection, on this home",
      "One line per statement: name, whether it holds, things looked at, "
      "things\n"
      "that speak against it. Exit 6 if one does not hold.\n"
      "  --out DIR   write prove.json and nachweis.txt (German) there\n",
      cmd_prove },
    { "audit", "", "what was done, and whether an entry is missing", "",
      cmd_audit },
    { "stats", "", "counts and sizes", "", cmd_stats },
    { "verify", "", "check every block of the index and page of the store", "",
      cmd_verify },
    { "doctor", "", "which rights the sources need, have, and have too many",
      "", cmd_doctor },
    { "wipe", "[--yes]", "remove the organisation's data from this device",
      "Key first, then all files of the home; the phone is given an empty "
      "list.\n"
      "What was cut short is finished by the next command. Afterwards the "
      "home\n"
      "gives out nothing (exit 8).\n"
      "  --yes   do not ask on a terminal\n",
      cmd_wipe },
    { NULL, NULL, NULL, NULL, NULL },
};

static void print_help(FILE *out)
{
    (void)fprintf(out, "rufname " RUFNAME_VERSION " - caller-ID engine\n\n"
                       "usage: rufname [--home DIR] [--json] [--lang de|en] "
                       "[--quiet] COMMAND ...\n\n");
    for (const struct cli_command *c = cli_commands; c->name != NULL; c++)
        (void)fprintf(out, "  %-10s %s\n", c->name, c->summary);
    (void)fprintf(out, "\nrufname COMMAND --help tells more. The home is "
                       "--home, else $RUFNAME_HOME,\nelse "
                       "$XDG_DATA_HOME/rufname or ~/.local/share/rufname.\n");
}

static void print_command_help(const struct cli_command *command)
{
    (void)printf("usage: rufname [options] %s %s\n\n%s\n%s%s", command->name,
                 command->usage, command->summary,
                 command->help[0] == '\0' ? "" : "\n", command->help);
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
        print_help(help ? stdout : stderr);
        return help ? 0 : 2;
    }
    command = find_command(cli->arguments[0]);
    if (command == NULL)
        return cli_usage(cli, "no such command: %s", cli->arguments[0]);
    cli->arguments++;
    cli->argument_count--;
    if (help) {
        print_command_help(command);
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

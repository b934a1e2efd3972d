/*
 * bench/number_peer.c - libphonenumber in a process of its own
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bench/number_peer.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* In the child: become the program. 0 and 1 are kept where they are -1. */
static void become(const char *const arguments[], int input, int output)
{
    char *const *argv;

    if ((input >= 0 && dup2(input, STDIN_FILENO) < 0) ||
        (output >= 0 && dup2(output, STDOUT_FILENO) < 0))
        _exit(126);
    /* exec's prototype predates const; it changes nothing */
    memcpy(&argv, &arguments, sizeof(argv));
    (void)execv(argv[0], argv);
    _exit(127);
}

int number_peer_run(const char *const arguments[], const char *output)
{
    int out = -1;
    int status = 0;
    pid_t child;

    if (output != NULL) {
        out = open(output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        if (out < 0)
            return -1;
    }
    child = fork();
    if (child == 0)
        become(arguments, -1, output != NULL ? out : STDERR_FILENO);
    if (out >= 0)
        (void)close(out);
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status))
        return -1;
    return WEXITSTATUS(status);
}

static bool launch(struct number_peer *peer, const char *const arguments[])
{
    int in[2];
    int out[2];

    if (pipe2(in, O_CLOEXEC) != 0)
        return false;
    if (pipe2(out, O_CLOEXEC) != 0) {
        (void)close(in[0]);
        (void)close(in[1]);
        return false;
    }
    peer->child = fork();
    if (peer->child == 0)
        become(arguments, in[0], out[1]);
    (void)close(in[0]);
    (void)close(out[1]);
    peer->requests = fdopen(in[1], "w");
    peer->answers = fdopen(out[0], "r");
    return peer->child > 0 && peer->requests != NULL && peer->answers != NULL;
}

/* Numbers of one line, no more: reading on would wait for ever. */
static size_t read_numbers(FILE *file, size_t count, double *out)
{
    size_t got = 0;
    int c;

    while (got < count && fscanf(file, "%lf", &out[got]) == 1)
        got++;
    do
        c = getc(file);
    while (c != EOF && c != '\n');
    return got;
}

bool number_peer_start(struct number_peer *peer, const char *program,
                       const char *file, size_t block, size_t count,
                       double *start_ns)
{
    char block_text[24];
    char count_text[24];
    const char *arguments[] = { program,    "bench",    file,
                                block_text, count_text, NULL };

    (void)snprintf(block_text, sizeof(block_text), "%zu", block);
    (void)snprintf(count_text, sizeof(count_text), "%zu", count);
    memset(peer, 0, sizeof(*peer));
    if (launch(peer, arguments) &&
        read_numbers(peer->answers, 1, start_ns) == 1)
        return true;
    number_peer_stop(peer);
    return false;
}

static bool request(struct number_peer *peer, const char *word)
{
    return fprintf(peer->requests, "%s\n", word) > 0 &&
           fflush(peer->requests) == 0;
}

bool number_peer_ask(struct number_peer *peer)
{
    return request(peer, "answers");
}

bool number_peer_read(struct number_peer *peer, char answer[NUMBER_ANSWER_SIZE])
{
    if (fgets(answer, NUMBER_ANSWER_SIZE, peer->answers) == NULL)
        return false;
    answer[strcspn(answer, "\n")] = '\0';
    return true;
}

bool number_peer_round(struct number_peer *peer, size_t blocks,
                       struct bench_samples *samples)
{
    double *values = calloc(blocks, sizeof(*values));
    bool done = values != NULL && request(peer, "round") &&
                read_numbers(peer->answers, blocks, values) == blocks;

    for (size_t i = 0; done && i < blocks; i++)
        samples_add(samples, values[i]);
    free(values);
    return done;
}

void number_peer_stop(struct number_peer *peer)
{
    if (peer->requests != NULL)
        (void)fclose(peer->requests); /* its end of input: it leaves */
    if (peer->answers != NULL)
        (void)fclose(peer->answers);
    if (peer->child > 0)
        (void)waitpid(peer->child, NULL, 0);
    memset(peer, 0, sizeof(*peer));
}

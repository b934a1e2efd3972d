/*
 * fuzz_number_oracle.c - our answer and libphonenumber's to any bytes
 *
 * The oracle runs beside this target and answers over a pipe; RUF_ORACLE names
 * it. Built and started by tests/oracle/fuzz, which gives both sides the same
 * metadata. Left out are texts with a NUL, which ends a question, and those
 * that would keep the oracle busy for hours, see is_hard().
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/text.h"
#include "tests/fuzz/fuzz.h"
#include "tests/oracle/answer_line.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Longest phone-context that is asked about, its name included. */
#define DOMAIN_MAX 32

static int questions; /* to the oracle */
static FILE *answers; /* from it */

/* The child: its standard streams are the pipes. */
static void become_oracle(int in, int out)
{
    const char *path = getenv("RUF_ORACLE");

    fuzz_require(path != NULL && dup2(in, STDIN_FILENO) >= 0 &&
                     dup2(out, STDOUT_FILENO) >= 0,
                 "RUF_ORACLE names the oracle");
    (void)execl(path, path, "-0", (char *)NULL);
    fuzz_require(false, "the oracle starts");
}

static void start_oracle(void)
{
    int to[2];
    int from[2];
    pid_t child;

    fuzz_require(pipe(to) == 0 && pipe(from) == 0, "there are pipes");
    child = fork();
    fuzz_require(child >= 0, "there is a process");
    if (child == 0) {
        (void)close(to[1]); /* else it never sees the end of its questions */
        (void)close(from[0]);
        become_oracle(to[0], from[1]);
    }
    (void)close(to[0]);
    (void)close(from[1]);
    questions = to[1];
    answers = fdopen(from[0], "r");
    fuzz_require(answers != NULL, "the oracle is heard");
}

/* The library matches the domain of a phone-context with a regular expression
 * that tries two to the power of its length ways. */
static bool is_hard(struct ruf_text text)
{
    static const char parameter[] = ";phone-context=";
    const char *at =
        memmem(text.data, text.size, parameter, sizeof(parameter) - 1);

    return at != NULL && text.data + text.size - at > DOMAIN_MAX;
}

/* The next line of the oracle; libFuzzer's timer may interrupt the wait. */
static void hear(char *line, int size)
{
    while (fgets(line, size, answers) == NULL) {
        fuzz_require(ferror(answers) != 0 && errno == EINTR,
                     "the oracle answers");
        clearerr(answers);
    }
}

/* "DE<TAB>text<NUL>", in one piece. */
static void ask(const struct fuzz_number_input *in)
{
    size_t size = in->size + 4;
    char *question = malloc(size);

    fuzz_require(question != NULL, "there is memory");
    memcpy(question, in->region, 2);
    question[2] = '\t';
    if (in->size > 0)
        memcpy(question + 3, in->text, in->size);
    question[size - 1] = '\0';
    fuzz_require(write(questions, question, size) == (ssize_t)size,
                 "the oracle is asked");
    free(question);
}

static void compare(const char *ours, char *theirs)
{
    theirs[strcspn(theirs, "\n")] = '\0';
    if (strcmp(ours, theirs) == 0)
        return;
    fprintf(stderr, "< %s\n> %s\n", ours, theirs);
    fuzz_require(false, "libphonenumber gives the same answer");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_number_input in;
    char ours[ANSWER_LINE_SIZE];
    char theirs[2 * ANSWER_LINE_SIZE];

    if (!fuzz_number_input(data, size, &in))
        return 0;
    if (in.size == 0 || (memchr(in.text, '\0', in.size) == NULL &&
                         !is_hard((struct ruf_text){ in.text, in.size }))) {
        if (answers == NULL)
            start_oracle();
        ask(&in);
        (void)answer_line(in.text, in.size, in.region, ours);
        hear(theirs, (int)sizeof(theirs));
        compare(ours, theirs);
    }
    free(in.text);
    return 0;
}

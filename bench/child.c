/*
 * bench/child.c - measuring whole processes
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bench/child.h"
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARGUMENTS_MAX 8

extern char **environ;

void child_program(const char *name, char out[512])
{
    ssize_t size = readlink("/proc/self/exe", out, 400);
    char *slash;

    out[size > 0 ? size : 0] = '\0';
    slash = strrchr(out, '/');
    (void)snprintf(slash == NULL ? out : slash + 1, 100, "%s", name);
}

/* result: end of a pipe that becomes BENCH_CHILD_RESULT, or -1. */
static pid_t spawn(const char *const arguments[], int result)
{
    posix_spawn_file_actions_t actions;
    pid_t child = -1;

    if (posix_spawn_file_actions_init(&actions) != 0)
        return -1;
    (void)posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null",
                                           O_WRONLY, 0);
    if (result >= 0)
        (void)posix_spawn_file_actions_adddup2(&actions, result,
                                               BENCH_CHILD_RESULT);
    else
        (void)posix_spawn_file_actions_addopen(&actions, STDERR_FILENO,
                                               "/dev/null", O_WRONLY, 0);
    /* the prototype predates const; it changes nothing */
    if (posix_spawn(&child, arguments[0], &actions, NULL,
                    (char *const *)(uintptr_t)arguments, environ) != 0)
        child = -1;
    (void)posix_spawn_file_actions_destroy(&actions);
    return child;
}

pid_t child_start(const char *const arguments[])
{
    return spawn(arguments, -1);
}

static struct child_use await(pid_t child, uint64_t begin)
{
    struct child_use use = { .code = -1 };
    struct rusage resources;
    int status = 0;

    if (child < 0 || wait4(child, &status, 0, &resources) != child)
        return use;
    use.wall_s = (double)(bench_wall_ns() - begin) / 1e9;
    use.cpu_s =
        (double)(resources.ru_utime.tv_sec + resources.ru_stime.tv_sec) +
        (double)(resources.ru_utime.tv_usec + resources.ru_stime.tv_usec) / 1e6;
    use.rss_mib = (double)resources.ru_maxrss / 1024.0;
    use.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return use;
}

struct child_use child_run(const char *const arguments[])
{
    uint64_t begin = bench_wall_ns();

    return await(spawn(arguments, -1), begin);
}

static size_t read_all(int from, void *out, size_t size)
{
    size_t done = 0;

    while (done < size) {
        ssize_t got = read(from, (char *)out + done, size - done);

        if (got <= 0)
            break;
        done += (size_t)got;
    }
    return done;
}

bool child_ask(const char *const arguments[], void *result, size_t size,
               struct child_use *use)
{
    const char *full[ARGUMENTS_MAX + 3] = { "/proc/self/exe", "--child" };
    uint64_t begin = bench_wall_ns();
    double answer_us;
    size_t got;
    pid_t child;
    int ends[2];

    for (size_t i = 0; i < ARGUMENTS_MAX && arguments[i] != NULL; i++)
        full[i + 2] = arguments[i];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    child = spawn(full, ends[1]);
    (void)close(ends[1]);
    got = child < 0 ? 0 : read_all(ends[0], result, size);
    answer_us = (double)(bench_wall_ns() - begin) / 1e3;
    (void)close(ends[0]);
    *use = await(child, begin);
    use->answer_us = answer_us;
    return use->code == 0 && got == size;
}

int child_answer(const void *result, size_t size)
{
    return write(BENCH_CHILD_RESULT, result, size) == (ssize_t)size ? 0 : 10;
}

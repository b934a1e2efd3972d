/*
 * provider.m - the extension's own source, run against the stand-in
 *
 *   provider check            decisions, failures, locked key, wipe
 *   provider emit COUNT       so many entries; prints peak memory and time
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#import "RUFCallDirectoryProvider.h"
#import "RUFDirectoryKey.h"
#import "RUFDirectoryReloader.h"
#import "standin.h"
#include "tests/callkit/folder.h"
#include <rufname/directory.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char folder[64]; /* the app group's container */
static char home[256];  /* the directory in it */
static int failures;

static void check(BOOL good, const char *what)
{
    if (good)
        return;
    failures++;
    (void)fprintf(stderr, "FAILED: %s\n", what);
}

@interface TestProvider : RUFCallDirectoryProvider
@end

@implementation TestProvider
- (NSString *)appGroup
{
    return @"group.com.example.contacts";
}
- (NSString *)keychainGroup
{
    return @"com.example.contacts.shared";
}
@end

static StandInContext *newContext(BOOL answer)
{
    StandInContext *context = [[[StandInContext alloc] init] autorelease];

    context->_answer = answer;
    return context;
}

static void run(StandInContext *context)
{
    TestProvider *provider = [[TestProvider alloc] init];

    [provider beginRequestWithExtensionContext:context];
    [context setDelegate:nil];
    [provider release];
}

static void publish(uint64_t generation, size_t count, const char *label)
{
    struct folder_entry *entries = calloc(count + 1, sizeof(*entries));

    if (entries == NULL)
        abort();
    for (size_t i = 0; i < count; i++)
        entries[i] = (struct folder_entry){ UINT64_C(493023125000) + i, label };
    folder_write_image(home, "directory.ruf", generation, entries, count);
    free(entries);
}

static enum ruf_directory_state recorded(uint64_t *generation)
{
    struct ruf_directory_commit commit;
    struct ruf_error err;

    if (ruf_directory_read_commit(home, folder_key, &commit, &err) != RUF_OK)
        return RUF_DIRECTORY_UNKNOWN;
    *generation = commit.generation;
    return commit.state;
}

static BOOL holds(uint64_t wanted)
{
    uint64_t generation = 0;

    return recorded(&generation) == RUF_DIRECTORY_HOLDS && generation == wanted;
}

/* --- checks -----------------------------------------------------------------
 */

static void checkDecisions(void)
{
    StandInContext *context = newContext(NO);

    run(context);
    check(context->_completed && !context->_asked && context->_names == 0,
          "nothing synced: clear");
    publish(1, 25000, "Anna Graf");
    context = newContext(YES);
    run(context);
    check(context->_completed && !context->_asked && context->_names == 25000,
          "first list: full");
    check(context->_error == -1 && context->_dropped == 0 && holds(1),
          "first list: accepted and recorded");
    context = newContext(YES);
    run(context);
    check(context->_asked && context->_names == 0 && holds(1), "same: keep");
    publish(2, 24990, "Anna Graf");
    context = newContext(YES);
    run(context);
    check(context->_asked && context->_removals == 10 && context->_names == 0 &&
              holds(2),
          "ten fewer: delta");
    context = newContext(NO);
    run(context);
    check(context->_asked && context->_names == 24990 && holds(2),
          "told no: everything");
}

static void checkBlocking(void)
{
    static const struct folder_entry names[] = {
        { UINT64_C(493023125001), "Anna Graf" },
        { UINT64_C(493023125002), "Bernd Graf" },
        { UINT64_C(493023125003), "Carl Cohn" },
        { UINT64_C(493023125004), "Dora Lang" },
    };
    static const ruf_e164 before[] = { UINT64_C(493023125002),
                                       UINT64_C(493023125900) };
    static const ruf_e164 after[] = { UINT64_C(493023125800),
                                      UINT64_C(493023125900) };
    StandInContext *context;

    folder_write_blocking(home, "directory.ruf", 11, names, 4, before, 2);
    context = newContext(NO);
    run(context);
    check(context->_names == 3 && context->_blocked == 2 && holds(11),
          "blocked numbers are handed over and lose their name");
    folder_write_blocking(home, "directory.ruf", 12, names, 4, after, 2);
    context = newContext(YES);
    run(context);
    check(context->_asked && context->_names == 1 && context->_blocked == 1 &&
              context->_removals == 1 && context->_error == -1 && holds(12),
          "one number less and one more to block: delta");
}

static void checkFailures(void)
{
    StandInContext *context;

    publish(3, 30000, "Bernd Graf");
    context = newContext(YES);
    context->_failBatch = 1;
    run(context);
    check(context->_failed && context->_surplus <= 1000,
          "stops within 1,000 calls");
    check(!context->_completed && context->_cancelled > 0,
          "cancelled with an error");
    check(!holds(3), "nothing recorded after a failure");
    publish(4, 500, "Bernd Graf");
    context = newContext(YES);
    context->_failBatch = 1;
    run(context);
    check(context->_completed && context->_failed && !holds(4),
          "a failure inside complete is no commit");
    context = newContext(YES);
    context->_expires = YES;
    run(context);
    check(context->_completed && !holds(4), "expired is no commit");
    context = newContext(YES);
    run(context);
    check(!context->_asked && context->_names == 500 && holds(4),
          "then full again");
}

static void checkLocks(void)
{
    StandInContext *context = newContext(YES);

    StandInLockKeychain(YES);
    run(context);
    check(context->_asked && context->_completed && context->_names == 0 &&
              holds(4),
          "locked keychain: keep");
    StandInLockKeychain(NO);
    folder_damage(home, "directory.ruf", 100);
    context = newContext(YES);
    run(context);
    check(context->_asked && context->_completed && context->_names == 0,
          "damaged index: keep");
}

static void checkApp(void)
{
    RUFDirectoryReloader *reloader = [[[RUFDirectoryReloader alloc]
        initWithExtensionIdentifier:@"com.example.contacts.directory"
                             folder:[NSString stringWithUTF8String:home]]
        autorelease];
    NSString *shared = [NSString stringWithUTF8String:home];
    StandInContext *context;
    uint64_t generation;

    check([RUFDirectoryReloader prepareFolder:shared error:NULL] &&
              StandInFolderIsPrepared(),
          "the folder is readable while locked and not in backups");
    StandInSetReloadError([NSError
        errorWithDomain:CXErrorDomainCallDirectoryManager
                   code:6
               userInfo:nil]);
    [reloader reloadWithCompletion:nil];
    check(holds(4), "an extension that is off keeps its record");
    StandInSetReloadError([NSError
        errorWithDomain:CXErrorDomainCallDirectoryManager
                   code:2
               userInfo:nil]);
    [reloader reloadWithCompletion:nil];
    check(recorded(&generation) == RUF_DIRECTORY_UNKNOWN,
          "an interrupted load is forgotten");
    StandInSetReloadError(nil);
    check([reloader wipeWithKeychainGroup:@"com.example.contacts.shared"
                               completion:nil],
          "wipe");
    check(StandInReloads() == 3, "the wipe reloads");
    context = newContext(YES);
    run(context);
    check(context->_completed && !context->_asked && context->_names == 0,
          "wiped: clear");
    check(access(folder_path(home, "directory.wiped"), F_OK) != 0,
          "the tombstone goes with the clear");
}

/* --- measuring ---------------------------------------------------------------
 */

static int emit(size_t count)
{
    StandInContext *context = newContext(NO);
    struct rusage before;
    struct rusage after;
    struct timespec start;
    struct timespec end;

    /* Made by another process: building takes memory that would be counted. */
    (void)getrusage(RUSAGE_SELF, &before);
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
    run(context);
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
    (void)getrusage(RUSAGE_SELF, &after);
    check(context->_completed && context->_error == -1, "accepted");
    check(context->_names == count, "all of them");
    (void)printf("%lu entries, peak %ld KiB, %.0f ms CPU\n", context->_names,
                 after.ru_maxrss,
                 (double)(end.tv_sec - start.tv_sec) * 1e3 +
                     (double)(end.tv_nsec - start.tv_nsec) / 1e6);
    return failures;
}

static void publishInAnotherProcess(size_t count)
{
    pid_t child = fork();

    if (child == 0) {
        publish(1, count, "Anna Graf (Muster AG)");
        _exit(0);
    }
    (void)waitpid(child, NULL, 0);
}

int main(int argc, char **argv)
{
    @autoreleasepool {
        NSData *key = [NSData dataWithBytes:folder_key length:RUF_KEY_SIZE];

        (void)umask(077);
        folder_make(folder);
        (void)snprintf(home, sizeof(home), "%s/rufname", folder);
        (void)mkdir(home, 0700);
        StandInSetContainer(folder);
        check(RUFDirectoryKeyWrite(@"com.example.contacts.shared", key),
              "the key is stored");
        if (argc > 2 && strcmp(argv[1], "emit") == 0) {
            size_t count = strtoull(argv[2], NULL, 10);

            publishInAnotherProcess(count);
            (void)emit(count);
        } else {
            checkDecisions();
            checkBlocking();
            checkFailures();
            checkLocks();
            checkApp();
            (void)printf("%d failed\n", failures);
        }
    }
    folder_remove(home);
    folder_remove(folder);
    return failures == 0 ? 0 : 1;
}

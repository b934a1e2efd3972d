/*
 * tests/callkit/standin.h - a stand-in for CallKit that enforces the contract
 *
 * Batches of 10,000, checked when they are shipped; a failure is told on
 * another thread; labels are dropped as the phone drops them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#import <CallKit/CallKit.h>

@interface StandInContext : CXCallDirectoryExtensionContext {
  @public
    BOOL _answer; /* to isIncremental */
    BOOL _asked;
    BOOL _expires;
    BOOL _completed;
    BOOL _failed;
    NSInteger _cancelled;     /* code of the error; 0: not cancelled */
    unsigned long _failBatch; /* this batch fails, from 1; 0: none */
    unsigned long _batches;
    unsigned long _names;
    unsigned long _blocked;
    unsigned long _removals;
    unsigned long _surplus; /* calls after the failure notice */
    unsigned long _dropped; /* labels no phone takes */
    uint64_t _sum;          /* of numbers and label bytes */
    long long _last[2];
    unsigned long _buffered;
    long long _pending[10000];
    unsigned char _pendingKind[10000];
    int _error; /* CXErrorCodeCallDirectoryManagerError, -1: none */
}
@end

/** Folder of the app group, and whether the keychain can be read. */
void StandInSetContainer(const char *path);
void StandInLockKeychain(BOOL locked);
/** What the next reload reports. */
void StandInSetReloadError(NSError *error);
unsigned long StandInReloads(void);
/** Was a folder given the right protection and left out of backups? */
BOOL StandInFolderIsPrepared(void);

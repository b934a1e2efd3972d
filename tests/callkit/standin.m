/*
 * tests/callkit/standin.m - a stand-in for CallKit that enforces the contract
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#import "standin.h"
#include <Security/Security.h>
#include <pthread.h>
#include <string.h>

#define BATCH 10000

NSString *const CXErrorDomainCallDirectoryManager =
    @"com.apple.CallKit.error.calldirectorymanager";
NSString *const NSFileProtectionKey = @"NSFileProtectionKey";
NSString *const NSFileProtectionCompleteUntilFirstUserAuthentication =
    @"NSFileProtectionCompleteUntilFirstUserAuthentication";

static NSString *container;
static BOOL keychainLocked;
static NSError *reloadError;
static unsigned long reloads;
static NSString *protection; /* class a folder was given */
static BOOL excluded;        /* from backups */

void StandInSetContainer(const char *path)
{
    container = [[NSString alloc] initWithUTF8String:path];
}

void StandInLockKeychain(BOOL locked)
{
    keychainLocked = locked;
}

void StandInSetReloadError(NSError *error)
{
    [reloadError release];
    reloadError = [error retain];
}

unsigned long StandInReloads(void)
{
    return reloads;
}

/* --- keychain ---------------------------------------------------------------
 */

#define SEC_CONSTANT(name) const CFStringRef name = (CFStringRef) @ #name

SEC_CONSTANT(kSecClass);
SEC_CONSTANT(kSecClassGenericPassword);
SEC_CONSTANT(kSecAttrService);
SEC_CONSTANT(kSecAttrAccount);
SEC_CONSTANT(kSecAttrAccessGroup);
SEC_CONSTANT(kSecAttrAccessible);
SEC_CONSTANT(kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly);
SEC_CONSTANT(kSecReturnData);
SEC_CONSTANT(kSecValueData);

static NSMutableDictionary *items; /* access group to data */

static NSString *groupOf(CFDictionaryRef query)
{
    return [(NSDictionary *)query objectForKey:(id)kSecAttrAccessGroup];
}

OSStatus SecItemAdd(CFDictionaryRef attributes, CFTypeRef *result)
{
    NSDictionary *item = (NSDictionary *)attributes;

    (void)result;
    if (items == nil)
        items = [[NSMutableDictionary alloc] init];
    /* The default class cannot be read while the phone is locked. */
    if (![[item objectForKey:(id)kSecAttrAccessible]
            isEqual:(id)kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly])
        return -1;
    [items setObject:[item objectForKey:(id)kSecValueData]
              forKey:groupOf(attributes)];
    return errSecSuccess;
}

OSStatus SecItemDelete(CFDictionaryRef query)
{
    if ([items objectForKey:groupOf(query)] == nil)
        return errSecItemNotFound;
    [items removeObjectForKey:groupOf(query)];
    return errSecSuccess;
}

OSStatus SecItemCopyMatching(CFDictionaryRef query, CFTypeRef *result)
{
    NSData *data = [items objectForKey:groupOf(query)];

    if (keychainLocked)
        return -25308; /* interaction not allowed */
    if (data == nil)
        return errSecItemNotFound;
    *result = [data retain];
    return errSecSuccess;
}

/* --- Foundation -------------------------------------------------------------
 */

@implementation NSFileManager (IosParts)
- (NSURL *)containerURLForSecurityApplicationGroupIdentifier:(NSString *)group
{
    return group == nil ? nil : [NSURL fileURLWithPath:container];
}
- (BOOL)setAttributes:(NSDictionary *)attributes
         ofItemAtPath:(NSString *)path
                error:(NSError **)error
{
    (void)path;
    (void)error;
    [protection release];
    protection = [[attributes objectForKey:NSFileProtectionKey] retain];
    return YES;
}
@end

@implementation NSURL (IosParts)
- (BOOL)setResourceValue:(id)value
                  forKey:(NSString *)key
                   error:(NSError **)error
{
    (void)error;
    if ([key isEqual:NSURLIsExcludedFromBackupKey])
        excluded = [value boolValue];
    return YES;
}
@end

BOOL StandInFolderIsPrepared(void)
{
    return excluded &&
           [protection
               isEqual:NSFileProtectionCompleteUntilFirstUserAuthentication];
}

/* --- CallKit ----------------------------------------------------------------
 */

@implementation CXCallDirectoryProvider
- (void)beginRequestWithExtensionContext:
    (CXCallDirectoryExtensionContext *)context
{
    (void)context;
}
@end

@implementation CXCallDirectoryManager

+ (CXCallDirectoryManager *)sharedInstance
{
    static CXCallDirectoryManager *manager;

    if (manager == nil)
        manager = [[CXCallDirectoryManager alloc] init];
    return manager;
}

- (void)reloadExtensionWithIdentifier:(NSString *)identifier
                    completionHandler:(void (^)(NSError *error))completion
{
    (void)identifier;
    reloads++;
    completion(reloadError);
}

@end

@implementation CXCallDirectoryExtensionContext
@synthesize delegate = _delegate;
- (BOOL)isIncremental
{
    return NO;
}
- (void)addBlockingEntryWithNextSequentialPhoneNumber:
    (CXCallDirectoryPhoneNumber)phoneNumber
{
    (void)phoneNumber;
}
- (void)removeBlockingEntryWithPhoneNumber:
    (CXCallDirectoryPhoneNumber)phoneNumber
{
    (void)phoneNumber;
}
- (void)removeAllBlockingEntries
{
}
- (void)addIdentificationEntryWithNextSequentialPhoneNumber:
            (CXCallDirectoryPhoneNumber)phoneNumber
                                                      label:(NSString *)label
{
    (void)phoneNumber;
    (void)label;
}
- (void)removeIdentificationEntryWithPhoneNumber:
    (CXCallDirectoryPhoneNumber)phoneNumber
{
    (void)phoneNumber;
}
- (void)removeAllIdentificationEntries
{
}
- (void)completeRequestWithCompletionHandler:(void (^)(BOOL expired))completion
{
    (void)completion;
}
@end

static void *tellFailure(void *argument)
{
    StandInContext *context = argument;

    GSRegisterCurrentThread();
    @autoreleasepool {
        [[context delegate] requestFailedForExtensionContext:context
                                                   withError:nil];
    }
    GSUnregisterCurrentThread();
    return NULL;
}

@implementation StandInContext

- (id)init
{
    self = [super init];
    if (self != nil)
        _error = -1;
    return self;
}

- (BOOL)isIncremental
{
    _asked = YES;
    return _answer;
}

- (void)fail:(int)error
{
    pthread_t thread;

    if (_failed)
        return;
    _failed = YES;
    _error = error;
    if (pthread_create(&thread, NULL, tellFailure, self) == 0)
        (void)pthread_join(thread, NULL);
}

- (void)ship
{
    if (_buffered == 0)
        return;
    if (++_batches == _failBatch)
        [self fail:0];
    if (_names + _blocked >= 2000000)
        [self fail:5];
    for (unsigned long i = 0; i < _buffered && !_failed; i++) {
        long long *last = &_last[_pendingKind[i]];

        if (_pending[i] <= *last)
            [self fail:_pending[i] == *last ? 4 : 3];
        *last = _pending[i];
    }
    _buffered = 0;
}

- (void)add:(long long)number kind:(unsigned char)kind
{
    if (_failed) {
        _surplus++;
        return;
    }
    _pending[_buffered] = number;
    _pendingKind[_buffered] = kind;
    if (++_buffered == BATCH)
        [self ship];
}

- (void)addIdentificationEntryWithNextSequentialPhoneNumber:
            (CXCallDirectoryPhoneNumber)phoneNumber
                                                      label:(NSString *)label
{
    const char *text = [label UTF8String];
    size_t size = strlen(text);

    if (size == 0 || size >= 65535) {
        _dropped++;
        return;
    }
    _names++;
    _sum = _sum * 31 + (uint64_t)phoneNumber + size + (unsigned char)text[0];
    [self add:phoneNumber kind:0];
}

- (void)addBlockingEntryWithNextSequentialPhoneNumber:
    (CXCallDirectoryPhoneNumber)phoneNumber
{
    _blocked++;
    [self add:phoneNumber kind:1];
}

- (void)removeIdentificationEntryWithPhoneNumber:
    (CXCallDirectoryPhoneNumber)phoneNumber
{
    (void)phoneNumber;
    if (!_asked || !_answer)
        [NSException raise:NSInternalInconsistencyException
                    format:@"removal without incremental mode"];
    _removals++;
}

- (void)removeBlockingEntryWithPhoneNumber:
    (CXCallDirectoryPhoneNumber)phoneNumber
{
    [self removeIdentificationEntryWithPhoneNumber:phoneNumber];
}

- (void)completeRequestWithCompletionHandler:(void (^)(BOOL expired))completion
{
    [self ship];
    _completed = YES;
    /* Also after a failure, and then it says "not expired". */
    if (completion != nil)
        completion(_expires);
}

- (void)cancelRequestWithError:(NSError *)error
{
    _cancelled = error == nil ? -1 : [error code];
}

@end

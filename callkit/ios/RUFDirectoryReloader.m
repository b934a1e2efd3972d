/*
 * callkit/ios/RUFDirectoryReloader.m - the app's side of the call directory
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#import "RUFDirectoryReloader.h"
#import "RUFDirectoryKey.h"
#import <CallKit/CallKit.h>
#include <rufname/directory.h>

@implementation RUFDirectoryReloader

- (id)initWithExtensionIdentifier:(NSString *)identifier
                           folder:(NSString *)folder
{
    self = [super init];
    if (self != nil) {
        _identifier = [identifier copy];
        _folder = [folder copy];
    }
    return self;
}

#if !__has_feature(objc_arc)
- (void)dealloc
{
    [_identifier release];
    [_folder release];
    [super dealloc];
}
#endif

+ (BOOL)prepareFolder:(NSString *)folder error:(NSError **)error
{
    NSMutableDictionary *attributes = [NSMutableDictionary dictionary];
    NSURL *url = [NSURL fileURLWithPath:folder];

    [attributes setObject:NSFileProtectionCompleteUntilFirstUserAuthentication
                   forKey:NSFileProtectionKey];
    [attributes setObject:[NSNumber numberWithUnsignedLong:0700]
                   forKey:NSFilePosixPermissions];
    if (![[NSFileManager defaultManager] createDirectoryAtPath:folder
                                   withIntermediateDirectories:YES
                                                    attributes:attributes
                                                         error:error])
        return NO;
    /* An older folder may have been made with a stricter class. */
    if (![[NSFileManager defaultManager] setAttributes:attributes
                                          ofItemAtPath:folder
                                                 error:error])
        return NO;
    return [url setResourceValue:[NSNumber numberWithBool:YES]
                          forKey:NSURLIsExcludedFromBackupKey
                           error:error];
}

- (void)noteError:(NSError *)error
{
    struct ruf_error err;
    BOOL known =
        [[error domain] isEqualToString:CXErrorDomainCallDirectoryManager];

    /* Best effort: a record that stays is corrected by the next failure. */
    if (error != nil &&
        (!known || ruf_directory_error_forgets((long)[error code])) &&
        ruf_directory_forget([_folder fileSystemRepresentation], &err) !=
            RUF_OK)
        return;
}

- (void)reloadWithCompletion:(void (^)(NSError *error))completion
{
    if (_running) {
        _again = YES;
        return;
    }
    _running = YES;
    [[CXCallDirectoryManager sharedInstance]
        reloadExtensionWithIdentifier:_identifier
                    completionHandler:^(NSError *error) {
                      BOOL again = self->_again;

                      [self noteError:error];
                      self->_running = NO;
                      self->_again = NO;
                      if (completion != nil)
                          completion(error);
                      if (again)
                          [self reloadWithCompletion:completion];
                    }];
}

- (BOOL)wipeWithKeychainGroup:(NSString *)accessGroup
                   completion:(void (^)(NSError *error))completion
{
    struct ruf_error err;
    BOOL deleted = RUFDirectoryKeyDelete(accessGroup);
    BOOL wiped =
        ruf_directory_wipe([_folder fileSystemRepresentation], &err) == RUF_OK;

    [self reloadWithCompletion:completion];
    return deleted && wiped;
}

@end

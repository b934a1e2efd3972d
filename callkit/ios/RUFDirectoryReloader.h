/*
 * callkit/ios/RUFDirectoryReloader.h - the app's side of the call directory
 *
 * Tells the phone to load the extension again after a publish, a wipe, or when
 * its switch was turned on, and forgets the commit record where an error of the
 * phone puts its entries in doubt.
 *
 * Threads: main thread.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#import <Foundation/Foundation.h>

@interface RUFDirectoryReloader : NSObject {
    NSString *_identifier;
    NSString *_folder;
    BOOL _running;
    BOOL _again;
}

/** @param folder the directory the index is published to. */
- (id)initWithExtensionIdentifier:(NSString *)identifier
                           folder:(NSString *)folder;

/**
 * Make the folder: out of backups, readable after the first unlock also while
 * the phone is locked. Files made in it inherit that.
 */
+ (BOOL)prepareFolder:(NSString *)folder error:(NSError **)error;

/**
 * Reload. While one runs, another is done after it, once. The block gets the
 * phone's error, which is outside its enum at times, or nil.
 */
- (void)reloadWithCompletion:(void (^)(NSError *error))completion;

/**
 * The organisation's data goes: key first, then the files; the phone forgets
 * its entries with the reload that follows, now or when it is switched on.
 * @return NO: something is left; call it again.
 */
- (BOOL)wipeWithKeychainGroup:(NSString *)accessGroup
                   completion:(void (^)(NSError *error))completion;

@end

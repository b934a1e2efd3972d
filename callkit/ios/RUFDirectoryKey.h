/*
 * callkit/ios/RUFDirectoryKey.h - the home's key in a shared keychain group
 *
 * The app stores it, the extension reads it, often while the phone is locked:
 * so it is usable after the first unlock, and never leaves the device.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#import <Foundation/Foundation.h>

/** The key, RUF_KEY_SIZE bytes; nil: there is none, or the phone was not
 *  unlocked since it started. */
NSData *RUFDirectoryKeyRead(NSString *accessGroup);

/** Store it, replacing an older one. @return NO: the keychain refuses. */
BOOL RUFDirectoryKeyWrite(NSString *accessGroup, NSData *key);

/** First step of a wipe. @return NO: the keychain refuses. */
BOOL RUFDirectoryKeyDelete(NSString *accessGroup);

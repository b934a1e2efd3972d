/*
 * ios_parts.h - what iOS has in Foundation and GNUstep has not
 *
 * Included before the extension's sources when they run on Linux.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#import <Foundation/Foundation.h>

extern NSString *const NSFileProtectionKey;
extern NSString *const NSFileProtectionCompleteUntilFirstUserAuthentication;

@interface NSFileManager (IosParts)
- (NSURL *)containerURLForSecurityApplicationGroupIdentifier:(NSString *)group;
- (BOOL)setAttributes:(NSDictionary *)attributes
         ofItemAtPath:(NSString *)path
                error:(NSError **)error;
@end

@interface NSURL (IosParts)
- (BOOL)setResourceValue:(id)value
                  forKey:(NSString *)key
                   error:(NSError **)error;
@end

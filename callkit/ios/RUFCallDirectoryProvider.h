/*
 * callkit/ios/RUFCallDirectoryProvider.h - the Call Directory extension
 *
 * Name it as NSExtensionPrincipalClass and nothing is left to write: app group,
 * folder and keychain group come from the extension's Info.plist
 * (callkit/README.md). A subclass may override where they come from.
 *
 * Compiles with ARC and without.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#import <CallKit/CallKit.h>
#import <Foundation/Foundation.h>

/** Domain of the error a request is cancelled with; code: enum ruf_status. */
extern NSString *const RUFErrorDomain;

@interface RUFCallDirectoryProvider
    : CXCallDirectoryProvider <CXCallDirectoryExtensionContextDelegate> {
    id _request; /* the one under way */
}

/** Info.plist "RUFAppGroup": the app group shared with the app. */
- (NSString *)appGroup;

/** Info.plist "RUFKeychainGroup": access group of the key. */
- (NSString *)keychainGroup;

/** Directory of the index: "rufname" in the app group's container. */
- (NSString *)directoryFolder;

@end

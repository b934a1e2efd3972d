/*
 * CallKit/CallKit.h - stand-in: the part of CallKit the extension uses
 *
 * Written from Apple's documentation, for compiling where there is no SDK.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#import <Foundation/Foundation.h>

typedef int64_t CXCallDirectoryPhoneNumber;

extern NSString *const CXErrorDomainCallDirectoryManager;

@class CXCallDirectoryExtensionContext;

@protocol CXCallDirectoryExtensionContextDelegate <NSObject>
- (void)requestFailedForExtensionContext:
            (CXCallDirectoryExtensionContext *)extensionContext
                               withError:(NSError *)error;
@end

@interface CXCallDirectoryExtensionContext : NSExtensionContext {
#if !__has_feature(objc_arc)
    id<CXCallDirectoryExtensionContextDelegate> _delegate;
#endif
}
#if __has_feature(objc_arc)
@property(nonatomic, weak) id<CXCallDirectoryExtensionContextDelegate> delegate;
#else
@property(nonatomic, assign) id<CXCallDirectoryExtensionContextDelegate>
    delegate;
#endif
@property(nonatomic, readonly, getter=isIncremental) BOOL incremental;
- (void)addBlockingEntryWithNextSequentialPhoneNumber:
    (CXCallDirectoryPhoneNumber)phoneNumber;
- (void)removeBlockingEntryWithPhoneNumber:
    (CXCallDirectoryPhoneNumber)phoneNumber;
- (void)removeAllBlockingEntries;
- (void)addIdentificationEntryWithNextSequentialPhoneNumber:
            (CXCallDirectoryPhoneNumber)phoneNumber
                                                      label:(NSString *)label;
- (void)removeIdentificationEntryWithPhoneNumber:
    (CXCallDirectoryPhoneNumber)phoneNumber;
- (void)removeAllIdentificationEntries;
- (void)completeRequestWithCompletionHandler:(void (^)(BOOL expired))completion;
@end

@interface CXCallDirectoryProvider : NSObject
- (void)beginRequestWithExtensionContext:
    (CXCallDirectoryExtensionContext *)context;
@end

@interface CXCallDirectoryManager : NSObject
+ (CXCallDirectoryManager *)sharedInstance;
- (void)reloadExtensionWithIdentifier:(NSString *)identifier
                    completionHandler:(void (^)(NSError *error))completion;
@end

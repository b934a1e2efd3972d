/*
 * Foundation/Foundation.h - stand-in: what the extension uses of Foundation
 *
 * Declarations only, so that its source compiles as ARC for iOS without an
 * SDK. Nothing links against this.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STUB_FOUNDATION_H
#define STUB_FOUNDATION_H

#include <stddef.h>
#include <stdint.h>

typedef signed char BOOL;
#define YES ((BOOL)1)
#define NO ((BOOL)0)
#define nil ((id)0)
typedef long NSInteger;
typedef unsigned long NSUInteger;

@protocol NSObject
- (BOOL)isEqual:(id)other;
@end

__attribute__((objc_root_class))
@interface NSObject<NSObject>
+ (id)alloc;
- (id)init;
- (Class)class;
- (id)copy;
@end

typedef NSUInteger NSStringEncoding;
enum { NSUTF8StringEncoding = 4 };

@interface NSString : NSObject
- (id)initWithBytes:(const void *)bytes
             length:(NSUInteger)length
           encoding:(NSStringEncoding)encoding;
- (BOOL)isEqualToString:(NSString *)other;
- (NSString *)stringByAppendingPathComponent:(NSString *)component;
- (const char *)fileSystemRepresentation;
@end

@interface NSNumber : NSObject
+ (NSNumber *)numberWithBool:(BOOL)value;
+ (NSNumber *)numberWithUnsignedLong:(unsigned long)value;
@end

@interface NSData : NSObject
@property(readonly) NSUInteger length;
@property(readonly) const void *bytes;
@end

@interface NSDictionary : NSObject
@end

@interface NSMutableDictionary : NSDictionary
+ (id)dictionary;
- (void)setObject:(id)object forKey:(id)key;
@end

@interface NSError : NSObject
@property(readonly) NSString *domain;
@property(readonly) NSInteger code;
+ (id)errorWithDomain:(NSString *)domain
                 code:(NSInteger)code
             userInfo:(NSDictionary *)userInfo;
@end

extern NSString *const NSURLIsExcludedFromBackupKey;
extern NSString *const NSFileProtectionKey;
extern NSString *const NSFileProtectionCompleteUntilFirstUserAuthentication;
extern NSString *const NSFilePosixPermissions;

@interface NSURL : NSObject
@property(readonly) NSString *path;
+ (id)fileURLWithPath:(NSString *)path;
- (BOOL)setResourceValue:(id)value
                  forKey:(NSString *)key
                   error:(NSError **)error;
@end

@interface NSFileManager : NSObject
+ (NSFileManager *)defaultManager;
- (NSURL *)containerURLForSecurityApplicationGroupIdentifier:(NSString *)group;
- (BOOL)createDirectoryAtPath:(NSString *)path
    withIntermediateDirectories:(BOOL)intermediate
                     attributes:(NSDictionary *)attributes
                          error:(NSError **)error;
- (BOOL)setAttributes:(NSDictionary *)attributes
         ofItemAtPath:(NSString *)path
                error:(NSError **)error;
@end

@interface NSBundle : NSObject
+ (NSBundle *)bundleForClass:(Class)aClass;
- (id)objectForInfoDictionaryKey:(NSString *)key;
@end

@interface NSExtensionContext : NSObject
- (void)cancelRequestWithError:(NSError *)error;
@end

#endif

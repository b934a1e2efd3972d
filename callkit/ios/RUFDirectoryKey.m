/*
 * callkit/ios/RUFDirectoryKey.m - the home's key in a shared keychain group
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#import "RUFDirectoryKey.h"
#import <Security/Security.h>
#include <rufname/index.h>

static NSMutableDictionary *RUFKeyQuery(NSString *accessGroup)
{
    NSMutableDictionary *query = [NSMutableDictionary dictionary];

    [query setObject:(__bridge id)kSecClassGenericPassword
              forKey:(__bridge id)kSecClass];
    [query setObject:@"rufname" forKey:(__bridge id)kSecAttrService];
    [query setObject:@"directory" forKey:(__bridge id)kSecAttrAccount];
    [query setObject:accessGroup forKey:(__bridge id)kSecAttrAccessGroup];
    return query;
}

NSData *RUFDirectoryKeyRead(NSString *accessGroup)
{
    NSMutableDictionary *query;
    CFTypeRef found = NULL;
    NSData *key;

    if (accessGroup == nil)
        return nil;
    query = RUFKeyQuery(accessGroup);
    [query setObject:[NSNumber numberWithBool:YES]
              forKey:(__bridge id)kSecReturnData];
    if (SecItemCopyMatching((__bridge CFDictionaryRef)query, &found) !=
        errSecSuccess)
        return nil;
#if __has_feature(objc_arc)
    key = (__bridge_transfer NSData *)found;
#else
    key = [(NSData *)found autorelease];
#endif
    return [key length] == RUF_KEY_SIZE ? key : nil;
}

BOOL RUFDirectoryKeyDelete(NSString *accessGroup)
{
    OSStatus status =
        SecItemDelete((__bridge CFDictionaryRef)RUFKeyQuery(accessGroup));

    return status == errSecSuccess || status == errSecItemNotFound;
}

BOOL RUFDirectoryKeyWrite(NSString *accessGroup, NSData *key)
{
    NSMutableDictionary *item = RUFKeyQuery(accessGroup);

    if ([key length] != RUF_KEY_SIZE || !RUFDirectoryKeyDelete(accessGroup))
        return NO;
    [item setObject:key forKey:(__bridge id)kSecValueData];
    /* Readable in the background, not carried to another device. */
    [item
        setObject:(__bridge id)kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly
           forKey:(__bridge id)kSecAttrAccessible];
    return SecItemAdd((__bridge CFDictionaryRef)item, NULL) == errSecSuccess;
}

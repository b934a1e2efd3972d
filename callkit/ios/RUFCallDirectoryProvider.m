/*
 * callkit/ios/RUFCallDirectoryProvider.m - the Call Directory extension
 *
 * Everything is decided in the C core; here its calls become messages. Calls
 * are collected and sent in one autorelease pool per batch: memory stays the
 * same for a thousand entries and for two million. Nothing is logged: the
 * system log can be read with a cable.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#import "RUFCallDirectoryProvider.h"
#import "RUFDirectoryKey.h"
#include <rufname/directory.h>
#include <string.h>

NSString *const RUFErrorDomain = @"com.rufname.directory";

#define BATCH_CALLS 1000
#define BATCH_BYTES 65536

enum RUFCallKind { RUFAddName, RUFAddBlocked, RUFRemoveName, RUFRemoveBlocked };

struct RUFCall {
    enum RUFCallKind kind;
    ruf_e164 number;
    size_t offset; /* of the label */
    size_t size;
};

/* --- one request, as long as anybody may answer it -------------------------
 */

@interface RUFRequest : NSObject {
  @public
    struct ruf_directory_request *_request;
#if __has_feature(objc_arc)
    __weak CXCallDirectoryExtensionContext *_context;
#else
    CXCallDirectoryExtensionContext *_context;
#endif
    size_t _callCount;
    size_t _byteCount;
    struct RUFCall _calls[BATCH_CALLS];
    char _bytes[BATCH_BYTES];
}
@end

@implementation RUFRequest

- (void)dealloc
{
    ruf_directory_request_close(_request);
    memset(_bytes, 0, sizeof(_bytes));
#if !__has_feature(objc_arc)
    [super dealloc];
#endif
}

- (void)sendCall:(const struct RUFCall *)call
              to:(CXCallDirectoryExtensionContext *)context
{
    CXCallDirectoryPhoneNumber number =
        (CXCallDirectoryPhoneNumber)call->number;
    NSString *label;

    switch (call->kind) {
    case RUFAddName:
        label = [[NSString alloc] initWithBytes:_bytes + call->offset
                                         length:call->size
                                       encoding:NSUTF8StringEncoding];
        if (label != nil)
            [context addIdentificationEntryWithNextSequentialPhoneNumber:number
                                                                   label:label];
#if !__has_feature(objc_arc)
        [label release];
#endif
        break;
    case RUFAddBlocked:
        [context addBlockingEntryWithNextSequentialPhoneNumber:number];
        break;
    case RUFRemoveName:
        [context removeIdentificationEntryWithPhoneNumber:number];
        break;
    case RUFRemoveBlocked:
        [context removeBlockingEntryWithPhoneNumber:number];
        break;
    }
}

- (void)flush
{
    CXCallDirectoryExtensionContext *context = _context;

    @autoreleasepool {
        for (size_t i = 0; i < _callCount; i++)
            [self sendCall:&_calls[i] to:context];
    }
    _callCount = 0;
    _byteCount = 0;
}

- (void)addCall:(enum RUFCallKind)kind
         number:(ruf_e164)number
          label:(struct ruf_text)label
{
    struct RUFCall *call;

    if (_callCount == BATCH_CALLS || label.size > BATCH_BYTES - _byteCount)
        [self flush];
    call = &_calls[_callCount++];
    call->kind = kind;
    call->number = number;
    call->offset = _byteCount;
    call->size = label.size;
    if (label.size > 0)
        memcpy(_bytes + _byteCount, label.data, label.size);
    _byteCount += label.size;
}

@end

/* --- the host of the C core -------------------------------------------------
 */

static RUFRequest *RUFRequestOf(void *context)
{
    return (__bridge RUFRequest *)context;
}

static bool RUFAsk(void *context)
{
    CXCallDirectoryExtensionContext *host = RUFRequestOf(context)->_context;

    return host.isIncremental;
}

static enum ruf_status RUFAdd(void *context, ruf_e164 number,
                              struct ruf_text label, struct ruf_error *err)
{
    (void)err;
    [RUFRequestOf(context) addCall:RUFAddName number:number label:label];
    return RUF_OK;
}

static enum ruf_status RUFBlock(void *context, ruf_e164 number,
                                struct ruf_error *err)
{
    struct ruf_text none = { NULL, 0 };

    (void)err;
    [RUFRequestOf(context) addCall:RUFAddBlocked number:number label:none];
    return RUF_OK;
}

static enum ruf_status RUFRemove(void *context, ruf_e164 number,
                                 struct ruf_error *err)
{
    struct ruf_text none = { NULL, 0 };

    (void)err;
    [RUFRequestOf(context) addCall:RUFRemoveName number:number label:none];
    return RUF_OK;
}

static enum ruf_status RUFUnblock(void *context, ruf_e164 number,
                                  struct ruf_error *err)
{
    struct ruf_text none = { NULL, 0 };

    (void)err;
    [RUFRequestOf(context) addCall:RUFRemoveBlocked number:number label:none];
    return RUF_OK;
}

/* Polled every 1,000 calls and before the completion: what was collected goes
 * out, so that a failure is noticed as late as the core expects, not later. */
static bool RUFFlush(void *context)
{
    [RUFRequestOf(context) flush];
    return false;
}

static enum ruf_status RUFComplete(void *context, struct ruf_error *err)
{
    RUFRequest *request = RUFRequestOf(context);
    CXCallDirectoryExtensionContext *host = request->_context;

    (void)err;
    [request flush];
    /* The block keeps the request alive. If the record cannot be written, the
     * next request is full. */
    [host completeRequestWithCompletionHandler:^(BOOL expired) {
      struct ruf_error reason;

      if (ruf_directory_request_finish(request->_request,
                                       expired ? RUF_DIRECTORY_NOT_IN_TIME
                                               : RUF_DIRECTORY_STORED,
                                       &reason) != RUF_OK)
          return;
    }];
    return RUF_OK;
}

/* --- provider ---------------------------------------------------------------
 */

@implementation RUFCallDirectoryProvider

#if !__has_feature(objc_arc)
- (void)dealloc
{
    [_request release];
    [super dealloc];
}
#endif

- (NSString *)setting:(NSString *)name
{
    return [[NSBundle bundleForClass:[self class]]
        objectForInfoDictionaryKey:name];
}

- (NSString *)appGroup
{
    return [self setting:@"RUFAppGroup"];
}

- (NSString *)keychainGroup
{
    return [self setting:@"RUFKeychainGroup"];
}

- (NSString *)directoryFolder
{
    NSURL *container = [[NSFileManager defaultManager]
        containerURLForSecurityApplicationGroupIdentifier:[self appGroup]];

    return [[container path] stringByAppendingPathComponent:@"rufname"];
}

- (RUFRequest *)openRequest:(CXCallDirectoryExtensionContext *)context
{
    RUFRequest *request = [[RUFRequest alloc] init];
    NSString *folder = [self directoryFolder];
    NSData *key = RUFDirectoryKeyRead([self keychainGroup]);
    struct ruf_directory_options options = { .struct_size = sizeof(options) };
    struct ruf_error err;

    options.key = key == nil ? NULL : [key bytes];
    request->_context = context;
    if (folder != nil &&
        ruf_directory_request_open([folder fileSystemRepresentation], &options,
                                   &request -> _request, &err) != RUF_OK)
        request->_request = NULL;
#if !__has_feature(objc_arc)
    [request autorelease];
#endif
    return request;
}

- (void)keepEntriesOf:(CXCallDirectoryExtensionContext *)context
{
    /* Reading it is what makes the phone keep its entries. */
    (void)context.isIncremental;
    [context completeRequestWithCompletionHandler:nil];
}

- (void)emit:(RUFRequest *)request to:(CXCallDirectoryExtensionContext *)context
{
    struct ruf_directory_host host = {
        .context = (__bridge void *)request,
        .ask = RUFAsk,
        .add_identification = RUFAdd,
        .add_blocking = RUFBlock,
        .remove_identification = RUFRemove,
        .remove_blocking = RUFUnblock,
        .complete = RUFComplete,
        .should_stop = RUFFlush,
    };
    struct ruf_error err;
    enum ruf_status status =
        ruf_directory_request_emit(request->_request, &host, &err);

    /* A nil error would count as success. */
    if (status != RUF_OK)
        [context
            cancelRequestWithError:[NSError errorWithDomain:RUFErrorDomain
                                                       code:(NSInteger)status
                                                   userInfo:nil]];
}

- (void)beginRequestWithExtensionContext:
    (CXCallDirectoryExtensionContext *)context
{
    @autoreleasepool {
        RUFRequest *request = [self openRequest:context];

#if __has_feature(objc_arc)
        _request = request;
#else
        [_request release];
        _request = [request retain];
#endif
        context.delegate = self;
        if (request->_request == NULL)
            [self keepEntriesOf:context];
        else
            [self emit:request to:context];
    }
}

/* On another thread, while the request may still be emitting. */
- (void)requestFailedForExtensionContext:
            (CXCallDirectoryExtensionContext *)context
                               withError:(NSError *)error
{
    RUFRequest *request = _request;

    (void)context;
    (void)error;
    if (request->_request != NULL)
        ruf_directory_request_fail(request->_request);
}

@end

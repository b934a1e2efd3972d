/*
 * main.c - rufname-tenant: the HTTPS server around the sample company
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tenant.h"
#include <microhttpd.h>
#include <netinet/in.h>
#include <openssl/rand.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#define BODY_MAX 65536

/* --- small helpers
 * ------------------------------------------------------------ */

long long tenant_now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

long long tenant_now_s(void)
{
    return (long long)time(NULL);
}

void tenant_random_hex(char *out, size_t digits)
{
    static const char hex[] = "0123456789abcdef";
    unsigned char bytes[64];

    (void)RAND_bytes(bytes, sizeof(bytes));
    for (size_t i = 0; i < digits; i++)
        out[i] = hex[bytes[i % sizeof(bytes)] & 15];
    out[digits] = '\0';
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

void tenant_decode(const char *from, size_t size, char *out, size_t room)
{
    size_t done = 0;

    for (size_t i = 0; i < size && done + 1 < room; i++) {
        if (from[i] == '%' && i + 2 < size && hex_digit(from[i + 1]) >= 0 &&
            hex_digit(from[i + 2]) >= 0) {
            out[done++] =
                (char)(hex_digit(from[i + 1]) << 4 | hex_digit(from[i + 2]));
            i += 2;
        } else {
            out[done++] = from[i] == '+' ? ' ' : from[i];
        }
    }
    out[done] = '\0';
}

bool tenant_parameter(const char *text, const char *name, char *out,
                      size_t size)
{
    char key[64];

    while (*text != '\0') {
        size_t width = strcspn(text, "&");
        size_t equals = strcspn(text, "=&");

        tenant_decode(text, equals, key, sizeof(key));
        if (strcmp(key, name) == 0) {
            if (equals < width)
                tenant_decode(text + equals + 1, width - equals - 1, out, size);
            else
                out[0] = '\0';
            return true;
        }
        text += width;
        text += *text == '&' ? 1 : 0;
    }
    return false;
}

/* --- one request
 * ---------------------------------------------------------------- */

/* Raw request target and body, from the first callback to the last. */
struct request {
    char target[4096];
    char path[2048];
    char sent[4096]; /* target without its query */
    char body[BODY_MAX];
    size_t body_size;
};

static void *request_begin(void *context, const char *uri,
                           struct MHD_Connection *connection)
{
    struct request *request = calloc(1, sizeof(*request));

    (void)context;
    (void)connection;
    if (request != NULL)
        (void)snprintf(request->target, sizeof(request->target), "%s", uri);
    return request;
}

static void request_end(void *context, struct MHD_Connection *connection,
                        void **request, enum MHD_RequestTerminationCode code)
{
    (void)context;
    (void)connection;
    (void)code;
    free(*request);
    *request = NULL;
}

static bool wants_gzip(struct MHD_Connection *connection)
{
    const char *value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
                                                    "Accept-Encoding");

    return value != NULL && strstr(value, "gzip") != NULL;
}

/* Level 1: the client, not the tenant, should be what a sync waits for. */
static bool compress_gzip(const struct text_out *plain, struct text_out *out)
{
    z_stream stream;
    bool done;

    memset(&stream, 0, sizeof(stream));
    if (deflateInit2(&stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) !=
        Z_OK)
        return false;
    out->capacity = deflateBound(&stream, plain->size) + 32;
    out->bytes = malloc(out->capacity);
    stream.next_in = (unsigned char *)plain->bytes;
    stream.avail_in = (unsigned)plain->size;
    stream.next_out = (unsigned char *)out->bytes;
    stream.avail_out = (unsigned)out->capacity;
    done = out->bytes != NULL && deflate(&stream, Z_FINISH) == Z_STREAM_END;
    out->size = stream.total_out;
    (void)deflateEnd(&stream);
    return done;
}

/* "phones":[{...},{...}] becomes "phones":[]. */
static void drop_phones(struct text_out *out)
{
    static const char name[] = "\"phones\":[";
    char *at = out->bytes;

    while (at != NULL && (at = strstr(at, name)) != NULL) {
        char *end;

        at += sizeof(name) - 1;
        end = strchr(at, ']');
        if (end == NULL)
            return;
        memmove(at, end, (size_t)(out->bytes + out->size - end) + 1);
        out->size -= (size_t)(end - at);
    }
}

static void replace_body(struct exchange *exchange, const struct fault *fault)
{
    struct text_out *out = &exchange->out;

    if (strcmp(fault->body, "html") == 0) {
        out->size = 0;
        exchange->content_type = "text/html";
        text_put(out, "<html><body>Proxy sign-in required</body></html>");
    } else if (strcmp(fault->body, "truncated") == 0) {
        out->size /= 2;
    } else if (strcmp(fault->body, "empty") == 0) {
        out->size = 0;
    } else if (strcmp(fault->body, "no-phones") == 0) {
        drop_phones(out);
    } else if (strcmp(fault->body, "reset") == 0) {
        exchange->reset = true;
    }
}

static void replace_link(struct exchange *exchange, const char *link)
{
    char *at = exchange->out.bytes == NULL
                   ? NULL
                   : strstr(exchange->out.bytes, ",\"@odata.");

    for (char *next = at; next != NULL; next = strstr(at + 1, ",\"@odata."))
        at = next;
    if (at == NULL || strstr(at, "context") != NULL)
        return;
    exchange->out.size = (size_t)(at - exchange->out.bytes);
    text_format(&exchange->out, ",\"@odata.nextLink\":\"%s\"}", link);
}

static void apply_fault(struct tenant *tenant, struct exchange *exchange,
                        const struct fault *fault)
{
    if (fault->hold_ms > 0) {
        struct timespec pause = { fault->hold_ms / 1000,
                                  (long)(fault->hold_ms % 1000) * 1000000 };

        tenant_log(tenant, "HOLD %s %s%s%s", exchange->method, exchange->path,
                   exchange->query[0] == '\0' ? "" : "?", exchange->query);
        (void)nanosleep(&pause, NULL);
    }
    if (fault->status != 0) {
        tenant_graph_error(exchange, fault->status,
                           fault->status == 429 ? "TooManyRequests"
                                                : "ScriptedFault",
                           "Scripted by --faults.");
        (void)snprintf(exchange->retry_after, sizeof(exchange->retry_after),
                       "%s", fault->retry_after);
        (void)snprintf(exchange->location, sizeof(exchange->location), "%s",
                       fault->location);
    }
    if (fault->next_link[0] != '\0')
        replace_link(exchange, fault->next_link);
    replace_body(exchange, fault);
}

static enum MHD_Result send_answer(struct tenant *tenant,
                                   struct MHD_Connection *connection,
                                   struct exchange *exchange)
{
    struct text_out compressed = { NULL, 0, 0 };
    bool gzip = exchange->out.size > 1024 && !exchange->file &&
                wants_gzip(connection) &&
                compress_gzip(&exchange->out, &compressed);
    char nothing[1] = "";
    struct text_out *body = gzip ? &compressed : &exchange->out;
    struct MHD_Response *response = MHD_create_response_from_buffer(
        body->size, body->size == 0 ? nothing : body->bytes,
        MHD_RESPMEM_MUST_COPY);
    enum MHD_Result result;

    tenant_log(tenant, "%s %s%s%s %u %zu", exchange->method, exchange->path,
               exchange->query[0] == '\0' ? "" : "?", exchange->query,
               exchange->status, body->size);
    text_free(&compressed);
    if (response == NULL)
        return MHD_NO;
    (void)MHD_add_response_header(response, "Content-Type",
                                  exchange->content_type);
    (void)MHD_add_response_header(response, "request-id",
                                  "00000000-0000-4000-8000-000000000000");
    if (gzip)
        (void)MHD_add_response_header(response, "Content-Encoding", "gzip");
    if (exchange->retry_after[0] != '\0')
        (void)MHD_add_response_header(response, "Retry-After",
                                      exchange->retry_after);
    if (exchange->authenticate[0] != '\0')
        (void)MHD_add_response_header(response, "WWW-Authenticate",
                                      exchange->authenticate);
    if (exchange->etag[0] != '\0')
        (void)MHD_add_response_header(response, "ETag", exchange->etag);
    if (exchange->content_range[0] != '\0')
        (void)MHD_add_response_header(response, "Content-Range",
                                      exchange->content_range);
    if (exchange->location[0] != '\0')
        (void)MHD_add_response_header(response, "Location", exchange->location);
    result = MHD_queue_response(connection, exchange->status, response);
    MHD_destroy_response(response);
    return result;
}

static void dispatch(struct tenant *tenant, struct exchange *exchange)
{
    if (tenant_is_signin(exchange->path))
        tenant_signin(tenant, exchange);
    else if (tenant_is_batch(exchange->path))
        tenant_batch(tenant, exchange);
    else if (tenant_is_presence(exchange->path))
        tenant_presence(tenant, exchange);
    else if (strncmp(exchange->path, "/v1.0/", 6) == 0)
        tenant_graph(tenant, exchange);
    else if (tenant_is_dataverse(exchange->path))
        tenant_dataverse(tenant, exchange);
    else if (tenant_is_blobs(exchange->path))
        tenant_blobs(tenant, exchange);
    else
        tenant_graph_error(exchange, 404, "UnknownPath", "No such path.");
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection,
                              const char *url, const char *method,
                              const char *version, const char *data,
                              size_t *data_size, void **state)
{
    struct tenant *tenant = context;
    struct request *request = *state;
    const struct fault *fault;
    struct exchange exchange;
    enum MHD_Result result;
    size_t width;

    (void)url;
    (void)version;
    if (request == NULL)
        return MHD_NO;
    if (request->path[0] == '\0') { /* headers only so far */
        width = strcspn(request->target, "?");
        tenant_decode(request->target, width, request->path,
                      sizeof(request->path));
        return MHD_YES;
    }
    if (*data_size > 0) {
        if (*data_size >= BODY_MAX - request->body_size)
            return MHD_NO;
        memcpy(request->body + request->body_size, data, *data_size);
        request->body_size += *data_size;
        *data_size = 0;
        return MHD_YES;
    }
    memset(&exchange, 0, sizeof(exchange));
    width = strcspn(request->target, "?");
    exchange.method = method;
    exchange.path = request->path;
    (void)snprintf(request->sent, sizeof(request->sent), "%.*s", (int)width,
                   request->target);
    exchange.sent = request->sent;
    exchange.query =
        request->target[width] == '?' ? request->target + width + 1 : "";
    exchange.authorization = MHD_lookup_connection_value(
        connection, MHD_HEADER_KIND, "Authorization");
    exchange.prefer =
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Prefer");
    exchange.consistency = MHD_lookup_connection_value(
        connection, MHD_HEADER_KIND, "ConsistencyLevel");
    exchange.range =
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Range");
    exchange.match =
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "If-Match");
    exchange.no_match = MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
                                                    "If-None-Match");
    exchange.body = request->body;
    exchange.status = 200;
    exchange.content_type = "application/json; odata.metadata=minimal";
    fault = tenant_fault(tenant, &exchange);
    if (fault == NULL || fault->status == 0)
        dispatch(tenant, &exchange);
    if (fault != NULL)
        apply_fault(tenant, &exchange, fault);
    result =
        exchange.reset ? MHD_NO : send_answer(tenant, connection, &exchange);
    text_free(&exchange.out);
    return result;
}

/* --- start and stop
 * ------------------------------------------------------------------ */

struct options {
    uint32_t contacts;
    uint64_t seed;
    uint16_t port;
    const char *state;
    const char *faults;
    uint32_t churn;
    uint32_t turnover;
    uint32_t token_seconds;
    uint32_t crm;
    uint32_t blobs;
    uint32_t blob_rows;
    uint32_t folders;
    const char *links;
};

static int usage(void)
{
    (void)fputs("usage: rufname-tenant [--contacts N] [--seed S] [--port P] "
                "[--state DIR]\n                      [--faults FILE] "
                "[--churn N] [--turnover N]\n"
                "                      [--token-seconds N] [--crm N] [--blobs "
                "N] [--blob-rows N] "
                "[--folders N]\n                      [--links ORIGIN]\n",
                stderr);
    return 2;
}

static bool take_number(struct options *options, const char *name,
                        const char *value)
{
    const struct {
        const char *name;
        uint32_t *out;
    } numbers[] = {
        { "--contacts", &options->contacts },
        { "--churn", &options->churn },
        { "--turnover", &options->turnover },
        { "--token-seconds", &options->token_seconds },
        { "--crm", &options->crm },
        { "--blobs", &options->blobs },
        { "--blob-rows", &options->blob_rows },
        { "--folders", &options->folders },
    };

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        if (strcmp(name, numbers[i].name) != 0)
            continue;
        *numbers[i].out = (uint32_t)strtoul(value, NULL, 10);
        return true;
    }
    return false;
}

static int parse_options(int argc, char **argv, struct options *options)
{
    for (int i = 1; i < argc; i += 2) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;

        if (value == NULL)
            return usage();
        if (take_number(options, argv[i], value))
            continue;
        if (strcmp(argv[i], "--seed") == 0)
            options->seed = strtoull(value, NULL, 10);
        else if (strcmp(argv[i], "--port") == 0)
            options->port = (uint16_t)strtoul(value, NULL, 10);
        else if (strcmp(argv[i], "--state") == 0)
            options->state = value;
        else if (strcmp(argv[i], "--faults") == 0)
            options->faults = value;
        else if (strcmp(argv[i], "--links") == 0)
            options->links = value;
        else
            return usage();
    }
    return options->contacts == 0 || options->folders > TENANT_FOLDERS_MAX ||
                   options->blobs > 1000
               ? usage()
               : 0;
}

static struct MHD_Daemon *start_server(struct tenant *tenant, uint16_t port,
                                       char *key, char *certificate)
{
    struct sockaddr_in address;
    struct MHD_Daemon *daemon;
    const union MHD_DaemonInfo *info;

    memset(&address, 0, sizeof(address));
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    daemon = MHD_start_daemon(
        MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD |
            MHD_USE_TLS,
        port, NULL, NULL, handle, tenant, MHD_OPTION_SOCK_ADDR, &address,
        MHD_OPTION_HTTPS_MEM_KEY, key, MHD_OPTION_HTTPS_MEM_CERT, certificate,
        MHD_OPTION_URI_LOG_CALLBACK, request_begin, NULL,
        MHD_OPTION_NOTIFY_COMPLETED, request_end, NULL, MHD_OPTION_END);
    info = daemon == NULL
               ? NULL
               : MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
    if (info != NULL) {
        (void)snprintf(tenant->origin, sizeof(tenant->origin),
                       "https://127.0.0.1:%u", (unsigned)info->port);
        (void)snprintf(tenant->dataverse, sizeof(tenant->dataverse),
                       "https://localhost:%u", (unsigned)info->port);
    }
    return daemon;
}

/* SIGUSR1 moves the company to its next version; TERM and INT end. */
static void wait_for_signals(struct tenant *tenant, const sigset_t *signals,
                             uint32_t turnover)
{
    int number = 0;

    while (sigwait(signals, &number) == 0 && number == SIGUSR1) {
        (void)pthread_rwlock_wrlock(&tenant->lock);
        company_advance(&tenant->company, turnover);
        (void)tenant_dump(tenant);
        tenant_log(tenant, "VERSION %u", tenant->company.version);
        (void)pthread_rwlock_unlock(&tenant->lock);
    }
}

static int serve(struct tenant *tenant, const struct options *options)
{
    struct MHD_Daemon *daemon;
    char *key = NULL;
    char *certificate = NULL;
    sigset_t signals;

    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGTERM);
    (void)sigaddset(&signals, SIGINT);
    (void)sigaddset(&signals, SIGUSR1);
    (void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    if (tenant_files_prepare(tenant) != 0 ||
        tenant_certificates(tenant, &key, &certificate) != 0)
        return 10;
    daemon = start_server(tenant, options->port, key, certificate);
    if (daemon == NULL) {
        (void)fprintf(stderr, "rufname-tenant: cannot listen on port %u\n",
                      options->port);
        return 5;
    }
    (void)snprintf(tenant->links, sizeof(tenant->links), "%s",
                   options->links != NULL ? options->links : tenant->origin);
    company_create(&tenant->company, options->contacts, options->seed);
    tenant->company.crm_rows = options->crm;
    tenant->company.blobs = options->blobs;
    tenant->company.blob_rows = options->blobs > 0 ? options->blob_rows : 0;
    tenant->company.folders = options->folders;
    if (tenant_files_publish(tenant) == 0) {
        (void)fprintf(stderr, "rufname-tenant: %u contacts at %s\n",
                      options->contacts, tenant->origin);
        wait_for_signals(tenant, &signals, options->turnover);
    }
    MHD_stop_daemon(daemon);
    company_destroy(&tenant->company);
    free(key);
    free(certificate);
    (void)fclose(tenant->log);
    return 0;
}

int main(int argc, char **argv)
{
    static struct tenant tenant;
    struct options options = { .contacts = 1000,
                               .seed = 1,
                               .state = "rufname-tenant.state",
                               .turnover = 100,
                               .token_seconds = 3599,
                               .blob_rows = 1000 };
    int code = parse_options(argc, argv, &options);

    if (code != 0)
        return code;
    (void)umask(077);
    tenant.churn = options.churn;
    tenant.token_seconds = options.token_seconds;
    (void)snprintf(tenant.state, sizeof(tenant.state), "%s", options.state);
    (void)pthread_rwlock_init(&tenant.lock, NULL);
    (void)pthread_mutex_init(&tenant.state_lock, NULL);
    if (options.faults != NULL &&
        tenant_faults_load(&tenant, options.faults) != 0)
        return 2;
    return serve(&tenant, &options);
}

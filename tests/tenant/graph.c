/*
 * graph.c - users, organisational and personal contacts, with delta
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tenant.h"
#include <stdlib.h>
#include <string.h>

#define USERS_PAGE_DEFAULT 100
#define USERS_PAGE_MAX 999
#define DELTA_PAGE 200
#define OUTLOOK_PAGE_DEFAULT 10
#define OUTLOOK_PAGE_MAX 1000
#define FOLDER_ID "AQMkAD=/F" /* needs encoding in a path */

void tenant_graph_error(struct exchange *exchange, unsigned status,
                        const char *code, const char *message)
{
    exchange->status = status;
    exchange->out.size = 0;
    text_format(&exchange->out,
                "{\"error\":{\"code\":\"%s\",\"message\":\"%s\","
                "\"innerError\":{\"request-id\":\"0\"}}}",
                code, message);
}

/* --- records as Graph objects ------------------------------------------------
 */

struct projection {
    const char *select; /* comma list, or "" for all */
    bool first;
    struct text_out *out;
};

static bool selected(const struct projection *projection, const char *name)
{
    size_t size = strlen(name);
    const char *at = projection->select;

    if (*at == '\0')
        return true;
    while ((at = strstr(at, name)) != NULL) {
        bool starts = at == projection->select || at[-1] == ',';

        if (starts && (at[size] == ',' || at[size] == '\0'))
            return true;
        at += size;
    }
    return false;
}

static bool begin(struct projection *projection, const char *name)
{
    if (!selected(projection, name))
        return false;
    text_member(projection->out, &projection->first, name);
    return true;
}

static void text_property(struct projection *projection, const char *name,
                          const char *value)
{
    if (begin(projection, name))
        text_json(projection->out, value);
}

static const char *or_null(const char *text)
{
    return text == NULL || text[0] == '\0' ? NULL : text;
}

static void number_list(struct projection *projection, const char *property,
                        const struct tenant_record *record, const char *kind)
{
    bool first = true;

    if (!begin(projection, property))
        return;
    text_put(projection->out, "[");
    for (size_t i = 0; i < record->number_count; i++) {
        if (strcmp(record->numbers[i].kind, kind) != 0)
            continue;
        text_put(projection->out, first ? "" : ",");
        text_json(projection->out, record->numbers[i].raw);
        first = false;
    }
    text_put(projection->out, "]");
}

static const char *one_number(const struct tenant_record *record,
                              const char *kind)
{
    for (size_t i = 0; i < record->number_count; i++)
        if (strcmp(record->numbers[i].kind, kind) == 0)
            return record->numbers[i].raw;
    return NULL;
}

static void proxy_addresses(struct projection *projection,
                            const struct tenant_record *record)
{
    if (!begin(projection, "proxyAddresses"))
        return;
    text_format(projection->out, "[\"SMTP:%s\"", record->mail);
    if (record->second_mail[0] != '\0')
        text_format(projection->out, ",\"smtp:%s\",\"X500:/o=Ex/cn=%u\"",
                    record->second_mail, record->person);
    text_put(projection->out, "]");
}

static void common_properties(struct projection *projection,
                              const struct tenant_record *record)
{
    text_property(projection, "displayName", record->display);
    text_property(projection, "givenName", record->given);
    text_property(projection, "surname", record->family);
    text_property(projection, "companyName", record->company);
    text_property(projection, "department", record->department);
    text_property(projection, "jobTitle", record->title);
}

static void user_object(struct projection *projection,
                        const struct tenant_record *record)
{
    common_properties(projection, record);
    text_property(projection, "mail", record->mail);
    text_property(projection, "userPrincipalName", record->upn);
    text_property(projection, "userType", record->guest ? "Guest" : "Member");
    if (begin(projection, "accountEnabled"))
        text_put(projection->out, record->enabled ? "true" : "false");
    text_property(projection, "usageLocation", record->country_field);
    number_list(projection, "businessPhones", record, "business");
    text_property(projection, "mobilePhone", one_number(record, "mobile"));
    text_property(projection, "faxNumber", one_number(record, "fax"));
    if (begin(projection, "otherMails"))
        text_put(projection->out, "[]");
    proxy_addresses(projection, record);
}

static void org_contact_object(struct projection *projection,
                               const struct tenant_record *record)
{
    common_properties(projection, record);
    text_property(projection, "mail", record->mail);
    proxy_addresses(projection, record);
    if (begin(projection, "phones")) {
        text_put(projection->out, "[{\"type\":\"business\",\"number\":");
        text_json(projection->out, one_number(record, "business"));
        text_put(projection->out, "},{\"type\":\"mobile\",\"number\":");
        text_json(projection->out, one_number(record, "mobile"));
        text_put(projection->out, "},{\"type\":\"businessFax\",\"number\":");
        text_json(projection->out, one_number(record, "fax"));
        text_put(projection->out, "}]");
    }
    if (begin(projection, "addresses")) {
        text_put(projection->out, "[{\"city\":null,\"countryOrRegion\":");
        text_json(projection->out, record->country_field);
        text_put(projection->out, "}]");
    }
}

static void outlook_object(struct projection *projection,
                           const struct tenant_record *record)
{
    text_property(projection, "displayName", record->display);
    text_property(projection, "givenName", record->given);
    text_property(projection, "surname", record->family);
    text_property(projection, "companyName", record->company);
    /* Outlook's usual "no value" is an empty string. */
    text_property(projection, "department",
                  record->department == NULL ? "" : record->department);
    text_property(projection, "jobTitle",
                  record->title == NULL ? "" : record->title);
    if (begin(projection, "emailAddresses")) {
        text_put(projection->out, "[{\"name\":");
        text_json(projection->out, record->given);
        text_format(projection->out, ",\"address\":\"%s\"}]", record->mail);
    }
    number_list(projection, "businessPhones", record, "business");
    number_list(projection, "homePhones", record, "home");
    text_property(projection, "mobilePhone",
                  or_null(one_number(record, "mobile")));
    if (begin(projection, "businessAddress")) {
        text_put(projection->out, "{\"countryOrRegion\":");
        text_json(projection->out,
                  record->country_field == NULL ? "" : record->country_field);
        text_put(projection->out, "}");
    }
}

static void put_record(struct text_out *out, const char *select,
                       const struct tenant_record *record, bool immutable)
{
    struct projection projection = { select, false, out };

    /* The id is sent whatever $select says. */
    text_format(out, "{\"id\":\"%s%s\"", immutable ? "" : "mutable-",
                record->id);
    switch (record->source) {
    case TENANT_USERS:
        user_object(&projection, record);
        break;
    case TENANT_CONTACTS:
        org_contact_object(&projection, record);
        break;
    case TENANT_MAILBOX:
    case TENANT_CRM:
    case TENANT_BLOBS:
        outlook_object(&projection, record);
        break;
    }
    text_put(out, "}");
}

/* --- pages
 * --------------------------------------------------------------------- */

/* Where a round stands: what it shows, from which version, and the version its
 * delta link will start from. Links carry it as "since.until.position". */
struct round {
    enum tenant_source source;
    uint32_t folder; /* of the mailbox, 0 = the default one */
    bool delta;      /* the delta function, else a plain list */
    bool changes;    /* only what changed after 'since' */
    uint32_t since;
    uint32_t until;
    size_t position;
    size_t page_size;
    char select[1024];
    struct tenant_filter filter;
    bool immutable;
};

bool tenant_in_round(const struct company *company, const struct person *person,
                     enum tenant_source source, bool changes, uint32_t since)
{
    if (!company_has_record(company, person, source))
        return false;
    if (!changes)
        return person->removed == 0;
    return person->changed > since &&
           !(person->removed != 0 && person->created > since);
}

static void put_item(const struct company *company, const struct round *round,
                     const struct person *person, struct text_out *out)
{
    struct tenant_record record;
    char id[64];

    if (person->removed != 0) {
        company_record_id(company, person, round->source, id);
        text_format(out,
                    "{\"id\":\"%s%s\",\"@removed\":{\"reason\":\"deleted\"}}",
                    round->immutable ? "" : "mutable-", id);
        return;
    }
    company_record(company, person, round->source, &record);
    put_record(out, round->select, &record, round->immutable);
}

static void put_link(struct tenant *tenant, const struct exchange *exchange,
                     const struct round *round, bool more, struct text_out *out)
{
    const char *name = more ? "nextLink" : "deltaLink";
    const char *token = more ? "$skiptoken" : "$deltatoken";

    if (!more && !round->delta)
        return; /* a plain list just ends */
    text_format(out, ",\"@odata.%s\":\"%s%s?%s=", name, tenant->links,
                exchange->sent, token);
    if (more)
        text_format(out, "%u.%u.%zu.%zu.%d", round->since, round->until,
                    round->position, round->page_size, round->changes ? 1 : 0);
    else
        text_format(out, "%u", round->until);
    if (round->select[0] != '\0')
        text_format(out, "&$select=%s", round->select);
    tenant_filter_link(&round->filter, out);
    text_put(out, "\"");
}

static bool is_wanted(const struct company *company, const struct round *round,
                      const struct person *person)
{
    struct tenant_record record;

    if (round->filter.raw[0] == '\0')
        return true;
    company_record(company, person, round->source, &record);
    return tenant_filter_keeps(&round->filter, &record);
}

static bool is_in(const struct company *company, const struct round *round,
                  const struct person *person)
{
    return tenant_in_round(company, person, round->source, round->changes,
                           round->since) &&
           company_part(company, person, round->source) == round->folder &&
           is_wanted(company, round, person);
}

/* On the first page, for those who ask. */
static void put_count(const struct company *company, const struct round *round,
                      struct text_out *out)
{
    size_t count = 0;

    for (size_t i = 0; i < company->count; i++)
        count += is_in(company, round, &company->people[i]) ? 1 : 0;
    text_format(out, "\"@odata.count\":%zu,", count);
}

static void put_page(struct tenant *tenant, struct exchange *exchange,
                     struct round *round)
{
    const struct company *company = &tenant->company;
    struct text_out *out = &exchange->out;
    size_t items = 0;

    text_format(out, "{\"@odata.context\":\"%s/v1.0/$metadata\",",
                tenant->origin);
    if (round->position == 0 && !round->delta &&
        strstr(exchange->query, "$count=true") != NULL)
        put_count(company, round, out);
    text_put(out, "\"value\":[");
    while (round->position < company->count && items < round->page_size) {
        const struct person *person = &company->people[round->position++];

        if (!is_in(company, round, person))
            continue;
        text_put(out, items == 0 ? "" : ",");
        put_item(company, round, person, out);
        items++;
    }
    text_put(out, "]");
    put_link(tenant, exchange, round, round->position < company->count, out);
    text_put(out, "}");
}

/* --- what is asked for
 * -------------------------------------------------------------- */

static bool ends_with(const char *text, const char *end)
{
    size_t size = strlen(text);
    size_t end_size = strlen(end);

    return size >= end_size && strcmp(text + size - end_size, end) == 0;
}

/* Folders beside the default one. The second lies in the first, the others at
 * the top, so that clients have to go down. */
static void folder_list(struct tenant *tenant, struct exchange *exchange,
                        const char *rest)
{
    uint32_t folders = tenant->company.folders;
    bool children = strcmp(rest, "/" FOLDER_ID "1/childFolders") == 0;
    bool first = true;

    text_put(&exchange->out, "{\"value\":[");
    for (uint32_t i = 1; i <= folders; i++) {
        if ((i == 2) != children)
            continue;
        text_format(&exchange->out,
                    "%s{\"id\":\"" FOLDER_ID "%u\",\"displayName\":\"F%u\","
                    "\"parentFolderId\":\"%s\",\"childFolderCount\":%d}",
                    first ? "" : ",", i, i, children ? FOLDER_ID "1" : "root",
                    i == 1 && folders > 1 ? 1 : 0);
        first = false;
    }
    text_put(&exchange->out, "]}");
}

/* What follows the owner of a mailbox in a path; NULL if there is none. */
static const char *mailbox_rest(const char *path, bool *own)
{
    static const char *const owners[] = { "/me", "/users/" MAILBOX };

    for (size_t i = 0; i < 2; i++) {
        *own = i == 0;
        if (strncmp(path, owners[i], strlen(owners[i])) == 0)
            return path + strlen(owners[i]);
    }
    return NULL;
}

/* Which collection a path names; false if none. */
static bool route(struct tenant *tenant, struct exchange *exchange,
                  bool delegated, struct round *round)
{
    const char *path = exchange->path + strlen("/v1.0");
    const char *rest;
    char tail[40] = "";
    bool own = false;

    round->delta = ends_with(path, "/delta");
    if (strcmp(path, "/users") == 0 || strcmp(path, "/users/delta") == 0) {
        round->source = TENANT_USERS;
        return true;
    }
    if (strcmp(path, "/contacts") == 0 ||
        strcmp(path, "/contacts/delta") == 0) {
        round->source = TENANT_CONTACTS;
        return true;
    }
    round->source = TENANT_MAILBOX;
    rest = mailbox_rest(path, &own);
    if (rest != NULL && own && !delegated) {
        tenant_graph_error(exchange, 400, "BadRequest",
                           "/me request is only valid with delegated "
                           "authentication flow.");
        return false;
    }
    if (rest != NULL && (strcmp(rest, "/contacts") == 0 ||
                         strcmp(rest, "/contacts/delta") == 0))
        return true;
    if (rest != NULL &&
        sscanf(rest, "/contactFolders/" FOLDER_ID "%u%39s", &round->folder,
               tail) == 2 &&
        round->folder >= 1 && round->folder <= tenant->company.folders &&
        (strcmp(tail, "/contacts") == 0 ||
         strcmp(tail, "/contacts/delta") == 0))
        return true;
    if (rest != NULL && strncmp(rest, "/contactFolders", 15) == 0 &&
        (rest[15] == '\0' || ends_with(rest, "/childFolders"))) {
        folder_list(tenant, exchange, rest + 15);
        return false; /* answered */
    }
    tenant_graph_error(exchange, 404, "Request_ResourceNotFound",
                       "Resource not found for the segment.");
    return false;
}

static void page_size(const struct exchange *exchange, struct round *round)
{
    char top[16] = "";
    const char *prefer = exchange->prefer == NULL ? "" : exchange->prefer;
    const char *size = strstr(prefer, "odata.maxpagesize=");
    size_t wanted;

    (void)tenant_parameter(exchange->query, "$top", top, sizeof(top));
    wanted = (size_t)strtoul(top, NULL, 10);
    round->immutable = true;
    if (round->source == TENANT_MAILBOX) {
        round->immutable = strstr(prefer, "ImmutableId") != NULL;
        wanted = size == NULL ? wanted : (size_t)strtoul(size + 18, NULL, 10);
        round->page_size = wanted == 0 ? OUTLOOK_PAGE_DEFAULT : wanted;
        if (round->page_size > OUTLOOK_PAGE_MAX)
            round->page_size = OUTLOOK_PAGE_MAX;
    } else if (round->delta) {
        round->page_size = DELTA_PAGE; /* $top is not supported here */
    } else {
        round->page_size = wanted == 0 ? USERS_PAGE_DEFAULT : wanted;
        if (round->page_size > USERS_PAGE_MAX)
            round->page_size = USERS_PAGE_MAX;
    }
}

static bool resume(struct tenant *tenant, const char *token,
                   struct round *round)
{
    unsigned since;
    unsigned until;
    size_t position;
    size_t size;
    int changes;

    if (sscanf(token, "%u.%u.%zu.%zu.%d", &since, &until, &position, &size,
               &changes) != 5 ||
        until > tenant->company.version || size == 0)
        return false;
    round->since = since;
    round->until = until;
    round->position = position;
    round->page_size = size;
    round->changes = changes != 0;
    return true;
}

/* The company moves on when the first collection of a round comes back for
 * changes: then every run finds some, and two homes can still be compared. */
void tenant_move_on(struct tenant *tenant, uint32_t since)
{
    if (tenant->churn == 0 || since != tenant->company.version)
        return;
    company_advance(&tenant->company, tenant->churn);
    (void)tenant_dump(tenant);
    tenant_log(tenant, "VERSION %u", tenant->company.version);
}

static bool start_changes(struct tenant *tenant, const char *token,
                          struct round *round)
{
    char *end;
    unsigned long since = strtoul(token, &end, 10);

    if (*token == '\0' || *end != '\0' || since > tenant->company.version)
        return false;
    tenant_move_on(tenant, (uint32_t)since);
    round->since = (uint32_t)since;
    round->until = tenant->company.version;
    round->changes = true;
    return true;
}

/* Delta knows no filter here; the directory filters only for those who accept
 * counts that lag behind. */
static bool may_filter(const struct exchange *exchange,
                       const struct round *round)
{
    bool eventual = exchange->consistency != NULL &&
                    strcmp(exchange->consistency, "eventual") == 0;

    return round->filter.raw[0] == '\0' ||
           (!round->delta &&
            (round->source == TENANT_MAILBOX ||
             (eventual && (strstr(exchange->query, "$count=true") != NULL ||
                           strstr(exchange->query, "skiptoken") != NULL))));
}

static void answer(struct tenant *tenant, struct exchange *exchange,
                   struct round *round)
{
    char token[64];
    bool good = true;

    if (!tenant_filter_read(exchange->query, &round->filter) ||
        !may_filter(exchange, round)) {
        tenant_graph_error(exchange, 400, "Request_UnsupportedQuery",
                           "Unsupported or invalid query filter clause.");
        return;
    }
    round->until = tenant->company.version;
    (void)tenant_parameter(exchange->query, "$select", round->select,
                           sizeof(round->select));
    page_size(exchange, round);
    if (tenant_parameter(exchange->query, "$skiptoken", token, sizeof(token)))
        good = resume(tenant, token, round);
    else if (round->delta && tenant_parameter(exchange->query, "$deltatoken",
                                              token, sizeof(token)))
        good = start_changes(tenant, token, round);
    if (good)
        put_page(tenant, exchange, round);
    else
        tenant_graph_error(exchange, 410, "syncStateNotFound",
                           "The sync state is not known any more.");
}

/* ".../users/$count" and the same of contacts: plain text, for those who accept
 * a count that lags behind. */
static bool tenant_count(struct tenant *tenant, struct exchange *exchange)
{
    bool users = strcmp(exchange->path, "/v1.0/users/$count") == 0;
    size_t count = 0;

    if (!users && strcmp(exchange->path, "/v1.0/contacts/$count") != 0)
        return false;
    if (exchange->consistency == NULL ||
        strcmp(exchange->consistency, "eventual") != 0) {
        tenant_graph_error(exchange, 400, "Request_BadRequest",
                           "$count is not currently supported.");
        return true;
    }
    (void)pthread_rwlock_rdlock(&tenant->lock);
    for (size_t i = 0; i < tenant->company.count; i++)
        count +=
            tenant_in_round(&tenant->company, &tenant->company.people[i],
                            users ? TENANT_USERS : TENANT_CONTACTS, false, 0);
    (void)pthread_rwlock_unlock(&tenant->lock);
    exchange->content_type = "text/plain";
    text_format(&exchange->out, "%zu", count);
    return true;
}

void tenant_graph(struct tenant *tenant, struct exchange *exchange)
{
    struct round round;
    bool delegated = false;
    bool writes =
        tenant->churn > 0 && strstr(exchange->query, "deltatoken") != NULL;

    memset(&round, 0, sizeof(round));
    if (!tenant_authorized(tenant, exchange, tenant->links, &delegated))
        return;
    if (strcmp(exchange->method, "GET") != 0) {
        tenant_graph_error(exchange, 405, "Request_BadRequest",
                           "Only GET is supported.");
        return;
    }
    if (tenant_count(tenant, exchange) ||
        !route(tenant, exchange, delegated, &round))
        return;
    if (writes)
        (void)pthread_rwlock_wrlock(&tenant->lock);
    else
        (void)pthread_rwlock_rdlock(&tenant->lock);
    answer(tenant, exchange, &round);
    (void)pthread_rwlock_unlock(&tenant->lock);
}

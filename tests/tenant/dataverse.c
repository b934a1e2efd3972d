/*
 * dataverse.c - Dynamics 365 and a custom table, with change tracking
 *
 * contacts (people, inactive ones among them), accounts (their companies),
 * leads (none), and new_partners, which is contacts under columns of its own.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tenant.h"
#include <stdlib.h>
#include <string.h>

#define ROOT "/api/data/v9.2/"
#define PAGE_MAX 5000
#define PEOPLE_PER_ACCOUNT 60u

bool tenant_is_dataverse(const char *path)
{
    return strncmp(path, ROOT, strlen(ROOT)) == 0;
}

struct table {
    const char *set;
    bool people;
    const char *names[9]; /* id given family full title unit mobile work mail */
};

static const struct table tables[] = {
    { "contacts",
      true,
      { "contactid", "firstname", "lastname", "fullname", "jobtitle",
        "department", "mobilephone", "telephone1", "emailaddress1" } },
    { "new_partners",
      true,
      { "new_partnerid", "new_first", "new_last", "new_full", "new_title",
        "new_unit", "new_mobile", "new_phone", "new_mail" } },
    { "accounts", false, { NULL } },
    { "leads", false, { NULL } },
};

struct round {
    const struct table *table;
    char select[1024];
    bool tracked;
    bool changes;
    unsigned since;
    unsigned until;
    size_t position;
    size_t page_size;
    struct tenant_filter filter;
};

static bool selected(const struct round *round, const char *name)
{
    size_t size = strlen(name);

    for (const char *at = round->select; (at = strstr(at, name)) != NULL;
         at += size)
        if ((at == round->select || at[-1] == ',') &&
            (at[size] == ',' || at[size] == '\0'))
            return true;
    return false;
}

static void cell(const struct round *round, const char *name, const char *value,
                 struct text_out *out)
{
    if (!selected(round, name))
        return;
    text_format(out, ",\"%s\":", name);
    text_json(out, value);
}

static const char *number(const struct tenant_record *record, const char *kind)
{
    for (size_t i = 0; i < record->number_count; i++)
        if (strcmp(record->numbers[i].kind, kind) == 0)
            return record->numbers[i].raw;
    return NULL;
}

static void put_person(const struct company *company, const struct round *round,
                       const struct person *person, struct text_out *out)
{
    const char *const *names = round->table->names;
    struct tenant_record record;

    company_record(company, person, TENANT_CRM, &record);
    text_format(out, "{\"@odata.etag\":\"W/\\\"%u\\\"\",\"%s\":\"%s\"",
                person->changed, names[0], record.id);
    cell(round, names[1], record.given, out);
    cell(round, names[2], record.family, out);
    cell(round, names[3], record.display, out);
    cell(round, names[4], record.title, out);
    cell(round, names[5], record.department, out);
    cell(round, names[6], number(&record, "mobile"), out);
    cell(round, names[7], number(&record, "business"), out);
    cell(round, names[8], record.mail, out);
    if (selected(round, "statecode"))
        text_format(out, ",\"statecode\":%d", record.visible ? 0 : 1);
    if (selected(round, "_parentcustomerid_value")) {
        text_format(out,
                    ",\"_parentcustomerid_value\":"
                    "\"%08x-0000-4000-8000-00155db19e6d\""
                    ",\"_parentcustomerid_value@OData.Community.Display.V1."
                    "FormattedValue\":",
                    person->key / PEOPLE_PER_ACCOUNT);
        text_json(out, record.company);
        text_put(out, ",\"_parentcustomerid_value@Microsoft.Dynamics.CRM."
                      "lookuplogicalname\":\"account\"");
    }
    text_put(out, "}");
}

static void put_row(const struct tenant *tenant, const struct round *round,
                    const struct person *person, struct text_out *out)
{
    char id[64];

    if (person->removed == 0) {
        put_person(&tenant->company, round, person, out);
        return;
    }
    company_record_id(&tenant->company, person, TENANT_CRM, id);
    text_format(out,
                "{\"@odata.context\":\"%s" ROOT "$metadata#%s/$deletedEntity\","
                "\"id\":\"%s\",\"reason\":\"deleted\"}",
                tenant->dataverse, round->table->set, id);
}

/* One account for each company that has a person in the CRM. */
static void put_accounts(const struct tenant *tenant, struct round *round,
                         struct text_out *out)
{
    const struct company *company = &tenant->company;
    uint32_t last = UINT32_MAX;
    size_t rows = 0;

    for (size_t i = 0; i < company->count; i++) {
        uint32_t firm = company->people[i].key / PEOPLE_PER_ACCOUNT;
        struct tenant_record record;

        if (firm == last || company->people[i].key >= company->founding_keys ||
            !company_has_record(company, &company->people[i], TENANT_CRM))
            continue;
        last = firm;
        company_record(company, &company->people[i], TENANT_CRM, &record);
        text_format(out,
                    "%s{\"accountid\":\"%08x-0000-4000-8000-00155db19e6d\"",
                    rows == 0 ? "" : ",", firm);
        cell(round, "name", record.company, out);
        cell(round, "telephone1", NULL, out);
        cell(round, "emailaddress1", NULL, out);
        text_put(out, ",\"statecode\":0}");
        rows++;
    }
    round->position = company->count;
}

static void put_link(const struct tenant *tenant, const struct round *round,
                     bool more, struct text_out *out)
{
    if (more)
        text_format(out,
                    ",\"@odata.nextLink\":\"%s" ROOT "%s?$select=%s&$skiptoken="
                    "%%253Ccookie%%2520page%%253D%u.%u.%zu.%d.%d%%253E\"",
                    tenant->dataverse, round->table->set, round->select,
                    round->since, round->until, round->position,
                    round->changes ? 1 : 0, round->tracked ? 1 : 0);
    else if (round->tracked)
        text_format(out,
                    ",\"@odata.deltaLink\":\"%s" ROOT "%s?$select=%s"
                    "&$deltatoken=%u%%2108%%2f22%%2f2026\"",
                    tenant->dataverse, round->table->set, round->select,
                    round->until);
}

static void put_page(const struct tenant *tenant, struct round *round,
                     struct text_out *out)
{
    const struct company *company = &tenant->company;
    size_t rows = 0;

    text_format(out,
                "{\"@odata.context\":\"%s" ROOT "$metadata#%s\",\"value\":[",
                tenant->dataverse, round->table->set);
    if (!round->table->people) {
        if (strcmp(round->table->set, "accounts") == 0 && !round->changes)
            put_accounts(tenant, round, out);
        round->position = company->count;
    }
    while (round->position < company->count && rows < round->page_size) {
        const struct person *person = &company->people[round->position++];

        if (!tenant_in_round(company, person, TENANT_CRM, round->changes,
                             round->since))
            continue;
        if (round->filter.raw[0] != '\0') {
            struct tenant_record record;

            company_record(company, person, TENANT_CRM, &record);
            if (!tenant_filter_keeps(&round->filter, &record))
                continue;
        }
        text_put(out, rows == 0 ? "" : ",");
        put_row(tenant, round, person, out);
        rows++;
    }
    text_put(out, "]");
    put_link(tenant, round, round->position < company->count, out);
    text_put(out, "}");
}

static void refuse(struct exchange *exchange, unsigned status, const char *code,
                   const char *message)
{
    exchange->status = status;
    text_format(&exchange->out,
                "{\"error\":{\"code\":\"%s\",\"message\":\"%s\"}}", code,
                message);
}

/* Where the request stands; false if its link is of another time. */
static bool read_links(struct tenant *tenant, struct exchange *exchange,
                       struct round *round)
{
    char token[256];
    int changes = 0;
    int tracked = 0;

    round->until = tenant->company.version;
    if (tenant_parameter(exchange->query, "$skiptoken", token, sizeof(token))) {
        if (sscanf(token, "%%3Ccookie%%20page%%3D%u.%u.%zu.%d.%d",
                   &round->since, &round->until, &round->position, &changes,
                   &tracked) != 5)
            return false;
        round->changes = changes != 0;
        round->tracked = tracked != 0;
        return round->until <= tenant->company.version;
    }
    if (!tenant_parameter(exchange->query, "$deltatoken", token, sizeof(token)))
        return true;
    round->since = (unsigned)strtoul(token, NULL, 10);
    round->changes = true;
    if (round->since > tenant->company.version)
        return false;
    tenant_move_on(tenant, round->since);
    round->until = tenant->company.version;
    return true;
}

static const struct table *find_table(const char *name)
{
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
        if (strcmp(tables[i].set, name) == 0)
            return &tables[i];
    return NULL;
}

static void answer(struct tenant *tenant, struct exchange *exchange)
{
    const char *prefer = exchange->prefer == NULL ? "" : exchange->prefer;
    const char *size = strstr(prefer, "odata.maxpagesize=");
    struct round round;

    memset(&round, 0, sizeof(round));
    round.table = find_table(exchange->path + strlen(ROOT));
    round.tracked = strstr(prefer, "odata.track-changes") != NULL;
    round.page_size = size == NULL ? PAGE_MAX : strtoul(size + 18, NULL, 10);
    if (round.page_size == 0 || round.page_size > PAGE_MAX)
        round.page_size = PAGE_MAX;
    (void)tenant_parameter(exchange->query, "$select", round.select,
                           sizeof(round.select));
    if (!tenant_filter_read(exchange->query, &round.filter) ||
        (round.filter.raw[0] != '\0' && round.tracked))
        refuse(exchange, 400, "0x80060888", "No filter with change tracking.");
    else if (round.table == NULL)
        refuse(exchange, 404, "0x8006088a", "No such table.");
    else if (round.select[0] == '\0')
        refuse(exchange, 400, "0x80060888", "Ask for columns.");
    else if (!read_links(tenant, exchange, &round))
        refuse(exchange, 400, "0x80044352", "The version stamp has expired.");
    else
        put_page(tenant, &round, &exchange->out);
}

void tenant_dataverse(struct tenant *tenant, struct exchange *exchange)
{
    bool delegated;

    if (!tenant_authorized(tenant, exchange, tenant->dataverse, &delegated))
        return;
    (void)pthread_rwlock_wrlock(&tenant->lock);
    answer(tenant, exchange);
    (void)pthread_rwlock_unlock(&tenant->lock);
}

/*
 * sync/graph_records.c - objects of Graph become records
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sync/graph_records.h"
#include "base/error.h"
#include "base/json_doc.h"
#include "base/text.h"
#include "sync/draft.h"
#include <stdlib.h>
#include <string.h>

/* --- properties --------------------------------------------------------------
 */

enum property {
    P_ID = 0,
    P_REMOVED,
    P_DISPLAY_NAME,
    P_GIVEN_NAME,
    P_SURNAME,
    P_COMPANY_NAME,
    P_DEPARTMENT,
    P_JOB_TITLE,
    P_MAIL,
    P_USER_PRINCIPAL_NAME,
    P_USER_TYPE,
    P_ACCOUNT_ENABLED,
    P_USAGE_LOCATION,
    P_COUNTRY,
    P_BUSINESS_PHONES,
    P_MOBILE_PHONE,
    P_HOME_PHONES,
    P_FAX_NUMBER,
    P_PHONES,
    P_OTHER_MAILS,
    P_PROXY_ADDRESSES,
    P_EMAIL_ADDRESSES,
    P_ADDRESSES,
    P_BUSINESS_ADDRESS,
    P_HOME_ADDRESS,
    P_COUNT
};

static const char *const property_names[P_COUNT] = {
    [P_ID] = "id",
    [P_REMOVED] = "@removed",
    [P_DISPLAY_NAME] = "displayName",
    [P_GIVEN_NAME] = "givenName",
    [P_SURNAME] = "surname",
    [P_COMPANY_NAME] = "companyName",
    [P_DEPARTMENT] = "department",
    [P_JOB_TITLE] = "jobTitle",
    [P_MAIL] = "mail",
    [P_USER_PRINCIPAL_NAME] = "userPrincipalName",
    [P_USER_TYPE] = "userType",
    [P_ACCOUNT_ENABLED] = "accountEnabled",
    [P_USAGE_LOCATION] = "usageLocation",
    [P_COUNTRY] = "country",
    [P_BUSINESS_PHONES] = "businessPhones",
    [P_MOBILE_PHONE] = "mobilePhone",
    [P_HOME_PHONES] = "homePhones",
    [P_FAX_NUMBER] = "faxNumber",
    [P_PHONES] = "phones",
    [P_OTHER_MAILS] = "otherMails",
    [P_PROXY_ADDRESSES] = "proxyAddresses",
    [P_EMAIL_ADDRESSES] = "emailAddresses",
    [P_ADDRESSES] = "addresses",
    [P_BUSINESS_ADDRESS] = "businessAddress",
    [P_HOME_ADDRESS] = "homeAddress",
};

/* Fields that a policy may do without; all others always count. */
static const struct {
    enum property property;
    enum ruf_record_field field;
} dispensable[] = {
    { P_DEPARTMENT, RUF_RECORD_DEPARTMENT },
    { P_USER_PRINCIPAL_NAME, RUF_RECORD_UPN },
};

/* Nothing is asked for that would be thrown away. */
static const char select_users[] =
    "id,displayName,givenName,surname,companyName,department,jobTitle,mail,"
    "userPrincipalName,userType,accountEnabled,usageLocation,country,"
    "businessPhones,mobilePhone,faxNumber,otherMails,proxyAddresses";
static const char select_contacts[] =
    "id,displayName,givenName,surname,companyName,department,jobTitle,mail,"
    "proxyAddresses,phones,addresses";
static const char select_outlook[] =
    "id,displayName,givenName,surname,companyName,department,jobTitle,"
    "emailAddresses,businessPhones,homePhones,mobilePhone,businessAddress,"
    "homeAddress";

static const char *all_names(enum ruf_source_kind kind)
{
    switch (kind) {
    case RUF_SOURCE_ENTRA_USERS:
        return select_users;
    case RUF_SOURCE_ENTRA_CONTACTS:
        return select_contacts;
    case RUF_SOURCE_OUTLOOK_PERSONAL:
    case RUF_SOURCE_OUTLOOK_SHARED:
        return select_outlook;
    case RUF_SOURCE_DYNAMICS365:
    case RUF_SOURCE_DATAVERSE:
    case RUF_SOURCE_BLOB:
    case RUF_SOURCE_FILE:
    case RUF_SOURCE_KIND_COUNT:
    default:
        return NULL;
    }
}

static bool is_wanted(uint32_t fields, enum ruf_record_field field)
{
    return (fields >> field & 1) != 0;
}

static bool is_name_wanted(uint32_t fields, struct ruf_text name)
{
    for (size_t i = 0; i < sizeof(dispensable) / sizeof(dispensable[0]); i++)
        if (ruf_text_is(name, property_names[dispensable[i].property]))
            return is_wanted(fields, dispensable[i].field);
    return true;
}

char *ruf_graph_select(enum ruf_source_kind kind, uint32_t fields)
{
    const char *names = all_names(kind);
    char *select = names == NULL ? NULL : malloc(strlen(names) + 1);
    char *out = select;

    if (select == NULL)
        return NULL;
    while (*names != '\0') {
        size_t size = strcspn(names, ",");

        if (is_name_wanted(fields, (struct ruf_text){ names, size })) {
            if (out > select)
                *out++ = ',';
            memcpy(out, names, size);
            out += size;
        }
        names += size + (names[size] == ',');
    }
    *out = '\0';
    return select;
}

/* --- one object
 * ---------------------------------------------------------------- */

/* Servers send properties in a steady order, so the search starts behind the
 * last one found; P_COUNT if the name means nothing to us. */
static enum property find_property(struct ruf_text name, unsigned *next)
{
    for (unsigned i = 0; i < P_COUNT; i++) {
        unsigned p = *next + i < P_COUNT ? *next + i : *next + i - P_COUNT;

        if (name.size > 0 && name.data[0] == property_names[p][0] &&
            ruf_text_is(name, property_names[p])) {
            *next = p + 1 < P_COUNT ? p + 1 : 0;
            return (enum property)p;
        }
    }
    return P_COUNT;
}

/* One walk over the object; false if a key stands there twice. */
static bool collect(struct ruf_draft *draft, const struct ruf_json *object)
{
    struct ruf_json_walk members = ruf_json_walk(object);
    unsigned strangers = 0;
    unsigned next = 0;

    memset(draft->found, 0, P_COUNT * sizeof(draft->found[0]));
    while (ruf_json_next(&members)) {
        enum property property = find_property(members.key, &next);

        if (property == P_COUNT) {
            strangers++;
            continue;
        }
        if (draft->found[property] != NULL)
            return false;
        draft->found[property] = members.value;
    }
    /* Two annotations are common and rarely equal: only then a full look. */
    return strangers < 2 || !ruf_json_repeats(object);
}

static void take_field(struct ruf_draft *draft, enum property property,
                       enum ruf_record_field field)
{
    const struct ruf_json *item = draft->found[property];

    if (!is_wanted(draft->fields, field))
        return;
    switch (ruf_draft_word(draft, item, RUF_JSON_STRING)) {
    case RUF_WORD_KEEP:
        draft->record->keep_fields |= ruf_draft_bit(field);
        break;
    case RUF_WORD_VALUE:
        draft->record->fields[field] =
            ruf_draft_clean(draft, ruf_json_string(item));
        break;
    case RUF_WORD_CLEAR:
        break;
    }
}

static void take_enabled(struct ruf_draft *draft)
{
    const struct ruf_json *item = draft->found[P_ACCOUNT_ENABLED];

    switch (ruf_draft_word(draft, item, RUF_JSON_BOOL)) {
    case RUF_WORD_KEEP:
        draft->record->keep_fields |= ruf_draft_bit(RUF_RECORD_ENABLED);
        break;
    case RUF_WORD_VALUE:
        draft->record->fields[RUF_RECORD_ENABLED] =
            ruf_text(ruf_json_is(item, RUF_JSON_TRUE) ? "true" : "false");
        break;
    case RUF_WORD_CLEAR:
        break;
    }
}

/* --- numbers
 * -------------------------------------------------------------------- */

static void take_number(struct ruf_draft *draft, enum property property,
                        enum ruf_number_kind kind)
{
    const struct ruf_json *item = draft->found[property];

    if (item == NULL || (!ruf_json_is(item, RUF_JSON_STRING) &&
                         !ruf_json_is(item, RUF_JSON_NULL)))
        draft->record->keep_numbers |= ruf_draft_bit(kind);
    ruf_draft_number(draft, item, kind);
}

static void take_number_list(struct ruf_draft *draft, enum property property,
                             enum ruf_number_kind kind)
{
    const struct ruf_json *list = draft->found[property];
    struct ruf_json_walk items = ruf_json_walk(list);

    switch (ruf_draft_word(draft, list, RUF_JSON_ARRAY)) {
    case RUF_WORD_KEEP:
        draft->record->keep_numbers |= ruf_draft_bit(kind);
        break;
    case RUF_WORD_VALUE:
        while (ruf_json_next(&items))
            ruf_draft_number(draft, items.value, kind);
        break;
    case RUF_WORD_CLEAR:
        break;
    }
}

/* Members of the enumeration phoneType; what is new is "other". */
static enum ruf_number_kind phone_kind(struct ruf_text type)
{
    static const struct {
        const char *word;
        enum ruf_number_kind kind;
    } words[] = {
        { "business", RUF_KIND_BUSINESS }, { "mobile", RUF_KIND_MOBILE },
        { "home", RUF_KIND_HOME },         { "businessFax", RUF_KIND_FAX },
        { "homeFax", RUF_KIND_FAX },       { "otherFax", RUF_KIND_FAX },
        { "pager", RUF_KIND_PAGER },
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (ruf_text_is(type, words[i].word))
            return words[i].kind;
    return RUF_KIND_OTHER;
}

static void take_phones(struct ruf_draft *draft)
{
    const struct ruf_json *list = draft->found[P_PHONES];
    struct ruf_json_walk items = ruf_json_walk(list);

    switch (ruf_draft_word(draft, list, RUF_JSON_ARRAY)) {
    case RUF_WORD_KEEP:
        draft->record->keep_numbers |= ruf_draft_bit(RUF_KIND_COUNT) - 1;
        break;
    case RUF_WORD_VALUE:
        while (ruf_json_next(&items))
            if (ruf_draft_word(draft, items.value, RUF_JSON_OBJECT) ==
                RUF_WORD_VALUE)
                ruf_draft_number(draft, ruf_json_get(items.value, "number"),
                                 phone_kind(ruf_json_string(
                                     ruf_json_get(items.value, "type"))));
        break;
    case RUF_WORD_CLEAR:
        break;
    }
}

/* --- e-mail addresses
 * -------------------------------------------------------------- */

static void take_mail(struct ruf_draft *draft)
{
    const struct ruf_json *item = draft->found[P_MAIL];

    switch (ruf_draft_word(draft, item, RUF_JSON_STRING)) {
    case RUF_WORD_KEEP:
        draft->record->keep_emails |= ruf_draft_bit(RUF_EMAIL_PRIMARY);
        break;
    case RUF_WORD_VALUE:
        ruf_draft_email(draft, ruf_json_string(item), RUF_EMAIL_PRIMARY);
        break;
    case RUF_WORD_CLEAR:
        break;
    }
}

/* "SMTP:a@b.example" (primary) and "smtp:..." count; X500, SIP, EUM do not. */
static void add_proxy_address(struct ruf_draft *draft, struct ruf_text text)
{
    struct ruf_text prefix = ruf_text_slice(text, 0, 5);

    if (ruf_text_equal_nocase(prefix, ruf_text("smtp:")))
        ruf_draft_email(draft, ruf_text_slice(text, 5, text.size),
                        RUF_EMAIL_PROXY);
}

static void take_email_list(struct ruf_draft *draft, enum property property,
                            enum ruf_email_slot slot)
{
    const struct ruf_json *list = draft->found[property];
    struct ruf_json_walk items = ruf_json_walk(list);

    switch (ruf_draft_word(draft, list, RUF_JSON_ARRAY)) {
    case RUF_WORD_KEEP:
        draft->record->keep_emails |= ruf_draft_bit(slot);
        break;
    case RUF_WORD_VALUE:
        while (ruf_json_next(&items)) {
            struct ruf_text text = ruf_json_string(items.value);

            if (ruf_draft_word(draft, items.value, RUF_JSON_STRING) !=
                RUF_WORD_VALUE)
                continue;
            if (slot == RUF_EMAIL_PROXY)
                add_proxy_address(draft, text);
            else
                ruf_draft_email(draft, text, slot);
        }
        break;
    case RUF_WORD_CLEAR:
        break;
    }
}

/* Outlook: [{"name": a label, "address": "..."}]. */
static void take_email_objects(struct ruf_draft *draft)
{
    const struct ruf_json *list = draft->found[P_EMAIL_ADDRESSES];
    struct ruf_json_walk items = ruf_json_walk(list);

    switch (ruf_draft_word(draft, list, RUF_JSON_ARRAY)) {
    case RUF_WORD_KEEP:
        draft->record->keep_emails |= ruf_draft_bit(RUF_EMAIL_PRIMARY);
        break;
    case RUF_WORD_VALUE:
        while (ruf_json_next(&items)) {
            const struct ruf_json *address =
                ruf_json_get(items.value, "address");

            if (ruf_draft_word(draft, items.value, RUF_JSON_OBJECT) ==
                    RUF_WORD_VALUE &&
                ruf_draft_word(draft, address, RUF_JSON_STRING) ==
                    RUF_WORD_VALUE)
                ruf_draft_email(draft, ruf_json_string(address),
                                RUF_EMAIL_PRIMARY);
        }
        break;
    case RUF_WORD_CLEAR:
        break;
    }
}

/* --- country
 * ------------------------------------------------------------------------ */

/* The first usable code wins; a delta that leaves any of the properties out
 * and has no code elsewhere says nothing. */
static void take_country(struct ruf_draft *draft, enum property first,
                         enum property second, const char *member)
{
    const enum property order[] = { first, second };
    unsigned type = member == NULL ? RUF_JSON_STRING : RUF_JSON_OBJECT;
    bool open = false;

    for (size_t i = 0; i < 2; i++) {
        const struct ruf_json *item = draft->found[order[i]];
        enum ruf_word word = ruf_draft_word(draft, item, type);

        open = open || word == RUF_WORD_KEEP;
        if (word == RUF_WORD_VALUE &&
            ruf_draft_country(
                draft, member == NULL ? item : ruf_json_get(item, member)))
            return;
    }
    if (open)
        draft->record->keep_fields |= ruf_draft_bit(RUF_RECORD_COUNTRY);
}

static void take_address_list(struct ruf_draft *draft)
{
    const struct ruf_json *list = draft->found[P_ADDRESSES];
    struct ruf_json_walk items = ruf_json_walk(list);

    switch (ruf_draft_word(draft, list, RUF_JSON_ARRAY)) {
    case RUF_WORD_KEEP:
        draft->record->keep_fields |= ruf_draft_bit(RUF_RECORD_COUNTRY);
        break;
    case RUF_WORD_VALUE:
        while (ruf_json_next(&items))
            if (ruf_draft_word(draft, items.value, RUF_JSON_OBJECT) ==
                    RUF_WORD_VALUE &&
                ruf_draft_country(draft,
                                  ruf_json_get(items.value, "countryOrRegion")))
                return;
        break;
    case RUF_WORD_CLEAR:
        break;
    }
}

/* --- the three kinds
 * ------------------------------------------------------------------ */

static void take_names(struct ruf_draft *draft)
{
    take_field(draft, P_DISPLAY_NAME, RUF_RECORD_DISPLAY);
    take_field(draft, P_GIVEN_NAME, RUF_RECORD_GIVEN);
    take_field(draft, P_SURNAME, RUF_RECORD_FAMILY);
    take_field(draft, P_COMPANY_NAME, RUF_RECORD_COMPANY);
    take_field(draft, P_DEPARTMENT, RUF_RECORD_DEPARTMENT);
    take_field(draft, P_JOB_TITLE, RUF_RECORD_TITLE);
}

static void take_user(struct ruf_draft *draft)
{
    take_field(draft, P_USER_PRINCIPAL_NAME, RUF_RECORD_UPN);
    take_field(draft, P_USER_TYPE, RUF_RECORD_USER_TYPE);
    take_enabled(draft);
    take_country(draft, P_COUNTRY, P_USAGE_LOCATION, NULL);
    take_number_list(draft, P_BUSINESS_PHONES, RUF_KIND_BUSINESS);
    take_number(draft, P_MOBILE_PHONE, RUF_KIND_MOBILE);
    take_number(draft, P_FAX_NUMBER, RUF_KIND_FAX);
    take_mail(draft);
    take_email_list(draft, P_PROXY_ADDRESSES, RUF_EMAIL_PROXY);
    take_email_list(draft, P_OTHER_MAILS, RUF_EMAIL_OTHER);
}

static void take_org_contact(struct ruf_draft *draft)
{
    take_address_list(draft);
    take_phones(draft);
    take_mail(draft);
    take_email_list(draft, P_PROXY_ADDRESSES, RUF_EMAIL_PROXY);
}

static void take_outlook(struct ruf_draft *draft)
{
    take_country(draft, P_BUSINESS_ADDRESS, P_HOME_ADDRESS, "countryOrRegion");
    take_number_list(draft, P_BUSINESS_PHONES, RUF_KIND_BUSINESS);
    take_number_list(draft, P_HOME_PHONES, RUF_KIND_HOME);
    take_number(draft, P_MOBILE_PHONE, RUF_KIND_MOBILE);
    take_email_objects(draft);
}

static void take_all(struct ruf_draft *draft, enum ruf_source_kind kind)
{
    take_names(draft);
    if (kind == RUF_SOURCE_ENTRA_USERS)
        take_user(draft);
    else if (kind == RUF_SOURCE_ENTRA_CONTACTS)
        take_org_contact(draft);
    else
        take_outlook(draft);
}

/* False if the object cannot be used. */
static bool read_object(struct ruf_draft *draft, enum ruf_source_kind kind,
                        const struct ruf_json *object)
{
    struct ruf_record *record = draft->record;

    draft->number_count = 0;
    draft->email_count = 0;
    if (!ruf_json_is(object, RUF_JSON_OBJECT) || !collect(draft, object))
        return false;
    record->native_id = ruf_json_string(draft->found[P_ID]);
    if (record->native_id.size == 0 ||
        record->native_id.size > RUF_RECORD_TEXT_MAX ||
        !ruf_utf8_valid(record->native_id))
        return false;
    record->removed = draft->found[P_REMOVED] != NULL &&
                      !ruf_json_is(draft->found[P_REMOVED], RUF_JSON_NULL);
    if (record->removed)
        return true;
    take_all(draft, kind);
    ruf_draft_close(draft);
    if (!draft->delta) {
        record->keep_fields = 0;
        record->keep_numbers = 0;
        record->keep_emails = 0;
    }
    return true;
}

enum ruf_status ruf_graph_records(
    enum ruf_source_kind kind, uint32_t fields, const struct ruf_json *value,
    bool delta, struct ruf_arena *arena, const struct ruf_record **records,
    size_t *count, struct ruf_graph_counts *counts, struct ruf_error *err)
{
    const struct ruf_json *found[P_COUNT];
    struct ruf_draft draft = { .found = found,
                               .fields = fields,
                               .delta = delta,
                               .arena = arena,
                               .counts = counts };
    struct ruf_json_walk objects = ruf_json_walk(value);
    size_t capacity = ruf_json_count(value);
    struct ruf_record *all =
        ruf_arena_alloc(arena, capacity, sizeof(struct ruf_record));

    *records = all;
    *count = 0;
    if (all == NULL)
        return ruf_fail_memory(err);
    while (ruf_json_next(&objects)) {
        draft.record = &all[*count];
        if (read_object(&draft, kind, objects.value)) {
            (*count)++;
        } else {
            memset(draft.record, 0, sizeof(*draft.record));
            counts->dropped++;
        }
        if (draft.no_memory)
            return ruf_fail_memory(err);
    }
    return RUF_OK;
}

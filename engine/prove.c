/*
 * engine/prove.c - statements about data protection, checked on this home
 *
 * Every check counts what it looked at and what speaks against the statement;
 * one that looked at nothing it should have found does not hold.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "base/image.h"
#include "base/seal.h"
#include "base/text.h"
#include "engine/audit.h"
#include "engine/home_files.h"
#include "engine/home_private.h"
#include "engine/scan.h"
#include "indexer/store_audit.h"
#include "indexer/store_prove.h"
#include "sync/http.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <rufname/identity.h>
#include <rufname/prove.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* So many records lend their names and numbers to the scan. */
#define CANARY_RECORDS 200u

#define IMAGE_SIZE_MAX ((size_t)4 << 30)

struct proving {
    const struct ruf_home *home;
    const struct ruf_prove_options *options; /* or NULL */
    struct ruf_store *store;
    struct ruf_arena *arena;
    struct ruf_gathered all;
    struct ruf_scan *scan;
    struct ruf_proof_report *report;
};

typedef enum ruf_status prove_step(struct proving *proving,
                                   struct ruf_proof *proof,
                                   struct ruf_error *err);

RUF_PRINTF(2, 3)
static void note(struct ruf_proof *proof, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(proof->detail, sizeof(proof->detail), format, arguments);
    va_end(arguments);
}

static void count_case(struct ruf_proof *proof, bool holds)
{
    proof->checked++;
    proof->against += holds ? 0 : 1;
}

/* --- hosts
 * ------------------------------------------------------------------------ */

/* Nothing of this may pass the gate under any peer's name. */
static void try_foreign(const struct ruf_http *http, enum ruf_http_peer peer,
                        struct ruf_proof *proof)
{
    static const char *const urls[] = {
        "https://prove.invalid/",    "http://%s/",
        "https://%s@prove.invalid/", "https://%s.prove.invalid/",
        "//prove.invalid/",
    };
    const char *place = ruf_http_place(http, peer);

    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        const char *hole = strstr(urls[i], "%s");
        size_t head = hole == NULL ? strlen(urls[i]) : (size_t)(hole - urls[i]);
        char url[640];

        (void)snprintf(url, sizeof(url), "%.*s%s%s", (int)head, urls[i],
                       hole == NULL ? "" : place, hole == NULL ? "" : hole + 2);
        count_case(proof, ruf_http_check_url(http, peer, url, NULL) != RUF_OK);
    }
}

static void list_peers(const struct ruf_http *http,
                       struct ruf_proof_report *report, struct ruf_proof *proof)
{
    for (int peer = 0; peer < RUF_HTTP_PEER_COUNT; peer++) {
        const char *place = ruf_http_place(http, (enum ruf_http_peer)peer);
        char own[300];

        if (place[0] == '\0')
            continue;
        (void)snprintf(report->hosts[report->host_count],
                       sizeof(report->hosts[0]), "%s", place);
        report->host_count++;
        (void)snprintf(own, sizeof(own), "https://%s/", place);
        count_case(proof, ruf_http_check_url(http, (enum ruf_http_peer)peer,
                                             own, NULL) == RUF_OK);
        try_foreign(http, (enum ruf_http_peer)peer, proof);
    }
}

/* Everything goes through it. Told without the scheme and a password. */
static void list_proxy(const char *proxy, struct ruf_proof_report *report)
{
    const char *place;
    const char *end;

    if (proxy == NULL)
        return;
    place = strstr(proxy, "://");
    place = place == NULL ? proxy : place + 3;
    end = place + strcspn(place, "/");
    for (const char *at = place; at < end; at++)
        if (*at == '@')
            place = at + 1;
    (void)snprintf(report->hosts[report->host_count], sizeof(report->hosts[0]),
                   "%.*s", (int)(end - place), place);
    report->host_count++;
}

struct links {
    const struct ruf_http *http;
    struct ruf_proof *proof;
};

/* The next request of a source goes to one of the listed hosts. */
static void check_link(void *context, struct ruf_text source,
                       struct ruf_text link)
{
    const struct links *links = context;
    char *url = malloc(link.size + 1);
    bool listed = false;

    (void)source;
    if (url != NULL) {
        memcpy(url, link.data, link.size);
        url[link.size] = '\0';
        for (int peer = 0; peer < RUF_HTTP_PEER_COUNT && !listed; peer++)
            listed = ruf_http_check_url(links->http, (enum ruf_http_peer)peer,
                                        url, NULL) == RUF_OK;
    }
    free(url);
    count_case(links->proof, listed);
}

static enum ruf_status prove_hosts(struct proving *proving,
                                   struct ruf_proof *proof,
                                   struct ruf_error *err)
{
    struct ruf_http *http = NULL;
    struct links links;
    enum ruf_status status;

    if (proving->home->policy->auth.login_endpoint == NULL) {
        proof->checked = 1;
        note(proof, "the policy names no server");
        return RUF_OK;
    }
    status = ruf_http_create(&proving->home->effective, &http, err);
    if (status != RUF_OK)
        return status;
    links = (struct links){ http, proof };
    list_peers(http, proving->report, proof);
    list_proxy(proving->home->effective.network.proxy, proving->report);
    status = ruf_store_links(proving->store, check_link, &links, err);
    ruf_http_destroy(http);
    note(proof,
         "gate accepts its %zu hosts only; links kept for the next sync lead "
         "there",
         proving->report->host_count);
    return status;
}

/* --- no plain text
 * ---------------------------------------------------------------- */

/* What the policy names, a mailbox or a company, is no secret. */
static bool is_in_policy(const struct ruf_text policy, struct ruf_text text)
{
    return text.size > 0 && policy.size >= text.size &&
           memmem(policy.data, policy.size, text.data, text.size) != NULL;
}

static void add_canary(struct ruf_scan *scan, struct ruf_text policy,
                       struct ruf_text text)
{
    if (!is_in_policy(policy, text))
        ruf_scan_add_text(scan, text);
}

static void add_record(struct ruf_scan *scan, struct ruf_text policy,
                       const struct ruf_source_contact *record)
{
    add_canary(scan, policy, record->fields[RUF_RECORD_GIVEN]);
    add_canary(scan, policy, record->fields[RUF_RECORD_FAMILY]);
    add_canary(scan, policy, record->fields[RUF_RECORD_DISPLAY]);
    add_canary(scan, policy, record->fields[RUF_RECORD_UPN]);
    for (size_t i = 0; i < record->email_count; i++)
        add_canary(scan, policy, record->emails[i]);
    for (size_t i = 0; i < record->number_count; i++) {
        add_canary(scan, policy, record->numbers[i].raw);
        ruf_scan_add_number(scan, record->numbers[i].e164);
    }
}

static enum ruf_status collect_canaries(struct proving *proving,
                                        struct ruf_error *err)
{
    const struct ruf_gathered *all = &proving->all;
    size_t step = all->count / CANARY_RECORDS + 1;
    struct ruf_text policy = { NULL, 0 };
    char *text = NULL;
    enum ruf_status status =
        ruf_home_file_read(proving->home->path, HOME_POLICY,
                           RUF_POLICY_SIZE_MAX, &text, &policy.size, err);

    if (status != RUF_OK)
        return status;
    policy.data = text;
    status = ruf_scan_create(&proving->scan, err);
    for (size_t i = 0; status == RUF_OK && i < all->count; i += step)
        add_record(proving->scan, policy, &all->contacts[i]);
    free(text);
    return status == RUF_OK ? ruf_scan_ready(proving->scan, err) : status;
}

/* Each thing in a folder. */
typedef enum ruf_status file_step(struct proving *proving, const char *folder,
                                  const char *name, const struct stat *info,
                                  struct ruf_proof *proof,
                                  struct ruf_error *err);

/* What went meanwhile, such as the store's log, is left out. */
static enum ruf_status each_file(struct proving *proving, const char *path,
                                 file_step *step, struct ruf_proof *proof,
                                 struct ruf_error *err)
{
    DIR *folder = opendir(path);
    enum ruf_status status = RUF_OK;
    const struct dirent *entry;

    if (folder == NULL)
        return ruf_fail_os(err, RUF_E_IO, "I802", path, errno,
                           "cannot list the directory");
    while (status == RUF_OK && (entry = readdir(folder)) != NULL) {
        struct stat info;

        if (strcmp(entry->d_name, ".") != 0 &&
            strcmp(entry->d_name, "..") != 0 &&
            fstatat(dirfd(folder), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) ==
                0)
            status = step(proving, path, entry->d_name, &info, proof, err);
    }
    (void)closedir(folder);
    return status;
}

/* What is no file holds no text; that a wipe would leave it is told there. */
static enum ruf_status scan_file(struct proving *proving, const char *folder,
                                 const char *name, const struct stat *info,
                                 struct ruf_proof *proof, struct ruf_error *err)
{
    char *path;
    bool found = false;
    enum ruf_status status;

    if (!S_ISREG(info->st_mode))
        return RUF_OK;
    path = ruf_path_join(folder, name);
    if (path == NULL)
        return ruf_fail_memory(err);
    status = ruf_scan_file(proving->scan, path, &found, err);
    free(path);
    if (status == RUF_E_NOT_FOUND)
        return RUF_OK;
    if (status == RUF_OK)
        count_case(proof, !found);
    return status;
}

/* What a crash leaves, or a database that spills to disk. Others' files are
 * none of our business. */
static enum ruf_status scan_left_over(struct proving *proving,
                                      const char *folder, const char *name,
                                      const struct stat *info,
                                      struct ruf_proof *proof,
                                      struct ruf_error *err)
{
    static const char *const starts[] = { "core", "rufname", "etilqs_" };

    for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
        if (strncmp(name, starts[i], strlen(starts[i])) == 0 &&
            info->st_uid == geteuid())
            return scan_file(proving, folder, name, info, proof, err);
    return RUF_OK;
}

static enum ruf_status scan_folders(struct proving *proving,
                                    struct ruf_proof *proof,
                                    struct ruf_error *err)
{
    const struct ruf_prove_options *options = proving->options;
    enum ruf_status status = RUF_OK;

    for (size_t i = 0;
         options != NULL && i < options->folder_count && status == RUF_OK; i++)
        if (access(options->folders[i], R_OK | X_OK) == 0)
            status = each_file(proving, options->folders[i], scan_left_over,
                               proof, err);
    return status;
}

static enum ruf_status prove_sealed(struct proving *proving,
                                    struct ruf_proof *proof,
                                    struct ruf_error *err)
{
    enum ruf_status status =
        each_file(proving, proving->home->path, scan_file, proof, err);

    if (status == RUF_OK)
        status = scan_folders(proving, proof, err);
    note(proof,
         "%zu clear forms of names and numbers in the files of the home, and "
         "in core and temporary files",
         ruf_scan_count(proving->scan));
    return status;
}

/* --- wipe
 * ------------------------------------------------------------------------- */

static enum ruf_status know_file(struct proving *proving, const char *folder,
                                 const char *name, const struct stat *info,
                                 struct ruf_proof *proof, struct ruf_error *err)
{
    (void)proving;
    (void)folder;
    (void)err;
    count_case(proof, S_ISREG(info->st_mode) && ruf_home_file_known(name));
    return RUF_OK;
}

static enum ruf_status prove_wipe(struct proving *proving,
                                  struct ruf_proof *proof,
                                  struct ruf_error *err)
{
    enum ruf_status status =
        each_file(proving, proving->home->path, know_file, proof, err);

    note(proof, "a wipe knows each file of the home");
    return status;
}

/* --- fields
 * ----------------------------------------------------------------------- */

static enum ruf_status prove_fields(struct proving *proving,
                                    struct ruf_proof *proof,
                                    struct ruf_error *err)
{
    /* That all records could be read says that they hold known fields only. */
    enum ruf_status status = ruf_store_layout_check(
        proving->store, &proof->checked, &proof->against, err);

    note(proof,
         "tables of the store are those of the documented layout; %zu records "
         "hold its fields only",
         proving->all.count);
    return status;
}

/* --- strict by default
 * ------------------------------------------------------------ */

static bool is_refused(const char *text)
{
    struct ruf_policy *policy = NULL;
    bool refused =
        ruf_policy_parse(text, strlen(text), &policy, NULL, NULL) != RUF_OK;

    ruf_policy_destroy(policy);
    return refused;
}

/* The values of what a document leaves out, as documented. */
static const char documented[] =
    "{\"schema\":\"rufname.policy/1\",\"version\":1,\"level\":\"enhanced\","
    "\"locale\":\"auto\",\"region\":{\"default\":null,\"from_record\":true},"
    "\"sources\":[{\"id\":\"FILE\",\"kind\":\"file\",\"enabled\":true,"
    "\"priority\":20,\"caller_id\":true}],"
    "\"filters\":[],\"merge\":{\"mode\":\"balanced\",\"shared_after\":3},"
    "\"caller_id\":{\"enabled\":true,\"label\":\"{given} {family}[ "
    "({company})]\",\"max_chars\":48,\"kinds\":[\"business\",\"mobile\","
    "\"main\",\"other\"],\"max_entries\":500000,\"trunk\":{\"enabled\":false,"
    "\"min_members\":4,\"max_extension_digits\":4,\"emit\":0}},"
    "\"index\":{\"exclude_types\":[\"premium_rate\"]},"
    "\"blocking\":{\"numbers\":[]},\"recents\":{\"enabled\":true},"
    "\"actions\":{\"allow\":[\"tel\",\"mailto\",\"teams_call\","
    "\"teams_video\",\"teams_chat\"],\"dialer\":\"any\",\"custom\":[]},"
    "\"presence\":{\"enabled\":false,\"list_seconds\":60,"
    "\"contact_seconds\":20},"
    "\"store\":{\"mode\":\"disk\",\"photos\":\"none\",\"max_age_days\":30},"
    "\"sync\":{\"stale_hours\":24,\"forbidden_grace_hours\":24},"
    "\"audit\":{\"enabled\":true,\"days\":90},"
    "\"protection\":{\"backup\":\"block\",\"send_to\":\"managed\","
    "\"receive_from\":\"all\",\"save_copies\":\"block\","
    "\"copy_paste\":\"managed_paste_in\",\"copy_limit\":0,\"print\":\"allow\","
    "\"links\":\"edge\",\"keyboards\":\"any\",\"native_contacts\":\"block\","
    "\"notifications\":\"no_org_data\",\"pin\":{\"required\":true,"
    "\"type\":\"numeric\",\"min_length\":4,\"simple\":true,"
    "\"max_attempts\":5,\"action\":\"reset_pin\",\"max_age_days\":0},"
    "\"biometric\":\"allow\",\"biometric_timeout_min\":720,"
    "\"recheck_min\":30,\"offline\":{\"block_min\":720,\"wipe_days\":90},"
    "\"jailbreak\":\"block\",\"disabled_account\":\"block\"}}";

/* A document as it is shown once it is in force; NULL if it is none. */
static char *in_force(const char *text, size_t size)
{
    struct ruf_policy *policy = NULL;
    char *shown = NULL;

    if (ruf_policy_parse(text, size, &policy, NULL, NULL) == RUF_OK)
        shown = ruf_policy_show(policy);
    ruf_policy_destroy(policy);
    return shown;
}

/* Takes both texts. */
static void count_same(struct ruf_proof *proof, char *one, char *other)
{
    count_case(proof, one != NULL && other != NULL && strcmp(one, other) == 0);
    free(one);
    free(other);
}

/* This home obeys the document it holds, not one of a moment ago. */
static enum ruf_status check_document(const struct ruf_home *home,
                                      struct ruf_proof *proof,
                                      struct ruf_error *err)
{
    char *text = NULL;
    size_t size = 0;
    enum ruf_status status = ruf_home_file_read(
        home->path, HOME_POLICY, RUF_POLICY_SIZE_MAX, &text, &size, err);

    if (status == RUF_OK)
        count_same(proof, in_force(text, size), ruf_policy_show(home->policy));
    free(text);
    return status;
}

static enum ruf_status prove_strict(struct proving *proving,
                                    struct ruf_proof *proof,
                                    struct ruf_error *err)
{
    static const char least[] =
        "{\"schema\":\"rufname.policy/1\",\"version\":1,"
        "\"sources\":[{\"id\":\"FILE\",\"kind\":\"file\"}]}";

    count_case(proof, is_refused(""));
    count_case(proof, is_refused("{}"));
    count_same(proof, in_force(least, strlen(least)),
               in_force(documented, strlen(documented)));
    note(proof, "an empty policy is refused; what the least one leaves out "
                "takes the documented, strict value; the home's own is in "
                "force");
    return check_document(proving->home, proof, err);
}

/* --- corrections and deletions
 * ---------------------------------------------------- */

static int by_record(const void *left, const void *right)
{
    const struct ruf_source_contact *a =
        *(const struct ruf_source_contact *const *)left;
    const struct ruf_source_contact *b =
        *(const struct ruf_source_contact *const *)right;
    int order = strcmp(a->source->id, b->source->id);

    return order != 0 ? order : ruf_text_compare(a->native_id, b->native_id);
}

static int by_source_id(const void *wanted, const void *stored)
{
    const struct ruf_source_id *id = wanted;
    const struct ruf_source_contact *record =
        *(const struct ruf_source_contact *const *)stored;
    int order = ruf_text_compare(id->source, ruf_text(record->source->id));

    return order != 0 ? order : ruf_text_compare(id->id, record->native_id);
}

/* Every record an index names is one of the store. */
static enum ruf_status check_index(struct proving *proving,
                                   const struct ruf_index *index,
                                   const struct ruf_source_contact **sorted,
                                   struct ruf_proof *proof,
                                   struct ruf_error *err)
{
    struct ruf_query *query = NULL;
    struct ruf_index_info info;
    enum ruf_status status = ruf_query_create(index, &query, err);

    ruf_index_describe(index, &info);
    for (uint64_t i = 0; status == RUF_OK && i < info.contact_count; i++) {
        struct ruf_identity identity;

        status = ruf_query_identity(query, (uint32_t)i, &identity, err);
        for (size_t k = 0; status == RUF_OK && k < identity.id_count; k++)
            count_case(proof,
                       bsearch(&identity.ids[k], sorted, proving->all.count,
                               sizeof(*sorted), by_source_id) != NULL);
    }
    ruf_query_destroy(query);
    return status;
}

static enum ruf_status check_store(struct proving *proving,
                                   struct ruf_proof *proof,
                                   struct ruf_error *err)
{
    int64_t unpublished = 0;
    bool secure = false;
    enum ruf_status status =
        ruf_store_deletes_securely(proving->store, &secure, err);

    if (status == RUF_OK)
        status = ruf_store_fact_load(proving->store, FACT_UNPUBLISHED,
                                     &unpublished, err);
    if (status == RUF_OK) {
        count_case(proof, secure);
        count_case(proof, unpublished == 0);
    }
    return status;
}

static enum ruf_status prove_deleted(struct proving *proving,
                                     struct ruf_proof *proof,
                                     struct ruf_error *err)
{
    const struct ruf_source_contact **sorted =
        ruf_arena_alloc(proving->arena, proving->all.count, sizeof(*sorted));
    struct ruf_index *index = NULL;
    enum ruf_status status;

    if (sorted == NULL)
        return ruf_fail_memory(err);
    for (size_t i = 0; i < proving->all.count; i++)
        sorted[i] = &proving->all.contacts[i];
    if (proving->all.count > 1)
        qsort(sorted, proving->all.count, sizeof(*sorted), by_record);
    status = check_store(proving, proof, err);
    if (status != RUF_OK)
        return status;
    note(proof, "the index names records of the store only; it shows all that "
                "was read; deleted rows are overwritten");
    status = ruf_home_index(proving->home, RUF_INDEX_ON_DEMAND, &index, err);
    if (status == RUF_E_NOT_FOUND)
        return RUF_OK; /* nothing was published, so nothing is left */
    if (status == RUF_OK)
        status = check_index(proving, index, sorted, proof, err);
    ruf_index_close(index);
    return status;
}

/* --- logs
 * ------------------------------------------------------------------------- */

static bool is_all_of(struct ruf_text text, const char *characters)
{
    for (size_t i = 0; i < text.size; i++)
        if (strchr(characters, text.data[i]) == NULL)
            return false;
    return true;
}

/* "+49…678" or eight hex digits or nothing. */
static bool is_masked(struct ruf_text object)
{
    static const char dots[] = "…";
    const char *at;

    if (object.size == 0)
        return true;
    if (object.data[0] != '+')
        return object.size == 8 && is_all_of(object, "0123456789abcdef");
    at = memmem(object.data, object.size, dots, sizeof(dots) - 1);
    return at != NULL && at - object.data <= 4 &&
           object.size - (size_t)(at - object.data) == sizeof(dots) - 1 + 3;
}

struct entries {
    const struct ruf_scan *scan;
    struct ruf_proof *proof;
};

static void check_entry(void *context, const struct ruf_store_audit *entry)
{
    const struct entries *entries = context;

    count_case(entries->proof,
               is_all_of(entry->event, "abcdefghijklmnopqrstuvwxyz-") &&
                   is_masked(entry->object) &&
                   !ruf_scan_bytes(entries->scan, entry->object.data,
                                   entry->object.size));
}

static enum ruf_status prove_logs(struct proving *proving,
                                  struct ruf_proof *proof,
                                  struct ruf_error *err)
{
    struct entries entries = { proving->scan, proof };
    struct ruf_error broken;
    enum ruf_status status =
        ruf_store_audit_read(proving->store, check_entry, &entries, &broken);

    note(proof, "entries of the audit are words, masks and counts");
    if (status == RUF_E_CORRUPT) {
        count_case(proof, false);
        note(proof, "the audit is damaged: %.100s", broken.detail);
        return RUF_OK;
    }
    if (status != RUF_OK && err != NULL)
        *err = broken;
    return status;
}

/* --- reproducible
 * ----------------------------------------------------------------- */

static enum ruf_status build_and_digest(const struct proving *proving,
                                        const char *name,
                                        const struct ruf_image_seed *seed,
                                        uint8_t digest[RUF_DIGEST_SIZE],
                                        struct ruf_error *err)
{
    char *path = ruf_path_join(proving->home->path, name);
    char *bytes = NULL;
    size_t size = 0;
    uint64_t over_limit;
    enum ruf_status status;

    if (path == NULL)
        return ruf_fail_memory(err);
    status = ruf_build_home_image(proving->home, proving->store, path, seed,
                                  &over_limit, err);
    if (status == RUF_OK)
        status = ruf_file_read(path, RUF_FILE_ANY, IMAGE_SIZE_MAX, &bytes,
                               &size, err);
    if (status == RUF_OK)
        status = ruf_sha256(bytes, size, digest, err);
    free(bytes);
    ruf_file_discard(path);
    free(path);
    return status;
}

/* The seed is random: one that was used for other contents would repeat the
 * nonces of the seal. */
static enum ruf_status prove_reproducible(struct proving *proving,
                                          struct ruf_proof *proof,
                                          struct ruf_error *err)
{
    uint8_t first[RUF_DIGEST_SIZE];
    uint8_t second[RUF_DIGEST_SIZE];
    struct ruf_image_seed seed;
    enum ruf_status status = ruf_image_seed_random(1, &seed, err);

    if (status == RUF_OK)
        status = build_and_digest(proving, HOME_PROVE_FIRST, &seed, first, err);
    if (status == RUF_OK)
        status =
            build_and_digest(proving, HOME_PROVE_SECOND, &seed, second, err);
    if (status != RUF_OK)
        return status;
    count_case(proof, memcmp(first, second, sizeof(first)) == 0);
    for (size_t i = 0; i < sizeof(first); i++)
        (void)snprintf(proving->report->index_sha256 + 2 * i, 3, "%02x",
                       first[i]);
    note(proof, "two indexes built of the store have the same bytes");
    return RUF_OK;
}

/* --- all of them
 * ------------------------------------------------------------------ */

static enum ruf_status prove_all(struct proving *proving, struct ruf_error *err)
{
    static prove_step *const steps[RUF_STATEMENT_COUNT] = {
        [RUF_PROVE_HOSTS] = prove_hosts,
        [RUF_PROVE_SEALED] = prove_sealed,
        [RUF_PROVE_WIPE] = prove_wipe,
        [RUF_PROVE_FIELDS] = prove_fields,
        [RUF_PROVE_STRICT] = prove_strict,
        [RUF_PROVE_DELETED] = prove_deleted,
        [RUF_PROVE_LOGS] = prove_logs,
        [RUF_PROVE_REPRODUCIBLE] = prove_reproducible,
    };
    struct ruf_proof_report *report = proving->report;
    enum ruf_status status = RUF_OK;

    report->holds = true;
    for (size_t i = 0; i < RUF_STATEMENT_COUNT && status == RUF_OK; i++) {
        struct ruf_proof *proof = &report->proofs[i];

        status = steps[i](proving, proof, err);
        /* Only the audit may have nothing to look at. */
        proof->holds =
            proof->against == 0 && (proof->checked > 0 || i == RUF_PROVE_LOGS);
        report->holds = report->holds && proof->holds;
    }
    return status;
}

static enum ruf_status prove_store(struct proving *proving,
                                   struct ruf_error *err)
{
    const struct ruf_home *home = proving->home;
    enum ruf_status status = ruf_arena_create(&proving->arena, err);

    if (status == RUF_OK)
        status = ruf_gather(proving->store, home->policy, proving->arena, false,
                            NULL, NULL, &proving->all, err);
    if (status == RUF_OK)
        status = collect_canaries(proving, err);
    if (status == RUF_OK)
        status = prove_all(proving, err);
    ruf_scan_destroy(proving->scan);
    ruf_arena_destroy(proving->arena);
    return status;
}

static uint64_t failures(const struct ruf_proof_report *report)
{
    uint64_t count = 0;

    for (size_t i = 0; i < RUF_STATEMENT_COUNT; i++)
        count += report->proofs[i].holds ? 0 : 1;
    return count;
}

enum ruf_status ruf_home_prove(struct ruf_home *home,
                               const struct ruf_prove_options *options,
                               struct ruf_proof_report *report,
                               struct ruf_error *err)
{
    struct proving proving = { .home = home,
                               .options = options,
                               .report = report };
    struct ruf_home_writer writer;
    enum ruf_status status = ruf_home_writer_open(home, &writer, err);

    memset(report, 0, sizeof(*report));
    if (status != RUF_OK)
        return status;
    proving.store = writer.store;
    report->made = (int64_t)time(NULL);
    report->policy_version = home->policy->version;
    status = prove_store(&proving, err);
    report->contacts = proving.all.people.count;
    report->records = proving.all.count;
    status = ruf_audit_append(home, writer.store, RUF_AUDIT_PROVE, NULL, status,
                              failures(report), err);
    ruf_home_writer_close(&writer);
    return status;
}

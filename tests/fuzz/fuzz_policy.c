/*
 * fuzz_policy.c - any bytes as the admin's document
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/text.h"
#include "policy/policy.h"
#include "tests/fuzz/fuzz.h"
#include <stdlib.h>
#include <string.h>

static void check_findings(const struct ruf_policy_findings *findings,
                           bool accepted)
{
    bool errors = false;

    fuzz_require(findings->count <= RUF_POLICY_FINDINGS_MAX,
                 "findings are limited");
    for (size_t i = 0; i < findings->count; i++) {
        const struct ruf_policy_finding *item = &findings->items[i];

        errors = errors || item->is_error;
        fuzz_require(item->id[0] == 'P' &&
                         strnlen(item->id, sizeof(item->id)) == 4,
                     "a finding has an id");
        fuzz_require(
            memchr(item->pointer, '\0', sizeof(item->pointer)) != NULL &&
                memchr(item->detail, '\0', sizeof(item->detail)) != NULL,
            "texts of a finding end");
        fuzz_require(item->line >= 1 && item->column >= 1,
                     "a finding has a place");
    }
    fuzz_require(!errors || !accepted, "a document with an error is refused");
}

/* Each rule meets a record, each source is found by its id. */
static void use(const struct ruf_policy *policy)
{
    struct ruf_record record = { .native_id = ruf_text("1") };

    record.fields[RUF_RECORD_GIVEN] = ruf_text("Anna");
    record.fields[RUF_RECORD_COMPANY] = ruf_text("Muster AG");
    record.fields[RUF_RECORD_COUNTRY] = ruf_text("DE");
    record.fields[RUF_RECORD_ENABLED] = ruf_text("true");
    for (size_t i = 0; i < policy->source_count; i++) {
        const struct ruf_policy_source *source = &policy->sources[i];
        struct ruf_filter_verdict verdict;

        ruf_policy_judge(policy, source, &record, NULL, 0, &verdict);
        fuzz_require(ruf_policy_source(policy, ruf_text(source->id)) == source,
                     "a source is found by its id");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct ruf_policy_findings findings;
    char *json = fuzz_copy(data, size);
    struct ruf_policy *policy = NULL;
    struct ruf_error err = { 0 };
    enum ruf_status status;

    memset(&findings, 0, sizeof(findings));
    status = ruf_policy_parse(json, size, &policy, &findings, &err);
    free(json); /* nothing may point there any more */
    fuzz_require(status == RUF_OK || status == RUF_E_POLICY,
                 "a policy is accepted or refused");
    fuzz_require((status == RUF_OK) == (policy != NULL),
                 "an accepted policy is there");
    fuzz_require(policy != NULL || (err.status == status && err.id[0] == 'P'),
                 "a refusal says why");
    check_findings(&findings, policy != NULL);
    if (policy != NULL)
        use(policy);
    ruf_policy_destroy(policy);
    return 0;
}

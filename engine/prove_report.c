/*
 * engine/prove_report.c - a report of proofs as JSON and as a German page
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "base/file.h"
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <rufname/number.h>
#include <rufname/prove.h>
#include <rufname/version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct {
    const char *name;
    const char *german;
    const char *gdpr;
} statements[RUF_STATEMENT_COUNT] = {
    [RUF_PROVE_HOSTS] = { "hosts", "Nur genannte Server werden angesprochen",
                          "5(1)(f), 25, 32" },
    [RUF_PROVE_SEALED] = { "sealed", "Kein Klartext auf dem Datenträger",
                           "32(1)(a)" },
    [RUF_PROVE_WIPE] = { "wipe", "Eine Löschung lässt nichts zurück",
                         "17, 5(1)(e)" },
    [RUF_PROVE_FIELDS] = { "fields", "Nur benötigte Felder werden gespeichert",
                           "5(1)(c), 25(2)" },
    [RUF_PROVE_STRICT] = { "strict", "Streng ohne Zutun", "25(2)" },
    [RUF_PROVE_DELETED] = { "deleted",
                            "Berichtigungen und Löschungen kommen an",
                            "16, 17" },
    [RUF_PROVE_LOGS] = { "logs", "Keine personenbezogenen Daten im Protokoll",
                         "5(1)(c)" },
    [RUF_PROVE_REPRODUCIBLE] = { "reproducible",
                                 "Gleiche Daten ergeben den gleichen Index",
                                 "5(2)" },
};

const char *ruf_statement_name(enum ruf_statement statement)
{
    return (unsigned)statement < RUF_STATEMENT_COUNT
               ? statements[statement].name
               : "";
}

static void format_time(int64_t seconds, char out[32])
{
    time_t at = (time_t)seconds;
    struct tm parts;

    out[0] = '\0';
    if (gmtime_r(&at, &parts) == NULL ||
        strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
        out[0] = '\0';
}

/* --- JSON
 * ------------------------------------------------------------------------- */

static bool add_proof(cJSON *list, size_t i, const struct ruf_proof *proof)
{
    cJSON *item = cJSON_CreateObject();

    if (item == NULL || !cJSON_AddItemToArray(list, item))
        return false;
    return cJSON_AddStringToObject(item, "id", statements[i].name) != NULL &&
           cJSON_AddStringToObject(item, "gdpr", statements[i].gdpr) != NULL &&
           cJSON_AddBoolToObject(item, "holds", proof->holds) != NULL &&
           cJSON_AddNumberToObject(item, "checked", (double)proof->checked) !=
               NULL &&
           cJSON_AddNumberToObject(item, "against", (double)proof->against) !=
               NULL &&
           cJSON_AddStringToObject(item, "detail", proof->detail) != NULL;
}

static bool add_lists(cJSON *root, const struct ruf_proof_report *report)
{
    cJSON *proofs = cJSON_AddArrayToObject(root, "statements");
    cJSON *hosts = cJSON_AddArrayToObject(root, "hosts");

    if (proofs == NULL || hosts == NULL)
        return false;
    for (size_t i = 0; i < RUF_STATEMENT_COUNT; i++)
        if (!add_proof(proofs, i, &report->proofs[i]))
            return false;
    for (size_t i = 0; i < report->host_count; i++) {
        cJSON *host = cJSON_CreateString(report->hosts[i]);

        if (host == NULL || !cJSON_AddItemToArray(hosts, host))
            return false;
    }
    return true;
}

char *ruf_proof_json(const struct ruf_proof_report *report)
{
    cJSON *root = cJSON_CreateObject();
    char made[32];
    char *text = NULL;

    format_time(report->made, made);
    if (cJSON_AddStringToObject(root, "schema", "rufname.prove/1") != NULL &&
        cJSON_AddBoolToObject(root, "holds", report->holds) != NULL &&
        cJSON_AddStringToObject(root, "time", made) != NULL &&
        cJSON_AddStringToObject(root, "version", RUFNAME_VERSION) != NULL &&
        cJSON_AddStringToObject(root, "numbering_plans",
                                ruf_number_metadata_version()) != NULL &&
        cJSON_AddNumberToObject(root, "policy_version",
                                report->policy_version) != NULL &&
        cJSON_AddNumberToObject(root, "contacts", (double)report->contacts) !=
            NULL &&
        cJSON_AddNumberToObject(root, "records", (double)report->records) !=
            NULL &&
        cJSON_AddStringToObject(root, "index_sha256", report->index_sha256) !=
            NULL &&
        add_lists(root, report))
        text = cJSON_PrintUnformatted(root);
    cJSON_Delete(root);
    return text;
}

/* --- a page
 * ----------------------------------------------------------------------- */

static void print_summary(const struct ruf_proof_report *report, FILE *out)
{
    char made[32];

    format_time(report->made, made);
    (void)fprintf(out,
                  "Nachweis zum Datenschutz – Rufname %s\n"
                  "Erstellt: %s   Richtlinie: Fassung %" PRIu32 "\n"
                  "Bestand: %" PRIu64 " Kontakte aus %" PRIu64
                  " Datensätzen\n\n"
                  "Ergebnis: %s\n\n",
                  RUFNAME_VERSION, made, report->policy_version,
                  report->contacts, report->records,
                  report->holds ? "Alle Aussagen sind belegt."
                                : "Nicht alle Aussagen sind belegt.");
    for (size_t i = 0; i < RUF_STATEMENT_COUNT; i++) {
        const struct ruf_proof *proof = &report->proofs[i];

        (void)fprintf(out,
                      "[%s] %s (DSGVO Art. %s)\n"
                      "     geprüft: %" PRIu64 ", dagegen sprechen: %" PRIu64
                      "\n",
                      proof->holds ? "belegt      " : "NICHT BELEGT",
                      statements[i].german, statements[i].gdpr, proof->checked,
                      proof->against);
    }
    (void)fprintf(out, "\nServer laut Richtlinie:%s",
                  report->host_count == 0 ? " keine\n" : "\n");
    for (size_t i = 0; i < report->host_count; i++)
        (void)fprintf(out, "  %s\n", report->hosts[i]);
    (void)fprintf(
        out,
        "\nPrüfsumme des zweimal gebauten Index (SHA-256):\n  %s\n\n"
        "Geprüft wurde dieser Datenspeicher, wie er jetzt ist. Was Server "
        "oder\n"
        "einen Abbruch braucht, belegen die Tests von Rufname. Nicht "
        "erreichbar\n"
        "für eine Löschung sind Einträge in der Anrufliste des Telefons.\n",
        report->index_sha256);
}

char *ruf_proof_summary(const struct ruf_proof_report *report)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    if (out == NULL)
        return NULL;
    print_summary(report, out);
    if (ferror(out) != 0) {
        (void)fclose(out);
        free(text);
        return NULL;
    }
    return fclose(out) == 0 ? text : NULL;
}

static enum ruf_status save(const char *directory, const char *name, char *text,
                            struct ruf_error *err)
{
    char *path = ruf_path_join(directory, name);
    enum ruf_status status =
        text == NULL || path == NULL
            ? ruf_fail_memory(err)
            : ruf_file_replace(path, text, strlen(text), err);

    free(path);
    free(text);
    return status;
}

enum ruf_status ruf_proof_save(const struct ruf_proof_report *report,
                               const char *directory, struct ruf_error *err)
{
    enum ruf_status status = ruf_directory_create(directory, err);

    if (status == RUF_OK)
        status = save(directory, "prove.json", ruf_proof_json(report), err);
    if (status == RUF_OK)
        status =
            save(directory, "nachweis.txt", ruf_proof_summary(report), err);
    return status;
}

/*
 * test_blob.c - lists of blobs, and proofs
 *
 * The storage emulator is the judge of whole runs (tests/counterparts); here
 * is what it would never send.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sync/blob_auth.h"
#include "sync/blob_list.h"
#include <criterion/criterion.h>
#include <string.h>

static struct ruf_blob_list list;
static uint64_t others;
static struct ruf_error err;

static enum ruf_status read_page(const char *xml)
{
    return ruf_blob_list_read(&list, xml, strlen(xml), "ABS", &others, &err);
}

static void forget(void)
{
    ruf_blob_list_free(&list);
}

TestSuite(blob_list, .fini = forget);

#define HEAD "<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults>"
#define BLOB(name, etag)                                                       \
    "<Blob><Name>" name "</Name><Properties><Etag>" etag "</Etag>"             \
    "<Content-Length>12</Content-Length></Properties></Blob>"
#define END "<NextMarker/></EnumerationResults>"

Test(blob_list, names_contact_files_and_counts_the_rest)
{
    cr_assert_eq(
        read_page("\xEF\xBB\xBF" HEAD
                  "<Blobs>" BLOB("a.csv", "0x1") BLOB("b.txt", "0x2")
                      BLOB("&lt;&amp;&#252;.VCF.GZ", "\"0x3\"") "</Blobs>" END),
        RUF_OK, "%s", err.detail);
    cr_assert_eq(list.count, 2u);
    cr_expect_str_eq(list.entries[0].name, "a.csv");
    cr_expect_str_eq(list.entries[0].etag, "0x1");
    cr_expect_eq(list.entries[0].size, 12u);
    cr_expect_str_eq(list.entries[1].name, "<&ü.VCF.GZ");
    cr_expect_str_eq(list.entries[1].etag, "0x3");
    cr_expect_eq(others, 1u);
    cr_expect_str_eq(list.marker, "");
}

Test(blob_list, decodes_names_that_xml_cannot_hold)
{
    cr_assert_eq(read_page(HEAD "<Blobs><Blob><Name Encoded=\"true\">a%EF%BF"
                                "%BEb%zz.csv</Name></Blob></Blobs>"
                                "<NextMarker>2!x</NextMarker>"
                                "</EnumerationResults>"),
                 RUF_OK);
    cr_assert_eq(list.count, 1u);
    cr_expect_str_eq(list.entries[0].name, "a\xEF\xBF\xBE"
                                           "b%zz.csv");
    cr_expect_eq(list.entries[0].size, UINT64_MAX);
    cr_expect_str_eq(list.marker, "2!x");
}

Test(blob_list, takes_names_only_where_they_belong)
{
    cr_assert_eq(read_page(HEAD
                           "<Name>a.csv</Name><Blobs><BlobPrefix><Name>"
                           "b.csv</Name></BlobPrefix><Blob><Metadata>"
                           "<Name>c.csv</Name></Metadata></Blob></Blobs>" END),
                 RUF_OK);
    cr_expect_eq(list.count, 0u);
}

Test(blob_list, refuses_what_is_no_list)
{
    static const struct {
        const char *xml;
        const char *id;
    } bad[] = {
        { "", "S522" },
        { "{\"value\":[]}", "S522" },
        { HEAD "<Blobs>", "S522" },
        { HEAD END "x", "S522" },
        { "<html><body/></html>", "S524" },
        { "<!DOCTYPE x [<!ENTITY a \"aaaa\">]><EnumerationResults/>", "S522" },
        { "<EnumerationResults><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a>"
          "<a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a>"
          "</EnumerationResults>",
          "S522" },
    };

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        cr_expect_eq(read_page(bad[i].xml), RUF_E_SERVER, "%zu", i);
        cr_expect_str_eq(err.id, bad[i].id, "%zu: %s", i, err.id);
    }
}

Test(blob_etag, goes_into_a_header_only_if_it_is_harmless)
{
    char etag[RUF_BLOB_ETAG_MAX];
    char longer[300];

    ruf_blob_etag("W/\"0x8D\"", etag);
    cr_expect_str_eq(etag, "0x8D");
    ruf_blob_etag("0x8D\r\nX-Evil: 1", etag);
    cr_expect_str_eq(etag, "");
    ruf_blob_etag("a\"b", etag);
    cr_expect_str_eq(etag, "");
    memset(longer, 'x', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    ruf_blob_etag(longer, etag);
    cr_expect_str_eq(etag, "");
}

/* --- proofs -----------------------------------------------------------------
 */

static enum ruf_blob_proof proof_of(const char *secret)
{
    struct ruf_blob_auth auth;
    enum ruf_blob_proof proof;

    cr_assert_eq(ruf_blob_auth_create(secret, "https://a.blob.example", "ABS",
                                      &auth, &err),
                 RUF_OK, "%s: %s", secret, err.detail);
    proof = auth.proof;
    ruf_blob_auth_destroy(&auth);
    return proof;
}

Test(blob_auth, knows_a_signature_from_a_key)
{
    cr_expect_eq(proof_of(NULL), RUF_BLOB_BEARER);
    cr_expect_eq(proof_of("?sv=2021-12-02&sig=x%2Fy%3D\n"), RUF_BLOB_SIGNATURE);
    cr_expect_eq(proof_of("sig=x&sv=1"), RUF_BLOB_SIGNATURE);
    cr_expect_eq(proof_of(" AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \r\n"),
                 RUF_BLOB_KEY);
}

Test(blob_auth, refuses_what_is_neither)
{
    static const char *const bad[] = { "",
                                       " ",
                                       "?",
                                       "password",
                                       "design=1",
                                       "sig=a b",
                                       "sv=1&sig=a\r\nX: y",
                                       "AAAA" };

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct ruf_blob_auth auth;

        cr_expect_eq(ruf_blob_auth_create(bad[i], "https://a.blob.example",
                                          "ABS", &auth, &err),
                     RUF_E_AUTH, "'%s'", bad[i]);
        cr_expect_str_eq(err.id, "S507");
        cr_expect_null(auth.secret.bytes);
    }
}

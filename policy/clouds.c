/*
 * policy/clouds.c - hosts of the national clouds, as data
 *
 * Sources: Microsoft Graph documentation, "National cloud deployments"; for
 * Delos and Bleu the authority metadata of @azure/msal-common 16.16.1; which
 * clouds know presence: their schemas in microsoftgraph/msgraph-metadata; hosts
 * of Dataverse and Storage: the services' pages on national clouds.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "policy/clouds.h"
#include "base/text.h"

#define STORAGE "https://storage.azure.com"

static const struct ruf_cloud clouds[] = {
    { "global",
      "https://login.microsoftonline.com",
      "https://graph.microsoft.com",
      { ".dynamics.com", NULL, NULL },
      ".blob.core.windows.net",
      STORAGE,
      true },
    { "us_gov_l4",
      "https://login.microsoftonline.us",
      "https://graph.microsoft.us",
      { ".crm.microsoftdynamics.us", ".crm9.dynamics.com", NULL },
      ".blob.core.usgovcloudapi.net",
      STORAGE,
      true },
    { "us_gov_l5",
      "https://login.microsoftonline.us",
      "https://dod-graph.microsoft.us",
      { ".crm.appsplatform.us", NULL, NULL },
      ".blob.core.usgovcloudapi.net",
      STORAGE,
      true },
    { "china",
      "https://login.partner.microsoftonline.cn",
      "https://microsoftgraph.chinacloudapi.cn",
      { ".crm.dynamics.cn", NULL, NULL },
      ".blob.core.chinacloudapi.cn",
      STORAGE,
      false },
    { "delos",
      "https://login.sovcloud-identity.de",
      "https://graph.svc.sovcloud.de",
      { NULL, NULL, NULL },
      NULL,
      STORAGE,
      false },
    { "bleu",
      "https://login.sovcloud-identity.fr",
      "https://graph.svc.sovcloud.fr",
      { NULL, NULL, NULL },
      NULL,
      STORAGE,
      true },
};

const struct ruf_cloud *ruf_cloud_find(struct ruf_text name)
{
    for (size_t i = 0; i < sizeof(clouds) / sizeof(clouds[0]); i++)
        if (ruf_text_is(name, clouds[i].name))
            return &clouds[i];
    return NULL;
}

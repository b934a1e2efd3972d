/*
 * policy/clouds.c - hosts of the national clouds, as data
 *
 * Sources: Microsoft Graph documentation, "National cloud deployments"; for
 * Delos and Bleu the authority metadata of @azure/msal-common 16.16.1.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "policy/clouds.h"
#include "base/text.h"

static const struct ruf_cloud clouds[] = {
    { "global", "https://login.microsoftonline.com",
      "https://graph.microsoft.com" },
    { "us_gov_l4", "https://login.microsoftonline.us",
      "https://graph.microsoft.us" },
    { "us_gov_l5", "https://login.microsoftonline.us",
      "https://dod-graph.microsoft.us" },
    { "china", "https://login.partner.microsoftonline.cn",
      "https://microsoftgraph.chinacloudapi.cn" },
    { "delos", "https://login.sovcloud-identity.de",
      "https://graph.svc.sovcloud.de" },
    { "bleu", "https://login.sovcloud-identity.fr",
      "https://graph.svc.sovcloud.fr" },
};

const struct ruf_cloud *ruf_cloud_find(struct ruf_text name)
{
    for (size_t i = 0; i < sizeof(clouds) / sizeof(clouds[0]); i++)
        if (ruf_text_is(name, clouds[i].name))
            return &clouds[i];
    return NULL;
}

/*
 * read.mjs STATE OBJECTS - the peer of a sync: the Graph JavaScript SDK reads
 * all pages of users, org contacts and the mailbox of a sample tenant, and
 * keeps nothing. Fails unless it saw so many objects. bench/bench_sync.c runs
 * it, with the tenant's ca.pem in NODE_EXTRA_CA_CERTS.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
import { readFileSync } from 'node:fs';
import { Client, PageIterator } from '@microsoft/microsoft-graph-client';

const state = process.argv[2];
const policy = JSON.parse(readFileSync(`${state}/policy.json`, 'utf8'));
const { tenant, client_id: clientId, endpoints } = policy.auth;
const mailbox = policy.sources.find((s) => s.mailboxes).mailboxes[0];

const answer = await fetch(`${endpoints.login}/${tenant}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: clientId,
        client_secret: readFileSync(`${state}/client-secret`, 'utf8').trim(),
        scope: `${endpoints.graph}/.default`,
    }),
});
const token = (await answer.json()).access_token;
const client = Client.init({
    baseUrl: endpoints.graph,
    customHosts: new Set([new URL(endpoints.graph).hostname]),
    authProvider: (done) => done(null, token),
});

async function read(path, select) {
    let objects = 0;
    const first = await client.api(path).select(select)
        .header('Prefer', 'odata.maxpagesize=200, IdType="ImmutableId"').get();
    const pages = new PageIterator(client, first, () => { objects++; return true; }, {
        headers: { Prefer: 'odata.maxpagesize=200, IdType="ImmutableId"' },
    });
    await pages.iterate();
    return objects;
}

const counts = await Promise.all([
    read('/users/delta', 'id,displayName,givenName,surname,companyName,department,jobTitle,mail,' +
        'userPrincipalName,userType,accountEnabled,usageLocation,country,businessPhones,' +
        'mobilePhone,faxNumber,otherMails,proxyAddresses'),
    read('/contacts/delta', 'id,displayName,givenName,surname,companyName,department,jobTitle,' +
        'mail,proxyAddresses,phones,addresses'),
    read(`/users/${mailbox}/contacts/delta`, 'id,displayName,givenName,surname,companyName,' +
        'department,jobTitle,emailAddresses,businessPhones,homePhones,mobilePhone,businessAddress'),
]);
const objects = counts.reduce((sum, count) => sum + count);
if (objects !== Number(process.argv[3])) {
    console.error(`read.mjs: ${objects} objects, expected ${process.argv[3]}`);
    process.exit(1);
}

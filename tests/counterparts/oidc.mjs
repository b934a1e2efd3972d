// oidc.mjs - an OpenID provider with the sign-ins Rufname has
//
//   node oidc.mjs PORT CERTIFICATE KEY CLIENT-CERTIFICATE
//
// oidc-provider behind TLS, its endpoints where Entra ID has them
// (/TENANT/oauth2/v2.0/...). One person, who agrees to everything: the pages a
// person would click through answer at once. Prints "grant error_or_ok" for
// each token request.
//
// SPDX-License-Identifier: Apache-2.0
import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(process.env.NODE_MODULES + '/');
const { default: Provider } = await import(pathToFileURL(require.resolve('oidc-provider')));

const [port, cert, key, clientCert] = process.argv.slice(2);
const issuer = `https://127.0.0.1:${port}`;
const base = '/tenant/oauth2/v2.0';
const certificate = new X509Certificate(readFileSync(clientCert));
const thumbprint = createHash('sha256').update(certificate.raw).digest('base64url');
const jwk = {
  ...certificate.publicKey.export({ format: 'jwk' }),
  use: 'sig', alg: 'PS256', kid: thumbprint, 'x5t#S256': thumbprint,
};
const graph = 'https://graph.example';

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'person', token_endpoint_auth_method: 'none', application_type: 'native',
      grant_types: ['authorization_code', 'refresh_token',
        'urn:ietf:params:oauth:grant-type:device_code'],
      redirect_uris: ['http://localhost'], response_types: ['code'],
    },
    {
      client_id: 'secret-app', client_secret: 'a secret / with & signs=+',
      token_endpoint_auth_method: 'client_secret_post',
      grant_types: ['client_credentials'], redirect_uris: [], response_types: [],
    },
    {
      client_id: 'certificate-app', token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'PS256', jwks: { keys: [jwk] },
      grant_types: ['client_credentials'], redirect_uris: [], response_types: [],
    },
  ],
  routes: {
    token: `${base}/token`, authorization: `${base}/authorize`,
    device_authorization: `${base}/devicecode`, code_verification: '/device',
  },
  scopes: ['openid', 'profile', 'offline_access', `${graph}/User.Read.All`,
    `${graph}/.default`],
  pkce: { required: () => true },
  rotateRefreshToken: true,
  issueRefreshToken: async () => true,
  assertJwtClientAuthClaimsAndHeader: async (ctx, claims, header) => {
    if (header['x5t#S256'] !== thumbprint)
      throw new Error('the certificate is not named');
  },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    deviceFlow: {
      enabled: true,
      userCodeInputSource: async (ctx, form) => { ctx.body = form; },
      userCodeConfirmSource: async (ctx, form) => { ctx.body = form; },
      successSource: async (ctx) => { ctx.body = 'done'; },
    },
  },
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  findAccount: async (ctx, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
  ttl: { AccessToken: 60, ClientCredentials: 3600, AuthorizationCode: 60,
    DeviceCode: 600, RefreshToken: 86400, Interaction: 600, Session: 600, Grant: 86400 },
});
provider.proxy = true;
provider.on('grant.success', (ctx) =>
  console.log(`${ctx.oidc.params.grant_type} ok`));
provider.on('grant.error', (ctx, error) =>
  console.log(`${ctx.oidc?.params?.grant_type} ${error.error} ${error.error_detail ?? ''}`));

// The person: signs in and consents without looking.
async function agree(req, res) {
  const { prompt, params, session, grantId } = await provider.interactionDetails(req, res);
  if (prompt.name === 'login') {
    await provider.interactionFinished(req, res, { login: { accountId: 'person' } });
    return;
  }
  const grant = grantId ? await provider.Grant.find(grantId)
    : new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  await provider.interactionFinished(req, res,
    { consent: { grantId: await grant.save() } }, { mergeWithLastSubmission: true });
}

const callback = provider.callback();
createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (req, res) => {
  if (req.url.startsWith('/interaction/'))
    agree(req, res).catch((error) => { console.error(error); res.writeHead(500).end(); });
  else
    callback(req, res);
}).listen(Number(port), '127.0.0.1');

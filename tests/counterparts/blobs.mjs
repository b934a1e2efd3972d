// blobs.mjs - put, delete and sign for the emulator, by means of its own
//
//   node blobs.mjs container NAME
//   node blobs.mjs put CONTAINER BLOB FILE
//   node blobs.mjs delete CONTAINER BLOB
//   node blobs.mjs sas CONTAINER [BLOB] [SECONDS]    a read-only signature
//
// BLOB_ORIGIN is the emulator's https origin. Account and key are the public
// ones of the storage emulator. Signatures are made here apart from the
// client's code (Microsoft, "Authorize with Shared Key", "Create a service
// SAS"); the emulator checks both.
//
// SPDX-License-Identifier: Apache-2.0
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';

const account = 'devstoreaccount1';
const key = Buffer.from(
  'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==',
  'base64');
const version = '2021-12-02';
const sign = (text) => createHmac('sha256', key).update(text, 'utf8').digest('base64');

async function request(method, path, query, headers, body) {
  const all = { ...headers, 'x-ms-date': new Date().toUTCString(), 'x-ms-version': version };
  const names = Object.keys(all).filter((name) => name.startsWith('x-ms-')).sort();
  const type = all['content-type'] ?? '';
  const text = [method, '', '', body?.length || '', '', type, '', '', '', '', '', '']
    .join('\n') + '\n' + names.map((name) => `${name}:${all[name]}\n`).join('') +
    `/${account}/${account}${path}` +
    Object.keys(query).sort().map((name) => `\n${name}:${query[name]}`).join('');
  const url = `${process.env.BLOB_ORIGIN}/${account}${path}?${new URLSearchParams(query)}`;
  const answer = await fetch(url, {
    method, body, headers: { ...all, authorization: `SharedKey ${account}:${sign(text)}` },
  });
  if (!answer.ok)
    throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
}

function sas(container, blob, seconds) {
  const time = (offset) =>
    new Date(Date.now() + offset * 1000).toISOString().replace(/\.\d+Z/, 'Z');
  const fields = {
    sp: blob ? 'r' : 'rl', st: time(-600), se: time(seconds), spr: 'https', sv: version,
    sr: blob ? 'b' : 'c',
  };
  const resource = `/blob/${account}/${container}${blob ? `/${blob}` : ''}`;
  fields.sig = sign([fields.sp, fields.st, fields.se, resource, '', '', fields.spr,
    fields.sv, fields.sr, '', '', '', '', '', '', ''].join('\n'));
  return new URLSearchParams(fields).toString();
}

const [what, container, blob, extra] = process.argv.slice(2);
const path = `/${container}/${encodeURIComponent(blob ?? '').replaceAll('%2F', '/')}`;
if (what === 'container')
  await request('PUT', `/${container}`, { restype: 'container' }, {}, undefined);
else if (what === 'put')
  await request('PUT', path, {}, {
    'x-ms-blob-type': 'BlockBlob', 'content-type': 'application/octet-stream',
  }, readFileSync(extra));
else if (what === 'delete')
  await request('DELETE', path, {}, {}, undefined);
else if (what === 'sas')
  console.log(sas(container, blob, Number(extra ?? 3600)));
else
  process.exit(2);

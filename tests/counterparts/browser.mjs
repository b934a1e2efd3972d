// browser.mjs - a browser as far as a sign-in needs one
//
//   node browser.mjs URL          follows redirects, keeps cookies, sends the
//                                 forms it is shown
//   node browser.mjs URL CODE     the same, and types a device code
//
// SPDX-License-Identifier: Apache-2.0
let [url, code] = process.argv.slice(2);
const jars = new Map();
const jar = (at) => {
  const { host } = new URL(at);
  if (!jars.has(host)) jars.set(host, new Map());
  return jars.get(host);
};
let init = {};
for (let step = 0; step < 30; step++) {
  const cookies = [...jar(url)].map(([name, value]) => `${name}=${value}`).join('; ');
  const answer = await fetch(url, { ...init, redirect: 'manual',
    headers: { ...init.headers, cookie: cookies } });
  for (const line of answer.headers.getSetCookie()) {
    const [pair] = line.split(';');
    const at = pair.indexOf('=');
    jar(url).set(pair.slice(0, at), pair.slice(at + 1));
  }
  const location = answer.headers.get('location');
  if (location) {
    url = new URL(location, url).href.replace('http://localhost:', 'http://127.0.0.1:');
    init = url.startsWith('http:') ? { headers: {} } : {};
    continue;
  }
  const page = await answer.text();
  const form = page.match(/<form[^>]*action="([^"]*)"[\s\S]*?<\/form>/);
  if (!answer.ok) {
    console.error(`${answer.status} ${url}\n${page.slice(0, 500)}`);
    process.exit(1);
  }
  if (!form)
    break;
  const fields = new URLSearchParams();
  for (const input of form[0].matchAll(/<input[^>]*>/g)) {
    const name = input[0].match(/name="([^"]*)"/)?.[1];
    const value = input[0].match(/value="([^"]*)"/)?.[1] ?? '';
    if (name === 'user_code' && code) fields.set(name, code);
    else if (name) fields.set(name, value);
  }
  if (/user_code/.test(form[0]) && !code) break;
  url = new URL(form[1].replaceAll('&amp;', '&'), url).href;
  init = { method: 'POST', body: fields, headers: {} };
}

// front.mjs - TLS in front of a server that has none
//
//   node front.mjs PORT CERTIFICATE KEY TARGET-PORT
//
// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:https';

const [port, cert, key, target] = process.argv.slice(2);
createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (req, res) => {
  const onward = request({ host: '127.0.0.1', port: Number(target), method: req.method,
    path: req.url, headers: req.headers }, (answer) => {
    res.writeHead(answer.statusCode, answer.headers);
    answer.pipe(res);
  });
  onward.on('error', () => res.destroy());
  req.pipe(onward);
}).listen(Number(port), '127.0.0.1');

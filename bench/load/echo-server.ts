/** The yardstick of the HTTP rows: node:http that reads a JSON body and answers with it, and does nothing else. */

import { createServer } from 'node:http';

const [socketPath = ''] = process.argv.slice(2);

createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    const { size } = JSON.parse(Buffer.concat(parts).toString()) as { size: number };
    const answer = JSON.stringify({ filler: 'x'.repeat(size) });
    response.writeHead(202, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) });
    response.end(answer);
  });
}).listen(socketPath, () => process.stdout.write('ready\n'));

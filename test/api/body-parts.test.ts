/** A body counts, however the socket cuts it up. */

import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../support/test-api.ts';

let t: TestApi;
beforeAll(async () => {
  t = await startTestApi();
});
afterAll(() => t.close());

const body = JSON.stringify({ task: 'echo', payload: { text: 'ü'.repeat(50) } });
const head = `POST /v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Length: ${Buffer.byteLength(body)}\r\n`;

/** What came in the end. Each part is written once what was sent before it was answered with as many answers as are given with it. */
async function answersTo(parts: { text: string; after: number }[]): Promise<string> {
  const connection = connect(t.socket).setNoDelay();
  const left = [...parts];
  let received = '';
  const writeMore = () => {
    const answered = received.split('HTTP/1.1 ').length - 1;
    while (left[0] && left[0].after <= answered) connection.write(left.shift()?.text ?? '');
  };
  writeMore();
  for await (const chunk of connection) {
    received += chunk;
    writeMore();
  }
  return received;
}

function statuses(received: string): string[] {
  return [...received.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status = '']) => status);
}

describe('a body', () => {
  test('may come with its head, and many such requests in one piece', async () => {
    const last = `${head}Connection: close\r\n\r\n${body}`;
    const received = await answersTo([{ text: `${head}\r\n${body}`.repeat(3) + last, after: 0 }]);
    expect(statuses(received)).toEqual(['202', '202', '202', '202']);
    expect(received.split('ü'.repeat(50))).toHaveLength(5);
  });

  test('may come after its head, in parts that cut a character in two', async () => {
    const connection = connect(t.socket).setNoDelay();
    const bytes = Buffer.from(body);
    const middle = bytes.indexOf(0xc3) + 1;
    connection.write(`${head}Connection: close\r\nExpect: 100-continue\r\n\r\n`);
    let received = '';
    for await (const chunk of connection) {
      received += chunk;
      if (received !== 'HTTP/1.1 100 Continue\r\n\r\n') continue;
      connection.write(bytes.subarray(0, middle));
      setImmediate(() => connection.write(bytes.subarray(middle)));
    }
    expect(statuses(received)).toEqual(['100', '202']);
    expect(received).toContain('ü'.repeat(50));
  });

  test('in chunks may come in one piece with its head', async () => {
    const chunks = [...body.matchAll(/.{1,40}/gu)].map(([text]) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`).join('');
    const chunked = 'POST /v1/jobs HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n';
    const received = await answersTo([{ text: `${chunked}${chunks}0\r\n\r\n`, after: 0 }]);
    expect(statuses(received)).toEqual(['202']);
    expect(received).toContain('ü'.repeat(50));
  });

  test('that is wrong leaves the connection to the next request', async () => {
    const wrong = 'POST /v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{]';
    const right = `${head}Connection: close\r\n\r\n${body}`;
    expect(statuses(await answersTo([{ text: wrong + right, after: 0 }]))).toEqual(['400', '202']);
    expect(
      statuses(
        await answersTo([
          { text: wrong, after: 0 },
          { text: right, after: 1 },
        ]),
      ),
    ).toEqual(['400', '202']);
  });

  test('that breaks off is neither answered nor taken for a fault of the engine', async () => {
    const connection = connect(t.socket);
    // Waved through, so its request has reached the engine; then the client closes in the middle of what it announced.
    connection.write(`${head}Expect: 100-continue\r\n\r\n`);
    let received = '';
    for await (const chunk of connection) {
      received += chunk;
      if (!connection.writableEnded) connection.end(body.slice(0, 10));
    }
    expect(statuses(received).filter((status) => status.startsWith('2'))).toEqual([]);
    expect((await t.request('/v1/health')).status).toBe(200);
    expect(t.logged).toEqual([]);
  });
});

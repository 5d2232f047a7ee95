/** Each example as a user gets it: loaded through the API into a real engine, and run against real receivers. */

import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import sharp from 'sharp';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Job } from '../../contract/job.ts';
import type { JsonObject } from '../../contract/json.ts';
import { exampleList } from '../../engine/queue/example-list.ts';
import { presets } from '../../lab/presets.ts';
import { type EngineProcess, startEngineProcess } from '../support/engine-process.ts';

let engine: EngineProcess;
beforeAll(async () => {
  engine = await startEngineProcess();
  for (const { name } of exampleList) await engine.client.call('loadExample', { params: { name }, body: {} });
});
afterAll(async () => {
  const stderr = engine.stderr();
  await engine.dispose();
  expect(stderr).toBe('');
});

const submit = (task: string, payload: JsonObject, more: object = {}): Promise<Job> =>
  engine.client.call('submitJob', { body: { task, payload, ...more } });
const finished = (id: string): Promise<Job> => engine.client.call('getJob', { params: { id }, query: { waitMs: 30_000 } });
const file = (name: string) => join(engine.home, name);

/** An HTTP service that lasts as long as the test. */
async function serveHttp(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

describe('the list of examples', () => {
  it('has one for each preset of the lab, called the way that the preset recommends', () => {
    const listed = exampleList.filter(({ preset }) => preset !== null).map(({ preset, mode, waitMs }) => ({ preset, mode, waitMs }));
    expect(listed).toEqual(presets.map(({ name, recommended, waitMs }) => ({ preset: name, mode: recommended, waitMs })));
  });

  it('says of each what its file says, with a payload that the file offers too', async () => {
    const { tasks } = await engine.client.call('listTasks', {});
    for (const { name, title, description, payload, preset } of exampleList) {
      const task = tasks.find((each) => each.name === name);
      expect(task).toMatchObject({
        title,
        description,
        error: null,
        source: file(`tasks/${exampleList.find((each) => each.name === name)?.file}`),
      });
      expect(task?.examples).toContainEqual(payload);
      const declares = presets.find((each) => each.name === preset)?.declares;
      if (declares) expect(task?.declares).toEqual(declares);
    }
  });
});

describe('loading', () => {
  it('again changes nothing, and leaves no other file behind', async () => {
    const again = await engine.client.call('loadExample', { params: { name: 'log-in' }, body: {} });
    expect(again).toMatchObject({ state: 'loaded', keptAs: null, path: file('tasks/log-in.ts') });
    expect(readdirSync(file('tasks')).sort()).toEqual(exampleList.map((each) => each.file).sort());
  });

  it('of what is no example is refused, also when the name leads elsewhere', async () => {
    for (const name of ['nothing', '../page-title', 'constructor'])
      await expect(engine.client.call('loadExample', { params: { name }, body: {} })).rejects.toMatchObject({ code: 'not-found' });
  });

  it('leaves a file that was changed alone, and keeps it when asked to replace it', async () => {
    await using other = await startEngineProcess();
    const { client, home } = other;
    const path = join(home, 'tasks', 'checkout.js');
    const mine = 'export default { run: () => "mine" };';
    writeFileSync(path, mine);
    await expect(client.call('loadExample', { params: { name: 'checkout' }, body: {} })).rejects.toMatchObject({
      code: 'wrong-state',
      message: expect.stringContaining(path),
    });
    const { examples } = await client.call('listExamples', {});
    expect(examples.find(({ name }) => name === 'checkout')).toMatchObject({ state: 'changed', path });
    await expect(client.call('removeExample', { params: { name: 'checkout' } })).rejects.toMatchObject({ code: 'wrong-state' });
    expect(readFileSync(path, 'utf8')).toBe(mine);

    const loaded = await client.call('loadExample', { params: { name: 'checkout' }, body: { replace: true } });
    expect(loaded).toMatchObject({ state: 'loaded', path: join(home, 'tasks', 'checkout.ts') });
    expect(readFileSync(loaded.keptAs ?? '', 'utf8')).toBe(mine);
    const job = await client.call('submitJob', {
      body: { task: 'checkout', mode: 'sync', payload: { order: '1', cents: 1, providerMs: 0 } },
    });
    expect(job.result).toMatchObject({ paid: true });

    await client.call('removeExample', { params: { name: 'checkout' } });
    expect(existsSync(loaded.path)).toBe(false);
    await expect(client.call('submitJob', { body: { task: 'checkout', payload: { order: '1', cents: 1 } } })).rejects.toMatchObject({
      code: 'unknown-task',
    });
    await expect(client.call('removeExample', { params: { name: 'checkout' } })).rejects.toMatchObject({ code: 'wrong-state' });
    expect(await other.stop()).toBe(0);
  });
});

describe('log-in', () => {
  it('takes the right password of a user who is there, and no other', async () => {
    const check = async (user: string, password: string) => (await submit('log-in', { user, password }, { mode: 'sync' })).result;
    expect(await check('ada', 'correct horse battery staple')).toEqual({ ok: true });
    expect(await check('ada', 'Correct horse battery staple')).toEqual({ ok: false });
    expect(await check('bob', 'correct horse battery staple')).toEqual({ ok: false });
  });
});

describe('payment', () => {
  const charge = async (payload: JsonObject) => (await submit('payment', payload, { mode: 'sync' })).result;

  it('charges once for a key, however often and at once it is asked', async () => {
    const payload = { key: 'order-1', account: 'ada', cents: 2_500 };
    const answers = await Promise.all(Array.from({ length: 6 }, () => charge(payload)));
    const again = answers.filter((answer) => (answer as { again: boolean }).again);
    expect(again).toHaveLength(5);
    expect(answers).toEqual(answers.map(() => ({ charged: true, again: expect.any(Boolean), balanceCents: 97_500 })));
    using ledger = new DatabaseSync(file('ledger.db'), { readOnly: true });
    expect(ledger.prepare('SELECT key, cents FROM charges').all()).toEqual([{ key: 'order-1', cents: 2_500 }]);
  });

  it('takes no more than there is, and no key for two charges', async () => {
    expect(await charge({ key: 'order-2', account: 'ada', cents: 1_000_000 })).toMatchObject({ charged: false });
    expect(await charge({ key: 'order-3', account: 'ada', cents: 100 })).toMatchObject({ charged: true });
    await expect(charge({ key: 'order-3', account: 'ada', cents: 101 })).rejects.toMatchObject({ code: 'task-failed' });
    await expect(charge({ key: 'order-4', account: 'nobody', cents: 1 })).rejects.toMatchObject({
      extras: { error: { message: 'There is no account nobody' } },
    });
  });
});

describe('email', () => {
  it('sends through the mail server of the settings, tries again what is put off, and not what is refused for good', async () => {
    const mails: string[] = [];
    let deliveries = 0;
    const server = new SMTPServer({
      disabledCommands: ['AUTH', 'STARTTLS'],
      onRcptTo: ({ address }, _session, done) =>
        done(address.startsWith('nobody') ? Object.assign(new Error('no such user'), { responseCode: 550 }) : null),
      onData(stream, _session, done) {
        let text = '';
        stream.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        stream.on('end', () => {
          deliveries += 1;
          if (deliveries === 1) return done(Object.assign(new Error('later'), { responseCode: 451 }));
          mails.push(text);
          done();
        });
      },
    });
    server.listen(0, '127.0.0.1');
    await once(server.server, 'listening');
    onTestFinished(() => new Promise((resolve) => server.close(() => resolve())));
    const { port } = server.server.address() as AddressInfo;
    writeFileSync(file('settings.json'), JSON.stringify({ mail: { host: '127.0.0.1', port, from: 'shop@example.com' } }));

    const mail = { to: 'ada@example.com', subject: 'Your order', text: 'It is on its way.' };
    const job = await submit('email', mail, { mode: 'async', retry: { baseMs: 50, jitter: 0 } });
    expect(await finished(job.id)).toMatchObject({ state: 'completed', attempt: 2, result: { messageId: `<${job.id}@switchyard>` } });
    expect(mails).toEqual([expect.stringMatching(/From: shop@example\.com[\s\S]*Subject: Your order[\s\S]*It is on its way\./)]);
    expect(mails[0]).toContain(`<${job.id}@switchyard>`);

    const refused = await submit('email', { ...mail, to: 'nobody@example.com' }, { mode: 'async' });
    expect(await finished(refused.id)).toMatchObject({ state: 'dead', attempt: 1 });
  });
});

describe('thumbnails', () => {
  it('are made of a picture of the user, each at its width', async () => {
    const image = join(import.meta.dirname, '../../examples/images/sample.jpg');
    const job = await finished((await submit('thumbnails', { image, folder: file('small'), widths: [64, 32] }, { mode: 'async' })).id);
    expect(job).toMatchObject({ state: 'completed', progress: { percent: 100 } });
    expect(readdirSync(file('small')).sort()).toEqual(['sample-32.webp', 'sample-64.webp']);
    expect(await sharp(readFileSync(file('small/sample-64.webp'))).metadata()).toMatchObject({ width: 64, format: 'webp' });
  });

  it('can be tried without one; a picture that is not there is not tried again', async () => {
    const job = await finished((await submit('thumbnails', { widths: [100] }, { mode: 'async' })).id);
    expect(job.result).toMatchObject({ files: [{ path: file('thumbnails/made-up-100.webp'), width: 100 }] });
    const missing = await submit('thumbnails', { image: file('none.jpg'), widths: [100] }, { mode: 'async' });
    expect(await finished(missing.id)).toMatchObject({ state: 'dead' });
  });
});

describe('report', () => {
  const payload = { customers: 200, monthlyCents: 1_000, churnPercent: 2, growthPercent: 2, trials: 200 };

  it('comes to the same each time, with the middle between the ends', async () => {
    const ids = await Promise.all([1, 2].map(async () => (await submit('report', payload, { mode: 'async' })).id));
    const [first, second] = await Promise.all(ids.map(finished));
    expect(first).toMatchObject({ state: 'completed' });
    expect(first?.result).toEqual(second?.result);
    const { p5Cents, p50Cents, p95Cents } = (first?.result ?? {}) as Record<string, number>;
    // 200 customers who stay as many pay 2,400,000 a year.
    expect(p5Cents).toBeLessThan(p50Cents ?? 0);
    expect(p50Cents).toBeLessThan(p95Cents ?? 0);
    expect(p50Cents).toBeGreaterThan(2_200_000);
    expect(p50Cents).toBeLessThan(2_600_000);
  });

  it('tells how far it is, and ends when it is cancelled', async () => {
    const { id } = await submit('report', { ...payload, customers: 10_000, trials: 1_000_000 }, { mode: 'async' });
    const abort = new AbortController();
    for await (const _ of engine.client.events({ kind: ['job'] }, '0', abort.signal)) {
      const { state, progress } = await engine.client.call('getJob', { params: { id } });
      if (state === 'executing' && progress !== null) break;
    }
    abort.abort();
    await engine.client.call('cancelJob', { params: { id } });
    expect(await finished(id)).toMatchObject({ state: 'cancelled' });
  });
});

describe('like-button', () => {
  const like = (user: string, more: JsonObject = {}) => submit('like-button', { post: 'p', user, ...more }, { mode: 'hybrid' });
  const likers = () => {
    using likes = new DatabaseSync(file('likes.db'), { readOnly: true });
    return likes
      .prepare("SELECT user FROM likes WHERE post = 'p' ORDER BY user")
      .all()
      .map(({ user }) => user);
  };

  it('promises the likes that there will be, and keeps it', async () => {
    expect((await finished((await like('ada')).id)).result).toEqual({ liked: true, likes: 1 });
    const second = await like('bob');
    expect(second.optimistic).toEqual({ liked: true, likes: 2 });
    expect((await finished(second.id)).result).toEqual({ liked: true, likes: 2 });
    expect((await like('bob')).optimistic).toEqual({ liked: true, likes: 2 });
  });

  it('that fails is rolled back, and takes no earlier like of the same user with it', async () => {
    const feed = await serveHttp((_, response) => response.writeHead(410).end());
    for (const user of ['eve', 'ada']) {
      const job = await like(user, { feed });
      expect(await finished(job.id)).toMatchObject({ state: 'dead', attempt: 1 });
      const { compensation } = await engine.client.call('getJob', { params: { id: job.id } });
      expect(await finished(compensation?.jobId ?? '')).toMatchObject({ state: 'completed', purpose: 'rollback' });
      expect((await engine.client.call('getJob', { params: { id: job.id } })).compensation).toMatchObject({ state: 'compensated' });
    }
    expect(likers()).toEqual(['ada', 'bob']);
  });
});

describe('checkout', () => {
  it('is answered within the wait by a provider that is fast, and handed over as the same job by one that is slow', async () => {
    const held: ServerResponse[] = [];
    const keys: unknown[] = [];
    const provider = await serveHttp((request, response) => {
      keys.push(request.headers['idempotency-key']);
      if (request.url === '/slow') held.push(response);
      else response.end('{"reference":"p-1"}');
    });
    const fast = await submit('checkout', { order: '1', cents: 1, provider }, { mode: 'async', waitMs: 30_000 });
    expect(fast).toMatchObject({ state: 'completed', result: { paid: true, reference: 'p-1' } });
    const slow = await submit('checkout', { order: '2', cents: 1, provider: `${provider}slow` }, { mode: 'async', waitMs: 500 });
    expect(slow).toMatchObject({ state: 'executing', result: null });
    for (const response of held) response.end('{"reference":"p-2"}');
    expect(await finished(slow.id)).toMatchObject({ state: 'completed', attempt: 1, result: { paid: true, reference: 'p-2' } });
    expect(keys).toEqual([fast.id, slow.id]);
  });

  it('that is declined is not tried again', async () => {
    const provider = await serveHttp((_, response) => response.writeHead(402).end());
    const { id } = await submit('checkout', { order: '3', cents: 1, provider }, { mode: 'async' });
    expect(await finished(id)).toMatchObject({ state: 'dead', attempt: 1, error: { message: 'The card was declined' } });
  });
});

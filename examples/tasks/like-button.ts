/**
 * A like. Hybrid: what will come of it is known in advance, and a rare failure costs nothing to take back. The caller is answered with
 * what `predict` says, the like is written behind it; if telling the feed fails for good, `rollback` takes the like away again.
 */

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

type Payload = { post: string; user: string; feed?: string };
type Task = {
  jobId: string;
  signal: AbortSignal;
  traceparent: string;
  compensates: { jobId: string } | null;
  log(text: string): void;
  failForGood(message: string): Error;
};

/** `<home>/likes.db`. Opened for a moment each time and never across a wait: see payment.ts. */
const file = join(dirname(import.meta.dirname), 'likes.db');
const schema = 'CREATE TABLE IF NOT EXISTS likes (post TEXT, user TEXT, job TEXT NOT NULL, PRIMARY KEY (post, user)) STRICT, WITHOUT ROWID';

function withLikes<Result>(readOnly: boolean, use: (likes: DatabaseSync) => Result): Result {
  const likes = new DatabaseSync(file, { readOnly, timeout: 2_000 });
  try {
    if (!readOnly) likes.exec(schema);
    return use(likes);
  } finally {
    likes.close();
  }
}

function countLikes(likes: DatabaseSync, post: string): number {
  return Number(likes.prepare('SELECT count(*) AS n FROM likes WHERE post = ?').get(post)?.n);
}

export default {
  title: 'Like button',
  description:
    'Answers with the likes that there will be, then writes them; what fails is taken back. Hybrid: the outcome is known in advance.',
  // A like is written in a blink; the rest is waiting for the feed.
  lane: 'io',
  input: {
    type: 'object',
    properties: {
      post: { type: 'string', title: 'Post', minLength: 1, maxLength: 200 },
      user: { type: 'string', title: 'User', minLength: 1, maxLength: 100 },
      feed: {
        type: 'string',
        title: 'Feed',
        description: 'the address that is told of it, with PUT; left out: nobody',
        pattern: '^https?://',
      },
    },
    required: ['post', 'user'],
    additionalProperties: false,
  },
  result: {
    type: 'object',
    properties: { liked: { type: 'boolean' }, likes: { type: 'integer' } },
    required: ['liked', 'likes'],
  },
  timeoutMs: 10_000,
  retry: { maxAttempts: 3, baseMs: 200, maxMs: 2_000 },
  declares: { interactive: true, consistency: 'eventual', idempotent: true, retryable: true },
  examples: [
    { post: 'hello-world', user: 'ada' },
    // Nothing listens there: after three tries the like is taken back.
    { post: 'hello-world', user: 'grace', feed: 'http://127.0.0.1:65535/' },
  ],

  /** Only looks: it may be asked for a like that is never submitted. */
  predict({ post, user }: Payload) {
    if (!existsSync(file)) return { liked: true, likes: 1 };
    return withLikes(true, (likes) => {
      const isNew = likes.prepare('SELECT 1 FROM likes WHERE post = ? AND user = ?').get(post, user) === undefined;
      return { liked: true, likes: countLikes(likes, post) + (isNew ? 1 : 0) };
    });
  },

  async run({ post, user, feed }: Payload, task: Task) {
    // A second like of the same user, or a second try of this one, changes nothing.
    const likes = withLikes(false, (all) => {
      all.prepare('INSERT OR IGNORE INTO likes VALUES (?, ?, ?)').run(post, user, task.jobId);
      return countLikes(all, post);
    });
    if (feed !== undefined) {
      const headers = { 'content-type': 'application/json', 'idempotency-key': task.jobId, traceparent: task.traceparent };
      const answer = await fetch(feed, { method: 'PUT', headers, body: JSON.stringify({ post, user, likes }), signal: task.signal });
      await answer.body?.cancel();
      if (answer.status === 404 || answer.status === 410) throw task.failForGood(`${post} is gone`);
      if (!answer.ok) throw new Error(`The feed answered ${answer.status}`);
    }
    return { liked: true, likes };
  },

  /** Takes back what this job wrote, and not what an earlier like of the same user did. */
  rollback({ post }: Payload, task: Task) {
    const taken = withLikes(false, (all) => all.prepare('DELETE FROM likes WHERE job = ?').run(task.compensates?.jobId ?? ''));
    task.log(`${post}: ${taken.changes === 0 ? 'there was nothing to take back' : 'the like is taken back'}`);
  },
};

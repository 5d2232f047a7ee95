/** A task in TypeScript: Node runs it as it is, by leaving the types out. Copy it into <home>/tasks/. */

type Payload = { url: string };
type Task = {
  jobId: string;
  traceparent: string;
  signal: AbortSignal;
  log(text: string): void;
  failForGood(message: string): Error;
  retryAfter(ms: number, message: string): Error;
};

export default {
  title: 'Page title',
  description: 'Fetches a web page and returns its title.',
  lane: 'io',
  input: {
    type: 'object',
    properties: { url: { type: 'string', title: 'Address', pattern: '^https?://' } },
    required: ['url'],
    additionalProperties: false,
  },
  timeoutMs: 20_000,
  examples: [{ url: 'https://example.com/' }],

  async run({ url }: Payload, task: Task) {
    const response = await fetch(url, { signal: task.signal, headers: { traceparent: task.traceparent } });
    if (response.status === 404) throw task.failForGood(`${url} does not exist`);
    if (response.status === 503) throw task.retryAfter(30_000, `${url} is not available now`);
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    const title = /<title[^>]*>([^<]*)/i.exec(await response.text())?.[1]?.trim() ?? null;
    task.log(`The title is ${title}`);
    return { title };
  },
};

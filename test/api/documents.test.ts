import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RouteName } from '../../contract/routes.ts';
import { routes } from '../../contract/routes.ts';
import { metricsText } from '../../engine/api/metrics.ts';
import type { TestApi } from '../support/test-api.ts';
import { startTestApi } from '../support/test-api.ts';

let t: TestApi;
beforeAll(async () => {
  t = await startTestApi();
});
afterAll(() => t.close());

type Document = {
  openapi: string;
  paths: Record<
    string,
    Record<string, { operationId: string; responses: Record<string, { content?: Record<string, { schema: object }> }> }>
  >;
  components: { schemas: Record<string, object> };
};

test('the description has every call of the table, and every reference in it leads somewhere', async () => {
  const reply = await t.request('/openapi.json');
  expect(reply.headers['content-type']).toBe('application/json; charset=utf-8');
  const document = reply.json() as Document;
  expect(document.openapi).toBe('3.1.0');
  const described = Object.values(document.paths).flatMap((calls) => Object.values(calls).map(({ operationId }) => operationId));
  expect(described.sort()).toEqual(Object.keys(routes).sort());
  for (const [, reference = ''] of reply.text.matchAll(/"\$ref":"([^"]+)"/g)) {
    expect(document.components.schemas).toHaveProperty([reference.replace('#/components/schemas/', '')]);
  }
});

test('answers are as the description says', async () => {
  const document = (await t.request('/openapi.json')).json() as Document;
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: 'openapi', ...document });
  const { id } = await t.client.call('submitJob', { body: { task: 'slow', mode: 'async', tags: ['x'] } });
  t.backend.log(id, 'a line');
  const answers: [RouteName, string][] = [
    ['listJobs', '/v1/jobs'],
    ['getJob', `/v1/jobs/${id}`],
    ['readLogs', `/v1/jobs/${id}/logs`],
    ['listAttempts', `/v1/jobs/${id}/attempts`],
    ['listTasks', '/v1/tasks'],
    ['listQueues', '/v1/queues'],
    ['getWorkers', '/v1/workers'],
    ['getStats', '/v1/stats'],
    ['getSeries', '/v1/stats/series'],
    ['getHealth', '/v1/health'],
    ['getInfo', '/v1/info'],
  ];
  for (const [name, path] of answers) {
    const pointer = `/paths/${routes[name].path.replaceAll('/', '~1').replaceAll('{', '%7B').replaceAll('}', '%7D')}/get/responses/200`;
    const validate = ajv.compile({ $ref: `openapi#${pointer}/content/application~1json/schema` });
    const answer = (await t.request(path)).json();
    expect({ name, valid: validate(answer), errors: validate.errors }).toEqual({ name, valid: true, errors: null });
    expect(validate({ unlike: answer })).toBe(false);
  }
  const isProblem = ajv.compile({ $ref: 'openapi#/components/schemas/Problem' });
  expect(isProblem((await t.request('/v1/jobs?limit=x')).json())).toBe(true);
});

test('the metrics are Prometheus text: each name with its help and type, each sample on a line', async () => {
  await t.client.call('submitJob', { body: { task: 'echo', mode: 'sync' } });
  const reply = await t.request('/metrics');
  expect(reply.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(reply.text.endsWith('\n')).toBe(true);
  const sample = /^[a-z_]+(?:\{[a-z_]+="(?:[^"\\\n]|\\["\\n])*"(?:,[a-z_]+="(?:[^"\\\n]|\\["\\n])*")*\})? -?[\d.e+-]+$/;
  for (const line of reply.text.trimEnd().split('\n'))
    expect(line).toMatch(line.startsWith('#') ? /^# (?:HELP [a-z_]+ \S|TYPE [a-z_]+ gauge$)/ : sample);
  expect(reply.text).toContain('switchyard_jobs{state="completed"} 1\n');
  expect(reply.text).toContain('switchyard_queue_jobs{queue="default",state="completed"} 1\n');
  expect(reply.text).toContain('switchyard_lane_places{lane="io"} 64\n');
});

test('a name with quotes, backslashes or line breaks does not break the metrics', async () => {
  const stats = await t.backend.stats();
  const text = metricsText({ ...stats, tasks: { 'a"b\\c\nd': stats.counts } }, { lanes: [] }, '1');
  expect(text).toContain('switchyard_task_jobs{task="a\\"b\\\\c\\nd",state="dead"} 0\n');
});

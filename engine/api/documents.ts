/** What is served beside the route table: `/metrics` and `/openapi.json`. */

import { z } from 'zod';
import type { Info } from '../../contract/resources.ts';
import type { Backend } from '../queue/backend.ts';
import { text } from './answer.ts';
import type { EndpointEntry } from './endpoints.ts';
import { endpoint } from './endpoints.ts';
import { metricsText, metricsType } from './metrics.ts';

export function documentHandlers(backend: Backend, info: () => Info): EndpointEntry[] {
  const query = z.strictObject({});
  // Loaded and built at the first request: most engines are never asked, and the schemas of all replies take 3 MB.
  let openApi: string | undefined;
  return [
    endpoint({ method: 'GET', path: '/metrics', summary: 'Numbers in the Prometheus text format', query, body: null }, async () => {
      const [stats, workers] = await Promise.all([backend.stats(), backend.workers()]);
      return text(metricsType, metricsText(stats, workers, info().version));
    }),
    endpoint({ method: 'GET', path: '/openapi.json', summary: 'This interface as OpenAPI 3.1', query, body: null }, async () => {
      openApi ??= JSON.stringify((await import('./openapi.ts')).openApiDocument(info().version));
      return text('application/json; charset=utf-8', openApi);
    }),
  ];
}

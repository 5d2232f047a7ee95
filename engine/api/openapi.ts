/** The interface as OpenAPI 3.1, made from the route table, so that it can't say anything else than the server does. */

import { z } from 'zod';
import type { JsonObject } from '../../contract/json.ts';
import type { Route, RouteName } from '../../contract/routes.ts';
import { routes } from '../../contract/routes.ts';
import { payloadSchema } from '../../contract/submission.ts';
import { replySchemas } from './reply-schemas.ts';
import { components } from './schema-parts.ts';

const componentPath = (id: string) => `#/components/schemas/${id}`;
const problemReply = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: { $ref: componentPath('Problem') } } },
});

export function openApiDocument(version: string): JsonObject {
  const paths: Record<string, JsonObject> = {};
  for (const name of Object.keys(routes) as RouteName[]) {
    const route: Route = routes[name];
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operationOf(name, route) };
  }
  return {
    openapi: '3.1.0',
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    info: { title: 'Switchyard', version, description: 'The local API of the Switchyard engine.' },
    servers: [{ url: '/' }],
    security: [{}, { token: [] }],
    paths,
    components: {
      schemas: componentSchemas(),
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'On TCP and on the named pipe: the file "token" of the home.' },
      },
    },
  };
}

function operationOf(name: RouteName, route: Route): JsonObject {
  const operation: JsonObject = {
    operationId: name,
    summary: route.summary,
    parameters: [...pathParameters(route.path), ...queryParameters(route.query), ...(headerParameters[name] ?? [])],
    responses: {
      ...replies(name),
      '4XX': problemReply('The request is refused.'),
      '5XX': problemReply('It failed, or cannot be done now.'),
    },
  };
  const required = route.body?.safeParse(undefined).success === false;
  if (route.body !== null) operation.requestBody = { required, content: { 'application/json': { schema: inputSchema(route.body) } } };
  return operation;
}

function pathParameters(path: string): JsonObject[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
}

function queryParameters(query: z.ZodType): JsonObject[] {
  const { properties = {} } = inputSchema(query) as { properties?: Record<string, JsonObject> };
  return Object.entries(properties).map(([name, schema]) => ({ name, in: 'query', required: false, schema }));
}

const headerParameters: Partial<Record<RouteName, JsonObject[]>> = {
  submitJob: [
    header('Prefer', '`respond-async`, `wait=N` (whole seconds)'),
    header('Idempotency-Key', '1 to 255 visible ASCII characters'),
  ],
  submitWorkflow: [header('Idempotency-Key', '1 to 255 visible ASCII characters')],
  getJob: [header('If-None-Match', 'The ETag of an earlier answer')],
  followEvents: [header('Last-Event-ID', 'The id of the last event that was seen')],
};

function header(name: string, description: string): JsonObject {
  return { name, in: 'header', required: false, description, schema: { type: 'string' } };
}

function replies(name: RouteName): JsonObject {
  const stream = (description: string) => ({ description, content: { 'text/event-stream': { schema: { type: 'string' } } } });
  switch (name) {
    case 'followEvents':
      return { '200': stream('Events, each with its id, type and JSON.') };
    case 'deleteJob':
      return { '204': { description: 'The job is gone.' } };
    case 'submitJob':
      return { '200': jsonReply(name, 'The job, final or the one that stands.'), '202': jsonReply(name, 'The job, accepted.') };
    case 'deleteWorkflow':
      return { '204': { description: 'The workflow and its jobs are gone.' } };
    case 'deleteSchedule':
      return { '204': { description: 'The schedule is gone.' } };
    case 'removeExample':
      return { '204': { description: 'The task is gone.' } };
    case 'deleteEndpoint':
      return { '204': { description: 'The endpoint is gone.' } };
    case 'deleteLabRun':
      return { '204': { description: 'The run is gone.' } };
    case 'startLabRun':
      return { '201': jsonReply(name, 'The run, which has begun.') };
    case 'makeEndpoint':
      return { '201': jsonReply(name, 'The endpoint.') };
    case 'makeSchedule':
      return { '201': jsonReply(name, 'The schedule.') };
    case 'runSchedule':
    case 'submitBatch':
    case 'submitWorkflow':
    case 'redriveDeadLetters':
    case 'discardDeadLetters':
    case 'actOnJobs':
    case 'startBackup':
    case 'redeliver':
      return { '202': jsonReply(name, 'Accepted.') };
    case 'getJob':
      return { '200': jsonReply(name, 'The job.'), '304': { description: 'Unchanged since the given ETag.' } };
    case 'readLogs': {
      const page = jsonReply(name, 'A page; as an event stream, every line from the first on.');
      return { '200': { ...page, content: { ...(page.content as JsonObject), ...stream('').content } } };
    }
    default:
      return { '200': jsonReply(name, 'Done.') };
  }
}

function jsonReply(name: keyof typeof replySchemas, description: string): JsonObject {
  const id = components.get(replySchemas[name])?.id;
  if (id === undefined) throw new Error(`the reply of ${name} has no name`);
  return { description, content: { 'application/json': { schema: { $ref: componentPath(id) } } } };
}

/** Zod can't see into a custom check, and gives a pattern of 200 characters for what `date-time` says. */
function amend({ zodSchema, jsonSchema }: { zodSchema: z.core.$ZodType; jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (zodSchema === payloadSchema) jsonSchema.type = 'object';
  if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
}

const conversion = { unrepresentable: 'any', override: amend } as const;

function inputSchema(schema: z.ZodType): JsonObject {
  return bare(z.toJSONSchema(schema, { ...conversion, io: 'input' }));
}

function componentSchemas(): JsonObject {
  const { schemas } = z.toJSONSchema(components, { ...conversion, io: 'output', uri: componentPath });
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, bare(schema)]));
}

/** Without the members that only a document of its own has. */
function bare({ $schema: _schema, $id: _id, '~standard': _standard, ...schema }: Record<string, unknown>): JsonObject {
  return schema as JsonObject;
}

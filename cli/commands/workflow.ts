import { limits } from '../../contract/limits.ts';
import type { BodyInput } from '../../contract/routes.ts';
import { type Workflow, type WorkflowSummary, workflowStates } from '../../contract/workflow.ts';
import type { Command, CommandContext } from '../command.ts';
import type { Connection } from '../connection.ts';
import { exitCodes } from '../exit-codes.ts';
import { CommandFailure } from '../failures.ts';
import { readJsonFile } from '../json-file.ts';
import { interruptible, persist } from '../waiting.ts';
import { renderWorkflow, renderWorkflows } from '../workflow-view.ts';

const group = 'Workflows';
const one = { group, words: { least: 1, most: 1 }, usage: 'ID', options: {} } as const;

async function show(workflow: Workflow, { json, print, io, paint }: CommandContext): Promise<number> {
  await print(json ? JSON.stringify(workflow) : renderWorkflow(workflow, io.now(), paint));
  return exitCodes.done;
}

export const workflowList: Command = {
  name: 'workflow ls',
  group,
  summary: 'List workflows, newest first',
  usage: '',
  words: { least: 0, most: 0 },
  options: {
    state: { type: 'value', value: 'STATE', help: `only those that are ${workflowStates.join(', ')}` },
    limit: { type: 'value', value: 'N', help: 'at most so many (default: 50)' },
  },
  examples: [{ command: 'switchyard workflow ls --state failed', about: 'what needs a look' }],
  async run(input, { connect, json, print, io, paint }) {
    const state = input.choice('state', workflowStates);
    const most = input.number('limit', 1, 100_000) ?? 50;
    const { client } = await connect();
    const workflows: WorkflowSummary[] = [];
    let next: string | null = null;
    do {
      const page: { workflows: WorkflowSummary[]; next: string | null } = await client.call('listWorkflows', {
        query: {
          limit: Math.min(limits.pageJobs, most - workflows.length),
          ...(state === undefined ? {} : { state }),
          ...(next === null ? {} : { cursor: next }),
        },
      });
      workflows.push(...page.workflows);
      next = page.next;
    } while (next !== null && workflows.length < most);
    if (json) await print(JSON.stringify({ workflows, next }));
    else await print(workflows.length === 0 ? 'There are no such workflows.' : renderWorkflows(workflows, io.now(), paint));
    return exitCodes.done;
  },
};

export const workflowGet: Command = {
  ...one,
  name: 'workflow get',
  summary: 'Show a workflow with its jobs',
  examples: [{ command: 'switchyard workflow get 01932f6e-…', about: 'how far it is, and what failed' }],
  async run({ words: [id = ''] }, context) {
    const { client } = await context.connect();
    return show(await client.call('getWorkflow', { params: { id } }), context);
  },
};

export const workflowSubmit: Command = {
  name: 'workflow submit',
  group,
  summary: 'Submit jobs that wait for each other, from a file',
  usage: 'FILE | -',
  details: [
    'The file is what POST /v1/workflows takes: { "jobs": [ { "name", "task", "payload", "dependsOn": [ names ] } ] }. Standard output is the workflow’s id.',
    'With --wait it exits with 0 when all jobs completed, and with 1 when it failed or was cancelled. Ctrl-C ends the wait, never the jobs.',
  ],
  words: { least: 1, most: 1 },
  options: { wait: { type: 'flag', help: 'wait for its end, and show it' } },
  examples: [
    { command: 'switchyard workflow submit nightly.json', about: 'all of its jobs are accepted, or none' },
    { command: 'switchyard workflow submit nightly.json --wait', about: 'in a script' },
  ],
  async run(input, context) {
    const [file = ''] = input.words;
    const body = await readJsonFile(file, context.io);
    const connection = await context.connect();
    // What the file holds is checked by the engine, which names each wrong field.
    const workflow = await connection.client.call('submitWorkflow', { body: body as BodyInput<'submitWorkflow'> });
    if (!input.flag('wait')) {
      await context.print(context.json ? JSON.stringify(workflow) : workflow.id);
      return exitCodes.done;
    }
    await context.remark(`Workflow ${workflow.id} runs.`);
    const ended = await interruptible(context.io, (signal) => waitForEnd(workflow.id, connection, context, signal));
    if (ended === null) {
      const what = `Interrupted. Workflow ${workflow.id} goes on.`;
      const todo = `switchyard workflow get ${workflow.id} shows it; switchyard workflow cancel ${workflow.id} ends it.`;
      throw new CommandFailure(exitCodes.interrupted, 'interrupted', { what, todo });
    }
    await show(ended, context);
    return ended.state === 'completed' ? exitCodes.done : exitCodes.jobFailed;
  },
};

/** An engine that restarts meanwhile is waited for. */
async function waitForEnd(id: string, { client }: Connection, { io }: CommandContext, signal: AbortSignal): Promise<Workflow> {
  for (;;) {
    const ask = () => client.call('getWorkflow', { params: { id }, query: { waitMs: limits.waitMs }, signal });
    const workflow = await persist(io, signal, ask);
    if (workflow.state !== 'running') return workflow;
  }
}

export const workflowCancel: Command = {
  ...one,
  name: 'workflow cancel',
  summary: 'Cancel every job of a workflow that has not ended',
  details: ['Answers once what ran has ended.'],
  examples: [{ command: 'switchyard workflow cancel 01932f6e-…', about: 'all of it' }],
  async run({ words: [id = ''] }, context) {
    const { client } = await context.connect();
    return show(await client.call('cancelWorkflow', { params: { id } }), context);
  },
};

export const workflowRetry: Command = {
  ...one,
  name: 'workflow retry',
  summary: 'Run again what is dead or cancelled, or a job and everything after it',
  details: ['A job that has completed stays as it is; in its place --from makes a new one.'],
  options: { from: { type: 'value', value: 'NAME', help: 'that job and everything after it, also what has completed' } },
  examples: [
    { command: 'switchyard workflow retry 01932f6e-…', about: 'what failed' },
    { command: 'switchyard workflow retry 01932f6e-… --from convert', about: 'all from one step on' },
  ],
  async run(input, context) {
    const [id = ''] = input.words;
    const from = input.text('from');
    const { client } = await context.connect();
    return show(await client.call('retryWorkflow', { params: { id }, body: from === undefined ? {} : { from } }), context);
  },
};

export const workflowRemove: Command = {
  ...one,
  name: 'workflow rm',
  summary: 'Delete a workflow that has ended, and its jobs',
  examples: [{ command: 'switchyard workflow rm 01932f6e-…', about: 'no trace is left' }],
  async run({ words: [id = ''] }, context) {
    const { client } = await context.connect();
    await client.call('deleteWorkflow', { params: { id } });
    await context.print(context.json ? JSON.stringify({ id }) : `Workflow ${id} and its jobs deleted.`);
    return exitCodes.done;
  },
};

import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import configuration from '../../.dependency-cruiser.mjs';
import { checkImports } from '../../scripts/lib/import-rules.mjs';

const root = join(import.meta.dirname, '../..');
type Tree = Record<string, string>;

/** A small project that keeps every rule; each violation is planted into it. */
const sound: Tree = {
  'contract/states.ts': "import { z } from 'zod';\nexport const state = z.string();\n",
  'contract/client.ts': "import { state } from './states.ts';\nexport const client = state;\n",
  'engine/main.ts':
    "import './store/jobs.ts';\nimport './lanes/lanes.ts';\nimport './queue/submit.ts';\nimport './api/server.ts';\nimport './notify/webhook.ts';\n",
  'engine/store/jobs.ts': "import Database from 'better-sqlite3';\nexport const open = () => new Database(':memory:');\n",
  'engine/lanes/lanes.ts':
    "import { Piscina } from 'piscina';\nimport type { Lanes } from '../queue/lanes.ts';\nexport const lanes: Lanes = [Piscina];\n",
  'engine/queue/lanes.ts': 'export type Lanes = unknown[];\n',
  'engine/queue/submit.ts':
    "import { open } from '../store/jobs.ts';\nimport type { Lanes } from './lanes.ts';\nexport const submit = (lanes: Lanes) => [open, lanes];\n",
  'engine/queue/backend.ts': 'export type Backend = object;\n',
  'engine/queue/forecast.ts': "import { model } from '../../lab/model.ts';\nexport const forecast = model;\n",
  'engine/api/server.ts': "import type { Backend } from '../queue/backend.ts';\nexport const serve = (backend: Backend) => backend;\n",
  'engine/notify/webhook.ts': "import '../../contract/client.ts';\nexport const send = 1;\n",
  'workers/thread.ts': "import '../contract/client.ts';\n",
  'cli/main.ts': "import '../contract/client.ts';\nimport '../lab/model.ts';\n",
  'electron/main.ts': "import '../contract/client.ts';\nimport { app } from 'electron';\napp.quit();\n",
  'lab/model.ts': "import '../contract/client.ts';\nexport const model = 1;\n",
  'renderer/main.tsx':
    "import { useState } from 'react';\nimport { Jobs } from './features/jobs/jobs.tsx';\nimport { Queues } from './features/queues/queues.tsx';\nexport const App = () => <Jobs key={String(useState)} other={<Queues />} />;\n",
  'renderer/features/plan/plan.tsx': "import { model } from '../../../lab/model.ts';\nexport const Plan = () => <p key={model} />;\n",
  'renderer/ui/row.tsx': 'export const Row = () => <tr />;\n',
  'renderer/data/live.ts': "import '../../contract/client.ts';\nexport const live = 1;\n",
  'renderer/features/jobs/jobs.tsx':
    "import { live } from '../../data/live.ts';\nimport { Row } from '../../ui/row.tsx';\nexport const Jobs = (_: object) => <Row key={live} />;\n",
  'renderer/features/queues/queues.tsx': 'export const Queues = () => <p />;\n',
  'test/support/home.ts': "import '../../engine/main.ts';\nexport const home = 1;\n",
};

/** One planted violation for each rule, by the rule's name; several where a rule has several ways to be broken. */
const violations: Record<string, Tree[]> = {
  'contract-is-pure': [{ 'contract/client.ts': "import '../engine/store/jobs.ts';\n" }],
  'contract-needs-only-zod': [
    { 'contract/client.ts': "import { join } from 'node:path';\nexport const client = join;\n" },
    { 'contract/client.ts': "import type { Server } from 'node:http';\nexport type Client = Server;\n" },
    { 'contract/client.ts': "import React from 'react';\nexport const client = React;\n" },
  ],
  'workers-know-the-contract': [{ 'workers/thread.ts': "import '../engine/queue/submit.ts';\n" }],
  'lab-knows-little-of-the-queue': [{ 'engine/lab/runs.ts': "import '../queue/submit.ts';\n" }],
  'cli-knows-the-contract': [
    { 'cli/main.ts': "import '../engine/queue/submit.ts';\n" },
    { 'cli/main.ts': "export const later = () => import('../engine/queue/submit.ts');\n" },
    { 'cli/main.ts': "await using queue = await import('../engine/queue/submit.ts');\n" },
    { 'cli/main.ts': "export * from '../engine/queue/submit.ts';\n" },
  ],
  'electron-knows-the-contract': [{ 'electron/main.ts': "import '../engine/main.ts';\n" }],
  'renderer-knows-the-contract': [
    { 'renderer/data/live.ts': "import type { Backend } from '../../engine/queue/backend.ts';\nexport const live: Backend = {};\n" },
  ],
  'lab-knows-the-contract': [{ 'lab/model.ts': "import '../engine/queue/submit.ts';\n" }],
  'lab-needs-only-the-contract': [
    { 'lab/model.ts': "import { cpus } from 'node:os';\nexport const model = cpus;\n" },
    { 'lab/model.ts': "import React from 'react';\nexport const model = React;\n" },
  ],
  'engine-knows-the-contract': [{ 'engine/main.ts': "import '../workers/thread.ts';\n" }],
  'store-knows-no-queue': [
    { 'engine/store/jobs.ts': "import type { Lanes } from '../queue/lanes.ts';\nexport const open = (l: Lanes) => l;\n" },
  ],
  'lanes-know-no-store': [
    { 'engine/lanes/lanes.ts': "import { open } from '../store/jobs.ts';\nexport const lanes = open;\n" },
    { 'engine/lanes/lanes.ts': "import type { Backend } from '../queue/backend.ts';\nexport type Lanes = Backend;\n" },
  ],
  'queue-is-given-its-lanes': [
    { 'engine/queue/submit.ts': "import { lanes } from '../lanes/lanes.ts';\nexport const submit = lanes;\n" },
    { 'engine/queue/submit.ts': "import { serve } from '../api/server.ts';\nexport const submit = serve;\n" },
  ],
  'notify-knows-no-queue': [{ 'engine/notify/webhook.ts': "import '../queue/submit.ts';\nexport const send = 1;\n" }],
  'api-goes-through-the-queue': [
    { 'engine/api/server.ts': "import { open } from '../store/jobs.ts';\nexport const serve = open;\n" },
    { 'engine/api/server.ts': "import { lanes } from '../lanes/lanes.ts';\nexport const serve = lanes;\n" },
  ],
  'api-takes-types-from-the-queue': [
    { 'engine/api/server.ts': "import { submit } from '../queue/submit.ts';\nexport const serve = submit;\n" },
  ],
  'only-lanes-know-piscina': [
    { 'engine/queue/submit.ts': "import { Piscina } from 'piscina';\nexport const submit = Piscina;\n" },
    { 'engine/queue/submit.ts': "import type { Piscina } from 'piscina';\nexport type Submit = Piscina;\n" },
  ],
  'only-the-store-knows-sqlite': [
    { 'engine/queue/submit.ts': "import Database from 'better-sqlite3';\nexport const submit = Database;\n" },
    { 'workers/thread.ts': "import { DatabaseSync } from 'node:sqlite';\nexport const thread = DatabaseSync;\n" },
  ],
  'engine-is-plain-node': [
    { 'engine/main.ts': "import { app } from 'electron';\napp.quit();\n" },
    { 'engine/main.ts': "import React from 'react';\nexport const main = React;\n" },
    { 'cli/main.ts': "import type { App } from 'electron';\nexport type Main = App;\n" },
  ],
  'renderer-runs-in-a-page': [{ 'renderer/data/live.ts': "import { readFileSync } from 'node:fs';\nexport const live = readFileSync;\n" }],
  'features-stand-alone': [
    { 'renderer/features/queues/queues.tsx': "import { Jobs } from '../jobs/jobs.tsx';\nexport const Queues = () => <Jobs />;\n" },
  ],
  'ui-knows-no-data': [
    { 'renderer/ui/row.tsx': "import { live } from '../data/live.ts';\nexport const Row = () => <tr key={live} />;\n" },
    { 'renderer/ui/row.tsx': "import { Queues } from '../features/queues/queues.tsx';\nexport const Row = () => <Queues />;\n" },
  ],
  'data-knows-no-pages': [{ 'renderer/data/live.ts': "import { Row } from '../ui/row.tsx';\nexport const live = Row;\n" }],
  'only-tests-import-tests': [{ 'cli/main.ts': "import '../test/support/home.ts';\n" }],
  'no-cycles': [
    { 'contract/states.ts': "import { client } from './client.ts';\nexport const state = client;\n" },
    { 'contract/states.ts': "import type { client } from './client.ts';\nexport const state: typeof client | null = null;\n" },
  ],
  'no-orphans': [{ 'engine/queue/forgotten.ts': 'export const forgotten = 1;\n' }],
  'nothing-unresolved': [{ 'engine/main.ts': "import './gone.ts';\n" }],
  'only-declared-packages': [{ 'engine/main.ts': "import { parse } from 'acorn';\nexport const main = parse;\n" }],
};

const made: string[] = [];

afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function plant(tree: Tree): string {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-imports-'));
  made.push(folder);
  for (const file of ['.dependency-cruiser.mjs', 'package.json']) cpSync(join(root, file), join(folder, file));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  for (const [file, text] of Object.entries(tree)) {
    mkdirSync(join(folder, dirname(file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  return folder;
}

describe('the import rules', () => {
  it('find nothing wrong with a project that keeps them', async () => {
    expect(await checkImports(plant(sound))).toEqual({ examined: Object.keys(sound).length, violations: [] });
  });

  it('each have a planted violation here', () => {
    expect(Object.keys(violations).sort()).toEqual((configuration.forbidden ?? []).map(({ name }) => name).sort());
  });

  for (const [rule, trees] of Object.entries(violations)) {
    for (const tree of trees) {
      const [[file, text] = ['', '']] = Object.entries(tree);
      it(`report ${rule} when ${file} says ${text.split('\n')[0]}`, async () => {
        const { violations: found } = await checkImports(plant({ ...sound, ...tree }));
        expect(found.map((line) => line.split(':')[0])).toContain(rule);
      });
    }
  }

  it('fail when there is no file to examine', async () => {
    const { examined, violations: found } = await checkImports(plant({}));
    expect(examined).toBe(0);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain('nothing was examined');
  });

  it('fail when the checker leaves a file out', async () => {
    const folder = plant(sound);
    const blind =
      "import rules from './rules.mjs';\nexport default { ...rules, options: { ...rules.options, exclude: { path: '^cli/' } } };\n";
    cpSync(join(folder, '.dependency-cruiser.mjs'), join(folder, 'rules.mjs'));
    writeFileSync(join(folder, '.dependency-cruiser.mjs'), blind);
    expect((await checkImports(folder)).violations).toContain('not-examined: cli/main.ts: the checker left it out');
  });
});

import { unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { builtInTasks } from '../../../contract/task.ts';
import type { TaskDescription, TaskModule } from '../../../contract/thread.ts';
import { Catalog } from '../../../engine/queue/catalog.ts';
import type { TaskReader } from '../../../engine/queue/lanes.ts';
import { TaskFiles } from '../../../engine/queue/task-files.ts';
import { plainEntry, temporaryFolder } from './plain-job.ts';

type Described = Awaited<ReturnType<TaskReader['describe']>>;
const described = (changes: Partial<TaskDescription> = {}): Described => ({ description: plainEntry(changes).description });

/** Answers for built-in tasks at once, and for files when the test says so. */
class PatientReader implements TaskReader {
  readonly asked: { module: TaskModule; answer: (described: Described) => void }[] = [];
  #heard: (() => void)[] = [];

  describe(module: TaskModule): Promise<Described> {
    if (module.kind === 'built-in') return Promise.resolve(described());
    return new Promise((answer) => {
      this.asked.push({ module, answer });
      for (const heard of this.#heard.splice(0)) heard();
    });
  }

  /** The question of this number, once it is asked. */
  async question(index: number): Promise<PatientReader['asked'][number]> {
    for (;;) {
      const question = this.asked[index];
      if (question) return question;
      await new Promise<void>((resolve) => this.#heard.push(resolve));
    }
  }
}

async function openCatalog(...names: string[]) {
  const files = new TaskFiles(join(temporaryFolder(), 'tasks'));
  const write = (name: string, text: string) => writeFileSync(join(files.folder, name), text);
  for (const name of names) write(name, '1');
  const reader = new PatientReader();
  const catalog = new Catalog(reader, files);
  onTestFinished(() => catalog.close());
  const changes: string[][] = [];
  await catalog.open((changed) => changes.push(changed));
  return { catalog, reader, write, changes, remove: (name: string) => unlinkSync(join(files.folder, name)) };
}

describe('the catalog', () => {
  test('has the built-in tasks at once, however long a file takes', async () => {
    const { catalog } = await openCatalog('mail.js');
    expect(catalog.names()).toEqual([...builtInTasks]);
  });

  test('asks once about a file, however many submissions wait for it', async () => {
    const { catalog, reader } = await openCatalog('mail.js');
    const loads = [catalog.load('mail'), catalog.load('mail'), catalog.load('mail')];
    (await reader.question(0)).answer(described({ title: 'Mail' }));
    const entries = await Promise.all(loads);
    expect(entries.map((entry) => entry?.description.title)).toEqual(['Mail', 'Mail', 'Mail']);
    expect(reader.asked).toHaveLength(1);
    expect(catalog.current('mail')).toBe(entries[0]);
  });

  test('knows a version that was replaced as such, and reads the new one', async () => {
    const { catalog, reader, write } = await openCatalog('mail.js');
    const first = catalog.load('mail');
    (await reader.question(0)).answer(described({ title: 'one' }));
    await first;
    write('mail.js', 'two!');
    expect(catalog.current('mail')).toBeUndefined();
    expect(catalog.known('mail')?.description.title).toBe('one');
    const second = catalog.load('mail');
    (await reader.question(1)).answer(described({ title: 'two' }));
    expect((await second)?.description.title).toBe('two');
    expect(catalog.known('mail')?.description.title).toBe('two');
  });

  test('keeps the newer version when the older one takes longer to load', async () => {
    const { catalog, reader, write } = await openCatalog('mail.js');
    const older = catalog.load('mail');
    const slow = await reader.question(0);
    write('mail.js', 'two!');
    const newer = catalog.load('mail');
    (await reader.question(1)).answer(described({ title: 'newer' }));
    await newer;
    slow.answer(described({ title: 'older' }));
    await older;
    expect(catalog.known('mail')?.description.title).toBe('newer');
  });

  test('forgets a file that is gone, also when it goes while it loads', async () => {
    const { catalog, reader, remove, changes } = await openCatalog('mail.js');
    const load = catalog.load('mail');
    const question = await reader.question(0);
    remove('mail.js');
    question.answer(described());
    await load;
    expect(await catalog.load('mail')).toBeNull();
    expect(catalog.known('mail')).toBeUndefined();
    expect(changes.at(-1)).toEqual(['mail']);
  });

  test('keeps a file that does not load, with its reason, and takes any payload for it', async () => {
    const { catalog, reader } = await openCatalog('mail.js');
    const load = catalog.load('mail');
    (await reader.question(0)).answer({ error: { name: 'SyntaxError', message: 'Unexpected token' } });
    const entry = await load;
    expect(entry?.error).toMatchObject({ message: 'Unexpected token' });
    expect(entry?.check({ anything: 1 })).toEqual([]);
  });

  test.each(['../outside', '..%2Foutside', '', 'no-such-task'])('has no task "%s"', async (name) => {
    const { catalog, reader, write } = await openCatalog();
    write('../outside.js', 'export default {}');
    expect(await catalog.load(name)).toBeNull();
    expect(reader.asked).toEqual([]);
  });
});

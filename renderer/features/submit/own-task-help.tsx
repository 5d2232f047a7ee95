/** How a person adds a task of their own: where the file goes, and one to copy. */

import { client } from '../../data/client.ts';
import { useResource } from '../../data/resource.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import styles from './own-task-help.module.css';

const example = `export default {
  title: 'Slow addition',
  description: 'Adds two numbers, slowly.',
  input: { properties: { a: { type: 'number' }, b: { type: 'number' } }, required: ['a', 'b'] },
  examples: [{ a: 1, b: 2 }],
  async run({ a, b }, task) {
    task.log(\`adding \${a} and \${b}\`);
    task.progress(50, 'halfway');
    return { sum: a + b };
  },
};
`;

export function OwnTaskHelp() {
  const info = useResource('info', (signal) => client.call('getInfo', { signal }));
  const folder = info.data ? joined(info.data.home, 'tasks') : null;
  return (
    <section className={styles.help} aria-labelledby="own-task">
      <h2 className={styles.title} id="own-task">
        A task of your own
      </h2>
      <p>
        Put one file into the folder below. Its name is the task’s name, and it appears here at once: <code>slow-addition.js</code> becomes{' '}
        <code>slow-addition</code>. TypeScript works too.
      </p>
      {folder !== null && (
        <p className={styles.folder}>
          <code>{folder}</code>
          <CopyButton text={() => folder} label="Copy the folder’s path" />
        </p>
      )}
      <div className={styles.example}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard (WCAG 2.1.1) */}
        <pre tabIndex={0}>{example}</pre>
        <span className={styles.copy}>
          <CopyButton text={() => example} label="Copy the example" />
        </span>
      </div>
    </section>
  );
}

/** The engine's own kind of path: it may run on Windows while this is a page that knows no platform. */
function joined(home: string, name: string): string {
  return home.includes('\\') && !home.includes('/') ? `${home}\\${name}` : `${home}/${name}`;
}

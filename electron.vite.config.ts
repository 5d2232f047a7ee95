/** One build for every process: out/main (Electron's main, engine, threads, command line), out/preload, out/renderer. */

import { cpSync } from 'node:fs';
import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';
import type { Plugin } from 'vite';

const root = import.meta.dirname;
const at = (path: string) => resolve(root, path);

/** The Electron that the tests can get is older than the one that ships, and has Node 20 inside. */
const oldestTarget = 'node20.18';

const mainEntries = {
  electron: at('electron/main.ts'),
  engine: at('engine/main.ts'),
  thread: at('workers/thread.ts'),
  'reader-thread': at('engine/store/reader-thread.ts'),
  'backup-thread': at('engine/store/backup-thread.ts'),
  'inspect-thread': at('engine/store/inspect-thread.ts'),
  'lab-runner': at('engine/lab/runner.ts'),
  cli: at('cli/main.ts'),
  // What `import … from 'switchyard'` finds.
  task: at('contract/task.ts'),
  // The launcher is plain JavaScript and asks the contract where the home is rather than knowing it a second time.
  home: at('contract/home.ts'),
};

/** The store reads its migrations from `./migrations/` beside the engine, built or not. */
function copyMigrations(): Plugin {
  return {
    name: 'switchyard:copy-migrations',
    apply: 'build',
    closeBundle() {
      cpSync(at('engine/store/migrations'), at('out/main/migrations'), { recursive: true });
    },
  };
}

/** V8 keeps a source in two bytes a character as soon as one of them is not Latin: with the few that are escaped, in half of that. */
function keepSourceLatin(): Plugin {
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return {
    name: 'switchyard:keep-source-latin',
    apply: 'build',
    generateBundle(_, bundle) {
      for (const file of Object.values(bundle)) if (file.type === 'chunk') file.code = file.code.replace(/[^\0-\x7f]/g, escaped);
    },
  };
}

/**
 * Node's own modules without their lazy parts: an `import` reads every export of a module, and with `WebSocket` of node:http that is
 * all of fetch (13 MB of 17, and 30 ms), with `webcrypto` of node:crypto all of that. What is asked for by name alone stays away.
 */
function loadNodeModulesLazily(): Plugin {
  const fromNode = /^import (?:(?:\* as )?([\w$]+)(?:, )?)?(\{[^}]*\})? from "(node:[\w/]+)";$/gm;
  const load = (_: string, whole: string | undefined, names: string | undefined, name: string) => {
    const parts = [whole, names?.replaceAll(' as ', ': ')].filter((part) => part !== undefined);
    return parts.map((part) => `const ${part} = process.getBuiltinModule("${name}");`).join(' ');
  };
  return {
    name: 'switchyard:load-node-modules-lazily',
    apply: 'build',
    generateBundle(_, bundle) {
      for (const file of Object.values(bundle)) if (file.type === 'chunk') file.code = file.code.replace(fromNode, load);
    },
  };
}

/** Only in the built page: in development React's refresh needs an inline script. `'unsafe-inline'` for styles is Mantine's. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

function addContentSecurityPolicy(): Plugin {
  return {
    name: 'switchyard:content-security-policy',
    apply: 'build',
    transformIndexHtml: () => [
      { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: contentSecurityPolicy }, injectTo: 'head-prepend' },
    ],
  };
}

/** electron-vite sets `./` for file: addresses; app:// and http:// both serve the page at the root, whatever page is open. */
function serveFromRoot(): Plugin {
  return { name: 'switchyard:serve-from-root', apply: 'build', enforce: 'post', config: () => ({ base: '/' }) };
}

export default defineConfig({
  main: {
    plugins: [copyMigrations(), keepSourceLatin(), loadNodeModulesLazily()],
    build: {
      target: oldestTarget,
      rolldownOptions: {
        input: mainEntries,
        // Chunks lie beside the entries, so that `new URL('./thread.js', import.meta.url)` is right from whichever file it ends up in.
        output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      // A sandboxed preload is CommonJS and cannot require packages, so everything is in the one file.
      externalizeDeps: false,
      target: oldestTarget,
      rolldownOptions: {
        input: { preload: at('electron/preload.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: at('renderer'),
    plugins: [react(), addContentSecurityPolicy(), serveFromRoot()],
    build: {
      target: 'chrome130',
      minify: true,
      chunkSizeWarningLimit: 1500,
      rolldownOptions: { input: at('renderer/index.html') },
    },
  },
});

import { registerHooks } from 'node:module';

/** `defineTask` returns what it is given: at run time that is all there is of it. */
const source = 'data:text/javascript,export const defineTask = (definition) => definition;';

/** Packages of ours that a task may use although nothing is installed beside it. All are `dependencies`, never bundled. */
const lent: ReadonlySet<string> = new Set(['nodemailer', 'sharp', 'undici']);

let offered = false;

/**
 * Lets a task's file `import { defineTask } from 'switchyard'` although nothing is installed beside it: the types come
 * from wherever the author's editor finds the package, the code from here. What is lent comes from here only where the file
 * finds none of its own: whoever installs another version beside their tasks means it.
 */
export function offerPackage(): void {
  if (offered) return;
  offered = true;
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier === 'switchyard') return { url: source, format: 'module', shortCircuit: true };
      if (!lent.has(specifier)) return next(specifier, context);
      try {
        return next(specifier, context);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw error;
        return next(specifier, { ...context, parentURL: import.meta.url });
      }
    },
  });
}

import { registerHooks } from 'node:module';

/** `defineTask` returns what it is given: at run time that is all there is of it. */
const source = 'data:text/javascript,export const defineTask = (definition) => definition;';

let offered = false;

/**
 * Lets a task's file `import { defineTask } from 'switchyard'` although nothing is installed beside it: the types come
 * from wherever the author's editor finds the package, the code from here.
 */
export function offerPackage(): void {
  if (offered) return;
  offered = true;
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === 'switchyard' ? { url: source, format: 'module', shortCircuit: true } : next(specifier, context),
  });
}

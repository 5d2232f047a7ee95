/** The environment of a process of ours: inside Electron its own program runs as Node only when told so. */
export function plainNode(): NodeJS.ProcessEnv {
  return process.versions.electron === undefined ? process.env : { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
}

/** Where a home is and what lies in it. Pure: the environment is given, so that every process answers alike. */

export type HomeEnvironment = {
  env: Readonly<Record<string, string | undefined>>;
  platform: string;
  /** The user's own folder (os.homedir()). */
  userFolder: string;
};

/** `$SWITCHYARD_HOME`, else the platform's per-user data folder (on Linux the XDG Base Directory Specification). */
export function homeFolder({ env, platform, userFolder }: HomeEnvironment): string {
  if (env.SWITCHYARD_HOME) return env.SWITCHYARD_HOME;
  if (platform === 'win32') return `${env.LOCALAPPDATA ?? `${userFolder}\\AppData\\Local`}\\switchyard`;
  if (platform === 'darwin') return `${userFolder}/Library/Application Support/switchyard`;
  // The specification says that a relative path here is to be ignored.
  const data = env.XDG_DATA_HOME?.startsWith('/') ? env.XDG_DATA_HOME : `${userFolder}/.local/share`;
  return `${data}/switchyard`;
}

/** Names inside the home. */
export const homeFiles = {
  database: 'switchyard.db',
  lock: 'engine.lock',
  token: 'token',
  engine: 'engine.json',
  socket: 'engine.sock',
  tasks: 'tasks',
  children: 'children',
  ballast: 'ballast',
  results: 'results',
  settings: 'settings.json',
} as const;

/** `<home>/engine.json` while an engine runs. */
export type EngineFile = {
  pid: number;
  version: string;
  socket: string;
  port?: number;
  startedAt: string;
};

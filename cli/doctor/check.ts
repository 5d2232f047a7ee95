export type Check = {
  name: string;
  status: 'ok' | 'warn' | 'fail';
  /** What was found. */
  message: string;
  /** What it means for the jobs. */
  meaning?: string;
  /** What to do about it. */
  advice?: string;
};

/** Paths in payloads are absolute: whose working folder a relative one would start from, nobody can say of a background job. */

import { isAbsolute } from 'node:path';
import { failForGood } from '../task-errors.ts';

const onWindows = process.platform === 'win32';

/** @throws an error that is not retried, naming the field */
export function requireAbsolutePath(field: string, path: string): void {
  if (typeof path !== 'string') throw failForGood(`${field}: must be a path`);
  if (path.includes('\0')) throw failForGood(`${field}: a path holds no NUL character`);
  // path.isAbsolute takes "\file" on Windows, which depends on the current drive.
  if (isAbsolute(path) && !(onWindows && /^[\\/](?![\\/])/.test(path))) return;
  throw failForGood(`${field}: "${path}" is a relative path; give the whole path, as a job has no folder that it could start from`);
}

/** What the file system said, in words, for errors that a retry won't mend; null for the others. */
export function lastingFileProblem(error: unknown): string | null {
  switch ((error as NodeJS.ErrnoException | null)?.code) {
    case 'ENOENT':
      return 'does not exist';
    case 'ENOTDIR':
      return 'is below something that is no folder';
    case 'EISDIR':
      return 'is a folder';
    case 'EACCES':
    case 'EPERM':
      return 'may not be accessed by this user';
    case 'ENAMETOOLONG':
      return 'is too long';
    case 'ELOOP':
      return 'is a link that leads back to itself';
    case 'EROFS':
      return 'is on a read-only file system';
    default:
      return null;
  }
}

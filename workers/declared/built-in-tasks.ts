/** What the built-in tasks say of themselves, without their code: the engine reads it as it starts, and no thread has to. */

import type { builtInTasks, TaskDeclaration } from '../../contract/task.ts';
import { fileHash } from './file-hash.ts';
import { httpRequest } from './http-request.ts';
import { imageConvert } from './image-convert.ts';
import { shellRun } from './shell-run.ts';

export const declaredTasks: Readonly<Record<(typeof builtInTasks)[number], TaskDeclaration>> = {
  'shell.run': shellRun,
  'http.request': httpRequest,
  'image.convert': imageConvert,
  'file.hash': fileHash,
};

/** What `file.hash` says of itself. */

import type { JsonObject } from '../../contract/json.ts';
import { limits } from '../../contract/limits.ts';
import type { TaskDeclaration } from '../../contract/task.ts';
import { readableBytes } from '../text-limits.ts';
import { absolutePathSchema } from './absolute-path.ts';

export const digestLength = { sha256: 64, sha512: 128, blake2b512: 128 } as const;
const input: JsonObject = {
  type: 'object',
  additionalProperties: false,
  required: ['paths'],
  properties: {
    paths: {
      type: 'array',
      title: 'Files and folders',
      description: `Folders are walked in the order of names, with all that is in them; links inside of them are left out. The result may take ${readableBytes(limits.resultBytes)}, which is some thousand files.`,
      items: absolutePathSchema('Path', 'A file or folder.'),
      minItems: 1,
      maxItems: 1_000,
    },
    algorithm: {
      type: 'string',
      title: 'Algorithm',
      description: 'SHA-256 is what most tools write; BLAKE2b and SHA-512 are faster where the processor has no help for SHA-256.',
      enum: Object.keys(digestLength),
      default: 'sha256',
    },
  },
};

const result: JsonObject = {
  type: 'object',
  additionalProperties: false,
  required: ['files'],
  properties: {
    files: {
      type: 'array',
      title: 'Files',
      description: 'In the order of the paths that were given, and of names within a folder.',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['path', 'bytes', 'digest'],
        properties: {
          path: { type: 'string', title: 'Path', description: 'The path as given, with what was found below it.' },
          bytes: { type: 'integer', title: 'Size', description: 'In bytes, as read.' },
          digest: { type: 'string', title: 'Digest', description: 'In hexadecimal, lower case.' },
        },
      },
    },
  },
};

export const fileHash = {
  title: 'Hash files',
  description:
    'Computes a checksum of each file, also of all files in folders. Links in folders are not followed; pipes, sockets and devices are left out.',
  lane: 'cpu',
  input,
  result,
  timeoutMs: 3_600_000,
  retry: { maxAttempts: 3 },
  declares: { idempotent: true },
  examples: [{ paths: [process.execPath] }, { paths: [process.execPath], algorithm: 'blake2b512' }],
} satisfies TaskDeclaration;

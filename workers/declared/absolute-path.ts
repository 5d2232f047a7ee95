/** How a path is asked for in an input schema. */

import type { JsonObject } from '../../contract/json.ts';

const onWindows = process.platform === 'win32';

/** Part of an input schema. On Windows a drive (`C:\…`) or a share (`\\server\…`). */
export function absolutePathSchema(title: string, description: string): JsonObject {
  return {
    type: 'string',
    title,
    description: `${description} Must be an absolute path${onWindows ? ', such as C:\\Users\\me\\file.txt' : ', starting with /'}.`,
    pattern: onWindows ? '^([A-Za-z]:[\\\\/]|\\\\\\\\)[^\\u0000]*$' : '^/[^\\u0000]*$',
    minLength: 1,
    maxLength: 4096,
  };
}

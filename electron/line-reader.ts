import { StringDecoder } from 'node:string_decoder';

const longestLine = 65_536;

/** Takes chunks of UTF-8 and hands over whole lines; one that never ends is cut, so that it holds no more than 64 KiB. */
export function createLineReader(take: (line: string) => void): (chunk: Uint8Array) => void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  return (chunk) => {
    const lines = (rest + decoder.write(Buffer.from(chunk))).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > longestLine) lines.push(rest.slice(0, longestLine));
    if (rest.length > longestLine) rest = '';
    for (const line of lines) take(line.endsWith('\r') ? line.slice(0, -1) : line);
  };
}

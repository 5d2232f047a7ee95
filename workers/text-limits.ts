/** Cutting text to a number of UTF-8 bytes without cutting a character. */

/** The longest start of `text` that takes at most `maxBytes` bytes in UTF-8. */
export function startOfText(text: string, maxBytes: number): string {
  // No character takes more than three bytes a UTF-16 unit.
  if (text.length * 3 <= maxBytes || Buffer.byteLength(text) <= maxBytes) return text;
  const bytes = Buffer.from(text.slice(0, maxBytes));
  let end = Math.min(maxBytes, bytes.length);
  // A byte of the form 10xxxxxx continues the character before it.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end);
}

/** A size as people read it: `1 MiB`, `16 KiB`, `300 bytes`. */
export function readableBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  const [unit, size] =
    bytes < 1_048_576 ? ['KiB', bytes / 1024] : bytes < 1_073_741_824 ? ['MiB', bytes / 1_048_576] : ['GiB', bytes / 1_073_741_824];
  return `${Number.isInteger(size) ? size : size.toFixed(1)} ${unit}`;
}

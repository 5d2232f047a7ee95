/**
 * Small pictures of a large one. Async: it keeps a core busy for the better part of a second. In a queue uploads are taken at any
 * rate, and the cores work at theirs. It may run twice: the same picture gives the same files, each put in place whole.
 */

import { access, mkdir, rename } from 'node:fs/promises';
import { basename, dirname, extname, isAbsolute, join } from 'node:path';
// Comes with the program, as do undici and nodemailer: a task may import them with nothing installed beside it.
import sharp, { type Sharp } from 'sharp';

type Payload = { image?: string; folder?: string; widths: number[] };
type Task = {
  jobId: string;
  signal: AbortSignal;
  log(text: string): void;
  progress(percent: number, message?: string): void;
  failForGood(message: string): Error;
};

/** 24 megapixels of soft noise, for whoever has no photo at hand. */
function madeUpPicture(): Sharp {
  const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const;
  // Drawn small and enlarged: noise costs more than everything that follows.
  return sharp({ create: { width: 300, height: 200, channels: 3, background: '#808080', noise } }).resize({ width: 6_000 });
}

export default {
  title: 'Thumbnails',
  description: 'Makes small pictures of a large one. Async: it keeps a core busy, and cores work at their own rate.',
  lane: 'cpu',
  input: {
    type: 'object',
    properties: {
      image: { type: 'string', title: 'Picture', description: 'an absolute path; left out: a made-up picture' },
      folder: { type: 'string', title: 'Folder', description: 'an absolute path; left out: thumbnails/ in the home' },
      widths: {
        type: 'array',
        title: 'Widths',
        description: 'in pixels, one file each',
        items: { type: 'integer', minimum: 1, maximum: 10_000 },
        minItems: 1,
        maxItems: 20,
      },
    },
    required: ['widths'],
    additionalProperties: false,
  },
  timeoutMs: 120_000,
  nonRetryable: ['ENOENT', 'EACCES'],
  declares: { consistency: 'eventual', idempotent: true, retryable: true },
  examples: [{ widths: [1_200, 600, 200] }, { image: '/home/ada/photo.jpg', folder: '/home/ada/thumbnails', widths: [600] }],

  async run({ image, folder = join(dirname(import.meta.dirname), 'thumbnails'), widths }: Payload, task: Task) {
    for (const path of [image, folder])
      if (path !== undefined && !isAbsolute(path)) throw task.failForGood(`${path} is not an absolute path`);
    // Asked here since sharp's own error has no code to tell a missing file by.
    if (image !== undefined) await access(image);
    await mkdir(folder, { recursive: true });
    // Read and turned upright once; each width is made from what is in memory.
    const picture = image === undefined ? madeUpPicture() : sharp(image).autoOrient();
    const { data, info } = await picture.removeAlpha().raw().toBuffer({ resolveWithObject: true });
    const raw = { width: info.width, height: info.height, channels: info.channels };
    const name = image === undefined ? 'made-up' : basename(image, extname(image));
    const files: { path: string; width: number; height: number; bytes: number }[] = [];
    for (const width of widths) {
      task.signal.throwIfAborted();
      const path = join(folder, `${name}-${width}.webp`);
      const unfinished = `${path}.${task.jobId}`;
      const made = await sharp(data, { raw }).resize({ width, withoutEnlargement: true }).webp({ quality: 80 }).toFile(unfinished);
      await rename(unfinished, path);
      files.push({ path, width: made.width, height: made.height, bytes: made.size });
      task.progress((files.length / widths.length) * 100, path);
    }
    return { files };
  },
};

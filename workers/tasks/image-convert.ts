/** Converts an image file to another format or size. sharp is loaded by the first image, not by every thread. */

import { randomBytes } from 'node:crypto';
import { open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import type { Metadata, Sharp, SharpOptions } from 'sharp';
import type { TaskDefinition } from '../../contract/task.ts';
import { type fits, formats, imageConvert } from '../declared/image-convert.ts';
import type { BuiltInContext } from '../task-context.ts';
import { failForGood } from '../task-errors.ts';
import { readableBytes } from '../text-limits.ts';
import { lastingFileProblem, requireAbsolutePath } from './absolute-path.ts';
import { lockedFiles, refuseLocked } from './locked-files.ts';

type Format = (typeof formats)[number];

type ImagePayload = {
  input: string;
  output: string;
  format?: Format;
  width?: number;
  height?: number;
  fit?: (typeof fits)[number];
  quality?: number;
  keepMetadata?: boolean;
};

type ImageResult = { output: string; width: number; height: number; bytes: number };

const extensions: Record<string, Format> = {
  '.jpg': 'jpeg',
  '.jpeg': 'jpeg',
  '.png': 'png',
  '.webp': 'webp',
  '.avif': 'avif',
  '.tif': 'tiff',
  '.tiff': 'tiff',
  '.gif': 'gif',
};

/** A small file may claim a huge image: 16,384 × 16,384 is what a thread can hold. All frames of an animation count. */
const mostPixels = 16_384 * 16_384;

let loading: Promise<typeof import('sharp').default> | null = null;

async function loadSharp() {
  loading ??= import('sharp').then(({ default: sharp }) => {
    // One core an image: the lane runs as many images as there are cores.
    sharp.concurrency(1);
    // Every image is read once: what libvips would keep of it is only memory lost.
    sharp.cache(false);
    return sharp;
  });
  return loading;
}

async function run(payload: ImagePayload, task: BuiltInContext): Promise<ImageResult> {
  requireAbsolutePath('input', payload.input);
  requireAbsolutePath('output', payload.output);
  const format = formatOf(payload);
  await checkFiles(payload, task.home);
  const sharp = await loadSharp();
  // libvips can't be stopped half-way: the run ends at once and what it computes is thrown away.
  const untilAborted = <Value>(work: Promise<Value>) => Promise.race([work, aborted(task.signal)]);

  const options: SharpOptions = { limitInputPixels: mostPixels, failOn: 'error', sequentialRead: true };
  const metadata = await untilAborted(readable(payload.input, sharp(payload.input, options).metadata()));
  const frames = metadata.pages ?? 1;
  const animated = frames > 1 && (format === 'webp' || format === 'gif');
  task.log(`Read ${payload.input}: ${metadata.format}, ${sizeText(metadata)}${frames > 1 ? `, ${frames} frames` : ''}`);
  if (payload.quality !== undefined && (format === 'png' || format === 'gif')) task.log(`quality is left out: ${format} keeps every pixel`);
  task.progress(10, 'converting');

  const image = converted(sharp(payload.input, { ...options, animated }).autoOrient(), payload, format);
  const { data, info } = await untilAborted(readable(payload.input, image.toBuffer({ resolveWithObject: true })));
  task.progress(90, 'writing');
  await writeAtomically(payload.output, data, task.signal);
  const height = info.pageHeight ?? info.height;
  task.log(`Wrote ${payload.output}: ${format}, ${info.width} × ${height}, ${readableBytes(data.length)}`);
  return { output: payload.output, width: info.width, height, bytes: data.length };
}

function formatOf({ format, output }: ImagePayload): Format {
  const known = format ?? extensions[extname(output).toLowerCase()];
  if (known && formats.includes(known)) return known;
  throw failForGood(
    `output: the ending of "${basename(output)}" names no format; use ${Object.keys(extensions).join(', ')}, or set "format"`,
  );
}

/** Said before any work is done: the errors of the image library don't tell a missing file from a broken one. */
async function checkFiles({ input, output }: ImagePayload, home: string): Promise<void> {
  const isLocked = await lockedFiles(home);
  for (const path of [input, output]) {
    const file = await stat(path).catch(() => null);
    if (file && isLocked(file)) refuseLocked(path);
  }
  await lastingProblems(`input: ${input}`, async () => {
    const file = await open(input, 'r');
    try {
      if (!(await file.stat()).isFile()) throw failForGood(`input: ${input} is no file`);
    } finally {
      await file.close();
    }
  });
  await lastingProblems(`output: the folder ${dirname(output)}`, async () => {
    if (!(await stat(dirname(output))).isDirectory()) throw failForGood(`output: ${dirname(output)} is no folder`);
  });
  const present = await stat(output).catch(() => null);
  if (present?.isDirectory()) throw failForGood(`output: ${output} is a folder; give the name of the file to write`);
}

async function lastingProblems<Value>(what: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    const problem = lastingFileProblem(error);
    throw problem === null ? error : failForGood(`${what} ${problem}`);
  }
}

async function readable<Value>(path: string, work: Promise<Value>): Promise<Value> {
  try {
    return await work;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // Out of memory is the one failure in here that says nothing of the image.
    if (/out of memory|memory allocation/i.test(reason)) throw error;
    throw failForGood(`${path} can't be converted: ${reason.replace(`${path}: `, '')}`);
  }
}

function converted(image: Sharp, { width, height, fit = 'inside', quality, keepMetadata }: ImagePayload, format: Format): Sharp {
  const white = { r: 255, g: 255, b: 255, alpha: 1 };
  const opaque = format === 'jpeg';
  if (width !== undefined || height !== undefined) {
    image.resize({ width, height, fit, background: opaque ? white : { ...white, alpha: 0 } });
  }
  // JPEG knows no transparency, and black in its place surprises everybody.
  if (opaque) image.flatten({ background: white });
  if (keepMetadata) image.keepMetadata();
  const lossy = format !== 'png' && format !== 'gif' && quality !== undefined;
  return image.toFormat(format, lossy ? { quality } : {});
}

function sizeText({ autoOrient, pageHeight }: Metadata): string {
  return `${autoOrient.width} × ${pageHeight ?? autoOrient.height}`;
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

/** Beside the target, so that the rename stays within one file system; synced, so that a finished job's file outlives a power cut. */
async function writeAtomically(path: string, data: Buffer, signal: AbortSignal): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path).slice(0, 100)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    await lastingProblems(`output: ${path}`, async () => {
      const file = await open(temporary, 'wx');
      try {
        await file.writeFile(data, { signal });
        await file.sync();
      } finally {
        await file.close();
      }
      signal.throwIfAborted();
      await rename(temporary, path);
    });
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

export default { ...imageConvert, run } satisfies TaskDefinition<ImagePayload, ImageResult>;

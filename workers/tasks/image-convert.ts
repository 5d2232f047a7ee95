/** Converts an image file to another format or size. sharp is loaded by the first image, not by every thread. */

import { randomBytes } from 'node:crypto';
import { open, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, extname, join } from 'node:path';
import type { Metadata, Sharp, SharpOptions } from 'sharp';
import type { JsonObject } from '../../contract/json.ts';
import type { TaskDefinition } from '../../contract/task.ts';
import type { BuiltInContext } from '../task-context.ts';
import { failForGood } from '../task-errors.ts';
import { readableBytes } from '../text-limits.ts';
import { absolutePathSchema, lastingFileProblem, requireAbsolutePath } from './absolute-path.ts';
import { sampleImage } from './sample-image.ts';

const formats = ['jpeg', 'png', 'webp', 'avif', 'tiff', 'gif'] as const;
type Format = (typeof formats)[number];

const fits = ['inside', 'cover', 'contain', 'fill', 'outside'] as const;

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
const longestSide = 16_383;

const sideSchema = (title: string, description: string): JsonObject => ({
  type: 'integer',
  title,
  description,
  minimum: 1,
  maximum: longestSide,
});

const input: JsonObject = {
  type: 'object',
  additionalProperties: false,
  required: ['input', 'output'],
  properties: {
    input: absolutePathSchema('Image', 'The file to read: JPEG, PNG, WebP, AVIF, TIFF, GIF or SVG.'),
    output: absolutePathSchema('Write to', 'The file to write; one that is there is replaced, once the new one is complete.'),
    format: {
      type: 'string',
      title: 'Format',
      description: 'Taken from the ending of the file to write when left out.',
      enum: [...formats],
    },
    width: sideSchema('Width', 'In pixels. With a width or a height alone the other follows from the proportions.'),
    height: sideSchema('Height', 'In pixels.'),
    fit: {
      type: 'string',
      title: 'Fit',
      description:
        'With both width and height: "inside" stays within them, "cover" fills them and crops, "contain" adds a border, "fill" distorts, "outside" is at least as large.',
      enum: [...fits],
      default: 'inside',
    },
    quality: {
      type: 'integer',
      title: 'Quality',
      description: 'For JPEG, WebP, AVIF and TIFF: 1 is smallest, 100 is best.',
      minimum: 1,
      maximum: 100,
    },
    keepMetadata: {
      type: 'boolean',
      title: 'Keep metadata',
      description: 'Keep camera data, place and colour profile. Otherwise they are removed and the colours converted to sRGB.',
      default: false,
    },
  },
};

const result: JsonObject = {
  type: 'object',
  additionalProperties: false,
  required: ['output', 'width', 'height', 'bytes'],
  properties: {
    output: { type: 'string', title: 'File', description: 'The file that was written.' },
    width: { type: 'integer', title: 'Width', description: 'In pixels, upright.' },
    height: { type: 'integer', title: 'Height', description: 'In pixels, upright; of one frame of an animation.' },
    bytes: { type: 'integer', title: 'Size', description: 'Of the file in bytes.' },
  },
};

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
  await checkFiles(payload);
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
async function checkFiles({ input, output }: ImagePayload): Promise<void> {
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

const sample = sampleImage();

export default {
  title: 'Convert an image',
  description:
    'Changes format and size of an image. A photo is turned upright as its camera says, and its metadata (camera, place) is removed unless you keep it. Animations stay animated in WebP and GIF.',
  lane: 'cpu',
  input,
  result,
  timeoutMs: 120_000,
  retry: { maxAttempts: 3 },
  declares: { idempotent: true },
  examples: sample === null ? [] : [{ input: sample, output: join(tmpdir(), 'switchyard-sample.webp'), width: 800, quality: 80 }],
  run,
} satisfies TaskDefinition<ImagePayload, ImageResult>;

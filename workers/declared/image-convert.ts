/** What `image.convert` says of itself. */

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../../contract/json.ts';
import type { TaskDeclaration } from '../../contract/task.ts';
import { absolutePathSchema } from './absolute-path.ts';
import { sampleImage } from './sample-image.ts';

export const formats = ['jpeg', 'png', 'webp', 'avif', 'tiff', 'gif'] as const;
export const fits = ['inside', 'cover', 'contain', 'fill', 'outside'] as const;

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

const sample = sampleImage();

export const imageConvert = {
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
} satisfies TaskDeclaration;

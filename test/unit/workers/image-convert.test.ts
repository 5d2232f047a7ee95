import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { expectKind, openThread, resultValue } from './test-thread.ts';

const thread = openThread(afterAll);
const convert = { kind: 'built-in', name: 'image.convert' } as const;

let photo: Buffer;

beforeAll(async () => {
  // 300 × 200 as stored; the camera says that it is to be turned by 90°.
  const red = { width: 300, height: 200, channels: 3 as const, background: { r: 200, g: 30, b: 30 } };
  photo = await sharp({ create: red })
    .jpeg()
    .withExif({ IFD0: { Copyright: 'somebody' } })
    .withMetadata({ orientation: 6 })
    .toBuffer();
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'switchyard-image-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  writeFileSync(join(path, 'in.jpg'), photo);
  return path;
}

describe('an image', () => {
  it.each([
    ['webp', 'webp'],
    ['png', 'png'],
    ['avif', 'heif'],
    ['tiff', 'tiff'],
    ['gif', 'gif'],
    ['JPG', 'jpeg'],
  ])('becomes %s by its name, upright and without metadata', async (ending, format) => {
    const path = folder();
    const output = join(path, `out.${ending}`);
    const result = resultValue(await thread.result(convert, { input: join(path, 'in.jpg'), output }));
    const metadata = await sharp(output).metadata();
    expect(metadata).toMatchObject({ format, width: 200, height: 300 });
    expect(metadata.exif).toBeUndefined();
    expect(result).toEqual({ output, width: 200, height: 300, bytes: readFileSync(output).length });
    expect(readdirSync(path).sort()).toEqual(['in.jpg', `out.${ending}`]);
  });

  it('keeps its metadata when asked to, and is not turned twice', async () => {
    const path = folder();
    const output = join(path, 'out.jpg');
    await thread.result(convert, { input: join(path, 'in.jpg'), output, keepMetadata: true });
    const metadata = await sharp(output).metadata();
    expect(metadata.exif?.toString('latin1')).toContain('somebody');
    expect(metadata).toMatchObject({ width: 200, height: 300 });
    expect(metadata.orientation ?? 1).toBe(1);
  });

  it.each([
    [{ width: 100 }, 100, 150],
    [{ width: 100, height: 100 }, 67, 100],
    [{ width: 100, height: 100, fit: 'cover' }, 100, 100],
    [{ width: 100, height: 50, fit: 'fill' }, 100, 50],
  ])('is resized by %o', async (size, width, height) => {
    const path = folder();
    const output = join(path, 'out.webp');
    expect(resultValue(await thread.result(convert, { input: join(path, 'in.jpg'), output, ...size }))).toMatchObject({ width, height });
  });

  it('takes the format that was asked for over the one of its name, and the quality counts', async () => {
    const path = folder();
    const noise = {
      width: 200,
      height: 200,
      channels: 3 as const,
      background: 'black',
      noise: { type: 'gaussian' as const, mean: 128, sigma: 40 },
    };
    await sharp({ create: noise }).png().toFile(join(path, 'noise.png'));
    const size = async (quality: number) =>
      (
        resultValue(
          await thread.result(convert, { input: join(path, 'noise.png'), output: join(path, 'out.bin'), format: 'webp', quality }),
        ) as { bytes: number }
      ).bytes;
    const small = await size(5);
    expect(await size(95)).toBeGreaterThan(small * 2);
    expect((await sharp(join(path, 'out.bin')).metadata()).format).toBe('webp');
  });

  it('that is transparent becomes white in JPEG, not black', async () => {
    const path = folder();
    await sharp({ create: { width: 8, height: 8, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } })
      .png()
      .toFile(join(path, 'clear.png'));
    await thread.result(convert, { input: join(path, 'clear.png'), output: join(path, 'out.jpg') });
    const { data } = await sharp(join(path, 'out.jpg')).raw().toBuffer({ resolveWithObject: true });
    expect(data[0]).toBeGreaterThan(250);
  });

  it('may be written over itself, and a file that changed is read anew', async () => {
    const path = folder();
    const file = join(path, 'in.jpg');
    expect(resultValue(await thread.result(convert, { input: file, output: file, width: 100 }))).toMatchObject({ width: 100, height: 150 });
    expect(resultValue(await thread.result(convert, { input: file, output: join(path, 'b.png') }))).toMatchObject({
      width: 100,
      height: 150,
    });
  });

  it('that moves keeps moving in WebP, and is its first frame in PNG', async () => {
    const path = folder();
    const frames = Buffer.alloc(10 * 30 * 3);
    for (let at = 0; at < frames.length; at += 1) frames[at] = Math.floor(at / 300) * 100;
    await sharp(frames, { raw: { width: 10, height: 30, channels: 3, pageHeight: 10 } })
      .gif({ delay: [50, 50, 50] })
      .toFile(join(path, 'in.gif'));
    expect(resultValue(await thread.result(convert, { input: join(path, 'in.gif'), output: join(path, 'out.webp') }))).toMatchObject({
      width: 10,
      height: 10,
    });
    expect((await sharp(join(path, 'out.webp')).metadata()).pages).toBe(3);
    expect(resultValue(await thread.result(convert, { input: join(path, 'in.gif'), output: join(path, 'out.png') }))).toMatchObject({
      width: 10,
      height: 10,
    });
  });
});

describe('a conversion', () => {
  it.each([
    [
      'of a file that is not there',
      (path: string) => ({ input: join(path, 'none.jpg'), output: join(path, 'o.png') }),
      /input: .*none\.jpg does not exist/,
    ],
    ['of a folder', (path: string) => ({ input: path, output: join(path, 'o.png') }), /input: .* is no file/],
    ['of a relative path', (path: string) => ({ input: 'in.jpg', output: join(path, 'o.png') }), /input: "in\.jpg" is a relative path/],
    ['to a relative path', (path: string) => ({ input: join(path, 'in.jpg'), output: 'o.png' }), /output: "o\.png" is a relative path/],
    [
      'to a folder that is not there',
      (path: string) => ({ input: join(path, 'in.jpg'), output: join(path, 'no', 'o.png') }),
      /output: the folder .*no does not exist/,
    ],
    [
      'to a name that is a folder',
      (path: string) => ({ input: join(path, 'in.jpg'), output: join(path, 'taken.png') }),
      /is a folder; give the name/,
    ],
    ['to an unknown format', (path: string) => ({ input: join(path, 'in.jpg'), output: join(path, 'o.xyz') }), /"o\.xyz" names no format/],
    [
      'of what is no image',
      (path: string) => ({ input: join(path, 'text.jpg'), output: join(path, 'o.png') }),
      /text\.jpg can't be converted/,
    ],
    [
      'of half an image',
      (path: string) => ({ input: join(path, 'half.jpg'), output: join(path, 'o.png') }),
      /half\.jpg can't be converted/,
    ],
    [
      'of a small file that claims to be huge',
      (path: string) => ({ input: join(path, 'huge.svg'), output: join(path, 'o.png') }),
      /huge\.svg can't be converted: .*(pixel|limit|dimension)/i,
    ],
  ])('%s fails for good, names the path and leaves nothing behind', async (_, payload, message) => {
    const path = folder();
    mkdirSync(join(path, 'taken.png'));
    writeFileSync(join(path, 'text.jpg'), 'this is text');
    writeFileSync(join(path, 'half.jpg'), photo.subarray(0, photo.length / 2));
    writeFileSync(
      join(path, 'huge.svg'),
      '<svg xmlns="http://www.w3.org/2000/svg" width="30000" height="30000"><rect width="9" height="9"/></svg>',
    );
    const before = readdirSync(path).sort();
    expect(expectKind(await thread.result(convert, payload(path)), 'failed-for-good').error.message).toMatch(message);
    expect(readdirSync(path).sort()).toEqual(before);
  });

  it('that is aborted ends and writes nothing', async () => {
    const path = folder();
    await sharp({ create: { width: 2500, height: 2500, channels: 3, background: 'teal' } })
      .png()
      .toFile(join(path, 'large.png'));
    const { run, result } = thread.start(convert, { input: join(path, 'large.png'), output: join(path, 'out.avif') });
    await thread.untilLine(run, 'Read ');
    thread.send({ type: 'abort', run, reason: 'cancelled' });
    expect(await result).toEqual({ kind: 'aborted', reason: 'cancelled', error: null });
    expect(readdirSync(path).sort()).toEqual(['in.jpg', 'large.png']);
  });

  it('of the photo that is offered as an example works', async () => {
    const answer = await thread.describe(convert);
    const [example] = answer.type === 'described' ? answer.description.examples : [];
    if (!example) throw new Error('no example');
    const output = join(folder(), 'sample.webp');
    expect(resultValue(await thread.result(convert, { ...example, output }))).toMatchObject({ width: 800 });
  });
});

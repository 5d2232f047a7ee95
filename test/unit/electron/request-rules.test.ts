import { expect, test } from 'vitest';
import { externalAddress, isAllowedRequest, isOwn } from '../../../electron/request-rules.ts';

const own = { resourceType: 'xhr', frameUrl: 'app://switchyard/#/jobs', isTopFrame: true };
const devServer = 'http://localhost:5173';

test('an address is compared as parsed', () => {
  expect(isOwn('app://switchyard/v1/jobs')).toBe(true);
  for (const address of [
    'app://switchyard.example/',
    'app://switchyard@elsewhere/',
    'app://elsewhere/',
    'http://switchyard/',
    'app:switchyard',
    'nonsense',
  ]) {
    expect(isOwn(address), address).toBe(false);
  }
});

test('the own document asks its own origin and nobody else', () => {
  expect(isAllowedRequest({ ...own, url: 'app://switchyard/v1/jobs' }, undefined)).toBe(true);
  expect(isAllowedRequest({ ...own, url: 'data:image/png;base64,AA==', resourceType: 'image' }, undefined)).toBe(true);
  for (const url of [
    'https://example.com/',
    'http://127.0.0.1:8080/',
    'file:///etc/passwd',
    'app://elsewhere/',
    'ws://localhost/',
    'devtools://devtools/',
  ]) {
    expect(isAllowedRequest({ ...own, url }, undefined), url).toBe(false);
  }
});

test('the window itself opens at its own origin only', () => {
  const first = { resourceType: 'mainFrame', frameUrl: undefined, isTopFrame: false };
  expect(isAllowedRequest({ ...first, url: 'app://switchyard/' }, undefined)).toBe(true);
  expect(isAllowedRequest({ ...first, url: 'https://example.com/' }, undefined)).toBe(false);
  expect(isAllowedRequest({ ...first, url: 'data:text/html,x' }, undefined)).toBe(false);
});

test('a frame, and any document that is not the own one, is refused the own origin too', () => {
  const url = 'app://switchyard/v1/jobs';
  expect(isAllowedRequest({ ...own, url, resourceType: 'subFrame' }, undefined)).toBe(false);
  expect(isAllowedRequest({ ...own, url, isTopFrame: false }, undefined)).toBe(false);
  expect(isAllowedRequest({ ...own, url, frameUrl: 'about:srcdoc' }, undefined)).toBe(false);
  expect(isAllowedRequest({ ...own, url, frameUrl: undefined }, undefined)).toBe(false);
});

test('the development server is reached in development only', () => {
  for (const url of ['http://localhost:5173/main.tsx', 'ws://localhost:5173/?token=x']) {
    expect(isAllowedRequest({ ...own, url }, devServer), url).toBe(true);
    expect(isAllowedRequest({ ...own, url }, undefined), url).toBe(false);
  }
  expect(isAllowedRequest({ ...own, url: 'http://localhost:5174/' }, devServer)).toBe(false);
});

test('only web addresses without a name in them are handed to the system', () => {
  expect(externalAddress('https://example.com/a b')).toBe('https://example.com/a%20b');
  for (const address of [
    'file:///etc/passwd',
    'javascript:alert(1)',
    'smb://host/share',
    'https://bank.example@evil.example/',
    'app://switchyard/',
    '',
  ]) {
    expect(externalAddress(address), address).toBeNull();
  }
});

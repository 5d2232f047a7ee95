/**
 * What comes with the program, in the order in which it is worth trying. The engine never runs a user's code to describe it,
 * and Node strips no types below `node_modules`: so what is shown before loading stands here, and a test holds it to the files.
 */

import type { Example } from '../../contract/example.ts';

export type ListedExample = Pick<Example, 'name' | 'title' | 'description' | 'preset' | 'mode' | 'waitMs' | 'payload'> & {
  /** In `examples/tasks/`. */
  file: string;
};

export const exampleList: readonly ListedExample[] = [
  {
    ...{ name: 'log-in', file: 'log-in.ts', preset: 'log-in', mode: 'sync', waitMs: null },
    title: 'Log-in',
    description: 'Checks a password with scrypt. Sync: the next page depends on yes or no.',
    payload: { user: 'ada', password: 'correct horse battery staple' },
  },
  {
    ...{ name: 'payment', file: 'payment.ts', preset: 'payment', mode: 'sync', waitMs: null },
    title: 'Payment',
    description: 'Charges an account in a ledger, once for each key however often it is asked. Sync: money has moved or it has not.',
    payload: { key: 'order-1001', account: 'ada', cents: 4_200 },
  },
  {
    ...{ name: 'email', file: 'email.ts', preset: 'email', mode: 'async', waitMs: null },
    title: 'E-mail',
    description: 'Sends a mail over SMTP. Async: nobody waits for a mail server, and retries see to the days when it is away.',
    payload: { to: 'ada@example.com', subject: 'Your order', text: 'It is on its way.' },
  },
  {
    ...{ name: 'thumbnails', file: 'thumbnails.ts', preset: 'image-processing', mode: 'async', waitMs: null },
    title: 'Thumbnails',
    description: 'Makes small pictures of a large one. Async: it keeps a core busy, and cores work at their own rate.',
    payload: { widths: [1_200, 600, 200] },
  },
  {
    ...{ name: 'report', file: 'report.ts', preset: 'report', mode: 'async', waitMs: null },
    title: 'Report',
    description:
      'Forecasts a year of revenue from thousands of simulated ones, with progress. Async: it takes longer than a connection lasts.',
    payload: { customers: 1_000, monthlyCents: 2_900, churnPercent: 3, growthPercent: 5, trials: 20_000 },
  },
  {
    ...{ name: 'like-button', file: 'like-button.ts', preset: 'like-button', mode: 'hybrid', waitMs: null },
    title: 'Like button',
    description:
      'Answers with the likes that there will be, then writes them; what fails is taken back. Hybrid: the outcome is known in advance.',
    payload: { post: 'hello-world', user: 'ada' },
  },
  {
    ...{ name: 'checkout', file: 'checkout.ts', preset: 'checkout', mode: 'async', waitMs: 1_000 },
    title: 'Checkout',
    description: 'Pays at a provider that is mostly fast. A wait of a second: within it the shop answers, past it the same job goes on.',
    payload: { order: '1001', cents: 4_200, providerMs: 5_000 },
  },
  {
    ...{ name: 'page-title', file: 'page-title.ts', preset: null, mode: 'async', waitMs: null },
    title: 'Page title',
    description: 'Fetches a web page and returns its title.',
    payload: { url: 'https://example.com/' },
  },
  {
    ...{ name: 'slow-addition', file: 'slow-addition.js', preset: null, mode: 'async', waitMs: null },
    title: 'Slow addition',
    description: 'Adds two numbers, slowly.',
    payload: { a: 2, b: 3 },
  },
];

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, expectAccessible, show, test } from '../../support/window.ts';

test('what is kept is changed in its place, and what the engine refuses is said at its field', async ({ page, engine }) => {
  await page.keyboard.press('g');
  await page.keyboard.press(',');
  const form = page.getByRole('form', { name: 'What is kept' });
  await expect(page.getByRole('region', { name: 'What is kept', exact: true })).toContainText('of 4.0 GiB');
  await expectAccessible(page);
  await expect(form.getByRole('button', { name: 'Save' })).toBeDisabled();
  await form.getByLabel('Keep completed jobs for').fill('-1');
  await form.getByRole('button', { name: 'Save' }).click();
  await expect(form.getByLabel('Keep completed jobs for')).toHaveAttribute('aria-invalid', 'true');
  await form.getByLabel('Keep completed jobs for').fill('2');
  await form.getByLabel('Keep at most so many dead jobs').fill('500');
  await form.getByLabel('What jobs may take on the disk').fill('');
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('Messages')).toContainText('Saved what is kept');
  expect(await engine.client.call('getRetention', {})).toMatchObject({
    completed: { forMs: 2 * 86_400_000, count: null },
    dead: { forMs: 30 * 86_400_000, count: 500 },
    maxBytes: null,
  });
  await expect(form.getByRole('button', { name: 'Save' })).toBeDisabled();
});

test('a backup is made while the engine runs; a file that is there is replaced only on demand', async ({ page }) => {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-backup-'));
  try {
    await show(page, '/settings');
    const part = page.getByRole('region', { name: 'Backup', exact: true });
    const file = part.getByRole('textbox', { name: 'File' });
    await file.fill('backup.db');
    await part.getByRole('button', { name: 'Back up now' }).click();
    await expect(part).toContainText('must be absolute');
    await expect(file).toHaveAttribute('aria-invalid', 'true');
    const path = join(folder, 'backup.db');
    await file.fill(path);
    await page.keyboard.press('Enter');
    await expect(part).toContainText('Backed up');
    expect(existsSync(path)).toBe(true);
    await part.getByRole('button', { name: 'Back up now' }).click();
    await expect(part).toContainText('is there already');
    await expectAccessible(page);
    await part.getByRole('button', { name: 'Replace the file' }).click();
    await expect(part.getByRole('button', { name: 'Replace the file' })).toHaveCount(0);
    await expect(part).toContainText('Backed up');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('an endpoint is made, shows its secret, is turned off and on, and deleted', async ({ page, engine }) => {
  await show(page, '/settings');
  const part = page.getByRole('region', { name: 'Webhook endpoints', exact: true });
  await expect(part).toContainText('None yet');
  await part.getByRole('button', { name: 'New endpoint' }).click();
  const form = part.getByRole('form', { name: 'New endpoint' });
  await form.getByLabel('Address').fill('ftp://example.org');
  await page.keyboard.press('Enter');
  await expect(form.getByLabel('Address')).toHaveAttribute('aria-invalid', 'true');
  await form.getByLabel('Address').fill('https://example.org/hook');
  await form.getByLabel('Description').fill('billing');
  await page.keyboard.press('Enter');
  const row = part.getByRole('row', { name: /example\.org/ });
  const endpoint = async () => (await engine.client.call('listEndpoints', { query: {} })).endpoints[0];
  await expect(row).toContainText((await endpoint())?.secret ?? 'no endpoint was made');
  await row.getByRole('button', { name: /^Hide the secret/ }).click();
  await expect(row).not.toContainText((await endpoint())?.secret ?? '');
  await expectAccessible(page);
  const on = row.getByRole('switch', { name: 'Send to https://example.org/hook' });
  await on.press('Space');
  await expect(row).toContainText('off: by hand');
  expect((await endpoint())?.enabled).toBe(false);
  await on.press('Space');
  await expect(row).toContainText('billing');
  expect((await endpoint())?.enabled).toBe(true);
  await row.getByRole('button', { name: 'Delete https://example.org/hook' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete endpoint' }).click();
  await expect(part).toContainText('None yet');
  expect(await endpoint()).toBeUndefined();
});

import { receiveWebhooks } from '../../support/webhook-receiver.ts';
import { expect, expectAccessible, show, test } from '../../support/window.ts';

test('a job shows who is told of its end, what came of it, and sends it again', async ({ page, engine }) => {
  await using receiver = await receiveWebhooks((n) => (n === 0 ? 500 : 204));
  const { id } = await engine.client.call('submitJob', {
    body: {
      ...{ task: 'shell.run', mode: 'async', payload: { command: 'true' }, delayMs: 3_600_000 },
      notify: [{ type: 'webhook', url: receiver.url, on: ['completed', 'dead'] }, { type: 'desktop' }],
    },
  });
  await show(page, `/jobs?job=${id}`);
  const part = page.getByRole('region', { name: 'Notifications' });
  await expect(part).toContainText(`${receiver.url}, if completed or dead`);
  await expect(part).toContainText('This desktop');
  await page.getByRole('button', { name: 'Run now' }).click();
  await expect(part).toContainText('status 500');
  await expect(part).toContainText('Delivered');
  await expect(part.getByRole('list', { name: `Tries to reach ${receiver.url}` }).getByRole('listitem')).toHaveCount(2);
  await expectAccessible(page);
  await part.getByRole('button', { name: 'Send again' }).click();
  await receiver.until(3);
  await expect(part.getByRole('list', { name: `Tries to reach ${receiver.url}` }).getByRole('listitem')).toHaveCount(3);
  await expect(part).toContainText('taken: 204');
});

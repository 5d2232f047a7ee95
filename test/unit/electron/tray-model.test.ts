import { expect, test } from 'vitest';
import type { StateCounts } from '../../../contract/resources.ts';
import { trayModel } from '../../../electron/tray-model.ts';
import { TrayState } from '../../../electron/tray-state.ts';

const none: StateCounts = { blocked: 0, scheduled: 0, available: 0, executing: 0, retryable: 0, completed: 0, dead: 0, cancelled: 0 };
const running = [{ paused: false }, { paused: false }];

function words(model: ReturnType<typeof trayModel>): string[] {
  return model.items.map((item) => (item.kind === 'separator' ? '—' : item.label));
}

test('the tray says what runs, waits and has died, in the words of the window', () => {
  const model = trayModel({ ...none, executing: 3, available: 1200, retryable: 2, completed: 9 }, 'live', running);
  expect(words(model)).toEqual([
    '3 running',
    '1,200 waiting',
    '2 retrying',
    '0 dead',
    '—',
    'Open Switchyard',
    'Pause all queues',
    '—',
    'Quit',
  ]);
  expect(model).toMatchObject({ icon: 'calm', tooltip: 'Switchyard: 3 running, 1,200 waiting, 2 retrying, 0 dead' });
});

test('a dead job changes the icon and is one click away', () => {
  const model = trayModel({ ...none, dead: 1 }, 'live', running);
  expect(model.icon).toBe('alert');
  expect(model.items).toContainEqual({ kind: 'action', action: 'open-dead', label: 'Show dead jobs' });
});

test('what can be done with the queues follows from how many are paused', () => {
  const offered = (queues: { paused: boolean }[]) => words(trayModel(none, 'live', queues)).filter((word) => / queues/.test(word));
  expect(offered(running)).toEqual(['Pause all queues']);
  expect(offered([{ paused: true }, { paused: false }])).toEqual(['1 of 2 queues paused', 'Pause all queues', 'Resume all queues']);
  expect(offered([{ paused: true }])).toEqual(['All queues paused', 'Resume all queues']);
});

test('without an engine there are no counts and nothing to pause, but a way in and out', () => {
  const model = trayModel({ ...none, dead: 5 }, 'offline', [{ paused: true }]);
  expect(words(model)).toEqual(['Engine is offline', '—', 'Open Switchyard', '—', 'Quit']);
  expect(model.icon).toBe('alert');
});

test('counts of before an interruption are not shown after it', () => {
  const models: string[][] = [];
  const state = new TrayState((model) => models.push(words(model).slice(0, 1)));
  expect(words(state.model)[0]).toBe('Engine is starting');
  state.connection('live');
  state.counts({ ...none, executing: 4 });
  state.connection('offline');
  state.connection('live');
  expect(models.flat()).toEqual(['Reading the counts', '4 running', 'Engine is offline', 'Reading the counts']);
});

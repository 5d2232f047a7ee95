import { expect, test } from 'vitest';
import { defaultRetention } from '../../../contract/retention.ts';
import { draftOf, readDraft } from '../../../renderer/features/settings/retention-draft.ts';

test('what is kept is written in the largest units that say it exactly, and read back as it was', () => {
  const draft = draftOf(defaultRetention);
  expect(draft).toMatchObject({ completed: { time: '7', unit: 'days', count: '' }, size: '4', sizeUnit: 'GiB' });
  expect(readDraft(draft, defaultRetention)).toEqual({ patch: null });
  const odd = { ...defaultRetention, dead: { forMs: 5_400_000, count: 10 }, maxBytes: null };
  expect(draftOf(odd)).toMatchObject({ dead: { time: '90', unit: 'minutes', count: '10' }, size: '' });
  expect(readDraft(draftOf(odd), odd)).toEqual({ patch: null });
});

test('only what was changed is asked for, and an emptied field takes a limit away', () => {
  const draft = draftOf(defaultRetention);
  const changed = {
    ...draft,
    completed: { time: '1,5', unit: 'hours' as const, count: '1000' },
    dead: { ...draft.dead, time: ' ' },
    size: '512',
    sizeUnit: 'MiB' as const,
  };
  expect(readDraft(changed, defaultRetention)).toEqual({
    patch: { completed: { forMs: 5_400_000, count: 1000 }, dead: { forMs: null }, maxBytes: 512 * 1024 ** 2 },
  });
});

test('what is no number is said at its field', () => {
  const draft = draftOf(defaultRetention);
  expect(readDraft({ ...draft, dead: { ...draft.dead, count: 'many' }, size: 'big' }, defaultRetention)).toEqual({
    wrong: { '/dead/count': expect.any(String), '/maxBytes': expect.any(String) },
  });
});

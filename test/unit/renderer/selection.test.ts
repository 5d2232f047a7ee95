import { describe, expect, it } from 'vitest';
import { choose, isCut, noneChosen, without } from '../../../renderer/ui/selection.ts';

describe('choosing rows', () => {
  const rows = [1, 2, 3, 4, 5].map((number) => ({ id: String(number) }));

  it('adds a range from where the last choice was, in both directions', () => {
    const first = choose(noneChosen, rows, 3, 'toggle');
    expect([...choose(first, rows, 1, 'range').ids].sort()).toEqual(['2', '3', '4']);
    expect([...choose(choose(first, rows, 1, 'range'), rows, 4, 'range').ids].sort()).toEqual(['2', '3', '4', '5']);
  });

  it('takes one in and out', () => {
    const two = choose(choose(noneChosen, rows, 0, 'toggle'), rows, 2, 'toggle');
    expect([...choose(two, rows, 0, 'toggle').ids]).toEqual(['3']);
    expect(choose(two, rows, 99, 'toggle')).toEqual(two);
  });

  it('begins a range at the row that was pointed at when the one it began at is gone', () => {
    const gone = without(choose(noneChosen, rows, 1, 'toggle'), ['2']);
    expect(gone).toEqual(noneChosen);
    const left = rows.filter(({ id }) => id !== '2');
    expect(isCut(gone, left, 2)).toBe(false);
    const next = choose(gone, left, 2, 'range');
    expect(next).toEqual({ ids: new Set(['4']), anchor: '4' });
    expect([...choose(next, left, 3, 'range').ids]).toEqual(['4', '5']);
  });

  it('forgets where a range begins also when that row was not chosen any more', () => {
    const unchosen = choose(choose(noneChosen, rows, 1, 'toggle'), rows, 1, 'toggle');
    expect(without(unchosen, ['2'])).toEqual(noneChosen);
    expect(without(unchosen, ['3'])).toBe(unchosen);
  });

  it('guesses nothing of a range of which an end is not loaded, and says so', () => {
    const first = choose(noneChosen, rows, 0, 'toggle');
    const loaded = rows.slice(2);
    expect(isCut(first, loaded, 1)).toBe(true);
    expect(choose(first, loaded, 1, 'range')).toEqual({ ids: new Set(['1', '4']), anchor: '4' });
    expect(isCut(first, rows, 99)).toBe(true);
    expect(choose(first, rows, 99, 'range')).toEqual(first);
    expect(isCut(first, rows, 4)).toBe(false);
  });
});

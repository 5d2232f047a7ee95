import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BriefMap } from '../../../engine/queue/brief-map.ts';

test('a map of what stays for a moment holds what a Map would', () => {
  const key = fc.nat(8);
  const steps = fc.array(fc.oneof(fc.record({ set: key, value: fc.nat() }), fc.record({ drop: key })), { maxLength: 60 });
  fc.assert(
    fc.property(steps, (taken) => {
      const map = new BriefMap<{ value: number }>();
      const model = new Map<number, { value: number }>();
      for (const step of taken) {
        if ('set' in step) for (const one of [map, model]) one.set(step.set, { value: step.value });
        else for (const one of [map, model]) one.delete(step.drop);
        expect(map.size).toBe(model.size);
        for (let number = 0; number <= 8; number++) {
          expect(map.has(number)).toBe(model.has(number));
          expect(map.get(number)).toEqual(model.get(number));
        }
        expect([...map.keys()].sort()).toEqual([...model.keys()].sort());
        expect([...map.values()].map(({ value }) => value).sort()).toEqual([...model.values()].map(({ value }) => value).sort());
      }
    }),
  );
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  afterAnswer,
  afterFault,
  type CircuitRecord,
  isShut,
  newCircuit,
  probed,
  probeMs,
  unproven,
} from '../../../engine/queue/circuit-rules.ts';

const start = 1_700_000_000_000;
const error = { name: 'NetworkError', message: 'connection refused' };
const fault = (at: number, changes: Partial<Parameters<typeof afterFault>[1]> = {}) => ({
  at,
  error,
  askedMs: undefined,
  probe: false,
  random: 0.5,
  ...changes,
});

function openCircuit(at = start): CircuitRecord {
  let circuit = newCircuit('https://example.com', at);
  for (let n = 0; n < 5; n++) circuit = afterFault(circuit, fault(at));
  expect(circuit.open).not.toBeNull();
  return circuit;
}

describe('a closed circuit', () => {
  test('opens exactly when more than half of its last 20 calls were faults, and at least 5 are known', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 60 }), (calls) => {
        let circuit = newCircuit('service', start);
        const seen: boolean[] = [];
        for (const isFault of calls) {
          seen.push(isFault);
          circuit = isFault ? afterFault(circuit, fault(start)) : afterAnswer(circuit, start, false);
          const last = seen.slice(-20);
          const faults = last.filter(Boolean).length;
          const opens = isFault && last.length >= 5 && faults > last.length / 2;
          expect(circuit.open !== null).toBe(opens);
          if (opens) return;
        }
      }),
    );
  });

  test('is what it was after having been written down and read again', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }), (calls) => {
        const step = (circuit: CircuitRecord, isFault: boolean) =>
          isFault ? afterFault(circuit, fault(start)) : afterAnswer(circuit, start, false);
        const kept = calls.reduce(step, newCircuit('service', start));
        const reread = calls.reduce((circuit, isFault) => step(JSON.parse(JSON.stringify(circuit)), isFault), newCircuit('service', start));
        expect(reread).toEqual(kept);
      }),
    );
  });

  test('leaves the state it was given as it was', () => {
    const before = afterFault(newCircuit('service', start), fault(start));
    const copy = structuredClone(before);
    afterFault(before, fault(start));
    afterAnswer(before, start, false);
    expect(before).toEqual(copy);
  });
});

describe('an open circuit', () => {
  test('is neither closed nor kept open longer by calls that began before it opened', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ isFault: fc.boolean(), after: fc.integer({ min: 0, max: 9_999 }) }), { maxLength: 50 }), (late) => {
        const opened = openCircuit();
        const circuit = late.reduce(
          (before, { isFault, after }) => (isFault ? afterFault(before, fault(start + after)) : afterAnswer(before, start + after, false)),
          opened,
        );
        expect(circuit.open).toEqual(opened.open);
        expect(isShut(circuit, start + 9_999)).toBe(true);
        expect(isShut(circuit, start + 11_001)).toBe(false);
      }),
    );
  });

  test('stays open longer with each try that fails, up to ten minutes, and never shorter than nine tenths of its step', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 1, maxLength: 20 }), (randoms) => {
        let circuit = openCircuit();
        let now = start;
        for (const [index, random] of randoms.entries()) {
          now += 3_600_000;
          circuit = afterFault(probed(circuit, now), fault(now, { probe: true, random }));
          const step = 10_000 * 2 ** (index + 1);
          const delay = (circuit.open?.probeAt ?? 0) - now;
          expect(delay).toBeGreaterThanOrEqual(Math.min(step * 0.9, 540_000) - 1);
          expect(delay).toBeLessThanOrEqual(Math.min(step * 1.1, 600_000) + 1);
          expect(circuit.open?.since).toBe(start);
        }
      }),
    );
  });

  test('is left alone for as long as the service asked, at most an hour', () => {
    const asked = (askedMs: number) => {
      let circuit = newCircuit('service', start);
      for (let n = 0; n < 5; n++) circuit = afterFault(circuit, fault(start, { askedMs }));
      return (circuit.open?.probeAt ?? 0) - start;
    };
    expect(asked(120_000)).toBe(120_000);
    expect(asked(5)).toBe(10_000);
    expect(asked(86_400_000)).toBe(3_600_000);
  });

  test('is closed by a try that is answered, and counts from nothing then', () => {
    const now = start + 10_001;
    let circuit = afterAnswer(probed(openCircuit(), now), now, true);
    expect(circuit.open).toBeNull();
    for (let n = 0; n < 3; n++) circuit = afterFault(circuit, fault(now));
    expect(circuit.open).toBeNull();
  });

  test('waits for its try, and lets another one go when that says nothing', () => {
    const now = start + 10_001;
    const tried = probed(openCircuit(), now);
    expect(isShut(tried, now + probeMs - 1)).toBe(true);
    expect(isShut(tried, now + probeMs)).toBe(false);
    expect(isShut(unproven(tried, now + 5), now + 5)).toBe(false);
  });

  test('is tried at once when the clock was set back', () => {
    expect(isShut(openCircuit(), start - 86_400_000)).toBe(false);
  });
});

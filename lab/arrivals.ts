/** When requests come. */

import type { ArrivalPattern } from '../contract/lab.ts';
import { exponentialDraw, type Random } from './random.ts';

/** @returns gives one arrival after the other, in milliseconds from the beginning @param perSecond the mean rate over all time, pauses included */
export function arrivalTimes(pattern: ArrivalPattern, perSecond: number, random: Random): () => number {
  const meanGapMs = 1000 / perSecond;
  let now = 0;
  switch (pattern.kind) {
    case 'poisson':
      return () => {
        now += meanGapMs * exponentialDraw(random);
        return now;
      };
    case 'constant':
      return () => {
        now += meanGapMs;
        return now;
      };
    case 'bursts': {
      const { onMs, offMs } = pattern;
      const gapMs = (meanGapMs * onMs) / (onMs + offMs);
      // Begun as after a long time: within a burst as often as bursts are.
      let burstEnd = random() * (onMs + offMs) < onMs ? onMs * exponentialDraw(random) : 0;
      return () => {
        for (;;) {
          const next = now + gapMs * exponentialDraw(random);
          if (next <= burstEnd) {
            now = next;
            return now;
          }
          // The exponential has no memory, so what was left of the gap is drawn anew in the next burst.
          now = burstEnd + offMs * exponentialDraw(random);
          burstEnd = now + onMs * exponentialDraw(random);
        }
      };
    }
  }
}

/**
 * Squared coefficient of variation of the gaps between arrivals: 1 for Poisson, 0 for even ones. Bursts are a renewal process with
 * hyperexponential gaps (Kuczura, "The interrupted Poisson process as an overflow process", 1973): 1 + 2λ·off²·on/(on + off)²,
 * with λ the rate within a burst.
 */
export function arrivalScv(pattern: ArrivalPattern, perSecond: number): number {
  if (pattern.kind === 'poisson') return 1;
  if (pattern.kind === 'constant') return 0;
  const { onMs, offMs } = pattern;
  const inBurstPerMs = (perSecond / 1000) * ((onMs + offMs) / onMs);
  return 1 + (2 * inBurstPerMs * onMs * offMs ** 2) / (onMs + offMs) ** 2;
}

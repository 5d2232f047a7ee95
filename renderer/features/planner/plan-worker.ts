/** Reckons in a thread of its own: a simulation of two million jobs takes a second, in which the page must not stand still. */

import { fleetFor } from '../../../lab/fleet.ts';
import { plan } from '../../../lab/plan.ts';
import type { Answer, Reply } from './plan-answer.ts';
import type { Asked } from './plan-reading.ts';

self.onmessage = ({ data }: MessageEvent<Asked>) => {
  self.postMessage(replyTo(data));
};

function replyTo({ question, machine }: Asked): Reply {
  try {
    const answer: Answer = { question, machine, plan: plan(question), fleet: machine === null ? null : fleetFor(question, machine) };
    return { answer };
  } catch (error) {
    if (error instanceof RangeError) return { problem: error.message };
    throw error;
  }
}

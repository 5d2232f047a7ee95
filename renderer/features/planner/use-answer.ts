/** The answer to what the form asks, a moment after the typing has stopped. */

import { useEffect, useState } from 'react';
import type { Answer, Reply } from './plan-answer.ts';
import type { Asked } from './plan-reading.ts';

const typingMs = 120;

type State = { key: string; answer: Answer | null; problem: string | null };

/**
 * `answer` is the last one there was and stays while a newer is being reckoned. A question that is overtaken takes its thread
 * with it: a simulation cannot be told to stop.
 */
export function useAnswer(asked: Asked | null): { answer: Answer | null; problem: string | null; reckoning: boolean } {
  const key = asked === null ? '' : JSON.stringify(asked);
  const [state, setState] = useState<State>({ key: '', answer: null, problem: null });
  useEffect(() => {
    if (key === '') return;
    let thread: Worker | null = null;
    const done = (reply: Reply) => {
      setState(({ answer }) => ({
        key,
        answer: 'answer' in reply ? reply.answer : answer,
        problem: 'problem' in reply ? reply.problem : null,
      }));
      thread?.terminate();
    };
    const timer = setTimeout(() => {
      thread = new Worker(new URL('./plan-worker.ts', import.meta.url), { type: 'module' });
      thread.onmessage = ({ data }: MessageEvent<Reply>) => done(data);
      thread.onerror = ({ message }) => done({ problem: message || 'The planner could not be started' });
      thread.postMessage(JSON.parse(key));
    }, typingMs);
    return () => {
      clearTimeout(timer);
      thread?.terminate();
    };
  }, [key]);
  const reckoning = key !== '' && state.key !== key;
  return { answer: state.answer, problem: reckoning ? null : state.problem, reckoning };
}

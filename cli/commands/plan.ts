import { fleetFor } from '../../lab/fleet.ts';
import { plan as reckon } from '../../lab/plan.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { UsageError } from '../failures.ts';
import { measuredLoad } from '../plan-from-task.ts';
import { planOptions, readMachine, readQuestion } from '../plan-options.ts';
import { renderPlan } from '../plan-view.ts';

export const plan: Command = {
  name: 'plan',
  group: 'Queues and tasks',
  summary: 'Reckon what a load does to a number of workers, and how many it needs',
  usage: '[options]',
  details: [
    'Needs --rate and --service, or --from TASK, which takes both from what the running engine has measured; without --from no engine is needed.',
    'SERVICE is a duration (250ms: always that) or a distribution: exponential:250ms, lognormal:250ms,2 and gamma:250ms,0.5 (mean, squared coefficient of variation), uniform:100ms-400ms, bimodal:50ms,5s,10% (most, some, how many), p50:80ms,p95:400ms,p99:900ms (as measured).',
    'The steady state is reckoned by formula where one is exact and simulated where none is; the plan says which and why. docs/capacity.md explains the model.',
  ],
  words: { least: 0, most: 0 },
  options: planOptions,
  examples: [
    { command: 'switchyard plan --rate 30/s --service lognormal:100ms,2 --workers 4 --failures 5%', about: 'how long will jobs wait?' },
    { command: 'switchyard plan --from image.convert --target-wait 1s', about: 'how many workers would do?' },
    { command: 'switchyard plan --rate 10/s --service 200ms --workers 4 --backlog 10000', about: 'when is the backlog gone?' },
    { command: 'switchyard plan --rate 1000/s --service exponential:10s --workers 10000 --lane io --cores 8', about: 'how many machines?' },
  ],
  async run(input, context) {
    const from = input.text('from');
    const measured = from === undefined ? null : await measuredLoad((await context.connect()).client, from, context.io.now());
    const question = readQuestion(input, measured);
    const machine = readMachine(input, question.mode ?? 'async', measured);
    const answer = reckoned(() => reckon(question));
    const fleet = machine === null ? null : reckoned(() => fleetFor(question, machine));
    if (context.json) await context.print(JSON.stringify({ question, plan: answer, ...(machine === null ? {} : { machine, fleet }) }));
    else await context.print(renderPlan({ question, plan: answer, machine, fleet, measured }, context.paint));
    return exitCodes.done;
  },
};

function reckoned<Result>(reckoning: () => Result): Result {
  try {
    return reckoning();
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(`${error.message}.`);
    throw error;
  }
}

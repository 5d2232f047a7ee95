/** What the planner's thread answers. */

import type { Fleet, Machine } from '../../../lab/fleet.ts';
import type { PlanQuestion } from '../../../lab/load.ts';
import type { Plan } from '../../../lab/plan.ts';

export type Answer = { question: PlanQuestion; machine: Machine | null; plan: Plan; fleet: Fleet | null };
/** `problem`: numbers that no load can have. */
export type Reply = { answer: Answer } | { problem: string };

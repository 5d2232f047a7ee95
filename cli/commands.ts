/** The command table, in the order of the help. */

import type { Command } from './command.ts';
import { cancel, remove, retry, runNow } from './commands/act.ts';
import { backup } from './commands/backup.ts';
import { circuitList, circuitReset } from './commands/circuit.ts';
import { deadDiscard, deadGroups, deadList, deadRedrive } from './commands/dead.ts';
import { deliveryList, deliveryRedeliver } from './commands/delivery.ts';
import { doctor } from './commands/doctor.ts';
import { endpointAdd, endpointList, endpointOff, endpointOn, endpointRemove } from './commands/endpoint.ts';
import { serve, url } from './commands/engine.ts';
import { examples, examplesLoad, examplesRemove } from './commands/examples.ts';
import { get } from './commands/get.ts';
import { labCsv, labGet, labList, labPresets, labRemove, labRename, labRun, labStop } from './commands/lab.ts';
import { list } from './commands/list.ts';
import { logs } from './commands/logs.ts';
import { operationGet, operationList, operationStop } from './commands/operation.ts';
import { plan } from './commands/plan.ts';
import { queueList, queueMake, queuePause, queueResume, queueSet } from './commands/queue.ts';
import { retentionGet, retentionSet } from './commands/retention.ts';
import { scheduleAdd, scheduleGet, scheduleList, schedulePause, scheduleRemove, scheduleResume, scheduleRun } from './commands/schedule.ts';
import { submit } from './commands/submit.ts';
import { tasks } from './commands/tasks.ts';
import { top } from './commands/top.ts';
import { wait } from './commands/wait.ts';
import { workflowCancel, workflowGet, workflowList, workflowRemove, workflowRetry, workflowSubmit } from './commands/workflow.ts';

export const commands: readonly Command[] = [
  submit,
  get,
  wait,
  logs,
  list,
  cancel,
  retry,
  runNow,
  remove,
  deadList,
  deadGroups,
  deadRedrive,
  deadDiscard,
  operationList,
  operationGet,
  operationStop,
  queueList,
  queueMake,
  queueSet,
  queuePause,
  queueResume,
  circuitList,
  circuitReset,
  tasks,
  examples,
  examplesLoad,
  examplesRemove,
  plan,
  scheduleList,
  scheduleAdd,
  scheduleGet,
  scheduleRun,
  schedulePause,
  scheduleResume,
  scheduleRemove,
  workflowList,
  workflowGet,
  workflowSubmit,
  workflowCancel,
  workflowRetry,
  workflowRemove,
  labPresets,
  labRun,
  labList,
  labGet,
  labStop,
  labRename,
  labRemove,
  labCsv,
  deliveryList,
  deliveryRedeliver,
  endpointList,
  endpointAdd,
  endpointOn,
  endpointOff,
  endpointRemove,
  serve,
  url,
  top,
  backup,
  retentionGet,
  retentionSet,
  doctor,
];

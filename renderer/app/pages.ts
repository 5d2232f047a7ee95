/** The pages of the navigation, in its order, and the keys that lead to them. */

import type { IconName } from '../ui/icon.tsx';

export type PageLink = { path: string; title: string; icon: IconName; key: string };

export const pageLinks: readonly PageLink[] = [
  { path: '/overview', title: 'Overview', icon: 'overview', key: 'o' },
  { path: '/jobs', title: 'Jobs', icon: 'jobs', key: 'j' },
  { path: '/dead-letters', title: 'Dead letters', icon: 'dead', key: 'd' },
  { path: '/workflows', title: 'Workflows', icon: 'workflows', key: 'w' },
  // The r of "runs by itself": s is for submitting.
  { path: '/schedules', title: 'Schedules', icon: 'schedules', key: 'r' },
  { path: '/queues', title: 'Queues', icon: 'queues', key: 'q' },
  { path: '/circuits', title: 'Circuits', icon: 'circuits', key: 'c' },
  { path: '/tasks', title: 'Tasks', icon: 'tasks', key: 't' },
  { path: '/lab', title: 'Lab', icon: 'lab', key: 'l' },
  { path: '/planner', title: 'Planner', icon: 'planner', key: 'p' },
  { path: '/submit', title: 'Submit a job', icon: 'submit', key: 's' },
  { path: '/settings', title: 'Settings', icon: 'settings', key: ',' },
];

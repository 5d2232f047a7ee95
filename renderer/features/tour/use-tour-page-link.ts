import { useProgress } from './tour-progress.ts';
import { tourStepIds } from './tour-steps.ts';

/** The tour among the pages of the navigation, as long as someone is in it; its words say how far. */
export function useTourPageLink(path: string): { path: string; title: string; aside: string } | null {
  const { at, hidden } = useProgress();
  const under = at !== null && at !== 'end';
  if (path !== '/tour' && (hidden || !under)) return null;
  return { path: '/tour', title: 'Tour', aside: under ? `${tourStepIds.indexOf(at) + 1} of ${tourStepIds.length}` : '' };
}

/** Keys that work everywhere, unless something that takes text has the focus or a dialog is open. */

import { useEffect, useEffectEvent } from 'react';
import { navigate } from './navigation.tsx';
import { pageLinks } from './pages.ts';

export type Overlay = 'shortcuts' | 'palette';

/** `g`, then within this time the page's letter. */
const sequenceMs = 1_200;

function takesText(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.matches('input:not([type=checkbox], [type=radio]), textarea, select');
}

function focusSearch(): boolean {
  const search = document.querySelector<HTMLInputElement>('[data-search]');
  search?.focus();
  search?.select();
  return search !== null;
}

export function useShortcuts(show: (overlay: Overlay) => void): void {
  const showNow = useEffectEvent(show);
  useEffect(() => {
    let leaderAt = Number.NEGATIVE_INFINITY;
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return;
      if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        showNow('palette');
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || takesText(event.target)) return;
      if (document.querySelector('[role=dialog], [role=alertdialog], [role=menu]')) return;
      const afterLeader = event.timeStamp - leaderAt < sequenceMs;
      leaderAt = Number.NEGATIVE_INFINITY;
      if (afterLeader) {
        const page = pageLinks.find(({ key }) => key === event.key);
        if (!page) return;
        event.preventDefault();
        navigate(page.path);
      } else if (event.key === 'g') {
        leaderAt = event.timeStamp;
      } else if (event.key === 'c' || event.key === 'n') {
        event.preventDefault();
        navigate('/submit');
      } else if (event.key === '?') {
        event.preventDefault();
        showNow('shortcuts');
      } else if (event.key === '/') {
        event.preventDefault();
        if (!focusSearch()) navigate('/jobs?focus=search');
      }
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}

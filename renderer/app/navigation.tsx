/** Where the window is: a path and a query after the `#`, so that any server of the built files will do. */

import type { AnchorHTMLAttributes, MouseEvent, ReactNode } from 'react';
import { useMemo, useSyncExternalStore } from 'react';

export type Location = { path: string; query: URLSearchParams };

export const firstPath = '/overview';

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}

function currentAddress(): string {
  const address = window.location.hash.slice(1);
  return address.startsWith('/') ? address : firstPath;
}

function parse(address: string): Location {
  const question = address.indexOf('?');
  if (question === -1) return { path: address, query: new URLSearchParams() };
  return { path: address.slice(0, question), query: new URLSearchParams(address.slice(question + 1)) };
}

export function currentLocation(): Location {
  return parse(currentAddress());
}

/** @param path with its query, e.g. `/jobs?state=dead`. `replace` leaves no step for the back button. */
export function navigate(path: string, options: { replace?: boolean } = {}): void {
  if (path === currentAddress()) return;
  // Not by setting location.hash: that makes the browser look for an element of this name and take the focus away.
  if (options.replace) window.history.replaceState(null, '', `#${path}`);
  else window.history.pushState(null, '', `#${path}`);
  // Both are silent by design; everything here listens to one event.
  window.dispatchEvent(new HashChangeEvent('hashchange'));
}

/** The path with some of the query's values set, and those that are null or empty removed. */
export function withQuery({ path, query }: Location, changes: Record<string, string | readonly string[] | null>): string {
  const next = new URLSearchParams(query);
  for (const [name, value] of Object.entries(changes)) {
    next.delete(name);
    for (const item of typeof value === 'string' ? [value] : (value ?? [])) if (item !== '') next.append(name, item);
  }
  const text = next.toString();
  return text === '' ? path : `${path}?${text}`;
}

export function useLocation(): Location {
  const address = useSyncExternalStore(subscribe, currentAddress);
  return useMemo(() => parse(address), [address]);
}

type LinkProps = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href'> & { to: string; children: ReactNode };

export function Link({ to, children, onClick, ...rest }: LinkProps) {
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    // With a modifier or another button it is the browser's: a new tab, a new window.
    if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(to);
  };
  return (
    <a href={`#${to}`} {...rest} onClick={follow}>
      {children}
    </a>
  );
}

/** Which requests and addresses the window may use. Pure; session-guard.ts puts it in force. */

export const appHost = 'switchyard';
export const appOrigin = `app://${appHost}`;

export type RequestFacts = {
  url: string;
  /** As Chromium names it: `mainFrame`, `subFrame`, `xhr`, `script` … */
  resourceType: string;
  /** The address of the document that asks; undefined while a window's first document is asked for. */
  frameUrl: string | undefined;
  isTopFrame: boolean;
};

/**
 * Only the window's own document talks to its own origin: the internet, other origins and frames are refused, whatever a
 * page, or a payload shown in it, tries.
 * @param devServer in development its files, its hot-reload socket and the developer tools are let through
 */
export function isAllowedRequest({ url, resourceType, frameUrl, isTopFrame }: RequestFacts, devServer: string | undefined): boolean {
  if (devServer !== undefined && (url.startsWith('devtools:') || hostOf(url) === hostOf(devServer))) return true;
  if (resourceType === 'mainFrame') return isOwn(url);
  if (resourceType === 'subFrame') return false;
  if (url.startsWith('data:') || url.startsWith('blob:')) return true;
  return isOwn(url) && isTopFrame && frameUrl !== undefined && isOwn(frameUrl);
}

/** Compared as parsed: `app://switchyard.example/` only begins like the own origin. */
export function isOwn(address: string): boolean {
  return URL.canParse(address) && new URL(address).protocol === 'app:' && hostOf(address) === appHost;
}

/** An address that may be handed to the system's browser, in its parsed form; null for any other scheme. */
export function externalAddress(address: string): string | null {
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  const isWeb = url.protocol === 'https:' || url.protocol === 'http:';
  // A name before an "@" is how one host is made to look like another.
  return isWeb && url.username === '' && url.password === '' ? url.href : null;
}

function hostOf(address: string): string | undefined {
  return URL.canParse(address) ? new URL(address).host : undefined;
}

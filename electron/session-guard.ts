/** Puts the rules of request-rules.ts in force, and refuses what the window never asks for. */

import type { Session, WebContents } from 'electron';
import { shell } from 'electron';
import { externalAddress, isAllowedRequest, isOwn } from './request-rules.ts';

export function guardSession(session: Session, devServer: string | undefined): void {
  session.webRequest.onBeforeRequest(({ url, resourceType, frame }, answer) => {
    const facts = { url, resourceType, frameUrl: frame?.url, isTopFrame: frame?.parent === null };
    answer({ cancel: !isAllowedRequest(facts, devServer) });
  });
  // Copying an id is all that the window asks the system for.
  session.setPermissionRequestHandler((_contents, permission, answer) => answer(permission === 'clipboard-sanitized-write'));
  session.setPermissionCheckHandler((_contents, permission) => permission === 'clipboard-sanitized-write');
  session.setDevicePermissionHandler(() => false);
}

export function guardContents(contents: WebContents): void {
  const stay = (event: { preventDefault(): void; url: string }) => {
    if (!isOwn(event.url)) event.preventDefault();
  };
  contents.on('will-navigate', stay);
  contents.on('will-frame-navigate', stay);
  contents.on('will-redirect', stay);
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    const address = externalAddress(url);
    if (address !== null)
      shell.openExternal(address).catch((error) => console.error(`switchyard: ${address} could not be opened: ${error}`));
    return { action: 'deny' };
  });
}

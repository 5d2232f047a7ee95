/** `app://switchyard/`: the built renderer and, on the same origin, the engine's API. */

import { net, protocol, type Session } from 'electron';
import type { EngineBehind } from './engine-proxy.ts';
import { isEnginePath, proxyToEngine } from './engine-proxy.ts';
import { rendererFile } from './renderer-files.ts';
import { appHost } from './request-rules.ts';

/** `devServer` is the address that `electron-vite dev` serves the renderer from; then nothing is read from the folder. */
export type RendererSource = { folder: string; devServer: string | undefined };

/** Must run before the app is ready. `standard` gives it an origin, `stream` lets event streams through. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true } },
  ]);
}

export function serveApp(session: Session, source: RendererSource, engine: EngineBehind): void {
  session.protocol.handle('app', (request) => {
    const url = new URL(request.url);
    if (url.host !== appHost) return new Response('There is no such host.', { status: 421 });
    if (isEnginePath(url.pathname)) return proxyToEngine(request, engine);
    if (request.method !== 'GET' && request.method !== 'HEAD') return new Response(null, { status: 405 });
    if (source.devServer !== undefined) return net.fetch(new URL(url.pathname + url.search, source.devServer).href);
    return rendererFile(source.folder, url.pathname);
  });
}

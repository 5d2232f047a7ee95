/** A request's body, within its bounds. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { invalid, Problem } from '../../contract/errors.ts';

/** The client went away; there is nobody to answer. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
}

/** What is read and thrown away after a refusal, so that the client gets to see it; one that sends more is cut off. */
const discardedBytes = 67_108_864;

const nothing = Buffer.alloc(0);

export function hasBody(request: IncomingMessage): boolean {
  const { headers } = request;
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] !== undefined && headers['content-length'] !== '0');
}

/**
 * The whole body, empty when there is none. How long it may take is bounded by the server's `requestTimeout`.
 * @param response asked to send `100 Continue` when the client waits for it
 * @throws Problem payload-too-large, unsupported-media-type; ClientGone
 */
export function readBody(request: IncomingMessage, response: ServerResponse, limitBytes: number): Promise<Buffer> {
  if (!hasBody(request)) return Promise.resolve(nothing);
  refuseOtherMedia(request);
  const { 'content-length': declared } = request.headers;
  if (declared !== undefined && Number(declared) > limitBytes) throw tooLarge(limitBytes);
  if (expectsContinue(request)) response.writeContinue();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (size > limitBytes) {
        request.off('data', onData).off('end', onEnd);
        reject(tooLarge(limitBytes));
        return;
      }
      chunks.push(chunk);
    };
    const onEnd = () => {
      const [first] = chunks;
      resolve(chunks.length === 1 && first ? first : Buffer.concat(chunks, size));
    };
    request.on('data', onData).on('end', onEnd);
    // Nobody listens for errors, so a client that goes away only closes; but so does every request once it is answered. To take the
    // listeners off would take as long as to put them on.
    request.on('close', () => {
      if (!request.readableEnded) reject(new ClientGone());
    });
  });
}

/**
 * To be called before an answer that does not wait for the rest of the body. True when the connection cannot be used
 * again: a client that waits for `100 Continue` may or may not send its body now.
 */
export function discardRest(request: IncomingMessage): boolean {
  if (!hasBody(request) || request.readableEnded) return false;
  if (expectsContinue(request) && !request.readableDidRead) return true;
  let left = discardedBytes;
  request.on('error', () => {});
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) request.socket.destroy();
  });
  // Reading stopped when the listeners of readBody were taken off.
  request.resume();
  return false;
}

export function expectsContinue(request: IncomingMessage): boolean {
  return request.headers.expect?.toLowerCase() === '100-continue';
}

function refuseOtherMedia(request: IncomingMessage): void {
  const { 'content-encoding': encoding, 'content-type': type } = request.headers;
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw unsupported('Content-Encoding', `must be left out: a body in ${JSON.stringify(encoding)} is not read`);
  }
  // Without a type it is taken for JSON, the only thing it can be; a wrong guess fails to parse.
  if (type === undefined || type === 'application/json') return;
  const [media = '', ...parameters] = type.split(';').map((part) => part.trim().toLowerCase());
  if (!/^application\/(?:[^/\s]+\+)?json$/.test(media)) {
    throw unsupported('Content-Type', `must be application/json, not ${JSON.stringify(media)}`);
  }
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice('charset='.length);
  if (charset !== undefined && !/^"?utf-?8"?$/.test(charset)) {
    throw unsupported('Content-Type', `must be in UTF-8, not ${JSON.stringify(charset)}`);
  }
}

function unsupported(header: string, message: string): Problem {
  return new Problem('unsupported-media-type', `${header}: ${message}`, { errors: [{ path: header, message }] });
}

function tooLarge(limitBytes: number): Problem {
  return new Problem('payload-too-large', `The body is larger than ${limitBytes} bytes, the most that is read here.`);
}

/** For a call whose fields all stand in the body. */
export function missingBody(): Problem {
  return invalid('', 'a JSON object is required as the body');
}

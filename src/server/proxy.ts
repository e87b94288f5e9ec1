import { type ClientRequest, request as connect, type IncomingMessage, type ServerResponse } from 'node:http';
import { PlimsollError } from '../core/errors.ts';
import { discardBody } from '../serving/http/body-buffer.ts';
import { endWhenSent } from '../serving/http/lingering.ts';
import { sendError } from '../serving/http/reply.ts';
import { type PeerUser, PeerUsers } from './access/peer-user.ts';
import { isOfProxy } from './access/site.ts';

/** Where a request of the control API came from: the address of its client, as the serving process saw it. */
const PEER_HEADER = 'x-plimsoll-peer';
/** That its client, on this machine, is not known to be a program of the user that runs this server, and why. */
const STRANGER_HEADER = 'x-plimsoll-stranger';

/** What nobody but this process says. */
const OURS: ReadonlySet<string> = new Set([PEER_HEADER, STRANGER_HEADER]);

/** Requests on their way to the control process at once. */
const MOST_UNDER_WAY = 256;

/** Headers that mean one connection only (RFC 9110 §7.6.1), beside those that `connection` names. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * What no `connection` header takes away, nor what a proxy has added, though RFC 9110 §7.6.1 lets it name any field: without
 * its length a body would be taken for the next request, without `x-forwarded-for` a stranger for a program on this machine.
 */
const END_TO_END: ReadonlySet<string> = new Set([
  'content-length',
  'host',
  'origin',
  'authorization',
  'x-api-key',
]);

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Hands requests to the control process on its Unix socket, streaming both ways. Answers CONTROL_DOWN where it is away;
 * a client that leaves, and an upstream that dies in mid-answer, end the other side too.
 */
export function apiProxy(socketPath: string, limit = MOST_UNDER_WAY): RequestHandler {
  const users = new PeerUsers();
  let underWay = 0;
  return (request, response) => {
    if (underWay >= limit) {
      const what = 'requests to the control API';
      refuse(
        request,
        response,
        new PlimsollError('OVERLOADED', { found: underWay + 1, what, limit, retry: 1 }),
      );
      return;
    }
    underWay++;
    // Asked now: once the client is gone, nobody knows whose it was.
    const user = users.of(request.socket) ?? Promise.resolve(null);
    void user.then((peer) => {
      // A client that goes on sending after its answer takes nobody's place.
      if (response.destroyed) underWay--;
      else forward(socketPath, request, response, peer).once('close', () => underWay--);
    });
  };
}

/** `peer`: whose program the client is, where it is on this machine. */
function forward(
  socketPath: string,
  request: IncomingMessage,
  response: ServerResponse,
  peer: PeerUser | null,
): ClientRequest {
  const headers = forwardable(request.rawHeaders);
  headers.push(PEER_HEADER, request.socket.remoteAddress ?? 'unknown');
  if (peer !== null && peer !== 'owner') headers.push(STRANGER_HEADER, peer);
  const { method, url: path } = request;
  const upstream = connect({ socketPath, method, path, headers: framed(headers, request), agent: false });
  let answered = false;
  upstream.once('response', (answer) => {
    answered = true;
    // An answer before the end of the body means that the rest of it is not wanted.
    if (!request.complete) discardBody(request.unpipe(upstream));
    response.writeHead(answer.statusCode!, forwardable(answer.rawHeaders));
    answer.once('error', () => response.destroy());
    answer.pipe(response, { end: false });
    answer.once('end', () => {
      upstream.destroy();
      endWhenSent(request, response);
    });
  });
  upstream.on('error', () => {
    if (!answered && !response.destroyed)
      refuse(request, response, new PlimsollError('CONTROL_DOWN', { retry: 1 }));
  });
  response.once('close', () => upstream.destroy());
  request.pipe(upstream);
  return upstream;
}

function refuse(request: IncomingMessage, response: ServerResponse, error: PlimsollError): void {
  if (!request.complete) discardBody(request.unpipe());
  sendError(response, error);
}

/** Of these Node announces a body, whether there is one or not. */
const WITH_BODY: ReadonlySet<string | undefined> = new Set(['POST', 'PUT', 'PATCH']);

/** A body of unknown length travels in chunks; that there is none is said. */
function framed(headers: string[], { method, headers: given }: IncomingMessage): string[] {
  if (given['transfer-encoding'] !== undefined) headers.push('transfer-encoding', 'chunked');
  else if (given['content-length'] === undefined && WITH_BODY.has(method))
    headers.push('content-length', '0');
  return headers;
}

/** End-to-end headers, names and values in turn; nobody but this process says who the peer is. */
function forwardable(raw: readonly string[]): string[] {
  const named = new Set<string>();
  for (let k = 0; k < raw.length; k += 2) {
    if (raw[k]?.toLowerCase() !== 'connection') continue;
    for (const name of raw[k + 1]?.split(',') ?? []) named.add(name.trim().toLowerCase());
  }
  for (const name of named) if (END_TO_END.has(name) || isOfProxy(name)) named.delete(name);
  const kept: string[] = [];
  for (let k = 0; k < raw.length; k += 2) {
    const [given, value] = [raw[k]!, raw[k + 1]!];
    const name = given.toLowerCase();
    if (!HOP_BY_HOP.has(name) && !named.has(name) && !OURS.has(name)) kept.push(given, value);
  }
  return kept;
}

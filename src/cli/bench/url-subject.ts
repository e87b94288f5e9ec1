import { lookup } from 'node:dns/promises';
import { basename, extname } from 'node:path';
import { messageOf } from '../../core/error-text.ts';
import { PlimsollError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import { readTextFile } from '../../files/text-file.ts';
import { readResponse, sendRequest } from '../../http/client.ts';
import { isOwnAddress } from '../../http/own-machine.ts';
import { listenersAt } from '../../load/machine/processor-times.ts';
import { MOST_BODY, requestBodies } from '../../load/request-bodies.ts';
import { readJsonRows } from '../../row-files/read.ts';
import { credentialOf } from '../connection/credential.ts';
import type { BenchSubject, RequestOptions } from './bench-subject.ts';

export interface UrlSubjectOptions extends RequestOptions {
  readonly keyFile?: string;
  readonly yes?: boolean;
}

const DESCRIPTION_BYTES = 64 * 2 ** 20;
const IDLE_MILLIS = 10_000;

export const isUrl = (word: string): boolean => /^https?:\/\//i.test(word);

/**
 * An address that takes predictions, or a server of this program, whose description names path and example. Throws LOAD_ELSEWHERE for what
 * is not this machine unless that is confirmed, CONTROL_UNREACHABLE, LOAD_REFUSED, USAGE, and what reading rows throws.
 */
export async function urlSubject(word: string, options: UrlSubjectOptions): Promise<BenchSubject> {
  const given = parsedUrl(word);
  const address = await addressOf(given, options.yes === true);
  const key = credentialOf(options);
  const headers = {
    'content-type': 'application/json',
    ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
  };
  const { url, example } = await predictPath(given, headers);
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  const requests = requestsFor(url, example, options);
  return {
    ...{ name: url.href, url, rows: requests.rows, source: requests.source },
    target: {
      host: url.hostname.replace(/^\[|\]$/g, ''),
      address,
      port,
      isSecure: url.protocol === 'https:',
    },
    request: { method: 'POST', path: url.pathname + url.search, headers, bodies: requests.bodies },
    pids: () => (isOwnAddress(address) ? listenersAt(port) : []),
    server: null,
    close: async () => undefined,
  };
}

function parsedUrl(word: string): URL {
  const url = URL.parse(word);
  if (url === null) throw usage(`"${word}" is no address, http://HOST:PORT/PATH was wanted`);
  if (url.username !== '' || url.password !== '')
    throw usage(
      'a password in an address is seen by every user of this machine: give a key with --key-file or PLIMSOLL_KEY',
    );
  url.hash = '';
  return url;
}

/** The address that the name means. Throws LOAD_ELSEWHERE where that, or another one that the name has, is not this machine. */
async function addressOf({ hostname, origin }: URL, isConfirmed: boolean): Promise<string> {
  const host = hostname.replace(/^\[|\]$/g, '');
  const found = await lookup(host, { all: true }).catch((error: unknown) => {
    throw new PlimsollError('CONTROL_UNREACHABLE', { address: origin, reason: messageOf(error) });
  });
  const elsewhere = found.filter(({ address }) => !isOwnAddress(address));
  if (elsewhere.length > 0 && !isConfirmed)
    throw new PlimsollError('LOAD_ELSEWHERE', {
      host,
      found: elsewhere.map(({ address }) => address).join(', '),
    });
  return found[0]!.address;
}

interface PredictPath {
  readonly url: URL;
  /** A body that is known to be taken; null where nothing is known. */
  readonly example: unknown;
}

/** An address with a path is taken as it is; of a bare one its OpenAPI description names the path. */
async function predictPath(given: URL, headers: Readonly<Record<string, string>>): Promise<PredictPath> {
  const paths = await describedPaths(given, headers);
  if (given.pathname !== '/') return { url: given, example: paths.get(given.pathname) ?? null };
  const models = [...paths].filter(([path]) => /^\/models\/[^/]+\/predict$/.test(path));
  if (models.length > 1)
    throw usage(
      `${given.origin} has several models: give the address of one, ${models.map(([path]) => given.origin + path).join(', ')}`,
    );
  const [only] = models;
  if (only === undefined)
    throw usage(
      `${given.origin} describes no model: give the address that takes predictions, and --input FILE with a body for it`,
    );
  return { url: new URL(only[0], given), example: only[1] };
}

/** Paths that take predictions with a body as an example, by what `/openapi.json` says; empty where that is not there. */
async function describedPaths(
  given: URL,
  headers: Readonly<Record<string, string>>,
): Promise<ReadonlyMap<string, unknown>> {
  const { authorization } = headers;
  const url = new URL('/openapi.json', given);
  const answer = await sendRequest(url, {
    ...{ idleMillis: IDLE_MILLIS, headers: authorization === undefined ? {} : { authorization } },
  }).catch((error: unknown) => {
    throw new PlimsollError('CONTROL_UNREACHABLE', { address: given.origin, reason: messageOf(error) });
  });
  const text = (await readResponse(answer, DESCRIPTION_BYTES).catch(() => Buffer.of())).toString();
  return answer.statusCode === 200 ? examplesIn(text) : new Map();
}

function examplesIn(text: string): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>();
  const paths = at(parsedJson(text), ['paths']);
  if (!isRecord(paths)) return found;
  for (const [path, item] of Object.entries(paths)) {
    const content = at(item, ['post', 'requestBody', 'content', 'application/json']);
    const example = at(content, ['examples', 'rows', 'value']) ?? at(content, ['example']);
    if (example !== undefined) found.set(path, example);
  }
  return found;
}

const at = (value: unknown, keys: readonly string[]): unknown =>
  keys.reduce<unknown>(
    (inner, key) => (isRecord(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined),
    value,
  );

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function requestsFor(url: URL, example: unknown, { input, rows }: RequestOptions) {
  if (input === undefined) {
    if (example === null)
      throw usage(`nothing is known of what ${url.href} takes: give --input FILE, a body for it in JSON`);
    return { ...requestBodies(example, rows), source: 'the example of /openapi.json' };
  }
  return { ...bodiesFrom(input, rows), source: basename(input) };
}

/** A file of JSON is a body, as this server or another one takes it; of JSON lines each is a row. */
function bodiesFrom(path: string, rows: number) {
  const suffix = extname(path).toLowerCase();
  if (suffix === '.json') {
    const text = readTextFile(path);
    if (text.length > MOST_BODY) throw usage(`${path} is larger than ${MOST_BODY} characters`);
    if (rows === 1) return { bodies: [text.trim()], rows: 1 };
  } else if (suffix !== '.jsonl' && suffix !== '.ndjson')
    throw usage(
      `the columns of ${path} are known where a MODEL is measured: for an address give rows as .json or .jsonl`,
    );
  return requestBodies(readJsonRows(path), rows);
}

const usage = (reason: string): PlimsollError => new PlimsollError('USAGE', { reason, command: 'bench' });

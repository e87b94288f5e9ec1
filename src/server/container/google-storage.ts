import { createHash } from 'node:crypto';
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { messageOf } from '../../core/error-text.ts';
import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
import type { Logger } from '../../core/ports.ts';
import { isRecord } from '../../core/record.ts';
import { retry } from '../../core/retry.ts';
import { type ClientResponse, readResponse, sendRequest } from '../../http/client.ts';
import { isBelow } from '../../registry/python/folder.ts';

/**
 * Fetches the folder that Vertex copies a model's artifacts to (`AIP_STORAGE_URI`), by the JSON API of Cloud Storage
 * (cloud.google.com/storage/docs/json_api) with the token that the metadata server gives the container's account.
 */
export interface FetchOptions {
  /** `GCE_METADATA_HOST` and `STORAGE_EMULATOR_HOST`, as Google's own libraries read them. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly logger: Logger;
}

interface StoredObject {
  readonly name: string;
  readonly size: number;
  /** base64; null of composed objects, which have none. */
  readonly md5: string | null;
}

const MOST_OBJECTS = 10_000;
/** Of a page of the list. */
const MOST_JSON_BYTES = 64 * 2 ** 20;
const MOST_BYTES = 16 * 2 ** 30;
const RETRY = { attempts: 4, backoff: { firstMillis: 250, maxMillis: 10_000 } };
const CALL_MILLIS = 30_000;
const OBJECT_MILLIS = 600_000;

/** Writes all objects below `uri` into `folder`. Throws STORAGE_FAILED. */
export async function fetchFolder(uri: string, folder: string, options: FetchOptions): Promise<void> {
  const [, bucket, prefix = ''] = /^gs:\/\/([^/]+)(?:\/(.*))?$/.exec(uri) ?? [];
  const failed = (reason: string): PlimsollError => new PlimsollError('STORAGE_FAILED', { uri, reason });
  if (bucket === undefined) throw failed('it is no gs://BUCKET/FOLDER');
  const below = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
  const storage = new Storage(bucket, options, failed);
  const objects = await storage.list(below);
  if (objects.length === 0) throw failed('there is nothing in it');
  const bytes = objects.reduce((sum, { size }) => sum + size, 0);
  if (objects.length > MOST_OBJECTS || bytes > MOST_BYTES)
    throw failed(
      `it holds ${objects.length} objects of ${bytes} bytes, at most ${MOST_OBJECTS} of ${MOST_BYTES}`,
    );
  for (const object of objects) {
    const name = object.name.slice(below.length);
    if (name === '' || name.endsWith('/')) continue; // what consoles make to show an empty folder
    if (!isBelow(name))
      throw failed(`it holds an object whose name is no path: ${JSON.stringify(object.name)}`);
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    await storage.fetchTo(object, path);
  }
  options.logger.info({ uri, objects: objects.length, bytes }, 'the model was fetched');
}

class Storage {
  readonly #base: string;
  readonly #token: () => Promise<string | null>;
  readonly #failed: (reason: string) => PlimsollError;

  constructor(bucket: string, { env }: FetchOptions, failed: (reason: string) => PlimsollError) {
    const emulator = env['STORAGE_EMULATOR_HOST'] || null;
    const host = emulator === null ? 'https://storage.googleapis.com' : withScheme(emulator);
    this.#base = `${host}/storage/v1/b/${encodeURIComponent(bucket)}/o`;
    this.#failed = failed;
    const metadata = env['GCE_METADATA_HOST'] || 'metadata.google.internal';
    // An emulator asks for no token, unless there is somebody to ask for one.
    const isOpen = emulator !== null && !env['GCE_METADATA_HOST'];
    this.#token = isOpen ? async () => null : () => tokenOf(metadata, failed);
  }

  async list(prefix: string): Promise<readonly StoredObject[]> {
    const objects: StoredObject[] = [];
    let token: string | null = '';
    while (token !== null && objects.length <= MOST_OBJECTS) {
      const fields = 'items(name,size,md5Hash),nextPageToken';
      const query: URLSearchParams = new URLSearchParams({
        prefix,
        fields,
        ...(token === '' ? {} : { pageToken: token }),
      });
      const page: unknown = await this.#again(async () =>
        jsonOf(await this.#get(`${this.#base}?${query}`, CALL_MILLIS)),
      );
      if (!isRecord(page)) throw this.#failed('the list of its objects is none');
      const { items = [], nextPageToken } = page;
      for (const item of Array.isArray(items) ? items : []) objects.push(this.#object(item));
      token = typeof nextPageToken === 'string' && nextPageToken !== '' ? nextPageToken : null;
    }
    return objects;
  }

  #object(item: unknown): StoredObject {
    const { name, size, md5Hash = null } = isRecord(item) ? item : {};
    if (typeof name !== 'string' || !/^\d{1,15}$/.test(String(size)))
      throw this.#failed('the list of its objects is none');
    return { name, size: Number(size), md5: typeof md5Hash === 'string' ? md5Hash : null };
  }

  /** Writes one object, and proves that it is what the list says. */
  fetchTo({ name, size, md5 }: StoredObject, path: string): Promise<void> {
    return this.#again(async () => {
      const response = await this.#get(`${this.#base}/${encodeURIComponent(name)}?alt=media`, OBJECT_MILLIS);
      const hash = createHash('md5');
      let found = 0;
      const check = async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
        for await (const chunk of chunks) {
          found += chunk.length;
          if (found > size) break;
          hash.update(chunk);
          yield chunk;
        }
      };
      await pipeline(response, check, createWriteStream(path));
      if (found !== size) throw new Transient(`"${name}" came with ${found} bytes, ${size} wanted`);
      const digest = hash.digest('base64');
      if (md5 !== null && digest !== md5)
        throw new Transient(`"${name}" came with md5 ${digest}, ${md5} wanted`);
    });
  }

  async #get(url: string, millis: number): Promise<ClientResponse> {
    const token = await this.#token();
    const headers = token === null ? {} : { authorization: `Bearer ${token}` };
    const response = await sendRequest(new URL(url), { headers, signal: AbortSignal.timeout(millis) });
    const { statusCode: status } = response;
    if (isOk(response)) return response;
    const said = `it answered ${status}`;
    if (status === 429 || status >= 500) throw new Transient(said);
    throw this.#failed(said);
  }

  /** Tries again what may be a matter of the moment. */
  async #again<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await retry(work, { ...RETRY, isRetryable: (error) => !isPlimsollError(error) });
    } catch (error) {
      throw isPlimsollError(error) ? error : this.#failed(`${reasonOf(error)}, ${RETRY.attempts} times`);
    }
  }
}

/** Of any other answer the body is not read. */
function isOk(response: ClientResponse): boolean {
  const isOne = response.statusCode >= 200 && response.statusCode < 300;
  if (!isOne) response.destroy();
  return isOne;
}

const jsonOf = async (response: ClientResponse): Promise<unknown> =>
  JSON.parse(String(await readResponse(response, MOST_JSON_BYTES)));

/** What may be gone the next time. */
class Transient extends Error {}

const reasonOf = (error: unknown): string => {
  const message = messageOf(error);
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error ? `${message} (${cause.message})` : message;
};

const withScheme = (host: string): string =>
  /^https?:\/\//.test(host) ? host.replace(/\/$/, '') : `http://${host}`;

/** The access token of the account that the container runs as. */
async function tokenOf(host: string, failed: (reason: string) => PlimsollError): Promise<string> {
  const url = `http://${host}/computeMetadata/v1/instance/service-accounts/default/token`;
  const response = await sendRequest(new URL(url), {
    headers: { 'metadata-flavor': 'Google' },
    signal: AbortSignal.timeout(CALL_MILLIS),
  });
  const { statusCode: status } = response;
  if (!isOk(response)) {
    if (status >= 500) throw new Transient(`the metadata server answered ${status}`);
    throw failed(`the metadata server answered ${status} when asked for a token`);
  }
  const body = await jsonOf(response);
  const token = isRecord(body) ? body['access_token'] : null;
  if (typeof token === 'string' && token !== '') return token;
  throw failed('the metadata server gave no token');
}

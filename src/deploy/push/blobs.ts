/** Sends layers, configurations and attestations: each once, whole, and only where it is not there yet. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { systemCodeOf } from '../../core/error-text.ts';
import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
import { digestOfBytes } from '../image/gzip.ts';
import { blobPath, type Descriptor, type Digest } from '../image/layout.ts';
import { protocolError } from './push-error.ts';
import type { RegistryClient } from './registry.ts';
import { wanted } from './retry.ts';
import { replayableBodyOf, type TransportResponse } from './transport.ts';

/** Bytes under their digest; `open` reads them from the start and fails before the last of them where they are others. */
export interface Blob {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  open(): Readable;
}

/** It was there; another repository had it; it was sent. */
export type BlobOutcome = 'there' | 'mounted' | 'sent';

/** A blob of an image in a folder. Reading it throws IMAGE_DAMAGED where it is not what its name says. */
export const blobOfFolder = (folder: string, { digest, size }: Descriptor): Blob => ({
  digest,
  size,
  open: () => Readable.from(proved(blobPath(folder, digest), { digest, size })),
});

/** The last bytes are held back until the digest is known: what is not whole must not become so on the other side. */
async function* proved(path: string, { digest, size }: Omit<Blob, 'open'>): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  let held: Buffer | null = null;
  let bytes = 0;
  try {
    const chunks: AsyncIterable<Buffer> = createReadStream(path, { highWaterMark: 1 << 18 });
    for await (const chunk of chunks) {
      hash.update(chunk);
      bytes += chunk.length;
      if (bytes > size) break;
      if (held !== null) yield held;
      held = chunk;
    }
  } catch (error) {
    const code = systemCodeOf(error) ?? String(error);
    throw new PlimsollError('IMAGE_DAMAGED', { path, found: code, wanted: digest });
  }
  const found: Digest = `sha256:${hash.digest('hex')}`;
  if (bytes !== size || found !== digest)
    throw new PlimsollError('IMAGE_DAMAGED', {
      path,
      found: bytes === size ? found : `other than ${size} bytes`,
      wanted: digest,
    });
  if (held !== null) yield held;
}

export const blobOfBytes = (bytes: Buffer): Blob => ({
  digest: digestOfBytes(bytes),
  size: bytes.length,
  open: () => Readable.from([bytes]),
});

export const tokenScopeOf = (repository: string, actions: 'pull' | 'pull,push'): string =>
  `repository:${repository}:${actions}`;

/**
 * Sees to it that the repository has the blob. `mountFrom` names repositories of the same registry that may have it. Throws
 * what `patiently` throws, REGISTRY_INVALID, IMAGE_DAMAGED; doing it again sends nothing twice.
 */
export function pushBlob(
  registry: RegistryClient,
  repository: string,
  blob: Blob,
  mountFrom: readonly string[] = [],
): Promise<BlobOutcome> {
  const where = `${registry.name}/${repository}`;
  return registry.retry(`push ${blob.digest} to`, where, async () => {
    if (await isThere(registry, repository, blob)) return 'there';
    for (const from of mountFrom)
      if (from !== repository && (await isMounted(registry, repository, blob, from))) return 'mounted';
    await upload(registry, repository, blob);
    return 'sent';
  });
}

const UNSAID = new Set([400, 403, 404, 405]);

async function isThere(
  registry: RegistryClient,
  repository: string,
  { digest, size }: Blob,
): Promise<boolean> {
  const answer = await registry.ask({
    method: 'HEAD',
    to: `${repository}/blobs/${digest}`,
    scopes: [tokenScopeOf(repository, 'pull,push')],
  });
  // A store behind the registry may know no HEAD: what is there is then sent once more. And an answer to HEAD cannot say why
  // it is none: what is sent next gets the reason.
  if (answer.status !== 200 && (!registry.isOwn(answer.url) || UNSAID.has(answer.status))) return false;
  wanted(answer, [200]);
  sameDigest(registry, answer, digest);
  const length = answer.headers['content-length'];
  if (length !== undefined && Number(length) !== size)
    throw protocolError(registry.name, `${length} bytes under ${digest}`, `${size} bytes`);
  return true;
}

/** A registry that cannot or will not mount is no reason to stop: the blob is sent. */
async function isMounted(
  registry: RegistryClient,
  repository: string,
  { digest }: Blob,
  from: string,
): Promise<boolean> {
  const query = new URLSearchParams({ mount: digest, from });
  try {
    const answer = await registry.ask({
      method: 'POST',
      to: `${repository}/blobs/uploads/?${query}`,
      body: NOTHING,
      scopes: [tokenScopeOf(repository, 'pull,push'), tokenScopeOf(from, 'pull')],
    });
    if (answer.status === 201) sameDigest(registry, answer, digest);
    return answer.status === 201;
  } catch (error) {
    if (isPlimsollError(error) && error.code === 'REGISTRY_DENIED') return false;
    throw error;
  }
}

const NOTHING = replayableBodyOf(Buffer.alloc(0));

/** One POST, one PUT of all bytes: some registries drop what comes in pieces and say that it went well. */
async function upload(registry: RegistryClient, repository: string, blob: Blob): Promise<void> {
  const scopes = [tokenScopeOf(repository, 'pull,push')];
  const to = `${repository}/blobs/uploads/`;
  const begun = wanted(await registry.ask({ method: 'POST', to, body: NOTHING, scopes }), [202]);
  const { location } = begun.headers;
  if (location === undefined)
    throw protocolError(registry.name, 'an upload without Location', 'where to send it');
  const url = registry.locate(location, begun.url);
  // As it came: what is in it may be signed.
  url.search += `${url.search === '' ? '?' : '&'}digest=${encodeURIComponent(blob.digest)}`;
  const headers = { 'content-type': 'application/octet-stream' };
  const answer = await registry.ask({ method: 'PUT', to: url, headers, body: blob, scopes });
  sameDigest(registry, wanted(answer, [201, 204]), blob.digest);
}

/** What the registry says that it has, where it says so. Throws REGISTRY_INVALID. */
export function sameDigest(registry: RegistryClient, { headers }: TransportResponse, digest: Digest): void {
  const said = headers['docker-content-digest'];
  if (said !== undefined && said !== digest) throw protocolError(registry.name, `digest ${said}`, digest);
}

/** A small blob, in full and proved. Throws REGISTRY_INVALID where it is another one, and what `patiently` throws. */
export function pullBlob(
  registry: RegistryClient,
  repository: string,
  { digest, size }: Pick<Descriptor, 'digest' | 'size'>,
): Promise<Buffer> {
  return registry.retry(`read ${digest} of`, `${registry.name}/${repository}`, async () => {
    const scopes = [tokenScopeOf(repository, 'pull')];
    const to = `${repository}/blobs/${digest}`;
    const { body } = wanted(await registry.ask({ method: 'GET', to, limit: size, scopes }), [200]);
    if (digestOfBytes(body) !== digest) throw protocolError(registry.name, `${digestOfBytes(body)}`, digest);
    return body;
  });
}

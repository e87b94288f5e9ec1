/** Manifests by digest and by tag: what they say is checked against the digest that they go by. */

import { elementAt } from '../../core/element-at.ts';
import { digestOfBytes } from '../image/gzip.ts';
import { type Digest, MEDIA } from '../image/layout.ts';
import { sameDigest, tokenScopeOf } from './blobs.ts';
import { protocolError } from './push-error.ts';
import type { RegistryClient } from './registry.ts';
import { wanted } from './retry.ts';
import { replayableBodyOf, type TransportResponse } from './transport.ts';

/** Every kind that is understood here. */
const ACCEPTED = [
  MEDIA.manifest,
  MEDIA.index,
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
].join(', ');

export interface RegistryManifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly bytes: Buffer;
  /** What to name it by for changing it only as it is, where the registry says so. */
  readonly etag: string | null;
}

interface Put {
  readonly bytes: Buffer;
  readonly mediaType: string;
  /** A tag, or the digest of the bytes. */
  readonly under: string;
  /** Only over what has this etag. */
  readonly ifMatch?: string | null;
}

/** Puts it and answers what the registry says. Throws Unwanted for other answers than that it is done, NoAnswer. */
export async function putManifest(
  registry: RegistryClient,
  repository: string,
  { bytes, mediaType, under, ifMatch = null }: Put,
): Promise<TransportResponse> {
  const answer = await registry.ask({
    method: 'PUT',
    to: `${repository}/manifests/${under}`,
    headers: { 'content-type': mediaType, ...(ifMatch === null ? {} : { 'if-match': ifMatch }) },
    body: replayableBodyOf(bytes),
    scopes: [tokenScopeOf(repository, 'pull,push')],
  });
  sameDigest(registry, wanted(answer, [201, 200, 202, 204]), digestOfBytes(bytes));
  return answer;
}

/** What a tag or a digest names, or null. Throws Unwanted, NoAnswer, and REGISTRY_INVALID where it is something else. */
export async function getManifest(
  registry: RegistryClient,
  repository: string,
  under: string,
): Promise<RegistryManifest | null> {
  const answer = await registry.ask({
    method: 'GET',
    to: `${repository}/manifests/${under}`,
    headers: { accept: ACCEPTED },
    scopes: [tokenScopeOf(repository, 'pull')],
  });
  if (answer.status === 404) return null;
  const { body, headers } = wanted(answer, [200]);
  const digest = digestOfBytes(body);
  sameDigest(registry, answer, digest);
  if (under.startsWith('sha256:') && under !== digest) throw protocolError(registry.name, digest, under);
  const mediaType = elementAt((headers['content-type'] ?? '').split(';'), 0).trim();
  return { digest, mediaType, bytes: body, etag: headers.etag ?? null };
}

/** The JSON object of a manifest. Throws REGISTRY_INVALID. */
export function parseManifest(bytes: Buffer, where: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(bytes.toString('utf8'));
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed))
      return parsed as Readonly<Record<string, unknown>>;
  } catch {
    // Said below.
  }
  throw protocolError(where, 'a manifest that is no JSON object', 'one');
}

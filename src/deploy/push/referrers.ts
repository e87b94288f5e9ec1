/**
 * What is attached to an image: manifests that name it as their subject (distribution-spec 1.1, "Referrers"). A registry
 * that knows no subjects keeps a list of them under a tag that the image's digest gives; clients keep that list.
 */
import { isRecord } from '../../core/record.ts';
import { digestOfBytes } from '../image/gzip.ts';
import { type Descriptor, type Digest, MEDIA } from '../image/layout.ts';
import { type Blob, blobOfBytes, pushBlob, tokenScopeOf } from './blobs.ts';
import { getManifest, parseManifest, putManifest } from './manifests.ts';
import { isTransientStatus, protocolError, saysCode } from './push-error.ts';
import { isDigest } from './reference.ts';
import type { RegistryClient } from './registry.ts';
import { Unwanted } from './retry.ts';

const EMPTY_TYPE = 'application/vnd.oci.empty.v1+json';
/** The configuration of what has none (image-spec, "Guidance for an empty descriptor"). */
export const EMPTY_CONFIG = Buffer.from('{}');
/** Pages of one list that are read. */
const PAGES_MAX = 50;
/** Writers of one list that are met in a row. */
const WRITERS_MAX = 10;

/** Something to attach: one blob, said to be of a type. */
export interface AttachedArtifact {
  /** Media type of the blob and of the whole. */
  readonly artifactType: string;
  readonly bytes: Buffer;
  /** Name of the file, for tools that write one. */
  readonly title: string;
  readonly annotations: Readonly<Record<string, string>>;
}

/** A descriptor of a manifest as lists of referrers have it. */
export interface Referrer extends Descriptor {
  readonly artifactType: string;
}

interface ArtifactManifest {
  readonly bytes: Buffer;
  readonly referrer: Referrer;
}

/** The manifest that attaches it; the same for the same artifact and subject. */
export function manifestOf(
  artifact: AttachedArtifact,
  { mediaType, digest, size }: Descriptor,
  form: 'empty-config' | 'typed-config' = 'empty-config',
): ArtifactManifest {
  const { artifactType, annotations, title } = artifact;
  const manifest = {
    schemaVersion: 2,
    mediaType: MEDIA.manifest,
    ...(form === 'empty-config' ? { artifactType } : {}),
    config: {
      mediaType: form === 'empty-config' ? EMPTY_TYPE : artifactType,
      digest: digestOfBytes(EMPTY_CONFIG),
      size: EMPTY_CONFIG.length,
    },
    layers: [
      {
        mediaType: artifactType,
        digest: digestOfBytes(artifact.bytes),
        size: artifact.bytes.length,
        annotations: { 'org.opencontainers.image.title': title },
      },
    ],
    subject: { mediaType, digest, size },
    annotations,
  };
  const bytes = Buffer.from(JSON.stringify(manifest));
  const descriptor = { mediaType: MEDIA.manifest, digest: digestOfBytes(bytes), size: bytes.length };
  return { bytes, referrer: { ...descriptor, artifactType, annotations } };
}

/** The tag of the list for registries that keep none (distribution-spec, "Referrers Tag Schema"). */
export const fallbackTag = (subject: Digest): string => subject.replace(':', '-');

/**
 * Attaches them to an image that the repository has. Done again it changes nothing. Throws what `patiently` throws, and
 * REGISTRY_INVALID.
 */
export async function attach(
  registry: RegistryClient,
  repository: string,
  subject: Descriptor,
  artifacts: readonly AttachedArtifact[],
): Promise<readonly Referrer[]> {
  const unlisted: Referrer[] = [];
  const all: Referrer[] = [];
  for (const artifact of artifacts) {
    for (const blob of [blobOfBytes(EMPTY_CONFIG), blobOfBytes(artifact.bytes)] satisfies Blob[])
      await pushBlob(registry, repository, blob);
    const { referrer, isListed } = await putArtifact(registry, repository, artifact, subject);
    all.push(referrer);
    if (!isListed) unlisted.push(referrer);
  }
  if (unlisted.length > 0) await list(registry, repository, subject.digest, unlisted);
  return all;
}

async function putArtifact(
  registry: RegistryClient,
  repository: string,
  artifact: AttachedArtifact,
  subject: Descriptor,
): Promise<{ referrer: Referrer; isListed: boolean }> {
  const put = async (form: 'empty-config' | 'typed-config') => {
    const { bytes, referrer } = manifestOf(artifact, subject, form);
    const sent = { bytes, mediaType: MEDIA.manifest, under: referrer.digest };
    const { headers } = await putManifest(registry, repository, sent);
    return { referrer, isListed: headers['oci-subject'] === subject.digest };
  };
  const where = `${registry.name}/${repository}`;
  return registry.retry(`attach ${artifact.title} in`, where, async () => {
    try {
      return await put('empty-config');
    } catch (error) {
      if (!isRefusedForm(error)) throw error;
      return put('typed-config');
    }
  });
}

/** Registries from before image-spec 1.1 take no artifact but one whose configuration says its type. */
const isRefusedForm = (error: unknown): boolean =>
  error instanceof Unwanted &&
  ([405, 415].includes(error.answer.status) || saysCode(error.answer, 'MANIFEST_INVALID'));

/**
 * Adds to the list under the tag and reads it back: another writer may have put its own list over ours in between, for few
 * registries honour If-Match. Whoever finds itself missing adds itself again, so that all are there in the end.
 */
async function list(
  registry: RegistryClient,
  repository: string,
  subject: Digest,
  added: readonly Referrer[],
): Promise<void> {
  const where = `${registry.name}/${repository}`;
  await registry.retry(`list attestations in`, where, async () => {
    for (let round = 0; round < WRITERS_MAX; round++) {
      const { entries, etag } = await readList(registry, repository, subject);
      const known = new Set(entries.map((entry) => entry['digest']));
      const missing = added.filter(({ digest }) => !known.has(digest));
      if (missing.length === 0) return;
      await putList(registry, repository, subject, [...entries, ...missing], etag);
    }
    throw protocolError(
      where,
      `a list ${fallbackTag(subject)} that others keep writing over`,
      'it as it was put',
    );
  });
}

type Entry = Readonly<Record<string, unknown>>;

async function putList(
  registry: RegistryClient,
  repository: string,
  subject: Digest,
  manifests: readonly (Entry | Referrer)[],
  ifMatch: string | null,
): Promise<void> {
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MEDIA.index, manifests }));
  try {
    const under = fallbackTag(subject);
    await putManifest(registry, repository, { bytes, mediaType: MEDIA.index, under, ifMatch });
  } catch (error) {
    // Somebody was faster: the next round reads what is there now.
    if (!(error instanceof Unwanted) || error.answer.status !== 412) throw error;
  }
}

async function readList(
  registry: RegistryClient,
  repository: string,
  subject: Digest,
): Promise<{ entries: readonly Entry[]; etag: string | null }> {
  const under = fallbackTag(subject);
  const found = await getManifest(registry, repository, under);
  if (found === null) return { entries: [], etag: null };
  const { manifests } = parseManifest(found.bytes, registry.name);
  if (found.mediaType !== MEDIA.index || !Array.isArray(manifests) || !manifests.every(isRecord))
    throw protocolError(
      `${registry.name}/${repository}:${under}`,
      `a ${found.mediaType}`,
      'a list of attestations',
    );
  return { entries: manifests, etag: found.etag };
}

/** Everything that is attached to an image, from the registry's own list and from the one under the tag. */
export function referrersOf(
  registry: RegistryClient,
  repository: string,
  subject: Digest,
): Promise<readonly Referrer[]> {
  const where = `${registry.name}/${repository}`;
  return registry.retry(`read what is attached to ${subject} in`, where, async () => {
    const own = await ownList(registry, repository, subject);
    const { entries } = await readList(registry, repository, subject);
    const found = [...own, ...entries].filter(isReferrer);
    return [...new Map(found.map((one) => [one.digest, one])).values()];
  });
}

/** The registry's own list, page after page; empty where it keeps none. */
async function ownList(
  registry: RegistryClient,
  repository: string,
  subject: Digest,
): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  let to: string | URL | null = `${repository}/referrers/${subject}`;
  for (let page = 0; page < PAGES_MAX && to !== null; page++) {
    const scopes = [tokenScopeOf(repository, 'pull')];
    const answer = await registry.ask({ method: 'GET', to, headers: { accept: MEDIA.index }, scopes });
    if (answer.status !== 200) {
      if (isTransientStatus(answer.status) || page > 0) throw new Unwanted(answer);
      break;
    }
    const { manifests } = parseManifest(answer.body, registry.name);
    if (Array.isArray(manifests)) found.push(...manifests);
    const next = nextIn(answer.headers.link);
    to = next === null ? null : registry.locate(next, answer.url);
  }
  return found;
}

/** Address of the next page (RFC 8288, as distribution-spec has it), or null. */
function nextIn(link: string | string[] | undefined): string | null {
  const [, address] = /<([^>]*)>\s*;[^,]*\brel="?next"?/.exec([link].flat().join(', ')) ?? [];
  return address ?? null;
}

const isReferrer = (entry: unknown): entry is Referrer =>
  isRecord(entry) && isDigest(entry['digest']) && typeof entry['size'] === 'number';

/** Names of images: `HOST[:PORT]/REPOSITORY[:TAG][@DIGEST]`, as every tool of containers reads them. Pure. */
import { PlimsollError } from '../../core/errors.ts';
import type { Digest } from '../image/layout.ts';

export interface ImageReference {
  /** As people write it: `docker.io`, `127.0.0.1:5000`. */
  readonly registry: string;
  /** Where its API answers; another one than `registry` for Docker Hub alone. */
  readonly host: string;
  readonly repository: string;
  /** Null where a digest alone was given. */
  readonly tag: string | null;
  readonly digest: Digest | null;
}

/** https://github.com/distribution/reference: what a name may be made of. */
const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const LABEL = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const HOST = new RegExp(`^(?:${LABEL}(?:\\.${LABEL})*|\\[[0-9a-fA-F:]+\\])(?::[0-9]{1,5})?$`);
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const MAX_NAME = 255;

const HUB = 'docker.io';
const HUB_NAMES = new Set([HUB, 'index.docker.io', 'registry-1.docker.io']);
const HUB_API = 'registry-1.docker.io';
const DEFAULT_TAG = 'latest';

export const isDigest = (text: unknown): text is Digest => typeof text === 'string' && DIGEST.test(text);

/** Throws IMAGE_NAME_INVALID. Without tag and digest it is `:latest`, without a host it is on Docker Hub. */
export function parseReference(text: string): ImageReference {
  const [named = '', digest, ...more] = text.split('@');
  if (more.length > 0) throw invalid(text, 'it has more than one "@"');
  if (digest !== undefined && !isDigest(digest))
    throw invalid(text, `"${digest}" is no digest: sha256: and 64 hexadecimal digits`);
  const colon = named.lastIndexOf(':');
  const isTagged = colon > named.lastIndexOf('/') && !named.endsWith(']');
  const tag = isTagged ? named.slice(colon + 1) : null;
  if (tag !== null && !TAG.test(tag)) throw invalid(text, `"${tag}" is no tag`);
  const { registry, repository } = splitName(isTagged ? named.slice(0, colon) : named, text);
  return {
    registry,
    host: registry === HUB ? HUB_API : registry,
    repository,
    tag: tag ?? (digest === undefined ? DEFAULT_TAG : null),
    digest: digest ?? null,
  };
}

function splitName(name: string, text: string): { registry: string; repository: string } {
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  // A first part without a dot or a port is a user's name on Docker Hub.
  const isHost = /[.:[A-Z]/.test(first) || first === 'localhost';
  const given = isHost ? first : HUB;
  if (!HOST.test(given) || !URL.canParse(`https://${given}`)) throw invalid(text, `"${given}" is no host`);
  const registry = HUB_NAMES.has(given) ? HUB : given;
  const path = isHost ? name.slice(slash + 1) : name;
  const repository = registry === HUB && !path.includes('/') ? `library/${path}` : path;
  if (!repository.split('/').every((part) => COMPONENT.test(part)))
    throw invalid(
      text,
      `"${path}" is no name of a repository: lower case letters, digits and . _ - / between`,
    );
  if (repository.length > MAX_NAME) throw invalid(text, `its name is longer than ${MAX_NAME} characters`);
  return { registry, repository };
}

/** The whole name of one image, to be used anywhere. */
export const pinned = ({ registry, repository }: ImageReference, digest: Digest): string =>
  `${registry}/${repository}@${digest}`;

export const written = ({ registry, repository, tag, digest }: ImageReference): string =>
  `${registry}/${repository}${tag === null ? '' : `:${tag}`}${digest === null ? '' : `@${digest}`}`;

/** Whether a host, with or without a port, is this machine by its name. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/:\d+$/, '');
  return name === 'localhost' || name === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(name);
}

const invalid = (reference: string, reason: string): PlimsollError =>
  new PlimsollError('IMAGE_NAME_INVALID', { reference, reason });

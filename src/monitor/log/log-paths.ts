/** Where the files of the prediction log are, and what they are called. Pure. */
import type { CapturedBlock } from '../../capture/block.ts';
import { rfc3339 } from '../../core/utc.ts';

/** Folder of the log in a data folder. */
export const predictionLogPath = (dataDir: string): string => `${dataDir}/log`;

/** What the index calls the endpoint of a block: of requests that named a version themselves, `@` and the model. */
export const logEndpoint = ({ endpoint, model }: Pick<CapturedBlock, 'endpoint' | 'model'>): string =>
  storableText(endpoint ?? `@${model}`);

/** A text without what databases refuse: NUL, halves of characters. */
export const storableText = (text: string): string => text.toWellFormed().replaceAll('\0', '\ufffd');

/** Bytes of a name of a folder that every file system takes. */
const NAME_MAX = 120;

/**
 * An endpoint's name as that of a folder: other marks than letters, digits, `_`, `-` and inner dots are escaped by `%` and
 * their bytes. A name that would be too long ends in `digest` of it.
 */
export function endpointFolder(endpoint: string, digest: (text: string) => string): string {
  const safe = encodeURIComponent(endpoint)
    .replaceAll(/[!'()*~]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/^\./, '%2E');
  if (safe !== '' && safe.length <= NAME_MAX) return safe;
  return `${safe.slice(0, 80).replace(/%[^%]?$/, '')}~${digest(endpoint)}`;
}

/** The day of a time, in UTC: `2026-11-01`. */
export const utcDay = (at: number): string => rfc3339(at).slice(0, 10);

/**
 * `<from>-v<version>-<shape>-<id>.parquet`: `shape` is that of all files that may be put together, `id` is random, so that no
 * two writers ever choose the same name.
 */
export const segmentFileName = (from: number, version: number, shape: string, id: string): string =>
  `${from}-v${version}-${shape}-${id}.parquet`;

/** What a path of a segment says; null where it is none. */
export function parseSegmentPath(path: string): {
  readonly folder: string;
  readonly day: string;
  readonly version: number;
  readonly shape: string;
} | null {
  const [, folder, day, version, shape] =
    /^([^/]+)\/(\d{4}-\d\d-\d\d)\/-?\d+-v(\d+)-([0-9a-f]+)-[0-9a-f]+\.parquet$/.exec(path) ?? [];
  if (folder === undefined || day === undefined || shape === undefined) return null;
  return { folder, day, version: Number(version), shape };
}

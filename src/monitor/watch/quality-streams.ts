/**
 * Where each stream of rows stood, for the process that counts next: runs and repetitions go on over its end. Whoever reads them
 * takes them away, so that a process that is killed leaves nothing that others have gone beyond.
 */

import { readFile, rm } from 'node:fs/promises';
import { deserialize, serialize } from 'node:v8';
import { replaceFile } from '../../disk/replace-file.ts';
import type { QualityState } from '../quality/quality-state.ts';

export type QualityStreams = ReadonlyMap<string, QualityState>;

/** Form of the file; another one is not read. Structured clones keep what JSON does not: NaN and infinities. */
const SCHEMA = 1;
/** Streams that are kept: those that were counted last. */
const KEPT_MAX = 1000;

/** Those that are kept at `path`, which is gone then; none where there is nothing that can be read. */
export async function takeStreams(path: string): Promise<QualityStreams> {
  try {
    const kept = deserialize(await readFile(path)) as { schema?: unknown; streams?: unknown };
    await rm(path, { force: true });
    return kept.schema === SCHEMA && kept.streams instanceof Map
      ? (kept.streams as QualityStreams)
      : new Map();
  } catch {
    return new Map();
  }
}

/** Throws what the file system does. */
export async function keepStreams(path: string, streams: QualityStreams): Promise<void> {
  if (streams.size === 0) return;
  const kept = new Map([...streams].slice(-KEPT_MAX));
  await replaceFile(path, serialize({ schema: SCHEMA, streams: kept }), { mode: 0o600 });
}

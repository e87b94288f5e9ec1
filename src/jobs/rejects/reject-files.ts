/** Rows of a run without an answer, read where the run has left them: part by part, with a turn for others in between. */
import { existsSync } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PlimsollError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import { rejectsPath } from '../run/run-dead-letters.ts';
import type { DeadLetter } from '../worker/dead-letters.ts';
import { parsedRecord } from './raw-record.ts';

/** Where reading goes on: after so many bytes of a file. */
export interface RejectPlace {
  readonly file: string;
  readonly offset: number;
}

/** A row without an answer, and where the next one begins. */
export interface LocatedReject {
  readonly letter: DeadLetter;
  readonly next: RejectPlace;
}

/** Bytes that are read at once: their lines are told apart within a millisecond. */
const BLOCK = 1 << 16;
const LINE_END = 0x0a;

/**
 * Names of the files in the folder of a run, in the order of the input: one once the run has ended, one for each chunk that
 * is done before.
 */
async function rejectFiles(folder: string): Promise<readonly string[]> {
  if (existsSync(rejectsPath(folder))) return ['rejects.jsonl'];
  const parts = join(folder, 'rejects');
  if (!existsSync(parts)) return [];
  const names = (await readdir(parts)).filter((name) => /^\d+\.jsonl$/.test(name));
  return names.sort().map((name) => `rejects/${name}`);
}

/** All of them from a place on. A line that is no row is left out. */
export async function* rejectsFrom(folder: string, place: RejectPlace | null): AsyncGenerator<LocatedReject> {
  const files = await rejectFiles(folder);
  const first = place === null ? 0 : files.indexOf(place.file);
  if (first === -1 || (place !== null && place.offset < 0))
    throw new PlimsollError('PAGE_INVALID', {
      field: 'cursor',
      found: JSON.stringify(place?.file),
      wanted: 'a place in the rows as they lie now: those of a run are put together when it ends',
    });
  for (const [k, file] of files.slice(first).entries())
    yield* rejectsOf(folder, file, k === 0 && place !== null ? place.offset : 0);
}

async function* rejectsOf(folder: string, file: string, from: number): AsyncGenerator<LocatedReject> {
  const handle = await open(join(folder, file));
  try {
    let [offset, rest] = [from, Buffer.alloc(0)];
    for (;;) {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(BLOCK), 0, BLOCK, offset + rest.length);
      if (bytesRead === 0) return;
      rest = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
      for (let end = rest.indexOf(LINE_END); end !== -1; end = rest.indexOf(LINE_END)) {
        const letter = parsedRecord(rest.toString('utf8', 0, end));
        offset += end + 1;
        rest = rest.subarray(end + 1);
        if (isLetter(letter)) yield { letter, next: { file, offset } };
      }
    }
  } finally {
    await handle.close();
  }
}

const isLetter = (value: unknown): value is DeadLetter =>
  isRecord(value) &&
  typeof value['raw'] === 'string' &&
  typeof value['code'] === 'string' &&
  typeof value['reason'] === 'string' &&
  typeof value['outcome'] === 'string';

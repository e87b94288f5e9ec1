/** Rows whose key an earlier row of the input has, among any number of rows, in bounded memory. */

import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { elementAt, valueInMap } from '../../core/element-at.ts';
import { PlimsollError } from '../../core/errors.ts';
import { boundsOf, KeyEntries, SHARES } from './key-file.ts';
import { repeated } from './key-table.ts';

/** Hashes that are searched at a time: about 24 bytes each, with the table. */
const AT_ONCE = 1_000_000;
/** Rows whose hash an earlier one has that are remembered at most. */
const LIMIT = 1_000_000;
/** Texts that are asked for at a time. */
const TEXTS_AT_ONCE = 10_000;

export interface RowAt {
  readonly chunk: number;
  /** Row of the chunk, from 0. */
  readonly row: number;
}

export interface DuplicateKey extends RowAt {
  /** The first row of that key, in the order of the input. */
  readonly first: RowAt;
  readonly key: string;
}

export interface DuplicateSearch {
  /** Files of `keepKeys`, by the index of their chunk. */
  readonly files: readonly string[];
  /** Texts of the keys of some rows of a chunk, ascending, in their order. */
  readonly texts: (chunk: number, rows: readonly number[]) => Promise<readonly string[]>;
  /** Duplicates that are wanted at most. */
  readonly limit: number;
  /** Hashes that are searched at a time. */
  readonly atOnce?: number;
}

/** A row whose hash an earlier row has. */
interface Candidate extends RowAt {
  readonly first: RowAt;
}

/**
 * The duplicates, in the order of the input. Rows are compared by hash, then those of equal hashes by their texts, so that
 * none is taken for another. Throws KEY_DUPLICATE where there are more than a million, which nobody means.
 */
export async function findDuplicates(search: DuplicateSearch): Promise<readonly DuplicateKey[]> {
  const candidates: Candidate[] = [];
  const bounds = search.files.map(boundsOf);
  const shares = groups(bounds, search.atOnce ?? AT_ONCE);
  const entries = new KeyEntries(Math.max(...shares.map(({ size }) => size)));
  for (const { from, to } of shares) {
    // What else this process does has its turn: the lease of the run.
    await setImmediate();
    entries.count = 0;
    const starts: number[] = [];
    for (const [chunk, path] of search.files.entries()) {
      starts.push(entries.count);
      entries.add(path, elementAt(bounds, chunk), from, to);
    }
    collect(entries, starts, candidates);
  }
  candidates.sort(byInput);
  return confirmed(candidates, search);
}

const byInput = (a: RowAt, b: RowAt): number => a.chunk - b.chunk || a.row - b.row;

interface Group {
  readonly from: number;
  readonly to: number;
  readonly size: number;
}

/** Consecutive shares of all files that fit into memory together; at least one at a time. */
function groups(bounds: readonly Uint32Array[], atOnce: number): Group[] {
  const found: Group[] = [];
  let [from, size] = [0, 0];
  for (let share = 0; share < SHARES; share += 1) {
    const next = bounds.reduce((sum, each) => sum + each[share + 1]! - each[share]!, 0);
    if (size > 0 && size + next > atOnce) {
      found.push({ from, to: share, size });
      [from, size] = [share, 0];
    }
    size += next;
  }
  return [...found, { from, to: SHARES, size }];
}

/** `starts` has the first entry of each chunk. */
function collect(entries: KeyEntries, starts: readonly number[], candidates: Candidate[]): void {
  const at = (entry: number): RowAt => ({ chunk: chunkOf(entry, starts), row: entries.rows[entry]! });
  repeated(entries, (entry, first) => {
    if (candidates.length >= LIMIT) throw tooMany();
    candidates.push({ ...at(entry), first: at(first) });
  });
}

/** The last chunk that begins at or before an entry. */
function chunkOf(entry: number, starts: readonly number[]): number {
  let [low, high] = [0, starts.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (starts[middle]! <= entry) low = middle;
    else high = middle;
  }
  return low;
}

/** Keeps the candidates whose text an earlier row of the same hash has. */
async function confirmed(
  candidates: readonly Candidate[],
  { texts, limit }: DuplicateSearch,
): Promise<DuplicateKey[]> {
  const duplicates: DuplicateKey[] = [];
  const seen = new Map<string, Map<string, RowAt>>();
  for (let from = 0; from < candidates.length && duplicates.length < limit; from += TEXTS_AT_ONCE) {
    const some = candidates.slice(from, from + TEXTS_AT_ONCE);
    const textOf = await textsOf(some, texts);
    for (const { first, ...row } of some) {
      const group = groupOf(seen, first, textOf);
      const key = textOf(row);
      const earlier = group.get(digest(key));
      if (earlier === undefined) group.set(digest(key), row);
      else if (duplicates.length < limit) duplicates.push({ ...row, first: earlier, key });
    }
  }
  return duplicates;
}

/** Rows of one hash by their texts. */
function groupOf(
  seen: Map<string, Map<string, RowAt>>,
  first: RowAt,
  textOf: (row: RowAt) => string,
): Map<string, RowAt> {
  const name = nameOf(first);
  const known = seen.get(name);
  if (known) return known;
  const group = new Map([[digest(textOf(first)), first]]);
  seen.set(name, group);
  return group;
}

const nameOf = ({ chunk, row }: RowAt): string => `${chunk}:${row}`;
/** Long keys are remembered by this. */
const digest = (text: string): string =>
  text.length <= 40 ? text : createHash('sha256').update(text).digest('base64');

/** Asks for the texts of rows, chunk by chunk. */
async function textsOf(
  some: readonly Candidate[],
  texts: DuplicateSearch['texts'],
): Promise<(row: RowAt) => string> {
  const wanted = new Map<number, Set<number>>();
  for (const candidate of some)
    for (const { chunk, row } of [candidate, candidate.first]) {
      const rows = wanted.get(chunk) ?? new Set();
      wanted.set(chunk, rows.add(row));
    }
  const found = new Map<string, string>();
  for (const [chunk, rows] of wanted) {
    const ascending = [...rows].sort((a, b) => a - b);
    const answers = await texts(chunk, ascending);
    ascending.forEach((row, i) => {
      found.set(nameOf({ chunk, row }), elementAt(answers, i));
    });
  }
  return (row) => valueInMap(found, nameOf(row));
}

const tooMany = (): PlimsollError =>
  new PlimsollError('KEY_DUPLICATE', {
    where: 'the output',
    found: `more than ${LIMIT} rows have a key that an earlier row has`,
  });

const SHOWN = 5;

/** The error that names the first few. */
export function duplicateError(duplicates: readonly DuplicateKey[], where: string): PlimsollError {
  const shown = duplicates
    .slice(0, SHOWN)
    .map(
      ({ key, chunk, row, first }) =>
        `${JSON.stringify(key.slice(0, 100))} in row ${row} of chunk ${chunk} and row ${first.row} of chunk ${first.chunk}`,
    );
  const found = `a key comes again: ${shown.join('; ')}${duplicates.length > SHOWN ? '; and more' : ''}`;
  return new PlimsollError('KEY_DUPLICATE', { where, found });
}

/** Rows without an answer as people look at them: in parts, and counted by what is wrong. */
import type { Static } from 'typebox';
import { cursorOf, keyOf, limitOf } from '../../store/page.ts';
import type { Page, PageRequest } from '../../store/store.ts';
import type { REJECT_GROUPS, REJECT_VIEW } from '../view-schemas.ts';
import type { DeadLetter } from '../worker/dead-letters.ts';
import { keyOfRecord, rowOfRecord } from './raw-record.ts';
import { type RejectPlace, rejectsFrom } from './reject-files.ts';

export type RejectView = Static<typeof REJECT_VIEW>;
export type RejectGroups = Static<typeof REJECT_GROUPS>;

/** Those that fit all of it. */
export interface RejectsRequest extends PageRequest {
  readonly code?: string | undefined;
  /** '' for those that are about no column. */
  readonly column?: string | undefined;
}

/** What they are rejects of. */
export interface RejectedRun {
  /** Of the run. */
  readonly folder: string;
  /** Column that names a row. */
  readonly key: string;
  /** Columns of the input. */
  readonly names: readonly string[];
}

const LIST = 'rejects';
/** Bytes that are looked through for one part of a list, and for the groups. */
const PART_BYTES = 8 * 2 ** 20;
const GROUPS_BYTES = 64 * 2 ** 20;
/** Characters of a record that are told. */
const RAW_MAX = 4000;
const GROUPS_MAX = 100;

/** A part of the list, in the order of the input; one that is short of its limit may have a next one all the same. Throws PAGE_INVALID. */
export async function listRejects(
  run: RejectedRun,
  wanted: RejectsRequest,
  most = PART_BYTES,
): Promise<Page<RejectView>> {
  const limit = limitOf(wanted);
  const key = keyOf(LIST, ['string', 'number'], wanted);
  const items: RejectView[] = [];
  let place: RejectPlace | null = key === null ? null : { file: key[0], offset: key[1] };
  let seen = 0;
  for await (const { letter, next } of rejectsFrom(run.folder, place)) {
    if (items.length === limit || seen > most)
      return { items, next: place === null ? null : cursorOf(LIST, [place.file, place.offset]) };
    if (fits(letter, wanted)) items.push(viewOf(letter, run));
    seen += letter.raw.length;
    place = next;
  }
  return { items, next: null };
}

/** How many there are of each kind, most first. */
export async function groupRejects({ folder }: RejectedRun, most = GROUPS_BYTES): Promise<RejectGroups> {
  const groups = new Map<string, { readonly first: DeadLetter; rows: number }>();
  let [rows, seen] = [0, 0];
  for await (const { letter } of rejectsFrom(folder, null)) {
    if (seen > most) return { groups: shown(groups), rows, isWhole: false };
    const name = JSON.stringify([letter.outcome, letter.code, letter.column]);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, { first: letter, rows: 1 });
    else group.rows += 1;
    rows += 1;
    seen += letter.raw.length;
  }
  return { groups: shown(groups), rows, isWhole: true };
}

const shown = (
  groups: ReadonlyMap<string, { readonly first: DeadLetter; readonly rows: number }>,
): RejectGroups['groups'] =>
  [...groups.values()]
    .sort((a, b) => b.rows - a.rows)
    .slice(0, GROUPS_MAX)
    .map(({ first: { outcome, code, column, reason }, rows }) => ({ outcome, code, column, reason, rows }));

const fits = (letter: DeadLetter, { code, column }: RejectsRequest): boolean =>
  (code === undefined || letter.code === code) && (column === undefined || (letter.column ?? '') === column);

function viewOf(letter: DeadLetter, { key, names }: RejectedRun): RejectView {
  const { outcome, code, column, reason, path, line, row, raw } = letter;
  return {
    ...{ outcome, code, column, reason, path, line, row },
    key: letter.key ?? keyOfRecord(letter, key, names),
    raw: raw.slice(0, RAW_MAX),
    // What is told in part cannot be put right.
    cells: raw.length > RAW_MAX ? null : rowOfRecord(letter, names),
  };
}

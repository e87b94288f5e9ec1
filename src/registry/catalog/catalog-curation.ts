import { isModelName } from '../../config/models.ts';
import type { Actor } from '../../core/actor.ts';
import { valueOfKey } from '../../core/element-at.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import type { Store, VersionRow, Versions } from '../../store/store.ts';
import type { NewVersion } from '../new-version.ts';
import type { InUse } from './catalog-garbage.ts';

/** What people do with versions that are there: each change is one transaction with its line in the audit log. */

interface Place {
  readonly store: Store;
  readonly clock: Clock;
}
interface Reference {
  readonly model: string;
  readonly version: number;
}
export interface VersionRemarks {
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly note?: string | undefined;
}

const LABELS_MAX = 64;
const LABEL_KEY = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}$/;
const LABEL_CHARS = 256;
const NOTE_CHARS = 10_000;
/** Begins with a letter, so that `churn@3` is always a number. */
export const ALIAS_NAME = /^[A-Za-z][A-Za-z0-9._-]{0,62}$/;
const ALIASES_MAX = 100;

export const named = ({ model, version }: Reference): string => `${model}@${version}`;

const invalid = (action: string, field: string, found: string, wanted: string): PlimsollError =>
  new PlimsollError('VERSION_INVALID', { action, field, found, wanted });

/** Throws VERSION_INVALID. */
export function checkNew(model: string, { labels, note }: NewVersion): void {
  if (!isModelName(model))
    throw invalid(
      'add a version',
      'the name of the model',
      JSON.stringify(model.slice(0, 120)),
      'up to 100 letters, digits, ".", "_" or "-", beginning with a letter or a digit',
    );
  checkRemarks({ labels, note });
}

function checkRemarks({ labels = {}, note = '' }: VersionRemarks): void {
  const action = 'label a version';
  const entries = Object.entries(labels);
  if (entries.length > LABELS_MAX)
    throw invalid(action, 'labels', `${entries.length} entries`, `up to ${LABELS_MAX}`);
  for (const [key, value] of entries) {
    if (!LABEL_KEY.test(key))
      throw invalid(
        action,
        'the key of a label',
        JSON.stringify(key.slice(0, 120)),
        'up to 63 letters, digits, ".", "_", "-" or "/", beginning with a letter or a digit',
      );
    if (typeof value !== 'string' || value.length > LABEL_CHARS)
      throw invalid(action, `label ${key}`, `a ${typeof value}`, `text of up to ${LABEL_CHARS} characters`);
  }
  if (typeof note !== 'string' || note.length > NOTE_CHARS)
    throw invalid(action, 'the note', `a ${typeof note}`, `text of up to ${NOTE_CHARS} characters`);
}

/** The remarks that are there: what is left out stays as it was. */
export const givenOf = ({ labels, note }: VersionRemarks): Pick<StateChange, 'labels' | 'note'> => ({
  ...(labels === undefined ? {} : { labels }),
  ...(note === undefined ? {} : { note }),
});

/** Throws VERSION_UNKNOWN. */
export async function existing(versions: Versions, { model, version }: Reference): Promise<VersionRow> {
  const row = Number.isSafeInteger(version) && version > 0 ? await versions.get(model, version) : null;
  if (!row) throw new PlimsollError('VERSION_UNKNOWN', { model, version });
  return row;
}

type StateChange = Parameters<Versions['update']>[2];

/** One change of a version, from a state in which it may be made, and what the audit log says of it. */
function apply(
  { store, clock }: Place,
  reference: Reference,
  {
    what,
    change,
    judge,
    body,
  }: {
    readonly what: string;
    readonly change: StateChange;
    readonly judge?: (row: VersionRow) => void;
    readonly body: object;
  },
  actor: Actor,
): Promise<VersionRow> {
  return store.transaction(async ({ versions, audit }) => {
    const row = await existing(versions, reference);
    judge?.(row);
    await versions.update(reference.model, reference.version, change);
    const told = { ...body, reason: actor.reason ?? null };
    await audit.append({ at: clock.now(), by: actor.by, what, subject: named(reference), body: told });
    return existing(versions, reference);
  });
}

/** Ends the proof of a version. */
export function settleVersion(
  place: Place,
  row: VersionRow,
  { state, checks }: Required<Pick<StateChange, 'state' | 'checks'>>,
  actor: Actor,
): Promise<VersionRow> {
  const body = { digest: row.digest, checks };
  return apply(place, row, { what: `version.${state}`, change: { state, checks }, body }, actor);
}

export async function remark(
  place: Place,
  reference: Reference,
  change: VersionRemarks,
  actor: Actor,
): Promise<VersionRow> {
  checkRemarks(change);
  const given = givenOf(change);
  return apply(place, reference, { what: 'version.changed', change: given, body: given }, actor);
}

export async function setAlias(
  { store, clock }: Place,
  { model, alias, version }: { model: string; alias: string; version: number | null },
  actor: Actor,
): Promise<void> {
  const action = 'set an alias';
  if (!ALIAS_NAME.test(alias))
    throw invalid(
      action,
      'its name',
      JSON.stringify(alias.slice(0, 120)),
      'up to 63 letters, digits, ".", "_" or "-", beginning with a letter',
    );
  await store.transaction(async ({ versions, audit }) => {
    const aliases = await versions.aliases(model);
    const from = Object.hasOwn(aliases, alias) ? valueOfKey(aliases, alias) : null;
    if (version !== null) {
      const row = await existing(versions, { model, version });
      expectState(row, 'ready', `name it ${alias}`);
      if (from === null && Object.keys(aliases).length >= ALIASES_MAX)
        throw invalid(action, 'the number of aliases', `${ALIASES_MAX} already`, 'fewer');
    }
    await versions.setAlias(model, alias, version);
    const body = { alias, from, to: version, reason: actor.reason ?? null };
    await audit.append({ at: clock.now(), by: actor.by, what: 'alias.changed', subject: model, body });
  });
}

function expectState(row: VersionRow, wanted: VersionRow['state'], action: string): void {
  if (row.state === wanted) return;
  const { model, version, state } = row;
  throw new PlimsollError('VERSION_STATE', { action, model, version, found: state, wanted });
}

export async function archive(
  place: Place,
  reference: Reference,
  actor: Actor,
  inUse: InUse,
): Promise<VersionRow> {
  const refuse = (use: string): PlimsollError => new PlimsollError('VERSION_IN_USE', { ...reference, use });
  const before = (await inUse(reference.model, reference.version)) ?? (await aliasOf(place, reference));
  if (before !== null) throw refuse(before);
  const judge = (row: VersionRow): void => expectState(row, 'ready', 'archive');
  const archived = await apply(
    place,
    reference,
    { what: 'version.archived', change: { state: 'archived' }, judge, body: {} },
    actor,
  );
  // A rollout that began in between saw a ready version: its claim goes first.
  const since = await inUse(reference.model, reference.version);
  if (since === null) return archived;
  await apply(place, reference, { what: 'version.ready', change: { state: 'ready' }, body: {} }, actor);
  throw refuse(since);
}

async function aliasOf({ store }: Place, { model, version }: Reference): Promise<string | null> {
  const aliases = Object.entries(await store.tables.versions.aliases(model));
  const alias = aliases.find(([, target]) => target === version)?.[0];
  return alias === undefined ? null : `the alias "${alias}" means it`;
}

export async function unarchive(
  place: Place,
  reference: Reference,
  actor: Actor,
  load: (row: VersionRow) => Promise<unknown>,
): Promise<VersionRow> {
  const row = await existing(place.store.tables.versions, reference);
  const judge = (now: VersionRow): void => expectState(now, 'archived', 'unarchive');
  judge(row);
  await load(row);
  return apply(
    place,
    reference,
    { what: 'version.ready', change: { state: 'ready' }, judge, body: {} },
    actor,
  );
}

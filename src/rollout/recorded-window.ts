/** Closed windows of counts: what the recorder writes, the controller decides on, and a replay reads back. Pure. */
import { messageOf } from '../core/error-text.ts';
import { PlimsollError } from '../core/errors.ts';
import { isRecord } from '../core/record.ts';
import type { PairCounts } from './evidence/paired.ts';

/** Counts of some units in one closed window. */
export interface UnitCounts {
  readonly units: number;
  readonly failures: number;
  /** Units slower than the frozen baseline quantile of that name, for the first time. */
  readonly over: ReadonlyMap<string, number>;
  /** Units whose output fell outside the frozen range of that name, for the first time. */
  readonly shifted: ReadonlyMap<string, number>;
  /** By name of a quantile or range: units that were not beyond it before. Where a name is left out, all `units`. */
  readonly atRisk: ReadonlyMap<string, number>;
  /** Units whose labels matured in the window, and those of them whose answer was wrong. */
  readonly labels: { readonly units: number; readonly failures: number } | null;
}

/** Counts of one arm in one closed window. */
export interface ArmCounts extends UnitCounts {
  /**
   * Those of them that are in it for the first time: units new to the arm's guard tests, apart from survivors of earlier
   * windows, who are less likely to fail. Null where that was not kept apart.
   */
  readonly newcomers: UnitCounts | null;
  /** Units seen in this arm for the first time in the rollout: what the split is tested on. */
  readonly assigned: number | null;
  /** Null where units were not told apart over windows, as in earlier versions: each window's are others then. */
  readonly distinct: DistinctCounts | null;
}

/** Units of one arm, each counted once, however many windows it comes in. */
export interface DistinctCounts {
  /** Units that the arm answered for the first time in the stage, or in the rollout, whatever arm they were in before. */
  readonly stage: number;
  readonly units: number;
  /** Of those in the rollout: units of which the candidate has had copies before. */
  readonly copied: number;
  /** Units that the arm failed for the first time. */
  readonly failures: number;
  /** Of `units`: slower than the mark of that name in this window, their first. Without marks there are no names. */
  readonly over: ReadonlyMap<string, number>;
  /** Units that had not failed in three windows in a row and now could; those that do so now fail again and again. */
  readonly lasting: { readonly units: number; readonly failures: number };
}

/** Units of which the candidate had a copy for the first time: in the stage, in the rollout. */
export interface CopiedUnits {
  readonly stage: number;
  readonly units: number;
}

/** Reads what a guard test counts: units at risk, and those that did what it is about. */
export type CountReader = (counts: UnitCounts) => readonly [units: number, bad: number];

export const readFailures: CountReader = ({ units, failures }) => [units, failures];
export const readLabels: CountReader = ({ labels }) => [labels?.units ?? 0, labels?.failures ?? 0];
export const slowReader =
  (name: string): CountReader =>
  ({ units, atRisk, over }) => [atRisk.get(name) ?? units, over.get(name) ?? 0];
export const shiftedReader =
  (name: string): CountReader =>
  ({ units, atRisk, shifted }) => [atRisk.get(name) ?? units, shifted.get(name) ?? 0];

export const readLasting = ({ distinct }: ArmCounts): readonly [units: number, bad: number] =>
  distinct === null ? [0, 0] : [distinct.lasting.units, distinct.lasting.failures];

/** An arm without traffic. */
export const NO_ARM_COUNTS: ArmCounts = {
  units: 0,
  failures: 0,
  over: new Map(),
  shifted: new Map(),
  atRisk: new Map(),
  labels: null,
  newcomers: null,
  assigned: null,
  distinct: null,
};

/** One closed window of one rollout, as recorded. */
export interface RecordedWindow {
  readonly rollout: string;
  readonly window: number;
  /** Milliseconds since the epoch, null where the recording has none. */
  readonly start: number | null;
  /** Candidate's share of units, 0 to 1, null where the recording has none. */
  readonly weight: number | null;
  /** Stage in which it was recorded: it counts towards that stage's time and units only. Null: whichever it is. */
  readonly stage: number | null;
  readonly candidate: ArmCounts;
  readonly stable: ArmCounts;
  /** Inputs that both models answered in a shadow stage, and the discordant ones by what was compared. */
  readonly pairs: number;
  readonly paired: ReadonlyMap<string, PairCounts>;
  /** Null where units were not told apart: each pair is another unit then. */
  readonly copies: CopiedUnits | null;
}

/** Largest number of units of one arm in one window (a million a second for a minute): a window costs by its counts. */
export const ARM_UNITS_MAX = 2 ** 26;
/** Most names of quantiles or ranges in one window, and the longest of them. */
const NAMES_MAX = 32;
const NAME_LENGTH_MAX = 64;

type Json = Readonly<Record<string, unknown>>;

/** Checks one line of a recording; throws WINDOW_INVALID with the line number and the field. */
export function parseWindow(text: string, line: number): RecordedWindow {
  const where = `line ${line}`;
  const json = parseJson(text, where);
  const arms = (json['arms'] ?? {}) as Json;
  if (typeof json['rollout'] !== 'string') failWindow(where, 'rollout', json['rollout'], 'a string');
  const pairs = requireCount(json['pairs'] ?? 0, where, 'pairs', ARM_UNITS_MAX);
  return {
    rollout: json['rollout'] as string,
    window: requireCount(json['window'], where, 'window', Number.MAX_SAFE_INTEGER),
    start: parseStart(json['start'], where),
    weight: parseWeight(json['weight'], where),
    stage: json['stage'] === undefined ? null : requireCount(json['stage'], where, 'stage', 1000),
    candidate: parseArm(arms['candidate'], where, 'arms.candidate'),
    stable: parseArm(arms['stable'], where, 'arms.stable'),
    pairs,
    paired: parsePaired(json['paired'], where, pairs),
    copies: parseCopies(json['copies'], where, pairs),
  };
}

function parseJson(text: string, where: string): Json {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    failWindow(where, 'the line', messageOf(error), 'JSON');
  }
  if (typeof json !== 'object' || json === null)
    failWindow(where, 'the line', text.slice(0, 40), 'a JSON object');
  return json as Json;
}

function parseStart(value: unknown, where: string): number | null {
  if (value === undefined) return null;
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time)
    ? failWindow(where, 'start', value, 'a time such as "2026-01-01T00:00:00Z"')
    : time;
}

function parseWeight(value: unknown, where: string): number | null {
  if (value === undefined) return null;
  if (typeof value === 'number' && value >= 0 && value <= 1) return value;
  return failWindow(where, 'weight', value, 'a share from 0 to 1');
}

export function parseArm(value: unknown, where: string, field: string): ArmCounts {
  const arm = requireObject(value, where, field);
  const counts = parseCounts(arm, where, field);
  return {
    ...counts,
    newcomers:
      arm['newcomers'] === undefined
        ? null
        : parseNewcomers(arm['newcomers'], counts, where, `${field}.newcomers`),
    assigned:
      arm['assigned'] === undefined
        ? null
        : requireCount(arm['assigned'], where, `${field}.assigned`, counts.units),
    distinct:
      arm['distinct'] === undefined ? null : parseDistinct(arm['distinct'], where, `${field}.distinct`),
  };
}

/** Units out of a risk set come again: of those told apart there may be more than `units` are at risk. */
function parseDistinct(value: unknown, where: string, field: string): DistinctCounts {
  const json = requireObject(value, where, field);
  const integer = (name: string, most = ARM_UNITS_MAX): number =>
    requireCount(json[name], where, `${field}.${name}`, most);
  const units = integer('units');
  const lasting = requireObject(json['lasting'], where, `${field}.lasting`);
  return {
    stage: integer('stage'),
    units,
    copied: integer('copied', units),
    failures: integer('failures'),
    over: parseNamed(json['over'], where, `${field}.over`, () => units),
    lasting: parseRatio(lasting, where, `${field}.lasting`),
  };
}

export function parseCopies(value: unknown, where: string, pairs: number): CopiedUnits | null {
  if (value === undefined || value === null) return null;
  const { stage, units } = requireObject(value, where, 'copies');
  return {
    stage: requireCount(stage, where, 'copies.stage', pairs),
    units: requireCount(units, where, 'copies.units', pairs),
  };
}

function parseCounts(json: Json, where: string, field: string): UnitCounts {
  const units = requireCount(json['units'], where, `${field}.units`, ARM_UNITS_MAX);
  const atRisk = parseNamed(json['atRisk'], where, `${field}.atRisk`, () => ARM_UNITS_MAX);
  const most = (name: string): number => atRisk.get(name) ?? units;
  const labels =
    json['labels'] === undefined ? null : requireObject(json['labels'], where, `${field}.labels`);
  return {
    units,
    failures: requireCount(json['failures'], where, `${field}.failures`, units),
    over: parseNamed(json['over'], where, `${field}.over`, most),
    shifted: parseNamed(json['shifted'], where, `${field}.shifted`, most),
    atRisk,
    labels: labels && parseRatio(labels, where, `${field}.labels`),
  };
}

/** Newcomers are part of all: of neither kind there are fewer than none, nor more that failed than there are. */
function parseNewcomers(value: unknown, all: UnitCounts, where: string, field: string): UnitCounts {
  const found = parseCounts(requireObject(value, where, field), where, field);
  const named = [...[...all.over.keys()].map(slowReader), ...[...all.shifted.keys()].map(shiftedReader)];
  for (const read of [readFailures, readLabels, ...named]) {
    const [units, bad] = read(found);
    const [allUnits, allBad] = read(all);
    if (units > allUnits || bad > allBad || allBad - bad > allUnits - units)
      failWindow(where, field, `${bad} of ${units} among ${allBad} of ${allUnits}`, 'a part of all units');
  }
  return found;
}

function parseRatio(labels: Json, where: string, field: string): { units: number; failures: number } {
  const units = requireCount(labels['units'], where, `${field}.units`, ARM_UNITS_MAX);
  return { units, failures: requireCount(labels['failures'], where, `${field}.failures`, units) };
}

function parseNamed(
  value: unknown,
  where: string,
  field: string,
  most: (name: string) => number,
): ReadonlyMap<string, number> {
  const found = namedEntries(value, where, field);
  return new Map(found.map(([name, n]) => [name, requireCount(n, where, `${field}.${name}`, most(name))]));
}

export function parsePaired(value: unknown, where: string, pairs: number): ReadonlyMap<string, PairCounts> {
  return new Map(
    namedEntries(value, where, 'paired').map(([name, found]) => {
      const field = `paired.${name}`;
      const both = requireObject(found, where, field);
      const candidateOnly = requireCount(both['candidateOnly'], where, `${field}.candidateOnly`, pairs);
      const stableOnly = requireCount(
        both['stableOnly'],
        where,
        `${field}.stableOnly`,
        pairs - candidateOnly,
      );
      const rest = pairs - candidateOnly - stableOnly;
      return [
        name,
        { candidateOnly, stableOnly, both: requireCount(both['both'] ?? 0, where, `${field}.both`, rest) },
      ];
    }),
  );
}

function namedEntries(value: unknown, where: string, field: string): [string, unknown][] {
  if (value === undefined) return [];
  const entries = Object.entries(requireObject(value, where, field));
  if (entries.length > NAMES_MAX || entries.some(([name]) => name.length > NAME_LENGTH_MAX))
    failWindow(
      where,
      field,
      `${entries.length} names`,
      `at most ${NAMES_MAX} names of ${NAME_LENGTH_MAX} characters`,
    );
  return entries;
}

export function requireObject(value: unknown, where: string, field: string): Json {
  return isRecord(value) ? value : failWindow(where, field, value, 'an object');
}

export function requireCount(value: unknown, where: string, field: string, max: number): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= max)
    return value as number;
  return failWindow(where, field, value, `a whole number from 0 to ${max}`);
}

export function failWindow(where: string, field: string, found: unknown, wanted: string): never {
  throw new PlimsollError('WINDOW_INVALID', {
    where,
    field,
    found: JSON.stringify(found)?.slice(0, 80) ?? 'missing',
    wanted,
  });
}

/** Closed windows of counts: what the recorder writes, the controller decides on, and a replay reads back. Pure. */
import { PlimsollError } from '../core/errors.ts';
import type { Pairs } from './evidence/paired.ts';

/** Counts of one arm in one closed window. */
export interface ArmCounts {
  readonly units: number;
  readonly failures: number;
  /** Units slower than the frozen baseline quantile of that name, for the first time in the window. */
  readonly over: ReadonlyMap<string, number>;
  /** Units whose output fell outside the frozen range of that name. */
  readonly shifted: ReadonlyMap<string, number>;
  /** Units whose labels matured in the window, and those of them whose answer was wrong. */
  readonly labels: { readonly units: number; readonly failures: number } | null;
  /** Units seen in this arm for the first time in the rollout: what the split is tested on. */
  readonly assigned: number | null;
}

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
  readonly paired: ReadonlyMap<string, Pairs>;
}

/** Largest number of units of one arm in one window (a million a second for a minute): a window costs by its counts. */
const UNITS_MAX = 2 ** 26;
/** Most names of quantiles or ranges in one window, and the longest of them. */
const NAMES_MAX = 32;
const NAME_LENGTH_MAX = 64;

type Json = Readonly<Record<string, unknown>>;

/** Checks one line of a recording; throws WINDOW_INVALID with the line number and the field. */
export function parseWindow(text: string, line: number): RecordedWindow {
  const json = parseJson(text, line);
  const arms = (json['arms'] ?? {}) as Json;
  if (typeof json['rollout'] !== 'string') fail(line, 'rollout', json['rollout'], 'a string');
  const pairs = count(json['pairs'] ?? 0, line, 'pairs', UNITS_MAX);
  return {
    rollout: json['rollout'] as string,
    window: count(json['window'], line, 'window', Number.MAX_SAFE_INTEGER),
    start: parseStart(json['start'], line),
    weight: parseWeight(json['weight'], line),
    stage: json['stage'] === undefined ? null : count(json['stage'], line, 'stage', 1000),
    candidate: parseArm(arms['candidate'], line, 'arms.candidate'),
    stable: parseArm(arms['stable'], line, 'arms.stable'),
    pairs,
    paired: parsePaired(json['paired'], line, pairs),
  };
}

function parseJson(text: string, line: number): Json {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    fail(line, 'the line', (error as Error).message, 'JSON');
  }
  if (typeof json !== 'object' || json === null) fail(line, 'the line', text.slice(0, 40), 'a JSON object');
  return json as Json;
}

function parseStart(value: unknown, line: number): number | null {
  if (value === undefined) return null;
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? fail(line, 'start', value, 'a time such as "2026-01-01T00:00:00Z"') : time;
}

function parseWeight(value: unknown, line: number): number | null {
  if (value === undefined) return null;
  if (typeof value === 'number' && value >= 0 && value <= 1) return value;
  return fail(line, 'weight', value, 'a share from 0 to 1');
}

function parseArm(value: unknown, line: number, field: string): ArmCounts {
  const arm = object(value, line, field);
  const units = count(arm['units'], line, `${field}.units`, UNITS_MAX);
  const labels = arm['labels'] === undefined ? null : object(arm['labels'], line, `${field}.labels`);
  return {
    units,
    failures: count(arm['failures'], line, `${field}.failures`, units),
    over: parseNamed(arm['over'], line, `${field}.over`, units),
    shifted: parseNamed(arm['shifted'], line, `${field}.shifted`, units),
    labels: labels && parseLabels(labels, line, `${field}.labels`),
    assigned: arm['assigned'] === undefined ? null : count(arm['assigned'], line, `${field}.assigned`, units),
  };
}

function parseLabels(labels: Json, line: number, field: string): { units: number; failures: number } {
  const units = count(labels['units'], line, `${field}.units`, UNITS_MAX);
  return { units, failures: count(labels['failures'], line, `${field}.failures`, units) };
}

function parseNamed(value: unknown, line: number, field: string, max: number): ReadonlyMap<string, number> {
  const found = namedEntries(value, line, field);
  return new Map(found.map(([name, n]) => [name, count(n, line, `${field}.${name}`, max)]));
}

function parsePaired(value: unknown, line: number, pairs: number): ReadonlyMap<string, Pairs> {
  return new Map(
    namedEntries(value, line, 'paired').map(([name, found]) => {
      const field = `paired.${name}`;
      const both = object(found, line, field);
      const candidateOnly = count(both['candidateOnly'], line, `${field}.candidateOnly`, pairs);
      const stableOnly = count(both['stableOnly'], line, `${field}.stableOnly`, pairs - candidateOnly);
      const rest = pairs - candidateOnly - stableOnly;
      return [
        name,
        { candidateOnly, stableOnly, both: count(both['both'] ?? 0, line, `${field}.both`, rest) },
      ];
    }),
  );
}

function namedEntries(value: unknown, line: number, field: string): [string, unknown][] {
  if (value === undefined) return [];
  const entries = Object.entries(object(value, line, field));
  if (entries.length > NAMES_MAX || entries.some(([name]) => name.length > NAME_LENGTH_MAX))
    fail(
      line,
      field,
      `${entries.length} names`,
      `at most ${NAMES_MAX} names of ${NAME_LENGTH_MAX} characters`,
    );
  return entries;
}

function object(value: unknown, line: number, field: string): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Json)
    : fail(line, field, value, 'an object');
}

function count(value: unknown, line: number, field: string, max: number): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= max)
    return value as number;
  return fail(line, field, value, `a whole number from 0 to ${max}`);
}

function fail(line: number, field: string, found: unknown, wanted: string): never {
  throw new PlimsollError('WINDOW_INVALID', {
    line,
    field,
    found: JSON.stringify(found)?.slice(0, 80) ?? 'missing',
    wanted,
  });
}

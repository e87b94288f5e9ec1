import { PlimsollError } from '../core/errors.ts';
import type { WindowCounts } from './evidence/conditional.ts';

/** Counts of one arm in one closed window. */
export interface ArmCounts {
  readonly units: number;
  readonly failures: number;
  /** Units slower than the frozen baseline quantile of that name, for the first time in the window. */
  readonly over: Readonly<Record<string, number>>;
}

/** One closed window of one rollout, as recorded. */
export interface RecordedWindow {
  readonly rollout: string;
  readonly window: number;
  readonly candidate: ArmCounts;
  readonly stable: ArmCounts;
}

/** Largest number of units of one arm in one window: beyond it sums of counts lose exactness. */
const UNITS_MAX = 2 ** 40;

/** Checks one line of a recording; throws WINDOW_INVALID with the line number and the field. */
export function parseWindow(text: string, line: number): RecordedWindow {
  const json = parseJson(text, line) as Record<string, unknown>;
  const arms = json['arms'] as Record<string, unknown> | undefined;
  if (typeof json['rollout'] !== 'string') fail(line, 'rollout', json['rollout'], 'a string');
  return {
    rollout: json['rollout'] as string,
    window: count(json['window'], line, 'window', Number.MAX_SAFE_INTEGER),
    candidate: parseArm(arms?.['candidate'], line, 'arms.candidate'),
    stable: parseArm(arms?.['stable'], line, 'arms.stable'),
  };
}

function parseJson(text: string, line: number): unknown {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    fail(line, 'the line', (error as Error).message, 'JSON');
  }
  if (typeof json !== 'object' || json === null) fail(line, 'the line', text.slice(0, 40), 'a JSON object');
  return json;
}

function parseArm(value: unknown, line: number, field: string): ArmCounts {
  if (typeof value !== 'object' || value === null) fail(line, field, value, 'an object');
  const arm = value as Record<string, unknown>;
  const units = count(arm['units'], line, `${field}.units`, UNITS_MAX);
  const failures = count(arm['failures'], line, `${field}.failures`, units);
  const over = Object.entries((arm['over'] ?? {}) as Record<string, unknown>);
  return {
    units,
    failures,
    over: Object.fromEntries(over.map(([name, n]) => [name, count(n, line, `${field}.over.${name}`, units)])),
  };
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
    found: JSON.stringify(found) ?? 'missing',
    wanted,
  });
}

/** Failures of both arms as evidence counts. */
export const failureCounts = ({ candidate, stable }: RecordedWindow): WindowCounts => ({
  candidate: candidate.units,
  stable: stable.units,
  candidateFailures: candidate.failures,
  stableFailures: stable.failures,
});

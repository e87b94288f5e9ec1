import { PlimsollError } from '../core/errors.ts';
import { parseSize, type Setting } from './settings.ts';

/** What explanations of answers may take, so that predictions do not wait for them; from the environment. */
export interface ExplanationSettings {
  /** Milliseconds after which an answer goes out without its explanation. */
  readonly timeoutMillis: number;
  /** Milliseconds that an answer waits longer while what explains its version is made, which happens once. */
  readonly preparingMillis: number;
  /** Requests that may wait for their explanation in one serving process. */
  readonly maxQueue: number;
  /** Rows × columns of one request. */
  readonly maxCells: number;
  /** Memory of the process that explains, in bytes. */
  readonly memoryBytes: number;
  /** Milliseconds without a request after which that process ends. */
  readonly idleMillis: number;
}

/** How that process stands to others that want the processor. */
export type ExplanationPriority = 'idle' | 'normal';

/** `PLIMSOLL_EXPLAIN_PRIORITY`: by default it runs when nothing else wants the processor. Throws CONFIG_INVALID. */
export function explanationPriority(env: Readonly<Record<string, string | undefined>>): ExplanationPriority {
  const text = env['PLIMSOLL_EXPLAIN_PRIORITY'] ?? 'idle';
  if (text === 'idle' || text === 'normal') return text;
  const problems = `PLIMSOLL_EXPLAIN_PRIORITY is "${text}", wanted "idle" or "normal"`;
  throw new PlimsollError('CONFIG_INVALID', { problems, list: [problems] });
}

const between =
  (low: number, high: number, unit = 1) =>
  (text: string): number | undefined => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    return value >= low && value <= high ? value * unit : undefined;
  };

const EXPLANATION_SETTINGS = {
  timeoutMillis: {
    env: 'PLIMSOLL_EXPLAIN_TIMEOUT',
    fallback: '1000',
    wanted: 'milliseconds from 1 to 60000',
    parse: between(1, 60_000),
  },
  preparingMillis: {
    env: 'PLIMSOLL_EXPLAIN_PREPARE',
    fallback: '10000',
    wanted: 'milliseconds from 0 to 60000',
    parse: between(0, 60_000),
  },
  maxQueue: {
    env: 'PLIMSOLL_EXPLAIN_QUEUE',
    fallback: '16',
    wanted: 'a number from 1 to 1000',
    parse: between(1, 1000),
  },
  maxCells: {
    env: 'PLIMSOLL_EXPLAIN_CELLS',
    fallback: '20000',
    wanted: 'a number from 1 to 1000000',
    parse: between(1, 1_000_000),
  },
  memoryBytes: {
    env: 'PLIMSOLL_EXPLAIN_MEMORY',
    fallback: '1gb',
    wanted: 'a size such as 2gb, up to 4gb',
    parse: parseSize,
  },
  idleMillis: {
    env: 'PLIMSOLL_EXPLAIN_IDLE',
    fallback: '300',
    wanted: 'seconds from 1 to 86400',
    parse: between(1, 86_400, 1000),
  },
} as const satisfies { readonly [K in keyof ExplanationSettings]: Setting<number> };

/** The settings that `env` gives, with defaults for the others. Throws CONFIG_INVALID with every one that is no good value. */
export function explanationSettings(env: Readonly<Record<string, string | undefined>>): ExplanationSettings {
  const problems: string[] = [];
  const read = (name: keyof ExplanationSettings): number => {
    const { env: variable, fallback, wanted, parse } = EXPLANATION_SETTINGS[name];
    const text = env[variable] ?? fallback;
    const value = parse(text);
    if (value === undefined) problems.push(`${variable} is "${text}", wanted ${wanted}`);
    return value ?? 0;
  };
  const settings: ExplanationSettings = {
    timeoutMillis: read('timeoutMillis'),
    preparingMillis: read('preparingMillis'),
    maxQueue: read('maxQueue'),
    maxCells: read('maxCells'),
    memoryBytes: read('memoryBytes'),
    idleMillis: read('idleMillis'),
  };
  explanationPriority(env);
  if (problems.length > 0)
    throw new PlimsollError('CONFIG_INVALID', { problems: problems.join('; '), list: problems });
  return settings;
}

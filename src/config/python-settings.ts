import { availableParallelism } from 'node:os';
import { PlimsollError } from '../core/errors.ts';
import { parseSize, type Setting } from './settings.ts';

/** How versions that run with Python are run, wherever they are loaded; from the environment, as children inherit it. */
export interface PythonSettings {
  /** Worker processes of one version in each process that serves it. */
  readonly workers: number;
  /** Milliseconds that one call may take. */
  readonly callMillis: number;
  /** Milliseconds that a worker may take until it has loaded its model. */
  readonly startMillis: number;
  /** Memory of one worker, in bytes. */
  readonly memoryBytes: number;
  /** Rows of one call at most. */
  readonly maxRows: number;
}

const MOST_WORKERS = 64;

const between =
  (low: number, high: number) =>
  (text: string): number | undefined => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    return value >= low && value <= high ? value : undefined;
  };

const workersOf = (text: string): number | undefined =>
  text === 'auto' ? Math.max(1, availableParallelism() - 1) : between(1, MOST_WORKERS)(text);

const SECOND = 1000;
const seconds =
  (low: number, high: number) =>
  (text: string): number | undefined => {
    const value = between(low, high)(text);
    return value === undefined ? undefined : value * SECOND;
  };

const PYTHON_SETTINGS = {
  workers: {
    env: 'PLIMSOLL_PYTHON_WORKERS',
    fallback: 'auto',
    wanted: `"auto" or a number from 1 to ${MOST_WORKERS}`,
    parse: workersOf,
  },
  callMillis: {
    env: 'PLIMSOLL_PYTHON_TIMEOUT',
    fallback: '30',
    wanted: 'seconds from 1 to 3600',
    parse: seconds(1, 3600),
  },
  startMillis: {
    env: 'PLIMSOLL_PYTHON_START_TIMEOUT',
    fallback: '120',
    wanted: 'seconds from 1 to 3600',
    parse: seconds(1, 3600),
  },
  memoryBytes: {
    env: 'PLIMSOLL_PYTHON_MEMORY',
    fallback: '4gb',
    wanted: 'a size such as 2gb, up to 4gb',
    parse: parseSize,
  },
  maxRows: {
    env: 'PLIMSOLL_PYTHON_MAX_ROWS',
    fallback: '1024',
    wanted: 'a number from 1 to 100000',
    parse: between(1, 100_000),
  },
} as const satisfies { readonly [K in keyof PythonSettings]: Setting<PythonSettings[K]> };

/** The settings that `env` gives, with defaults for the others. Throws CONFIG_INVALID with every one that is no good value. */
export function pythonSettings(env: Readonly<Record<string, string | undefined>>): PythonSettings {
  const problems: string[] = [];
  const read = <K extends keyof PythonSettings>(name: K): number => {
    const { env: variable, fallback, wanted, parse } = PYTHON_SETTINGS[name];
    const text = env[variable] ?? fallback;
    const value = parse(text);
    if (value === undefined) problems.push(`${variable} is "${text}", wanted ${wanted}`);
    return value ?? 0;
  };
  const settings: PythonSettings = {
    workers: read('workers'),
    callMillis: read('callMillis'),
    startMillis: read('startMillis'),
    memoryBytes: read('memoryBytes'),
    maxRows: read('maxRows'),
  };
  if (problems.length > 0)
    throw new PlimsollError('CONFIG_INVALID', { problems: problems.join('; '), list: problems });
  return settings;
}

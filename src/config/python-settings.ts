import { availableParallelism } from 'node:os';
import { PlimsollError } from '../core/errors.ts';
import { parseSize, type Setting } from './settings.ts';

/** How versions that run with Python are run, wherever they are loaded; from the environment, as children inherit it. */
export interface PythonSettings {
  /** Worker processes of one version in each process that serves it. */
  readonly workers: WorkerRange;
  /** Milliseconds for which one worker fewer has to be enough before it goes. */
  readonly cooldownMillis: number;
  /** Milliseconds without a request after which the last worker goes, where that may be. */
  readonly idleMillis: number;
  /** Milliseconds that one call may take. */
  readonly callMillis: number;
  /** Milliseconds that a worker may take until it has loaded its model. */
  readonly startMillis: number;
  /** Memory of one worker, in bytes. */
  readonly memoryBytes: number;
  /** Rows of one call at most. */
  readonly maxRows: number;
}

/** From `min`, which may be 0, to `max`, as the load asks for. */
interface WorkerRange {
  readonly min: number;
  readonly max: number;
}

const MOST_WORKERS = 64;

const between =
  (low: number, high: number) =>
  (text: string): number | undefined => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    return value >= low && value <= high ? value : undefined;
  };

/** `auto`, `3`, or `0-3`. */
function workersOf(text: string): WorkerRange | undefined {
  if (text === 'auto') {
    const workers = Math.max(1, availableParallelism() - 1);
    return { min: workers, max: workers };
  }
  const [, from, to] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
  const max = between(1, MOST_WORKERS)(to ?? from ?? '');
  const min = max === undefined ? undefined : between(to === undefined ? 1 : 0, max)(from ?? '');
  return min === undefined || max === undefined ? undefined : { min, max };
}

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
    wanted: `"auto", a number from 1 to ${MOST_WORKERS}, or a range such as 0-4`,
    parse: workersOf,
  },
  cooldownMillis: {
    env: 'PLIMSOLL_PYTHON_COOLDOWN',
    fallback: '60',
    wanted: 'seconds from 1 to 3600',
    parse: seconds(1, 3600),
  },
  idleMillis: {
    env: 'PLIMSOLL_PYTHON_IDLE',
    fallback: '300',
    wanted: 'seconds from 1 to 86400',
    parse: seconds(1, 86_400),
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
  const read = <K extends keyof PythonSettings>(name: K): PythonSettings[K] => {
    const { env: variable, fallback, wanted, parse } = PYTHON_SETTINGS[name];
    const text = env[variable] ?? fallback;
    const value = parse(text);
    if (value === undefined) problems.push(`${variable} is "${text}", wanted ${wanted}`);
    return (value ?? parse(fallback)) as PythonSettings[K];
  };
  const settings: PythonSettings = {
    workers: read('workers'),
    cooldownMillis: read('cooldownMillis'),
    idleMillis: read('idleMillis'),
    callMillis: read('callMillis'),
    startMillis: read('startMillis'),
    memoryBytes: read('memoryBytes'),
    maxRows: read('maxRows'),
  };
  if (problems.length > 0)
    throw new PlimsollError('CONFIG_INVALID', { problems: problems.join('; '), list: problems });
  return settings;
}

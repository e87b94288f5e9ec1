import { availableParallelism } from 'node:os';
import { CPU_DEVICE, DEVICE_VARIABLE, DEVICE_WANTED, type Device, parseDevice } from '../core/devices.ts';
import { PlimsollError } from '../core/errors.ts';
import { parseSize, type Setting } from './settings.ts';

/** How foreign graphs are run that have processes of their own; from the environment, as children inherit it. */
export interface GraphSettings {
  /** Memory of one process, in bytes, besides copies of the graph itself. */
  readonly memoryBytes: number;
  /** Milliseconds that one call may take. */
  readonly callMillis: number;
  /** Threads of one process that share an operator, where that changes no bit of the answers. */
  readonly threads: number;
}

const parseSeconds = (text: string): number | undefined => {
  const value = /^\d+$/.test(text) ? Number(text) : 0;
  return value >= 1 && value <= 3600 ? value * 1000 : undefined;
};

const MOST_THREADS = 64;

function parseThreads(text: string): number | undefined {
  if (text === 'auto') return Math.min(MOST_THREADS, availableParallelism());
  const value = /^\d+$/.test(text) ? Number(text) : 0;
  return value >= 1 && value <= MOST_THREADS ? value : undefined;
}

const GRAPH_SETTINGS = {
  memoryBytes: {
    env: 'PLIMSOLL_GRAPH_MEMORY',
    fallback: '1gb',
    wanted: 'a size such as 512mb, up to 4gb',
    parse: parseSize,
  },
  callMillis: {
    env: 'PLIMSOLL_GRAPH_TIMEOUT',
    fallback: '30',
    wanted: 'seconds from 1 to 3600',
    parse: parseSeconds,
  },
  threads: {
    env: 'PLIMSOLL_GRAPH_THREADS',
    fallback: 'auto',
    wanted: `auto, which is one a processor, or a number from 1 to ${MOST_THREADS}`,
    parse: parseThreads,
  },
} as const satisfies { readonly [K in keyof GraphSettings]: Setting<GraphSettings[K]> };

/** The settings that `env` gives, with defaults for the others. Throws CONFIG_INVALID with every one that is no good value. */
export function graphSettings(env: Readonly<Record<string, string | undefined>>): GraphSettings {
  const problems: string[] = [];
  const read = ({ env: name, fallback, wanted, parse }: Setting<number>): number => {
    const text = env[name] ?? fallback;
    const value = parse(text);
    if (value === undefined) problems.push(`${name} is "${text}", wanted ${wanted}`);
    return value ?? parse(fallback)!;
  };
  const settings = {
    memoryBytes: read(GRAPH_SETTINGS.memoryBytes),
    callMillis: read(GRAPH_SETTINGS.callMillis),
    threads: read(GRAPH_SETTINGS.threads),
  };
  if (problems.length > 0)
    throw new PlimsollError('CONFIG_INVALID', { problems: problems.join('; '), list: problems });
  return settings;
}

/** What the graphs of a server run on. Throws CONFIG_INVALID. */
export function servedDevice(env: Readonly<Record<string, string | undefined>>): Device {
  const text = env[DEVICE_VARIABLE];
  if (text === undefined || text === '') return CPU_DEVICE;
  const device = parseDevice(text);
  if (device !== undefined) return device;
  const problem = `${DEVICE_VARIABLE} is "${text}", wanted ${DEVICE_WANTED}`;
  throw new PlimsollError('CONFIG_INVALID', { problems: problem, list: [problem] });
}

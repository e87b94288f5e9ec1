import { availableParallelism } from 'node:os';
import { ALIAS_SETS, aliasSets } from '../metrics/aliases.ts';

/** One setting of `serve`: where it comes from, how it is read, what it is for. */
export interface Setting<T> {
  readonly env: string;
  readonly fallback: string;
  /** What a good value looks like, for messages. */
  readonly wanted: string;
  /** undefined where `text` is no good value. */
  readonly parse: (text: string) => T | undefined;
}

const SIZE = /^(\d+(?:\.\d+)?)\s*(|b|kb|mb|gb)$/i;
const FACTORS: Readonly<Record<string, number>> = { '': 1, b: 1, kb: 2 ** 10, mb: 2 ** 20, gb: 2 ** 30 };

/** `10mb` in bytes (units of 1024), or undefined. */
export function parseSize(text: string): number | undefined {
  const [, digits, unit] = SIZE.exec(text.trim()) ?? [];
  if (digits === undefined || unit === undefined) return undefined;
  const size = Math.round(Number(digits) * FACTORS[unit.toLowerCase()]!);
  return size > 0 && size <= 2 ** 32 ? size : undefined;
}

function parsePort(text: string): number | undefined {
  const port = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return port <= 65_535 ? port : undefined;
}

/** More processes than any machine has use for. */
const MOST_WORKERS = 256;

/** `auto` leaves a core to the scoring threads, and serves in one process where that leaves one. */
function parseWorkers(text: string): number | undefined {
  if (text === 'auto') return Math.max(1, availableParallelism() - 1);
  const workers = /^\d+$/.test(text) ? Number(text) : 0;
  return workers >= 1 && workers <= MOST_WORKERS ? workers : undefined;
}

/** Databases that several machines may share are named by URL; a password may stand in it, so it is never repeated. */
const STORE = /^(?:sqlite:.+|postgres(?:ql)?:\/\/.+)$/s;
const parseStore = (text: string): string | null | undefined => {
  if (text === 'data') return null;
  return STORE.test(text) ? text : undefined;
};

const parseFolder = (text: string): string | null => (text.trim() === '' ? null : text);

const parseName = (text: string): string | undefined => (text.trim() === '' ? undefined : text);

export const SETTINGS = {
  port: { env: 'PLIMSOLL_PORT', fallback: '8080', wanted: 'a port from 0 to 65535', parse: parsePort },
  host: {
    env: 'PLIMSOLL_HOST',
    fallback: '127.0.0.1',
    wanted: 'an address or a host name',
    parse: parseName,
  },
  workers: {
    env: 'PLIMSOLL_WORKERS',
    fallback: 'auto',
    wanted: `"auto" or a number from 1 to ${MOST_WORKERS}`,
    parse: parseWorkers,
  },
  maxBody: {
    env: 'PLIMSOLL_MAX_BODY',
    fallback: '32mb',
    wanted: 'a size such as 10mb, up to 4gb',
    parse: parseSize,
  },
  store: {
    env: 'PLIMSOLL_STORE',
    fallback: 'data',
    wanted: '"data" (a database in the data folder), sqlite:PATH or postgres://…',
    parse: parseStore,
  },
  capture: {
    env: 'PLIMSOLL_CAPTURE',
    fallback: 'on',
    wanted: '"on" or "off"',
    parse: (text) =>
      text === 'on' || text === 'true' ? true : text === 'off' || text === 'false' ? false : undefined,
  },
  metricsAliases: {
    env: 'PLIMSOLL_METRICS_ALIASES',
    fallback: '',
    wanted: `names of ${ALIAS_SETS.join(', ')}`,
    parse: (text: string) => aliasSets(text) ?? undefined,
  },
  watch: { env: 'PLIMSOLL_WATCH', fallback: '', wanted: 'a folder', parse: parseFolder },
  data: { env: 'PLIMSOLL_DATA', fallback: '.plimsoll', wanted: 'a directory', parse: parseName },
} as const satisfies Record<string, Setting<unknown>>;

export type SettingName = keyof typeof SETTINGS;

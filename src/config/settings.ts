import { availableParallelism } from 'node:os';
import { DEVICE_VARIABLE, DEVICE_WANTED, parseDevice } from '../core/devices.ts';
import { valueOfKey } from '../core/element-at.ts';
import { parseReferences, REFERENCES_VARIABLE } from '../core/references.ts';
import { LINK_LOCAL_VARIABLE, REDIRECT_HOSTS_VARIABLE } from '../http/outbound.ts';
import { ALIAS_SETS, aliasSets } from '../metrics/alias-sets.ts';
import { parseRate } from './access.ts';

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
  const size = Math.round(Number(digits) * valueOfKey(FACTORS, unit.toLowerCase()));
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

const parseFlag = (text: string): boolean | undefined =>
  text === 'true' || text === 'on' ? true : text === 'false' || text === 'off' ? false : undefined;

const HOST_NAME = /^[a-z0-9][a-z0-9.-]{0,252}$/;
const parseNames = (text: string): readonly string[] | undefined => {
  const names = text
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((name) => name !== '');
  return names.every((name) => HOST_NAME.test(name)) ? names : undefined;
};

const parseCount = (text: string): number | undefined =>
  /^\d{1,9}$/.test(text) && Number(text) > 0 ? Number(text) : undefined;

/** `5%` as 0.05. */
const parsePercent = (text: string): number | undefined => {
  const percent = /^(\d{1,2}(?:\.\d+)?)%$/.exec(text)?.[1];
  return percent === undefined ? undefined : Number(percent) / 100;
};

const parseShare = (text: string): number | undefined => {
  const share = text === '100%' ? 1 : parsePercent(text);
  return share === undefined || share < 0.01 ? undefined : share;
};

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
  maxConnections: {
    env: 'PLIMSOLL_MAX_CONNECTIONS',
    fallback: '4096',
    wanted: 'a number from 1',
    parse: parseCount,
  },
  maxReceiving: {
    env: 'PLIMSOLL_MAX_RECEIVING',
    fallback: '1024',
    wanted: 'a number from 1',
    parse: parseCount,
  },
  peerShare: {
    env: 'PLIMSOLL_PEER_SHARE',
    fallback: '50%',
    wanted: 'a share from 1% to 100%',
    parse: parseShare,
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
  monitorShare: {
    env: 'PLIMSOLL_MONITOR_SHARE',
    fallback: '1%',
    wanted: 'a share of one processor, from 0.1% to 99%',
    parse: (text: string) => {
      const share = parsePercent(text);
      return share === undefined || share < 0.001 ? undefined : share;
    },
  },
  metricsAliases: {
    env: 'PLIMSOLL_METRICS_ALIASES',
    fallback: '',
    wanted: `names of ${ALIAS_SETS.join(', ')}`,
    parse: (text: string) => aliasSets(text) ?? undefined,
  },
  references: {
    env: REFERENCES_VARIABLE,
    fallback: '',
    wanted: 'env:NAME and file:/PATH, with commas between',
    parse: parseReferences,
  },
  linkLocal: {
    env: LINK_LOCAL_VARIABLE,
    fallback: 'off',
    wanted: '"on" or "off"',
    parse: parseFlag,
  },
  redirectHosts: {
    env: REDIRECT_HOSTS_VARIABLE,
    fallback: '',
    wanted: 'host names, without ports, or *',
    parse: (text) => (text === '*' ? ['*'] : parseNames(text)),
  },
  keys: {
    env: 'PLIMSOLL_REQUIRE_KEYS',
    fallback: 'auto',
    wanted: '"auto" or "required"',
    parse: (text: string) => (text === 'required' ? true : text === 'auto' ? false : undefined),
  },
  keysFile: { env: 'PLIMSOLL_KEYS_FILE', fallback: '', wanted: 'a file', parse: parseFolder },
  insecure: { env: 'PLIMSOLL_INSECURE', fallback: 'false', wanted: '"true" or "false"', parse: parseFlag },
  hosts: { env: 'PLIMSOLL_HOSTS', fallback: '', wanted: 'host names, without ports', parse: parseNames },
  metricsAccess: {
    env: 'PLIMSOLL_METRICS_ACCESS',
    fallback: 'keys',
    wanted: '"keys" or "open"',
    parse: (text: string) => (text === 'open' ? true : text === 'keys' ? false : undefined),
  },
  rateLimit: {
    env: 'PLIMSOLL_RATE_LIMIT',
    fallback: 'off',
    wanted: '"off" or a rate such as 100/s, 600/m or 100/s,500 (with a burst of 500)',
    parse: parseRate,
  },
  uploadsPerDay: {
    env: 'PLIMSOLL_UPLOADS_PER_DAY',
    fallback: '1000',
    wanted: 'a number from 1',
    parse: parseCount,
  },
  uploadBytesPerDay: {
    env: 'PLIMSOLL_UPLOAD_BYTES_PER_DAY',
    fallback: '4gb',
    wanted: 'a size such as 2gb, up to 4gb',
    parse: parseSize,
  },
  diskReserve: {
    env: 'PLIMSOLL_DISK_RESERVE',
    fallback: '2%',
    wanted: 'a share such as 5%',
    parse: parsePercent,
  },
  tlsCert: { env: 'PLIMSOLL_TLS_CERT', fallback: '', wanted: 'a file in PEM form', parse: parseFolder },
  tlsKey: { env: 'PLIMSOLL_TLS_KEY', fallback: '', wanted: 'a file in PEM form', parse: parseFolder },
  tlsClientCa: {
    env: 'PLIMSOLL_TLS_CLIENT_CA',
    fallback: '',
    wanted: 'a file in PEM form',
    parse: parseFolder,
  },
  device: { env: DEVICE_VARIABLE, fallback: 'cpu', wanted: DEVICE_WANTED, parse: parseDevice },
  watch: { env: 'PLIMSOLL_WATCH', fallback: '', wanted: 'a folder', parse: parseFolder },
  data: { env: 'PLIMSOLL_DATA', fallback: '.plimsoll', wanted: 'a directory', parse: parseName },
} as const satisfies Record<string, Setting<unknown>>;

export type SettingName = keyof typeof SETTINGS;

/** What a setting is once it is read. */
export type SettingValue<N extends SettingName> = Exclude<
  ReturnType<(typeof SETTINGS)[N]['parse']>,
  undefined
>;
/** Reads one setting, from wherever it comes. */
export type ReadSetting = <N extends SettingName>(name: N) => SettingValue<N>;

/**
 * Whom a server lets in, decided once from how it is started. On a loopback address everybody on the machine may ask,
 * as they may read its memory too; anywhere else callers need keys, unless a person says that the network keeps others
 * away. Platforms that start containers keep them to themselves and send no keys. Pure.
 */
import { valueOfKey } from '../core/element-at.ts';
import type { Contract } from './contract.ts';

export type AccessMode =
  /** Listens on loopback: programs on this machine may ask; pages of other sites may not. */
  | 'local'
  /** Everything but health needs a key. */
  | 'keys'
  /** Whoever reaches the address may ask for predictions, by the word of a person. */
  | 'insecure'
  /** The platform that has started this container lets nobody else in. */
  | 'platform';

/** How often one key, or one address without a key, may ask. */
export interface RateLimit {
  readonly perSecond: number;
  /** Requests that may come at once. */
  readonly burst: number;
}

/** What one key may upload in a day (UTC), and how full uploads may make the disk. */
export interface UploadQuota {
  readonly perDay: number;
  /** Bytes. */
  readonly bytesPerDay: number;
  /** Share of the disk of the data folder that uploads leave free, 0 to 1. */
  readonly freeShare: number;
}

/** Files in PEM form, read again when they change. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  /** Clients must show a certificate that one of these has signed; null asks for none. */
  readonly clientCa: string | null;
}

/** Plain data: crosses to processes. */
export interface AccessSettings {
  readonly mode: AccessMode;
  /** Names besides localhost and loopback addresses by which browsers call this server; their pages may ask it. */
  readonly hosts: readonly string[];
  /** The address or name that it listens on, by which programs on this machine call it; null where it is all of them. */
  readonly address: string | null;
  /** File of keys (hashes only) besides those of the store, or null. */
  readonly keysFile: string | null;
  /** Whether `/metrics` answers without a key. */
  readonly openMetrics: boolean;
  /** For each process that serves; null limits nobody. */
  readonly rate: RateLimit | null;
  readonly uploads: UploadQuota;
}

/** What decides. */
export interface AccessWish {
  /** Address to listen on. */
  readonly host: string;
  readonly contract: Pick<Contract, 'kind'>;
  readonly insecure: boolean;
  /** Keys are wanted on a loopback address too, as behind a proxy. */
  readonly keysRequired: boolean;
}

/** The mode, or in words why what was asked for cannot be had. */
export function accessMode({ host, contract, insecure, keysRequired }: AccessWish): AccessMode | Refused {
  if (insecure && keysRequired) return refused('insecure and keys: required contradict each other');
  const { kind } = contract;
  // KServe passes headers on; the other platforms take authorization for their own.
  if (keysRequired && (kind === 'sagemaker' || kind === 'vertex'))
    return refused(`keys: required cannot be had on ${kind}, which lets callers in itself and sends no keys`);
  if (keysRequired) return 'keys';
  if (kind !== 'plain') return 'platform';
  if (insecure) return 'insecure';
  return isLoopbackHost(host) ? 'local' : 'keys';
}

interface Refused {
  readonly problem: string;
}
const refused = (problem: string): Refused => ({ problem });

/** Every name by which a server may be called. */
export const namesOf = ({ hosts, address }: Pick<AccessSettings, 'hosts' | 'address'>): readonly string[] =>
  address === null ? hosts : [...hosts, address];

/** Whether only this machine reaches what listens there. A name other than localhost may lead anywhere. */
export const isLoopbackHost = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host === '[::1]' || isLoopbackIPv4(host);

export const isLoopbackIPv4 = (text: string): boolean =>
  /^127(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/.test(text);

/** As sockets name their peers: IPv4 inside IPv6 as well. */
export const isLoopbackAddress = (address: string): boolean =>
  address === '::1' || isLoopbackIPv4(address.replace(/^::ffff:/i, ''));

/** Seconds of each unit. */
const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };
const RATE = /^(\d{1,9}(?:\.\d{1,6})?)\/([smh])(?:,(\d{1,9}))?$/;

/** `100/s`, `600/m`, `100/s,500` with a burst of 500, or `off`; undefined where it is none of them. */
export function parseRate(text: string): RateLimit | null | undefined {
  if (text === 'off') return null;
  const [, count, unit, burst] = RATE.exec(text) ?? [];
  if (count === undefined || unit === undefined) return undefined;
  const perSecond = Number(count) / valueOfKey(UNITS, unit);
  const rate = { perSecond, burst: burst === undefined ? Math.max(1, Math.ceil(perSecond)) : Number(burst) };
  return rate.perSecond > 0 && rate.burst >= 1 ? rate : undefined;
}

/** What each of several processes on one socket allows, so that together they allow the whole. */
export const shareOf = (rate: RateLimit | null, processes: number): RateLimit | null =>
  rate && {
    perSecond: rate.perSecond / processes,
    burst: Math.max(1, Math.ceil(rate.burst / processes)),
  };

/** What a server goes by that nobody has told anything. */
export const LOCAL_ACCESS: AccessSettings = {
  mode: 'local',
  hosts: [],
  address: null,
  keysFile: null,
  openMetrics: false,
  rate: null,
  uploads: { perDay: 1000, bytesPerDay: 2 ** 32, freeShare: 0 },
};

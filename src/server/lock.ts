import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { messageOf } from '../core/error-text.ts';
import { isPlimsollError, PlimsollError } from '../core/errors.ts';
import { isRecord } from '../core/record.ts';
import { replacePrivateFile } from '../disk/replace-file.ts';
import { ownDataFolder } from './data-folder.ts';

/**
 * One owner of a data folder. The lock is an exclusive transaction on the empty database `DATA/lock`: the kernel lets go
 * of it when its holder ends, however it ends, and nobody has to tell a dead holder from a process of the same number.
 */

/** A server that answers. */
export interface LiveServer {
  readonly pid: number;
  /** Path of the Unix socket of its control API. */
  readonly socket: string;
  readonly url: string;
  /** ISO 8601. */
  readonly startedAt: string;
}

/** What `DATA/server.json` says: who holds the folder, and where it answers once it does. */
type Card = Pick<LiveServer, 'pid' | 'startedAt'> & {
  readonly socket: string | null;
  readonly url: string | null;
};

export interface DataLock {
  /** Path for the control socket of this owner. */
  readonly socket: string;
  /** Tells commands where the control API and the predictions are. */
  announce(url: string): void;
  /** Once is enough. */
  release(): void;
}

const LOCK = 'lock';
const CARD = 'server.json';
const SOCKET = 'control.sock';
/** Two that look at the same moment wait for each other, instead of taking each other for an owner. */
const WAIT_MILLIS = 500;
/** Bytes of a socket's path that every system takes (104 on macOS, 108 on Linux, with the end). */
const SOCKET_PATH_MAX = 100;
/** `SQLITE_BUSY` */
const BUSY = 5;
/** Locks of this process. One that nothing refers to would be collected as garbage, and thereby let go. */
const held = new Set<DatabaseSync>();

/** Takes the folder, which is made where there is none. Throws DATA_LOCKED, naming the owner, or DATA_UNWRITABLE. */
export function lockData(dataDir: string): DataLock {
  const folder = resolve(dataDir);
  const database = exclusively(folder);
  held.add(database);
  const letGo = (): void => {
    if (held.delete(database)) database.close();
  };
  const socket = socketOf(folder);
  const startedAt = new Date().toISOString();
  const write = (url: string | null): void =>
    writeCard(folder, { pid: process.pid, socket: url === null ? null : socket, url, startedAt });
  try {
    write(null);
  } catch (cause) {
    letGo();
    throw unwritable(folder, cause);
  }
  return {
    socket,
    announce: write,
    release: () => {
      // Released before, it may be another one's by now.
      if (!held.has(database)) return;
      rmSync(join(folder, CARD), { force: true });
      rmSync(socket, { force: true });
      if (dirname(socket) !== folder) rmSync(dirname(socket), { recursive: true, force: true });
      letGo();
    },
  };
}

/** The server that owns the folder and answers, or null. Never waits for long, takes nothing. */
export function liveServer(dataDir: string): LiveServer | null {
  const folder = resolve(dataDir);
  const card = readCard(folder);
  if (card === null || card.socket === null || card.url === null || !isHeld(folder)) return null;
  return { pid: card.pid, socket: card.socket, url: card.url, startedAt: card.startedAt };
}

function exclusively(folder: string): DatabaseSync {
  try {
    ownDataFolder(folder);
    const database = new DatabaseSync(join(folder, LOCK), { timeout: WAIT_MILLIS });
    try {
      database.exec('BEGIN EXCLUSIVE');
      return database;
    } catch (cause) {
      database.close();
      throw cause;
    }
  } catch (cause) {
    if (isPlimsollError(cause)) throw cause;
    throw isBusy(cause) ? locked(folder) : unwritable(folder, cause);
  }
}

/** A reader is shut out by an owner, and shuts nobody out for longer than a look. */
function isHeld(folder: string): boolean {
  try {
    const database = new DatabaseSync(join(folder, LOCK), { readOnly: true });
    try {
      database.exec('SELECT count(*) FROM sqlite_schema');
      return false;
    } finally {
      database.close();
    }
  } catch (cause) {
    return isBusy(cause);
  }
}

const isBusy = (cause: unknown): boolean => isRecord(cause) && cause['errcode'] === BUSY;

function locked(folder: string): PlimsollError {
  const card = readCard(folder);
  const where = card?.url ? ` and answers at ${card.url}` : '';
  const owner = card ? `process ${card.pid}` : 'another process';
  return new PlimsollError('DATA_LOCKED', {
    path: folder,
    owner,
    where,
    ...(card && { pid: card.pid, url: card.url }),
  });
}

const unwritable = (folder: string, cause: unknown): PlimsollError =>
  new PlimsollError('DATA_UNWRITABLE', { path: folder, reason: messageOf(cause) }, { cause });

/** In the folder, or, where that makes it too long, in a new folder that nobody else may enter. */
function socketOf(folder: string): string {
  const path = join(folder, SOCKET);
  if (Buffer.byteLength(path) <= SOCKET_PATH_MAX) return path;
  return join(mkdtempSync(join(tmpdir(), 'plimsoll-')), SOCKET);
}

const writeCard = (folder: string, card: Card): void =>
  replacePrivateFile(join(folder, CARD), `${JSON.stringify(card)}\n`, { flush: false });

function readCard(folder: string): Card | null {
  try {
    const card: unknown = JSON.parse(readFileSync(join(folder, CARD), 'utf8'));
    return isCard(card) ? card : null;
  } catch {
    return null;
  }
}

function isCard(card: unknown): card is Card {
  if (typeof card !== 'object' || card === null) return false;
  const { pid, socket, url, startedAt } = card as Partial<Record<keyof Card, unknown>>;
  const isText = (value: unknown): boolean => value === null || typeof value === 'string';
  return Number.isSafeInteger(pid) && typeof startedAt === 'string' && isText(socket) && isText(url);
}

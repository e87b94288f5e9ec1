import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { systemCodeOf } from '../../core/error-text.ts';
import { PlimsollError } from '../../core/errors.ts';
import { retry } from '../../core/retry.ts';
import { makeFolder } from '../../disk/durable.ts';
import { followRequest } from '../../http/client.ts';
import { runProgram } from '../../process/run-program.ts';
import { bytesText } from '../../text/bytes.ts';
import type { DebianPackage, NpmArchive } from './lock.ts';

/** Fetches what an image is made of: from a folder, from what was fetched before, or from mirrors; proved by its digest. */

/** A file that is known by its digest. */
export interface PinnedFile {
  /** Its name among others. */
  readonly file: string;
  readonly algorithm: 'sha256' | 'sha512';
  /** Hex. */
  readonly digest: string;
  /** Where it may be, asked in this order until one has it. */
  readonly urls: () => Promise<readonly string[]>;
}

export interface ArchiveSettings {
  /** Folder that already has the files, or null; nothing is then asked of a network. */
  readonly folder: string | null;
  readonly cache: string;
  /** Root of a mirror of Debian. */
  readonly debian: string;
  /** Root of npm's registry, or null for the one that npm is configured with. */
  readonly npm: string | null;
  readonly snapshot: string;
  readonly onProgress: (stage: string) => void;
}

const DEBIAN = 'https://deb.debian.org/debian';
const RETRY = { attempts: 3, backoff: { firstMillis: 100, maxMillis: 1000 } };
/** A mirror that says nothing for so long is given up. */
const SILENCE_MILLIS = 60_000;

/** An answer that asking again does not change. */
class Refused extends Error {}

/** Where this user's caches are. */
const cacheFolder = (env: NodeJS.ProcessEnv = process.env): string =>
  join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'plimsoll', 'images');

/** Settings from the environment: PLIMSOLL_DEBIAN_MIRROR, PLIMSOLL_NPM_REGISTRY, npm's own, XDG_CACHE_HOME. */
export function archiveSettings(
  given: Pick<ArchiveSettings, 'folder' | 'snapshot' | 'onProgress'>,
  env: NodeJS.ProcessEnv = process.env,
): ArchiveSettings {
  const npm = env['PLIMSOLL_NPM_REGISTRY'] || env['npm_config_registry'] || null;
  const debian = env['PLIMSOLL_DEBIAN_MIRROR'] || DEBIAN;
  return {
    ...given,
    cache: cacheFolder(env),
    debian: rootOf(debian),
    npm: npm === null ? null : rootOf(npm),
  };
}

const rootOf = (url: string): string => url.replace(/\/+$/, '');

export function pinnedNpm({ name, version, integrity }: NpmArchive, settings: ArchiveSettings): PinnedFile {
  const file = `${basename(name)}-${version}.tgz`;
  const digest = Buffer.from(integrity.slice('sha512-'.length), 'base64').toString('hex');
  const urls = async (): Promise<string[]> => [`${settings.npm ?? (await npmRegistry())}/${name}/-/${file}`];
  return { file, algorithm: 'sha512', digest, urls };
}

/** npm knows which registry this user has. */
async function npmRegistry(): Promise<string> {
  const { status, stdout } = await runProgram('npm', ['config', 'get', 'registry'], {
    ...{ env: process.env, limitMillis: 60_000, maxOutputBytes: 65_536 },
  });
  if (status === 0) return rootOf(stdout.trim());
  const reason = 'npm does not tell its registry; PLIMSOLL_NPM_REGISTRY names one';
  throw new PlimsollError('IMAGE_DOWNLOAD', { file: 'packages of npm', from: 'its registry', reason });
}

export function pinnedDebian({ path, sha256 }: DebianPackage, settings: ArchiveSettings): PinnedFile {
  // What a mirror has replaced stays in the archive of snapshots.
  const snapshot = `https://snapshot.debian.org/archive/debian/${settings.snapshot}`;
  const urls = async (): Promise<string[]> =>
    [settings.debian, snapshot].map((root) => `${root}/${path.split('/').map(encodeURIComponent).join('/')}`);
  return { file: basename(path), algorithm: 'sha256', digest: sha256, urls };
}

/**
 * Path of the file, whose bytes have been proved. A download that was interrupted is gone on with. Throws IMAGE_DOWNLOAD
 * where nobody has it, IMAGE_ARCHIVE where it is another file, FILE_UNWRITABLE where it cannot be kept.
 */
export async function fetchPinned(pinned: PinnedFile, settings: ArchiveSettings): Promise<string> {
  if (settings.folder !== null) return proved(join(settings.folder, pinned.file), pinned);
  const kept = join(settings.cache, 'archives', `${pinned.digest.slice(0, 16)}-${pinned.file}`);
  if (existsSync(kept)) {
    if ((await digestOf(kept, pinned.algorithm)) === pinned.digest) return kept;
    await rm(kept, { force: true }); // damaged on the disk: fetched anew
  }
  await makeFolder(dirname(kept));
  const part = await claimPart(kept);
  const failures: string[] = [];
  for (const url of await pinned.urls()) {
    try {
      await download(url, part, pinned, settings.onProgress);
      await proved(part, pinned);
      await rename(part, kept);
      return kept;
    } catch (cause) {
      if (cause instanceof PlimsollError && cause.code === 'IMAGE_ARCHIVE') await rm(part, { force: true });
      failures.push(`${new URL(url).host}: ${reasonOf(cause)}`);
    }
  }
  const details = { file: pinned.file, from: failures.map((text) => text.split(':')[0]).join(' and ') };
  throw new PlimsollError('IMAGE_DOWNLOAD', { ...details, reason: failures.join('; ') });
}

/** Path of what this process downloads to: what one that is gone has left behind is gone on with. */
async function claimPart(kept: string): Promise<string> {
  const own = `${kept}.${process.pid}.part`;
  const [folder, name] = [dirname(kept), basename(kept)];
  for (const left of await readdir(folder)) {
    const pid = left.startsWith(`${name}.`) ? Number(/\.(\d+)\.part$/.exec(left)?.[1]) : Number.NaN;
    if (Number.isNaN(pid) || isAlive(pid)) continue;
    await rename(join(folder, left), own).catch(() => undefined); // another one was faster
  }
  return own;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return systemCodeOf(error) === 'EPERM';
  }
}

async function proved(path: string, { file, algorithm, digest }: PinnedFile): Promise<string> {
  if (!existsSync(path)) throw new PlimsollError('FILE_NOT_FOUND', { path });
  const found = await digestOf(path, algorithm);
  if (found === digest) return path;
  throw new PlimsollError('IMAGE_ARCHIVE', {
    file,
    algorithm,
    found: found.slice(0, 16),
    wanted: digest.slice(0, 16),
  });
}

async function digestOf(path: string, algorithm: string): Promise<string> {
  const hash = createHash(algorithm);
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk);
  return hash.digest('hex');
}

const reasonOf = (cause: unknown): string => {
  if (!(cause instanceof Error)) return String(cause);
  return cause.cause instanceof Error ? `${cause.message} (${cause.cause.message})` : cause.message;
};

const download = (
  url: string,
  part: string,
  { file }: PinnedFile,
  onProgress: (stage: string) => void,
): Promise<void> => {
  const report = (done: number, whole: number): void =>
    onProgress(`fetching ${file}, ${bytesText(done)} of ${bytesText(whole)}`);
  const isRetryable = (cause: unknown): boolean => !(cause instanceof Refused);
  return retry(() => continueDownload(url, part, report), { ...RETRY, isRetryable });
};

/** Goes on behind what `part` has. */
async function continueDownload(
  url: string,
  part: string,
  report: (done: number, whole: number) => void,
): Promise<void> {
  const from = existsSync(part) ? (await stat(part)).size : 0;
  const silence = new AbortController();
  const watch = setTimeout(() => silence.abort(new Error('it went silent')), SILENCE_MILLIS);
  try {
    const headers = from > 0 ? { range: `bytes=${from}-` } : {};
    const answer = await followRequest(new URL(url), { headers, signal: silence.signal });
    const { statusCode: status } = answer;
    if (status === 416) await rm(part, { force: true }); // as long as the file is, or longer: from the start
    if (status !== 200 && status !== 206) {
      answer.destroy();
      const said = `it answered ${status}`;
      throw status >= 400 && status < 500 && status !== 416 ? new Refused(said) : new Error(said);
    }
    const start = status === 206 ? from : 0;
    const whole = start + Number(answer.headers['content-length'] ?? 0);
    let done = start;
    answer.on('data', (chunk: Uint8Array) => {
      watch.refresh();
      done += chunk.length;
      report(done, whole);
    });
    await pipeline(answer, createWriteStream(part, { flags: start > 0 ? 'a' : 'w' }));
  } finally {
    clearTimeout(watch);
  }
}

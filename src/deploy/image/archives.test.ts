import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  type ArchiveSettings,
  archiveSettings,
  fetchPinned,
  type PinnedFile,
  pinnedDebian,
  pinnedNpm,
} from './archives.ts';
import { BASE_LOCK } from './lock.ts';

const BYTES = Buffer.from('the bytes of a package '.repeat(20_000));
const digest = createHash('sha256').update(BYTES).digest('hex');

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
let home: string;
let servers: Server[];
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'plimsoll-archives-'));
  servers = [];
});
afterEach(() => {
  for (const server of servers) server.close().closeAllConnections();
  rmSync(home, { recursive: true });
});

async function mirror(answer: Answer): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const settings = (folder: string | null = null): ArchiveSettings => ({
  ...archiveSettings(
    { folder, snapshot: BASE_LOCK.snapshot, onProgress: () => undefined },
    { XDG_CACHE_HOME: home },
  ),
});
const pinned = (...urls: string[]): PinnedFile => ({
  file: 'x.deb',
  algorithm: 'sha256',
  digest,
  urls: async () => urls,
});
const kept = (): string[] => readdirSync(join(settings().cache, 'archives'));
const whole: Answer = (_, response) => response.end(BYTES);

/** Serves ranges; of the first answer only half arrives. */
function interrupted(ranges: (string | undefined)[]): Answer {
  return (request, response) => {
    ranges.push(request.headers.range);
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    response.writeHead(from > 0 ? 206 : 200, { 'content-length': BYTES.length - from });
    if (ranges.length > 1) response.end(BYTES.subarray(from));
    else response.write(BYTES.subarray(0, 200_000), () => setTimeout(() => response.destroy(), 50));
  };
}

test('a download that breaks off is gone on with where it ended, and proved as a whole', async () => {
  const ranges: (string | undefined)[] = [];
  const path = await fetchPinned(pinned(await mirror(interrupted(ranges))), settings());
  expect(readFileSync(path).equals(BYTES)).toBe(true);
  expect(ranges).toEqual([undefined, expect.stringMatching(/^bytes=[1-9]\d+-$/)]);
});

test('what a killed process has left behind is gone on with by the next', async () => {
  const ranges: (string | undefined)[] = ['as if it were the second'];
  const url = await mirror(interrupted(ranges));
  await fetchPinned(pinned(url), settings());
  const [name] = kept();
  const gone = 2 ** 22 + 1; // above the largest process id there is
  rmSync(join(settings().cache, 'archives', name!));
  writeFileSync(join(settings().cache, 'archives', `${name}.${gone}.part`), BYTES.subarray(0, 100_000));
  await fetchPinned(pinned(url), settings());
  expect(ranges.at(-1)).toBe('bytes=100000-');
  expect(kept()).toEqual([name]);
});

test('a complete file that was not named yet is fetched from the start, once', async () => {
  const url = await mirror((request, response) => {
    if (request.headers.range !== undefined) return response.writeHead(416).end();
    return response.end(BYTES);
  });
  await fetchPinned(pinned(url), settings());
  const [name] = kept();
  rmSync(join(settings().cache, 'archives', name!));
  writeFileSync(join(settings().cache, 'archives', `${name}.${2 ** 22 + 1}.part`), BYTES);
  expect(readFileSync(await fetchPinned(pinned(url), settings())).equals(BYTES)).toBe(true);
});

test('a mirror that has it no more is followed by the next one, without asking it again', async () => {
  let asked = 0;
  const gone = await mirror((_, response) => {
    asked++;
    response.writeHead(404).end();
  });
  const path = await fetchPinned(pinned(gone, await mirror(whole)), settings());
  expect(readFileSync(path).equals(BYTES)).toBe(true);
  expect(asked).toBe(1);
});

test('another file under the name is refused, kept nowhere, and another mirror asked', async () => {
  const wrong = await mirror((_, response) => response.end('something else'));
  await expect(fetchPinned(pinned(wrong), settings())).rejects.toMatchObject({ code: 'IMAGE_DOWNLOAD' });
  await expect(fetchPinned(pinned(wrong), settings())).rejects.toThrow(`its sha256 begins with`);
  expect(kept()).toEqual([]);
  await fetchPinned(pinned(wrong, await mirror(whole)), settings());
});

test('what was damaged on the disk is fetched anew; what is whole is not asked for', async () => {
  let asked = 0;
  const url = await mirror((request, response) => {
    asked++;
    whole(request, response);
  });
  const path = await fetchPinned(pinned(url), settings());
  await fetchPinned(pinned(url), settings());
  expect(asked).toBe(1);
  writeFileSync(path, 'damaged');
  expect(readFileSync(await fetchPinned(pinned(url), settings())).equals(BYTES)).toBe(true);
  expect(asked).toBe(2);
});

test('nobody there is a coded error that names the host and the way without a network', async () => {
  const error = await fetchPinned(pinned('http://127.0.0.1:9/x.deb'), settings()).catch((one) => one);
  expect(error).toMatchObject({ code: 'IMAGE_DOWNLOAD' });
  expect(error.message).toContain('Cannot fetch "x.deb" from 127.0.0.1');
  expect(error.hint).toContain('--base-archive DIR');
});

test('a folder that has the files is used without a network, and proved', async () => {
  writeFileSync(join(home, 'x.deb'), BYTES);
  expect(await fetchPinned(pinned('http://127.0.0.1:9/'), settings(home))).toBe(join(home, 'x.deb'));
  writeFileSync(join(home, 'x.deb'), 'other');
  await expect(fetchPinned(pinned(), settings(home))).rejects.toMatchObject({ code: 'IMAGE_ARCHIVE' });
  rmSync(join(home, 'x.deb'));
  await expect(fetchPinned(pinned(), settings(home))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
});

test('mirrors are what the environment says, and the archive of snapshots has what they have replaced', async () => {
  const env = {
    PLIMSOLL_DEBIAN_MIRROR: 'http://mirror.example/debian/',
    npm_config_registry: 'http://npm.example/',
  };
  const own = archiveSettings(
    { folder: null, snapshot: '20261126T000000Z', onProgress: () => undefined },
    env,
  );
  const lock = BASE_LOCK.platforms['linux/amd64']!;
  const libstdc = lock.debian.find(({ name }) => name === 'libstdc++6')!;
  expect(await pinnedDebian(libstdc, own).urls()).toEqual([
    `http://mirror.example/debian/pool/main/g/gcc-12/${encodeURIComponent(libstdc.path.split('/').at(-1)!)}`,
    `https://snapshot.debian.org/archive/debian/20261126T000000Z/pool/main/g/gcc-12/${encodeURIComponent(libstdc.path.split('/').at(-1)!)}`,
  ]);
  const bindings = lock.batch[0]!;
  const { file, digest: wanted, urls } = pinnedNpm(bindings, own);
  expect(await urls()).toEqual([`http://npm.example/@duckdb/node-bindings/-/${file}`]);
  expect(Buffer.from(wanted, 'hex').toString('base64')).toBe(bindings.integrity.slice('sha512-'.length));
});

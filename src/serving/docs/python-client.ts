import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import packageJson from '../../../package.json' with { type: 'json' };
import { DISTRIBUTION, wheelName } from '../../python/wheel.ts';
import { clientPage } from './pages.ts';

/** Where a server offers the wheel of the Python package of its own version. */
const CLIENT = '/clients/python';
export const WHEEL_PATH = `${CLIENT}/${wheelName()}`;

/**
 * Page with the wheel's address and digest: for people, for `pip --find-links`, and, by the name of the distribution,
 * for `pip --index-url` (PEP 503). `origin`: what the one who asks calls this server.
 */
export async function clientIndex(origin: string): Promise<string> {
  const sha256 = createHash('sha256')
    .update(await readWheel())
    .digest('hex');
  const { version } = packageJson;
  return clientPage({
    origin,
    distribution: DISTRIBUTION,
    version,
    path: WHEEL_PATH,
    name: wheelName(),
    sha256,
  });
}

export const CLIENT_INDEX_PATHS = [CLIENT, `${CLIENT}/${DISTRIBUTION}`];

const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d+)?$/i;

/**
 * What the one who asks calls this server, for lines to be copied: who needed a key needs it again, as the password. A name
 * that is none is not repeated. Pure.
 */
export function requestOrigin({ host = '', authorization }: IncomingHttpHeaders, isSecure: boolean): string {
  const key = authorization === undefined ? '' : 'key:$PLIMSOLL_KEY@';
  return `${isSecure ? 'https' : 'http'}://${key}${HOST.test(host) ? host : 'SERVER'}`;
}

/** The bytes of the wheel: beside the bundle in `dist/`; from source, of one that is made when somebody first asks. */
export function readWheel(): Promise<Buffer> {
  if (!import.meta.url.endsWith('.ts'))
    return readFile(fileURLToPath(new URL(`./clients/python/${wheelName()}`, import.meta.url)));
  made ??= makeWheel().catch((error: unknown) => {
    made = null; // the next one tries again
    throw error;
  });
  return made;
}

let made: Promise<Buffer> | null = null;

async function makeWheel(): Promise<Buffer> {
  const build = fileURLToPath(new URL('../../../tools/build.ts', import.meta.url));
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-wheel-'));
  try {
    await promisify(execFile)(process.execPath, [build, '--wheel', folder]);
    return await readFile(join(folder, wheelName()));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Debian's docker-registry as a test wants it; gone with the process that wanted it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../../../tools/free-port.ts';

/** Runs the server until standard input closes. */
const WATCHED = '"$@" & cat > /dev/null; kill $!; wait';

export interface TestRegistry {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  /** Lines of its log. */
  log(): readonly string[];
  /** Digests of all blobs that it has kept. */
  blobs(): readonly string[];
  stop(): Promise<void>;
}

export interface RegistrySettings {
  /** Lines of YAML under `auth:`, or under `http:`. */
  readonly auth?: (folder: string) => string;
  readonly http?: (folder: string) => string;
}

export async function startRegistry({ auth, http }: RegistrySettings = {}): Promise<TestRegistry> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-registry-'));
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  const root = join(folder, 'data');
  mkdirSync(root);
  const config = [
    'version: 0.1',
    `storage: {filesystem: {rootdirectory: ${root}}}`,
    `http: {addr: ${host}, secret: test${http === undefined ? '' : `, ${http(folder)}`}}`,
    ...(auth === undefined ? [] : [`auth: ${auth(folder)}`]),
  ];
  const path = join(folder, 'config.yml');
  writeFileSync(path, config.join('\n'));
  const server = spawn('sh', ['-c', WATCHED, 'sh', 'docker-registry', 'serve', path], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  let log = '';
  server.stderr.on('data', (chunk) => {
    log += chunk;
  });
  await answering(`http${http === undefined ? '' : 's'}://${host}/v2/`, () => log);
  return {
    host,
    log: () => log.split('\n'),
    blobs: () => digestsBelow(join(root, 'docker/registry/v2/blobs/sha256')),
    stop: async () => {
      server.stdin.end();
      await once(server, 'exit');
      rmSync(folder, { recursive: true });
    },
  };
}

const digestsBelow = (folder: string): string[] =>
  readdirSync(folder).flatMap((two) => readdirSync(join(folder, two)));

async function answering(url: string, log: () => string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await fetch(url);
      return;
    } catch (error) {
      // A certificate of its own: it answers.
      if (((error as Error).cause as NodeJS.ErrnoException)?.code?.includes('SIGNED')) return;
      if (tries === 100) throw new Error(`docker-registry does not answer:\n${log()}`, { cause: error });
      await sleep(50);
    }
  }
}

/** One user as `htpasswd -B` writes it: `somebody`, `secret`. */
export const HTPASSWD = 'somebody:$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n';

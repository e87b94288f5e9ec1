/** Message servers of one's own for tests, on free ports, gone afterwards. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../../../tools/free-port.ts';

export interface MessageServer {
  readonly url: string;
  /** Where it keeps what it has acknowledged. */
  readonly folder: string;
  /** Ends it as a power failure would; what it had acknowledged is on the disk. */
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const FOLDERS = ['/usr/bin', '/usr/sbin', '/usr/local/bin'];

/** Path of a program of Debian's, or null. */
export const program = (name: string): string | null =>
  FOLDERS.map((folder) => join(folder, name)).find(existsSync) ?? null;

/** Redis that keeps its streams in a file. */
export const startRedis = (): Promise<MessageServer> =>
  startServer('redis-server', 'redis', (port, folder) => [
    ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder],
    ...['--save', '', '--appendonly', 'yes', '--appendfsync', 'always'],
  ]);

/** NATS with JetStream. */
export const startNats = (): Promise<MessageServer> =>
  startServer('nats-server', 'nats', (port, folder) => [
    '-js',
    '-sd',
    folder,
    '-a',
    '127.0.0.1',
    '-p',
    String(port),
  ]);

async function startServer(
  name: string,
  scheme: string,
  flags: (port: number, folder: string) => readonly string[],
): Promise<MessageServer> {
  const path = program(name);
  if (path === null) throw new Error(`no ${name} on this machine: apt-get install ${name}`);
  const folder = mkdtempSync(join(tmpdir(), `plimsoll-${scheme}-`));
  const port = await freePort();
  let server: ChildProcess | null = null;
  const kill = async (): Promise<void> => {
    const ending = server;
    server = null;
    if (ending === null || ending.exitCode !== null) return;
    ending.kill('SIGKILL');
    await once(ending, 'exit');
  };
  const start = async (): Promise<void> => {
    server = spawn(path, flags(port, folder), { stdio: 'ignore' });
    await answering(port);
  };
  await start();
  return {
    url: `${scheme}://127.0.0.1:${port}`,
    folder,
    kill,
    start,
    stop: async () => {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function answering(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const socket = connect(port, '127.0.0.1');
    const connected = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (connected) return;
    await sleep(50);
  }
  throw new Error(`nothing answers on port ${port}`);
}

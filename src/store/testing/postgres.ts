/** A PostgreSQL server of one's own for tests, in a temporary folder, gone afterwards. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from '../../../tools/free-port.ts';

const DEBIAN = '/usr/lib/postgresql';

/** Folder with initdb and postgres: PLIMSOLL_POSTGRES, else Debian's newest; null where there is none. */
export function postgresBinaries(): string | null {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    process.env['PLIMSOLL_POSTGRES'] ?? '',
    ...versions.map((name) => join(DEBIAN, name, 'bin')),
  ];
  return folders.find((folder) => existsSync(join(folder, 'initdb'))) ?? null;
}

/** Runs a server until standard input closes: when it is told so, or when the process that wanted it is no more. */
const WATCHED = '"$@" & cat > /dev/null; kill -QUIT $!; wait';

/** Time limit of the hooks that start and stop one: a busy machine takes a while. */
export const HOOK_MILLIS = 60_000;

export interface PostgresServer {
  /** Makes an empty database and answers its URL. */
  database(): Promise<string>;
  /** Ends the server at once, as a power failure would. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data. */
  start(): Promise<void>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

/** Starts a server; `settings` are added to its command line, such as `max_connections=20`. */
export async function startPostgres(settings: readonly string[] = []): Promise<PostgresServer> {
  const binaries = postgresBinaries();
  if (binaries === null) throw new Error('no PostgreSQL on this machine: apt-get install postgresql');
  const identity = unprivileged();
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-postgres-'));
  if (identity !== undefined) chownSync(folder, identity.uid, identity.gid);
  const data = join(folder, 'data');
  makeCluster(binaries, data, identity);

  const port = await freePort();
  // Without fsync a killed server keeps what it wrote, as long as the machine itself goes on.
  const all = ['listen_addresses=127.0.0.1', `unix_socket_directories=${folder}`, 'fsync=off', ...settings];
  const flags = ['-D', data, '-p', String(port), ...all.flatMap((setting) => ['-c', setting])];
  const url = (name: string) => `postgres://postgres@127.0.0.1:${port}/${name}`;
  let server: ChildProcess | null = null;
  let databases = 0;

  // At once, without writing back what is in memory: what is left is either recovered or removed.
  const end = async () => {
    const ending = server;
    server = null;
    if (ending === null || ending.exitCode !== null) return;
    ending.stdin?.end();
    await once(ending, 'exit');
  };
  const start = async () => {
    const command = ['-c', WATCHED, 'sh', join(binaries, 'postgres'), ...flags];
    server = spawn('sh', command, { stdio: ['pipe', 'ignore', 'ignore'], cwd: folder, ...identity });
    await ready(server, url('postgres'));
  };

  await start();
  return {
    start,
    kill: end,
    database: async () => {
      const name = `test_${++databases}`;
      await runPostgresStatement(url('postgres'), `create database ${name}`);
      return url(name);
    },
    stop: async () => {
      await end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

type Identity = ReturnType<typeof unprivileged>;

/** Runs `initdb` once and keeps what it made: to copy that takes a tenth of the time. */
function makeCluster(binaries: string, data: string, identity: Identity): void {
  const options = ['-U', 'postgres', '-A', 'trust', '--no-sync', '--locale=C.UTF-8', '-E', 'UTF8'];
  const program = join(binaries, 'initdb');
  const release = execFileSync(program, ['--version'], { encoding: 'utf8' });
  const key = [release, ...options, identity?.uid ?? process.getuid?.()].join(' ');
  const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'plimsoll/postgres');
  const made = join(cache, createHash('sha256').update(key).digest('hex').slice(0, 16));
  const copy = (from: string, to: string) => execFileSync('cp', ['-Rp', from, to], { stdio: 'pipe' });
  if (existsSync(made)) return void copy(made, data);
  execFileSync(program, ['-D', data, ...options], { stdio: 'pipe', ...identity });
  mkdirSync(cache, { recursive: true });
  const beside = `${made}.${process.pid}`;
  copy(data, beside);
  try {
    renameSync(beside, made);
  } catch {
    rmSync(beside, { recursive: true }); // another process was first
  }
}

/** PostgreSQL refuses to run as root: as its own user then. */
function unprivileged(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith('postgres:'));
  const [, , uid, gid] = line?.split(':') ?? [];
  if (uid === undefined || gid === undefined)
    throw new Error('this is root, and there is no user "postgres"');
  return { uid: Number(uid), gid: Number(gid) };
}

/** Runs one statement on a connection of its own. */
export async function runPostgresStatement(url: string, statement: string): Promise<readonly unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

/** Drops what our programs have made in a database: a sixth of the time that another database takes. */
export const emptied = (url: string): Promise<unknown> =>
  runPostgresStatement(
    url,
    `do $$ declare own text; begin
      for own in select nspname from pg_namespace where nspname like 'plimsoll%' loop
        execute format('drop schema %I cascade', own);
      end loop;
    end $$`,
  );

async function ready(server: ChildProcess, url: string): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (server.exitCode !== null) throw new Error(`PostgreSQL ended with ${server.exitCode}`);
    try {
      await runPostgresStatement(url, 'select 1');
      return;
    } catch {
      await sleep(100);
    }
  }
  throw new Error('PostgreSQL does not answer');
}

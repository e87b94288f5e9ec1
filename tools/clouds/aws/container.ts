/** Processes that answer for models: what stands for the containers that SageMaker starts. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../free-port.ts';

export interface Container {
  /** Where `/ping` and `/invocations` are. */
  readonly url: string;
  stop(): Promise<void>;
}

/** What CreateModel says, with the bytes that its URLs name. */
export interface ContainerSpec {
  readonly environment: Readonly<Record<string, string>>;
  readonly isMultiModel: boolean;
  /** Files below `/opt/ml/model`, or the one archive. */
  readonly files: ReadonlyMap<string, Buffer>;
  /** Whether there is one archive that has to be unpacked. */
  readonly isArchive: boolean;
}

export interface ContainerHost {
  /** Settles once it answers `/ping`; rejects where it does not, as SageMaker's check would. */
  start(spec: ContainerSpec): Promise<Container>;
  /** Puts the archive of one model of several where its container finds it; answers the folder. */
  unpack(archive: Buffer): string;
}

const PING_MILLIS = 30_000;

/** Starts `command` for each model. A folder of its own stands for `/opt/ml/model`: this machine has one of those at most. */
export function processHost(command: readonly string[]): ContainerHost {
  const models = mkdtempSync(join(tmpdir(), 'plimsoll-opt-ml-models-'));
  process.once('exit', () => rmSync(models, { recursive: true, force: true }));
  return {
    async start({ environment, isMultiModel, files, isArchive }) {
      const folder = mkdtempSync(join(tmpdir(), 'plimsoll-opt-ml-'));
      for (const [name, body] of files) write(join(folder, name), body);
      if (isArchive) for (const name of files.keys()) unpackInto(join(folder, name), folder);
      const port = await freePort();
      const [program = '', ...args] = command;
      const child = spawn(program, args, {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: {
          ...process.env,
          ...environment,
          SAGEMAKER_BIND_TO_PORT: String(port),
          ...(files.size > 0 ? { PLIMSOLL_BUNDLES: folder } : {}),
          ...(isMultiModel ? { SAGEMAKER_MULTI_MODEL: 'true', PLIMSOLL_MODELS_ROOT: models } : {}),
        },
      });
      const url = `http://127.0.0.1:${port}`;
      await pinged(child, url);
      return { url, stop: () => end(child, folder) };
    },
    unpack(archive) {
      const folder = mkdtempSync(join(models, 'model-'));
      write(join(folder, 'model.tar.gz'), archive);
      unpackInto(join(folder, 'model.tar.gz'), folder);
      return folder;
    },
  };
}

function write(path: string, body: Buffer): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, body);
}

function unpackInto(archive: string, folder: string): void {
  const { status, stderr } = spawnSync('tar', ['-xzf', archive, '-C', folder], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`Failed to extract model data archive: ${stderr.trim()}`);
  rmSync(archive);
}

async function pinged(child: ChildProcess, url: string): Promise<void> {
  let said = '';
  child.stderr?.on('data', (chunk) => {
    said = `${said}${chunk}`.slice(-2000);
  });
  const until = performance.now() + PING_MILLIS;
  for (;;) {
    if (child.exitCode !== null || performance.now() > until) {
      child.kill('SIGKILL');
      throw new Error(`The container did not pass the ping health check. ${said}`);
    }
    const answer = await fetch(`${url}/ping`, { signal: AbortSignal.timeout(2000) }).catch(() => null);
    await answer?.arrayBuffer();
    if (answer?.status === 200) return;
    await sleep(50);
  }
}

async function end(child: ChildProcess, folder: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await Promise.race([gone, sleep(30_000, undefined, { ref: false })]);
    child.kill('SIGKILL');
  }
  rmSync(folder, { recursive: true, force: true });
}

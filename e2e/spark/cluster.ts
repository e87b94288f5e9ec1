/** A Spark of one's own for tests: PyPI's, as a master with two workers of one core, or in one process. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../tools/free-port.ts';
import { preparePython } from '../../tools/python-environment.ts';
import { ROOT } from '../cli.ts';

const LOCK = join(ROOT, 'tools/spark/requirements.txt');
const READY_MILLIS = 120_000;

/** What a machine needs to say to run it by itself, without a network. */
export const SPARK_CONF: Readonly<Record<string, string>> = {
  'spark.ui.enabled': 'false',
  'spark.driver.host': '127.0.0.1',
  'spark.driver.bindAddress': '127.0.0.1',
  'spark.plimsoll.node': process.execPath,
};

/** Environment in which `spark-submit` is found; made from the lock file where it is not there yet. */
export function sparkEnvironment(): NodeJS.ProcessEnv {
  const python = preparePython('spark', LOCK, 'pyspark, pyarrow, pandas');
  const find = 'import pyspark; print(pyspark.__path__[0])';
  const home = execFileSync(python, ['-c', find], { encoding: 'utf8' }).trim();
  return {
    ...process.env,
    NO_COLOR: '1',
    SPARK_HOME: home,
    SPARK_LOCAL_IP: '127.0.0.1',
    PYSPARK_PYTHON: python,
    PATH: `${dirname(process.execPath)}:${process.env['PATH']}`,
  };
}

export interface Cluster {
  readonly master: string;
  /** Every process of the cluster. */
  readonly pids: readonly number[];
  stop(): void;
}

/** Starts a master and two workers of one core, and waits until they know each other. */
export async function startCluster(env: NodeJS.ProcessEnv): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-spark-'));
  const [port, web] = [await freePort(), await freePort()];
  const master = `spark://127.0.0.1:${port}`;
  const start = (host: string, kind: string, ...args: string[]): ChildProcess =>
    spawn(
      join(env['SPARK_HOME']!, 'bin/spark-class'),
      [`org.apache.spark.deploy.${kind}`, '--host', host, ...args],
      {
        env: {
          ...env,
          SPARK_LOCAL_IP: host,
          SPARK_WORKER_DIR: join(folder, `work-${host}`),
          SPARK_LOCAL_DIRS: join(folder, `local-${host}`),
        },
        stdio: 'ignore',
        cwd: folder,
      },
    );
  const children = [
    start('127.0.0.1', 'master.Master', '--port', String(port), '--webui-port', String(web)),
    // Two hosts: what is slow on one is speculatively done again on another one only.
    ...['127.0.0.1', '127.0.0.2'].map((host) =>
      start(host, 'worker.Worker', '--cores', '1', '--memory', '1g', '--webui-port', '0', master),
    ),
  ];
  const stop = (): void => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await workersKnown(`http://127.0.0.1:${web}/json/`);
  } catch (error) {
    stop();
    throw error;
  }
  return { master, pids: children.map(({ pid }) => pid!), stop };
}

async function workersKnown(url: string): Promise<void> {
  for (const until = Date.now() + READY_MILLIS; Date.now() < until; await sleep(500)) {
    const state = await fetch(url).then(
      (response) => response.json() as Promise<{ aliveworkers: number }>,
      () => null,
    );
    if (state?.aliveworkers === 2) return;
  }
  throw new Error('the workers of Spark did not come up');
}

export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** Processes below one of `ancestors`, whose command holds `text`. */
export function processesBelow(ancestors: readonly number[], text: string): Process[] {
  const all = readdirSync('/proc').flatMap((name) =>
    /^\d+$/.test(name) ? (processOf(Number(name)) ?? []) : [],
  );
  const below = new Set(ancestors);
  for (let size = 0; size !== below.size; ) {
    size = below.size;
    for (const { pid, parent } of all) if (below.has(parent)) below.add(pid);
  }
  return all.filter(({ pid, command }) => below.has(pid) && command.includes(text));
}

function processOf(pid: number): Process | null {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return { pid, parent: Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]), command };
  } catch {
    return null; // it has ended meanwhile
  }
}

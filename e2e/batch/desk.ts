/** A data folder, files beside it, and the command line on them: what a person at a desk has. */
import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Readable } from 'node:stream';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect } from 'vitest';
import { ledgerPath } from '../../src/jobs/ledger-url.ts';
import { BIN, example, folder, runWith } from '../cli.ts';

export interface Answer {
  readonly status: number | null;
  /** The one document on stdout. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it at will.
  readonly said: any;
  readonly stderr: string;
}

export const IRIS_COLUMNS = ['sepal_length', 'sepal_width', 'petal_length', 'petal_width'];
/** Header of a CSV file that the iris model reads. */
export const HEADER = ['id', ...IRIS_COLUMNS].join(',');

export class Desk {
  /** Of the inputs and outputs; the data folder is in it. */
  readonly folder = folder();
  readonly model: string;

  constructor(model = example('iris.joblib')) {
    this.model = model;
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, content: string | Buffer): string {
    const path = this.path(name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  }

  /** `batch …` with `--json`, which has to print one document and nothing else but notes. */
  batch(...words: readonly string[]): Answer {
    const all = [BIN, 'batch', ...words, '--data', this.path('data'), '--json'];
    const { status, stdout, stderr } = runWith(process.execPath, all);
    expect(stdout.trimEnd().split('\n'), stderr).toHaveLength(1);
    return { status, said: JSON.parse(stdout), stderr };
  }

  /**
   * `batch run` under a name, so that there is not even a note, and with one lane, which is enough for few rows. Relative
   * names lie in the folder.
   */
  run(job: string, input: string, output: string, ...more: readonly string[]): Answer {
    const flags = ['--job', job, '--input', this.full(input), '--output', this.full(output), '--key', 'id'];
    return this.batch('run', '--model', this.model, '--lanes', '1', ...flags, ...more);
  }

  /** `batch run` that goes on while others look, in a process group of its own and in chunks of 100 rows; `stdout` is piped. */
  start(job: string, input: string, output: string): ChildProcessByStdio<null, Readable, null> {
    const flags = ['--job', job, '--model', this.model, '--input', this.path(input)];
    const more = ['--output', this.full(output), '--key', 'id', '--chunk-rows', '100'];
    const words = [BIN, 'batch', 'run', ...flags, ...more, '--data', this.path('data'), '--json'];
    return spawn(process.execPath, words, { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  }

  /**
   * Puts the process group of a run to sleep once a few chunks are done. Meanwhile the ledger is locked from here, so that the run
   * has it not when it sleeps: no command could take the lock from it.
   */
  async stop(job: string, child: ChildProcess): Promise<void> {
    const path = ledgerPath(this.path('data'));
    await expect.poll(() => chunksDone(path, job), { interval: 10, timeout: 60_000 }).toBeGreaterThan(1);
    const ledger = new DatabaseSync(path, { timeout: 60_000 });
    try {
      ledger.exec('begin immediate');
      process.kill(-child.pid!, 'SIGSTOP');
      await expect.poll(() => isStopped(child.pid!), { interval: 1, timeout: 60_000 }).toBe(true);
      ledger.exec('rollback');
    } finally {
      ledger.close();
    }
  }

  full(uri: string): string {
    const [, scheme = '', path = ''] = /^((?:sqlite|duckdb):|)(.*)$/s.exec(uri)!;
    return /^(?:\/|[a-z0-9]+:\/\/)/.test(path) ? uri : `${scheme}${this.folder}/${path}`;
  }

  /** Names in the folder that nobody has written on purpose: what runs leave lying about. */
  get litter(): readonly string[] {
    return readdirSync(this.folder).filter((name) => name.includes('.plimsoll') || name.endsWith('.tmp'));
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** None where there is no ledger yet. */
function chunksDone(path: string, job: string): unknown {
  if (!existsSync(path)) return 0;
  const ledger = new DatabaseSync(path, { readOnly: true });
  try {
    return ledger
      .prepare('select count(*) as done from chunks join runs on run = id where job = ?')
      .get(job)?.['done'];
  } finally {
    ledger.close();
  }
}

/** proc_pid_stat(5): the state comes behind the name, which is in parentheses. */
const isStopped = (pid: number): boolean =>
  readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.startsWith('T') === true;

/** Rows of a query, as JSON has them; by DuckDB, which knows nothing of us. */
export async function query(sql: string): Promise<Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const db = await instance.connect();
  try {
    return (await db.runAndReadAll(sql)).getRowObjectsJson();
  } finally {
    db.closeSync();
    instance.closeSync();
  }
}

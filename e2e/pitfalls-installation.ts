/** Installations for `doctor`: a sound one, and what is planted into it. */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'vitest';
import type { PitfallReport } from '../src/advise/pitfalls/pitfall.ts';
import type { MachineCheck } from '../src/cli/doctor/checks.ts';
import { openStore } from '../src/store/open.ts';
import type { TrafficRow } from '../src/store/store.ts';
import { example, folder, plimsoll, ROOT } from './cli.ts';

const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

export interface Diagnosis extends PitfallReport {
  readonly healthy: boolean;
  readonly checks: readonly MachineCheck[];
}

/** A folder of a person: their files, and the data folder of their installation. */
export interface Installation {
  readonly home: string;
  readonly data: string;
  /** Runs a command of the program on it, and wants it done. */
  run(...args: readonly string[]): string;
  doctor(...args: readonly string[]): Diagnosis;
  /** Runs a command line that mends something, as `sh` does, with what is to be filled in. */
  mend(fix: string, words?: Readonly<Record<string, string>>): void;
  file(name: string, content: string): string;
}

export function installationAt(home: string): Installation {
  const data = join(home, 'data');
  const run = (...args: readonly string[]): string => {
    const { status, stdout, stderr } = plimsoll(...args, '--data', data);
    expect(status, `${args.join(' ')}\n${stdout}\n${stderr}`).toBe(0);
    return stdout;
  };
  return {
    ...{ home, data, run },
    doctor: (...args) => JSON.parse(run('doctor', '--json', ...args)) as Diagnosis,
    mend(fix, words = {}) {
      for (const command of fix.split(' && ')) run(...wordsOf(command, words));
    },
    file(name, content) {
      const path = join(home, name);
      mkdirSync(join(path, '..'), { recursive: true });
      writeFileSync(path, content);
      return path;
    },
  };
}

/** The words of a command line behind the name of the program; quotes are those of `text/shell.ts`. */
function wordsOf(command: string, words: Readonly<Record<string, string>>): readonly string[] {
  const filled = Object.entries(words).reduce((text, [name, word]) => text.replaceAll(name, word), command);
  const [program, ...rest] = [...filled.matchAll(/'([^']*)'|(\S+)/g)].map(
    ([, quoted, bare]) => quoted ?? bare ?? '',
  );
  expect(program).toBe('plimsoll');
  return rest;
}

/** Another person's copy of it. */
export function copyOf({ home }: Installation): Installation {
  const other = folder();
  cpSync(home, other, { recursive: true });
  return installationAt(other);
}

/** Rows that the churn model takes, the same each time. */
export const churnRows = (count: number): string =>
  [
    'id,age,monthly_fee,months,plan,payment',
    ...Array.from({ length: count }, (_, k) => {
      const plan = k % 2 === 0 ? 'basic' : 'plus';
      return [
        k,
        20 + ((k * 7) % 50),
        10 + ((k * 13) % 90),
        k % 60,
        plan,
        k % 3 === 0 ? 'card' : 'invoice',
      ].join();
    }),
  ].join('\n');

/** With reference, receiver, labels, a canary, a proof by golden rows, even traffic and a job that is worth its start. */
export async function soundInstallation(): Promise<Installation> {
  const sound = installationAt(folder());
  const { run, file, data } = sound;
  const reference = file('reference.csv', churnRows(400).replaceAll(/^[^,]+,/gm, ''));
  const proved = ['--reference', reference, '--golden', join(ROOT, 'examples/golden/churn.json')];
  run('push', example('churn.joblib'), '--name', 'churn', ...proved);
  run(
    'push',
    example('next/churn.joblib'),
    '--name',
    'churn',
    '--reference',
    reference,
    '--rollout',
    'canary',
  );
  run('rollout', 'promote', 'churn');
  run(
    'monitor',
    'set',
    'churn',
    '--set',
    'receivers.ops.kind=webhook',
    '--set',
    'receivers.ops.url=http://127.0.0.1:9/',
  );
  run('feedback', 'import', file('labels.csv', 'requestId,label\nr1,yes\n'), '--endpoint', 'churn');
  const rows = file('customers.csv', churnRows(2000));
  const where = ['--model', 'churn@2', '--input', rows, '--output', join(sound.home, 'scores.csv')];
  run('batch', 'run', '--job', 'nightly', ...where, '--key', 'id');
  run('batch', 'schedule', 'nightly', '--cron', '0 2 * * *');
  await plantTraffic(data, 'churn', evenly());
  return sound;
}

type Hours = readonly { readonly at: number; readonly requests: number }[];

/** Forty requests in each of the hours of two weeks. */
const evenly = (): Hours => {
  const now = Math.floor(Date.now() / HOUR) * HOUR;
  return Array.from({ length: 14 * 24 }, (_, k) => ({ at: now - (k + 1) * HOUR, requests: 40 }));
};

/** So many requests at two o'clock of each of the last days. */
export const nightly = (requests: number): Hours => {
  const today = Math.floor(Date.now() / DAY) * DAY;
  return Array.from({ length: 6 }, (_, k) => ({ at: today - (k + 1) * DAY + 2 * HOUR, requests }));
};

/** Traffic as a server would have counted it. */
export async function plantTraffic(data: string, model: string, hours: Hours): Promise<void> {
  const store = await openStore(`sqlite:${join(data, 'plimsoll.db')}`);
  const none = { invalid: 0, failed: 0, overloaded: 0, cancelled: 0, times: [] };
  const cell = { model, step: HOUR, version: 1, replica: 'planted', ...none };
  try {
    await store.tables.traffic.put(
      hours.map(({ at, requests }): TrafficRow => ({ ...cell, at, answered: requests })),
    );
  } finally {
    await store.close();
  }
}

/** Changes what a database of the data folder holds behind the back of the program. */
export function change(
  data: string,
  file: string,
  statement: string,
  ...values: readonly (string | number)[]
): void {
  const database = new DatabaseSync(join(data, file));
  try {
    database.prepare(statement).run(...values);
  } finally {
    database.close();
  }
}

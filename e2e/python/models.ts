import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { preparePython } from '../../tools/python-environment.ts';
import { ROOT, type Served } from '../cli.ts';

/** What `train.py` left behind. */
export interface Trained {
  readonly folder: string;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly expected: { readonly predict: readonly string[]; readonly predict_proba: readonly number[][] };
}

/** Trains a pipeline with a transformer of its own, in the environment of the interoperability suite. */
export function trainChurn(): Trained {
  const python = preparePython(
    'interop',
    join(ROOT, 'tools/interop/requirements.txt'),
    'sklearn, lz4, pandas',
  );
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-churn-'));
  const { status, stderr } = spawnSync(python, [join(import.meta.dirname, 'train.py'), folder], {
    encoding: 'utf8',
    env: { ...process.env, PYTHONPATH: join(ROOT, 'python'), OMP_NUM_THREADS: '1' },
  });
  if (status !== 0) throw new Error(`training failed:\n${stderr}`);
  const { rows, expected } = JSON.parse(readFileSync(join(folder, 'rows.json'), 'utf8'));
  return { folder, rows, expected };
}

export interface Answer {
  readonly status: number;
  readonly body: {
    readonly predictions: unknown[];
    readonly probabilities?: number[][];
    readonly error?: { readonly code: string };
  };
}

export async function ask(server: Served, model: string, rows: unknown): Promise<Answer> {
  const sent = await fetch(`${server.said.url}/models/${model}/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ rows }),
  });
  return { status: sent.status, body: (await sent.json()) as Answer['body'] };
}

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

/** Runs a program with the package `plimsoll`, in the environment of the interoperability suite. */
function runPython(args: readonly string[]): void {
  const requirements = join(ROOT, 'tools/interop/requirements.txt');
  const python = preparePython('interop', requirements, 'sklearn, lz4, pandas');
  const { status, stderr } = spawnSync(python, args, {
    encoding: 'utf8',
    env: { ...process.env, PYTHONPATH: join(ROOT, 'python'), OMP_NUM_THREADS: '1' },
  });
  if (status !== 0) throw new Error(`training failed:\n${stderr}`);
}

/** Trains a pipeline with a transformer of its own. */
export function trainChurn(): Trained {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-churn-'));
  runPython([join(import.meta.dirname, 'train.py'), folder]);
  const { rows, expected } = JSON.parse(readFileSync(join(folder, 'rows.json'), 'utf8'));
  return { folder, rows, expected };
}

/** Saves a forest of scikit-learn itself to the path that is given. */
export const FOREST = `
import sys
import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
import plimsoll

random = np.random.default_rng(3)
rows = pd.DataFrame({"age": random.uniform(18, 90, 80), "income": random.lognormal(10, 0.4, 80)})
forest = RandomForestClassifier(n_estimators=5, random_state=0).fit(rows, np.where(rows["age"] > 50, "old", "young"))
plimsoll.save(forest, sys.argv[1], sample=rows)
`;

/** Saves a forest of scikit-learn itself with `plimsoll.save`. */
export const saveForest = (path: string): void => runPython(['-c', FOREST, path]);

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

import { writeFileSync } from 'node:fs';
import type { Engine } from '../../src/engine/engine.ts';
import type { Batch, Outputs } from '../../src/model/batch.ts';
import type { BundleManifest, LoadedVersion } from '../../src/registry/version.ts';

/**
 * Models that behave in ways real ones must not, for the server's own tests. Loaded by name, here and (as the
 * `loader`) in the scoring threads. Each answers the sum of a row.
 */
const BEHAVIOUR: Readonly<Record<string, { rowMicros: number; before(batch: Batch): void }>> = {
  quick: { rowMicros: 1, before: () => undefined },
  busy: { rowMicros: 1000, before: () => spin(1) },
  slow: { rowMicros: 200_000, before: () => spin(200) },
  hanging: { rowMicros: 200_000, before: () => spin(600_000) },
  crashing: { rowMicros: 200_000, before: () => process.exit(3) },
  fragile: {
    rowMicros: 1,
    before: (batch) => {
      if (batch.kind === 'matrix' && batch.data[0]! < 0) process.exit(3);
    },
  },
  failing: {
    rowMicros: 1,
    before: () => {
      throw new TypeError('secret words of a defect');
    },
  },
};

function spin(millis: number): void {
  const until = performance.now() + millis;
  while (performance.now() < until);
}

function sums(batch: Batch): Outputs {
  if (batch.kind !== 'matrix') throw new Error('these models take numbers');
  const data = new Float64Array(batch.rows);
  batch.data.forEach((value, k) => {
    data[Math.floor(k / batch.width)]! += value;
  });
  return { predict: { dtype: 'float64', shape: [batch.rows], data } };
}

const column = (name: string, nullable = false) => ({ name, named: true, type: 'number' as const, nullable });

const manifest = (rowMicros: number): BundleManifest => ({
  schema: 1,
  converter: 1,
  digest: '0'.repeat(64),
  file: 'fake.joblib',
  size: 1,
  maxModel: null,
  sideFiles: [],
  format: 'joblib',
  compression: null,
  framework: { name: 'fake', version: '1.0' },
  signature: {
    form: 'table',
    columns: [column('age'), column('fare', true)],
    outputs: [{ name: 'predict', dtype: 'float64', shape: [-1] }],
    classes: null,
  },
  runtime: 'native',
  graph: false,
  rowMicros,
  verification: { proof: 'single-engine', rows: 0, seed: 1, cells: 0, differingBits: 0, worst: null },
  example: { age: 30, fare: 7.25 },
});

export function fakeVersion(name: string, model = name, version = 1): LoadedVersion {
  const { rowMicros, before } = BEHAVIOUR[name.split('>')[0]!]!;
  const infer = (batch: Batch): Outputs => {
    before(batch);
    return sums(batch);
  };
  const engine: Engine = { id: 'native', infer, close: () => undefined };
  return { model, version, manifest: manifest(rowMicros), engine, bundle: name };
}

/** What follows a `>` in the name is a file that is written when a thread has loaded the model. */
export async function loadBundle(name: string, model: string, version: number): Promise<LoadedVersion> {
  const [, file] = name.split('>');
  if (file !== undefined) writeFileSync(file, 'loaded');
  return fakeVersion(name, model, version);
}

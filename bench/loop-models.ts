import type { Batch, Outputs } from '../src/model/batch.ts';
import type { ColumnSpec } from '../src/model/signature.ts';
import type { LoadedVersion } from '../src/registry/version.ts';

/** A model that sums its columns and takes a known time over it. */
interface Made {
  readonly columns: number;
  /** Milliseconds that a call spins. */
  readonly spin: number;
}

const MADE: Readonly<Record<string, Made>> = {
  tiny: { columns: 4, spin: 0 },
  wide: { columns: 30, spin: 0 },
  slow: { columns: 4, spin: 200 },
};

function infer(batch: Batch, spin: number): Outputs {
  const until = performance.now() + spin;
  while (performance.now() < until);
  if (batch.kind !== 'matrix') throw new Error('these models take numbers');
  const data = new Float64Array(batch.rows);
  for (let k = 0; k < batch.data.length; k++) data[Math.floor(k / batch.width)]! += batch.data[k]!;
  return { predict: { dtype: 'float64', shape: [batch.rows], data } };
}

const column = (j: number): ColumnSpec => ({ name: `c${j}`, named: true, type: 'number', nullable: false });

/** Has the shape of the registry's own, for the scoring threads. */
export async function loadBundle(name: string, model: string, version: number): Promise<LoadedVersion> {
  const { columns, spin } = MADE[name]!;
  const signature = {
    form: 'table',
    columns: Array.from({ length: columns }, (_, j) => column(j)),
    outputs: [{ name: 'predict', dtype: 'float64', shape: [-1] }],
    classes: null,
  } as const;
  const manifest = { signature, rowMicros: 2 + spin * 1000 } as unknown as LoadedVersion['manifest'];
  const engine = {
    id: 'native',
    infer: (batch: Batch) => infer(batch, spin),
    close: () => undefined,
  } as const;
  return { model, version, bundle: name, manifest, engine };
}

/** For tests: a worker that misbehaves as it is told (`fixtures/worker.py`), and rows that tell it. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Batch } from '../../../model/batch.ts';
import type { LoadMessage } from '../messages.ts';

export const PYTHON = '/usr/bin/python3';
export const MISBEHAVING = fileURLToPath(new URL('../fixtures/worker.py', import.meta.url));

/** What the first number of a row has it do. */
export const ORDER = {
  ...{ dies: -1, hangs: -2, garbage: -3, huge: -4, partial: -5, fails: -6, closes: -7 },
  ...{ prints: -8, slow: -9, grows: -10, lies: -11, wrongRows: -12, refuses: -13, fills: -14 },
} as const;

export const matrixBatchOf = (...rows: readonly (readonly number[])[]): Batch => ({
  kind: 'matrix',
  rows: rows.length,
  width: rows[0]!.length,
  data: Float64Array.from(rows.flat()),
});

export function loadOf(): Omit<LoadMessage, 'kind' | 'id'> {
  const scratch = mkdtempSync(join(tmpdir(), 'plimsoll-python-'));
  return {
    ...{ root: scratch, model: null, format: null, code: [], script: null, around: false, call: null },
    ...{ outputs: null, packages: '', scratch, allow: [], backend: null },
    limits: { memoryBytes: 2 ** 32, fileBytes: 2 ** 20, scratchBytes: 8 * 2 ** 20, processes: 64 },
  };
}

/** With a script as bundles hold it. */
export function loadOfScript(text: string): ReturnType<typeof loadOf> {
  const load = loadOf();
  const at = (name: string): string => join(load.root, name);
  for (const name of ['original', 'packages', 'scratch']) mkdirSync(at(name));
  const script = at('original/inference.py');
  writeFileSync(script, text);
  return { ...load, script, packages: at('packages'), scratch: at('scratch') };
}

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { twinComplaints } from '../../src/files/testing/skops-twin.ts';
import { run } from '../../tools/python-environment.ts';

/** Releases of scikit-learn that have fixtures, and one of skops from each protocol and time. */
const PAIRS = [
  { sklearn: '1.2.2', skops: '0.6.0', packages: ['numpy==1.26.4', 'scipy==1.11.4', 'pandas==2.1.4'] },
  { sklearn: '1.3.2', skops: '0.9.0', packages: ['numpy==1.26.4', 'scipy==1.11.4', 'pandas==2.2.3'] },
  { sklearn: '1.6.1', skops: '0.13.0', packages: ['numpy==2.2.6', 'scipy==1.15.3', 'pandas==2.3.3'] },
  { sklearn: '1.9.1', skops: '0.16.0', packages: ['numpy==2.4.6', 'pandas==3.0.1'] },
] as const;
const WRITE = join(import.meta.dirname, '../../tools/fixtures/skops_files.py');

const output = mkdtempSync(join(tmpdir(), 'plimsoll-skops-'));
afterAll(() => rmSync(output, { recursive: true }));

test.for(PAIRS)(
  'every model of scikit-learn $sklearn by skops $skops is the model of its pickle',
  ({ sklearn, skops, packages }) => {
    const all = [`scikit-learn==${sklearn}`, `skops==${skops}`, 'lz4', ...packages];
    const environment = all.flatMap((one) => ['--with', one]);
    run('uv', [
      'run',
      '--no-project',
      '--quiet',
      '--python',
      '3.11',
      ...environment,
      WRITE,
      '--all',
      '--output',
      output,
    ]);
    const folder = join(output, `sklearn-${sklearn}`);
    const files = readdirSync(folder).filter((name) => name.endsWith('.skops') && name !== 'values.skops');
    expect(files.length).toBeGreaterThan(360);
    expect(files.flatMap((name) => twinComplaints(join(folder, name)))).toEqual([]);
  },
);

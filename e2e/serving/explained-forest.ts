import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll } from 'vitest';
import { admitFile } from '../../src/registry/admit.ts';
import { loadBundle } from '../../src/registry/load.ts';
import { ROOT } from '../cli.ts';
import { serve } from './serve.ts';

const FOLDER = join(ROOT, 'fixtures/explanations');
export const FOREST_FILE = join(FOLDER, 'forest-classes.joblib');
type Values = readonly (readonly (readonly number[])[])[];
interface ForestAnswer {
  readonly rows: readonly (readonly number[])[];
  readonly background: readonly (readonly number[])[];
  readonly interventional: { readonly base: readonly number[]; readonly values: Values };
}

/** Rows of a forest of two classes, and their attributions by shap's definition. */
export const FOREST = (
  JSON.parse(readFileSync(join(FOLDER, 'answers.json'), 'utf8')) as Record<string, ForestAnswer>
)['forest-classes']!;

/** No answer is to go out without its explanation because the machine is busy. */
export const UNHURRIED = '60000';
let bundle = '';

/** Accepts the forest with its background, and what is said of its columns, before the tests of a file. */
export function acceptForest(reasons?: string): void {
  beforeAll(async () => {
    process.env['PLIMSOLL_EXPLAIN_TIMEOUT'] = UNHURRIED;
    const dataDir = mkdtempSync(join(tmpdir(), 'explanations-'));
    const background = join(dataDir, 'background.json');
    writeFileSync(background, JSON.stringify(FOREST.background));
    ({ bundle } = await admitFile(FOREST_FILE, { dataDir, name: 'forest', background, reasons }));
  });
}

/** A server of the forest, with scoring threads that load it as servers do. */
export const serveForest = async (): Promise<string> =>
  serve({ versions: [await loadBundle(bundle, 'forest', 1)], loader: undefined });

/** The largest difference between two lists of lists of numbers. */
export function distance(found: unknown, wanted: unknown): number {
  if (!Array.isArray(wanted) || !Array.isArray(found)) return Math.abs(Number(found) - Number(wanted));
  if (found.length !== wanted.length) return Number.POSITIVE_INFINITY;
  return wanted.reduce((most: number, value, k) => Math.max(most, distance(found[k], value)), 0);
}

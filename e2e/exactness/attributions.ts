import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { elementAt } from '../../src/core/element-at.ts';
import { PlimsollError } from '../../src/core/errors.ts';
import { type ExplanationRequest, explainModel } from '../../src/explain/explain-model.ts';
import { type ExplanationDocument, explanationDocument } from '../../src/explain/explanation.ts';
import { sampledExplainer } from '../../src/explain/sampled-explainer.ts';
import { splitModel } from '../../src/explain/split-model.ts';
import type { Batch } from '../../src/model/batch.ts';
import { sliceBatch } from '../../src/model/slice.ts';
import { tensorsOf } from './bound.ts';
import type { FixtureFile } from './fixture.ts';
import type { Replay } from './replay.ts';

const FOLDER = join(import.meta.dirname, '../../fixtures/attributions');
/** Rows whose values are compared with brute force, rows of its background, and columns of which it asks all coalitions. */
const BRUTE = { rows: 1, background: 4, columns: 10 };

/** What `tools/fixtures/attributions.py` keeps of a file: what a library, or shap, says of some of its rows. */
interface KeptAttributions {
  readonly from: string;
  readonly rows: readonly number[];
  readonly base: readonly number[];
  readonly values: ExplanationDocument['values'];
}

/** How far an explanation of a fixture is from something. */
export interface Deviation {
  readonly method: string;
  readonly from: string;
  /** Largest difference, over the largest magnitude of the row's values and its answer where that is above 1. */
  readonly largest: number;
}

const kept = new Map<string, Readonly<Record<string, KeptAttributions>>>();

function keptOf({ release, name }: FixtureFile): KeptAttributions | undefined {
  let all = kept.get(release);
  if (all === undefined) {
    try {
      all = JSON.parse(readFileSync(join(FOLDER, `${release}.json`), 'utf8')) as typeof all & object;
    } catch {
      all = {};
    }
    kept.set(release, all);
  }
  return all[name];
}

/**
 * Explains every row of a fixture by its paths and against some of them, where it has an exact way: the additivity of both, how far
 * the first is from the kept answers, and the second from all coalitions of columns, asked of the engine.
 */
export async function attributionDeviations(replay: Replay): Promise<Deviation[]> {
  const { file, batch, content } = replay;
  const found: Deviation[] = [];
  const { kind } = splitModel(content.root).predictor;
  if (kind !== 'tree-ensemble' && kind !== 'catboost') return found;
  const byPaths = await explained(replay, { background: null }, batch);
  if (byPaths !== null) {
    found.push(additivityOf(byPaths));
    const wanted = keptOf(file);
    if (wanted !== undefined) {
      const { baseValues, method } = byPaths;
      const own = wanted.rows.map((row) => elementAt(byPaths.values, row));
      const largest = Math.max(distance(baseValues, wanted.base), distance(own, wanted.values));
      found.push({ method, from: wanted.from, largest });
    }
  }
  const others = sliceBatch(batch, 0, Math.min(batch.rows, BRUTE.background));
  const against = await explained(replay, { background: others }, batch);
  if (against !== null) {
    found.push(additivityOf(against));
    const brute = await bruteForce(replay, against, others);
    if (brute !== null)
      found.push({
        ...{ method: against.method, from: 'all coalitions' },
        largest: distance(against.values.slice(0, BRUTE.rows), brute),
      });
  }
  return found;
}

/** Null where the model has no exact way. */
async function explained(
  { file, content, engines }: Replay,
  request: ExplanationRequest,
  batch: Batch,
): Promise<ExplanationDocument | null> {
  const model = { name: file.name, content, engine: engines.native };
  const explainer = await explainModel(model, request).catch((error: { code?: string }) => {
    if (error.code === 'EXPLANATION_UNFIT') return null;
    throw error;
  });
  if (explainer === null || !explainer.method.startsWith('tree')) return null;
  return explanationDocument(explainer, await explainer.explain(batch));
}

const additivityOf = ({ method, additivityError, values, baseValues }: ExplanationDocument): Deviation => ({
  ...{ method, from: 'its own sums' },
  largest: additivityError / Math.max(1, largestOf(values), largestOf(baseValues)),
});

const largestOf = (values: unknown): number =>
  numbersOf(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);

const numbersOf = (values: unknown): number[] => (values as number[][][]).flat(3).map(Number);

/** Infinite where there are not as many numbers, or some that are none. */
function distance(found: unknown, wanted: unknown): number {
  const [left, right] = [numbersOf(found), numbersOf(wanted)];
  if (left.length !== right.length) return Number.POSITIVE_INFINITY;
  const differences = left.map((value, k) => Math.abs(value - elementAt(right, k)));
  // Of what is no number the distance is none either, which is no small one.
  const worst = differences.reduce((most, value) => Math.max(most, value), 0);
  return worst / Math.max(1, largestOf(wanted));
}

/** Names by which engines give the sum of a booster. */
const SUMS = ['RawFormulaVal', 'margin', 'raw_score', 'decision_function', 'predict'];

/** Attributions of the first rows, by every coalition of columns; null where they are too many, or the sum is none of its outputs. */
async function bruteForce(
  { content: { signature }, engines, batch }: Replay,
  { output, features, baseValues }: ExplanationDocument,
  background: Batch,
): Promise<ExplanationDocument['values'] | null> {
  const outputs = signature.outputs.map(({ name }) => name);
  const name = output === 'raw' ? SUMS.find((sum) => outputs.includes(sum)) : output;
  if (name === undefined || features.length > BRUTE.columns) return null;
  const score = async (rows: Batch): Promise<Float64Array> => {
    const answer = (await engines.native.infer(rows))[name];
    const each = tensorsOf(answer ?? []).map(({ data }) => Array.from(data as ArrayLike<number>, Number));
    const widths = each.map((data) => data.length / rows.rows);
    const row = (k: number) =>
      each.map((data, part) => data.slice(k * widths[part]!, (k + 1) * widths[part]!));
    return Float64Array.from(Array.from({ length: rows.rows }, (_, k) => row(k)).flat(2));
  };
  const refuse = (reason: string) => new PlimsollError('INTERNAL', { action: 'all coalitions', reason });
  const choice = { method: 'exact' } as const;
  const asked = { score, features, read: features.map((_, k) => k), classes: null };
  const explainer = await sampledExplainer(asked, background, choice, refuse);
  // Classes that are never answered are not explained.
  if (explainer.baseValues.length !== baseValues.length) return null;
  const rows = sliceBatch(batch, 0, Math.min(batch.rows, BRUTE.rows));
  return explanationDocument({ ...explainer, output }, await explainer.explain(rows)).values;
}

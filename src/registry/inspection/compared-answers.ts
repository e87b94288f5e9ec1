import { isPlimsollError } from '../../core/errors.ts';
import { thinnedRows } from '../../explain/row-game.ts';
import type { Batch } from '../../model/batch.ts';
import { pickRows } from '../../model/slice.ts';
import { decodeInput } from '../../serving/rows/decode.ts';
import type { JsonValue } from '../../serving/rows/outputs-to-json.ts';
import { readBackground } from '../background.ts';
import { boundaryRows } from '../boundary/rows.ts';
import { runsWithPython } from '../version.ts';
import { answerDistance, largest } from './distance.ts';
import type { ComparedAnswers, DifferentAnswer, DifferentRow, OutputAnswers } from './inspected-version.ts';
import { jsonRows, partOf, shortenedJson } from './json-rows.ts';
import type { OpenInspected } from './open-inspected.ts';
import { answersTo, knownRows } from './replayed-rows.ts';

/** Rows that both are asked, cells of them, and rows that are told. */
const ROWS_MOST = 500;
const CELLS_MOST = 200_000;
const WORST = 8;
const SEED = 20_260_101;

/** A version with the bundle that it was opened from. */
export interface ComparedVersion {
  readonly opened: OpenInspected;
  readonly bundle: string;
}

type Found =
  | { readonly answers: ComparedAnswers; readonly unanswered: null }
  | { readonly answers: null; readonly unanswered: string };

/** What two versions answer to the same rows. */
export async function compareAnswers(before: ComparedVersion, after: ComparedVersion): Promise<Found> {
  const refused = (unanswered: string): Found => ({ answers: null, unanswered });
  if ([before, after].some(({ opened }) => runsWithPython(opened.manifest)))
    return refused('One of them runs with Python, which is started for predictions alone');
  const { rows, of } = sharedRows(before, after);
  const taken = rows.map((row) => [batchOf(row, before.opened), batchOf(row, after.opened)] as const);
  const both = rows.flatMap((row, k) => {
    const [first, second] = taken[k] ?? [];
    return first && second ? [{ row, first, second }] : [];
  });
  if (both.length === 0) return refused('There is no row that both of them take');
  const asked = both.map(({ row }) => row);
  const [left, right] = await Promise.all([
    answersTo(before.opened, joined(asked, before.opened)),
    answersTo(after.opened, joined(asked, after.opened)),
  ]);
  if (left.answers === null || right.answers === null)
    return refused(left.unanswered ?? right.unanswered ?? 'They were not answered');
  const outputs = Object.keys(left.answers).filter((name) => right.answers !== null && name in right.answers);
  const compared = outputs.map((output) =>
    compareOutput(output, asked.length, left.answers?.[output], right.answers?.[output]),
  );
  return {
    unanswered: null,
    answers: {
      ...{ rows: both.length, of, outputs: compared.map(({ answers }) => answers) },
      refusedBefore: taken.filter(([first, second]) => first === null && second !== null).length,
      refusedAfter: taken.filter(([first, second]) => first !== null && second === null).length,
      worst: worstOf(asked, compared),
    },
  };
}

/** Rows that were given or kept for either of them; else such as their own thresholds and categories make, and their examples. */
function sharedRows(
  before: ComparedVersion,
  after: ComparedVersion,
): { readonly rows: readonly JsonValue[]; readonly of: ComparedAnswers['of'] } {
  const of = (find: (version: ComparedVersion) => Batch | null): readonly JsonValue[] =>
    [after, before].flatMap((version) => {
      const { signature } = version.opened.manifest;
      const batch = find(version);
      return batch === null ? [] : jsonRows(thinned(batch, rowsFor(signature)), signature);
    });
  const golden = of(({ opened, bundle }) => knownRows(opened, bundle)?.batch ?? null);
  if (golden.length > 0) return { rows: golden, of: 'golden' };
  const kept = of(({ opened, bundle }) => readBackground(bundle, opened.manifest));
  if (kept.length > 0) return { rows: kept, of: 'background' };
  const examples = [after, before].map(({ opened }) => opened.manifest.example as JsonValue);
  const made = of(({ opened: { content, manifest } }) =>
    content?.kind === 'steps'
      ? boundaryRows(content.root, manifest.signature, { seed: SEED, limit: rowsFor(manifest.signature) })
      : null,
  );
  return made.length > 0 ? { rows: [...examples, ...made], of: 'made' } : { rows: examples, of: 'example' };
}

const thinned = (batch: Batch, most: number): Batch => (batch.rows === 0 ? batch : thinnedRows(batch, most));

/** Half of them each. */
function rowsFor(signature: OpenInspected['manifest']['signature']): number {
  const columns = signature.form === 'tensors' ? 1 : Math.max(1, signature.columns.length);
  return Math.max(1, Math.min(ROWS_MOST, Math.floor(CELLS_MOST / columns)) >> 1);
}

/** Null where the version does not take it. */
function batchOf(row: JsonValue, opened: OpenInspected): Batch | null {
  try {
    return decodeInput({ instances: [row] }, opened.manifest.signature, { extra: 'ignore' });
  } catch (error) {
    if (isPlimsollError(error)) return null;
    throw error;
  }
}

const joined = (rows: readonly JsonValue[], { manifest }: OpenInspected): Batch =>
  pickRows(
    decodeInput({ instances: rows }, manifest.signature, { extra: 'ignore' }),
    rows.map((_, k) => k),
  );

interface ComparedOutput {
  readonly answers: OutputAnswers;
  /** By the place of the row. */
  readonly rows: ReadonlyMap<number, DifferentAnswer>;
}

function compareOutput(
  output: string,
  count: number,
  before: JsonValue | undefined,
  after: JsonValue | undefined,
): ComparedOutput {
  let [sum, numbers] = [0, 0];
  let most: number | null = null;
  const rows = new Map<number, DifferentAnswer>();
  for (let place = 0; place < count; place++) {
    const [first, second] = [partOf(before, place), partOf(after, place)];
    const { isSame, absolute } = answerDistance(first, second);
    most = largest(most, absolute);
    if (absolute !== null) {
      sum += absolute;
      numbers++;
    }
    if (!isSame) rows.set(place, { output, before: first, after: second, distance: absolute });
  }
  const mean = numbers === 0 ? null : sum / numbers;
  return { answers: { output, differing: rows.size, largest: most, mean }, rows };
}

/** Outputs are of other sizes: a distance counts by the largest of its output, another label by as many of them. */
function worstOf(rows: readonly JsonValue[], outputs: readonly ComparedOutput[]): readonly DifferentRow[] {
  const found = rows.map((input, place) => {
    const answers = outputs.flatMap(({ rows: differing }) => differing.get(place) ?? []);
    const weights = outputs.map(({ answers: { largest: most }, rows: differing }) => {
      const answer = differing.get(place);
      if (answer === undefined) return 0;
      return answer.distance === null || most === null ? outputs.length : answer.distance / most;
    });
    return { input, answers, weight: weights.reduce((sum, weight) => sum + weight, 0) };
  });
  return found
    .filter(({ answers }) => answers.length > 0)
    .sort((a, b) => b.weight - a.weight)
    .slice(0, WORST)
    .map(({ input, answers }) => ({
      input: shortenedJson(input),
      answers: answers.map(({ before, after, ...rest }) => ({
        ...rest,
        ...{ before: shortenedJson(before), after: shortenedJson(after) },
      })),
    }));
}

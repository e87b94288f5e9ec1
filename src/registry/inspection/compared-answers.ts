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
import type { ComparedAnswers, DifferentRow, OutputAnswers } from './inspected-version.ts';
import { jsonRows, partOf, shortenedJson } from './json-rows.ts';
import type { OpenInspected } from './open-inspected.ts';
import { answersTo, knownRows } from './replayed-rows.ts';

/** Rows that both are asked, cells of them, and rows that are told. */
const ROWS_MOST = 500;
const CELLS_MOST = 200_000;
const WORST = 10;
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
  const [left, right] = await Promise.all([
    answersTo(
      before.opened,
      joined(
        both.map(({ row }) => row),
        before.opened,
      ),
    ),
    answersTo(
      after.opened,
      joined(
        both.map(({ row }) => row),
        after.opened,
      ),
    ),
  ]);
  if (left.answers === null || right.answers === null)
    return refused(left.unanswered ?? right.unanswered ?? 'They were not answered');
  const outputs = Object.keys(left.answers).filter((name) => right.answers !== null && name in right.answers);
  const compared = outputs.map((output) =>
    compareOutput(
      output,
      both.map(({ row }) => row),
      left.answers?.[output],
      right.answers?.[output],
    ),
  );
  return {
    unanswered: null,
    answers: {
      ...{ rows: both.length, of, outputs: compared.map(({ answers }) => answers) },
      refusedBefore: taken.filter(([first, second]) => first === null && second !== null).length,
      refusedAfter: taken.filter(([first, second]) => first !== null && second === null).length,
      worst: worstOf(compared.flatMap(({ rows: found }) => found)),
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

function compareOutput(
  output: string,
  rows: readonly JsonValue[],
  before: JsonValue | undefined,
  after: JsonValue | undefined,
): { readonly answers: OutputAnswers; readonly rows: readonly DifferentRow[] } {
  let [differing, sum, numbers] = [0, 0, 0];
  let most: number | null = null;
  const found: DifferentRow[] = [];
  for (const [place, input] of rows.entries()) {
    const [first, second] = [partOf(before, place), partOf(after, place)];
    const { isSame, absolute } = answerDistance(first, second);
    most = largest(most, absolute);
    if (absolute !== null) {
      sum += absolute;
      numbers++;
    }
    if (isSame) continue;
    differing++;
    found.push({ input, output, before: first, after: second, distance: absolute });
  }
  const answers = { output, differing, largest: most, mean: numbers === 0 ? null : sum / numbers };
  return { answers, rows: found };
}

/** Labels that are others first, then numbers by how far they are apart. */
function worstOf(rows: readonly DifferentRow[]): readonly DifferentRow[] {
  const size = ({ distance }: DifferentRow): number => distance ?? Number.POSITIVE_INFINITY;
  return rows
    .toSorted((a, b) => size(b) - size(a) || 0)
    .slice(0, WORST)
    .map(({ input, before, after, ...row }) => ({
      ...row,
      ...{ input: shortenedJson(input), before: shortenedJson(before), after: shortenedJson(after) },
    }));
}

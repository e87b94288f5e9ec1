/** Why a row was answered as it was: the columns that moved its score most, in words. Pure. */
import type { Batch } from '../../model/batch.ts';
import type { Signature } from '../../model/signature.ts';
import { truncate } from '../../text/truncate.ts';
import type { Attributions, Explainer } from '../explanation.ts';
import {
  type ColumnTemplates,
  fillTemplate,
  type ReasonDirection,
  type ReasonTemplates,
} from './reason-templates.ts';

/** What one column did to a row's score. */
export interface RowReason {
  readonly feature: string;
  readonly direction: ReasonDirection;
  /** Of the class's score, or of the answer; towards `direction`. */
  readonly attribution: number;
  /** Class whose score it is about; absent where the answer has none. */
  readonly class?: unknown;
  /** Code of its template, where it has one. */
  readonly code?: string;
  readonly text: string;
}

/**
 * Reasons of a row where nobody says how many: what a US creditor has to tell who was refused is "not likely to be helpful" beyond
 * four (Regulation B, 12 CFR 1002, Supplement I, comment 9(b)(2)-1).
 */
export const USUAL_REASONS = 4;
/** Characters of a value, and of a column's name, in a sentence. */
const MOST_VALUE = 100;

/** What reasons are made of. */
export interface ReasonSource {
  readonly explainer: Omit<Explainer<never>, 'explain'>;
  readonly attributions: Attributions;
  readonly batch: Batch;
  readonly signature: Signature;
  readonly templates: ReasonTemplates;
}

/**
 * Of each row the `count` columns whose attribution to the score of its class is largest, ties in the order of the columns; columns that
 * add nothing are no reasons.
 */
export function rowReasons(source: ReasonSource, count: number): readonly (readonly RowReason[])[] {
  const { explainer, attributions, templates } = source;
  const { features } = explainer;
  const columns = features.length;
  const scores = explainer.baseValues.length;
  const rows = columns === 0 ? 0 : attributions.values.length / (scores * columns);
  const aim = scoreAim(source);
  const { direction } = templates;
  const wanted = direction === undefined ? Math.abs : direction === 'raises' ? same : negative;
  return Array.from({ length: rows }, (_, row) => {
    const { score, sign, of } = aim(row);
    const start = (row * scores + score) * columns;
    const added = (column: number): number => sign * attributions.values[start + column]!;
    return features
      .map((__, column) => column)
      .filter((column) => wanted(added(column)) > 0)
      .sort((a, b) => wanted(added(b)) - wanted(added(a)) || a - b)
      .slice(0, count)
      .map((column) => reasonOf(source, { row, column, attribution: added(column), of }));
  });
}

const same = (value: number): number => value;
const negative = (value: number): number => -value;

/** The score that reasons of a row are about, and which way it counts. */
interface ScoreAim {
  readonly score: number;
  /** -1 where the only score is that of the other class. */
  readonly sign: 1 | -1;
  /** The class, where there is one. */
  readonly of: readonly [unknown?];
}

function scoreAim(source: ReasonSource): (row: number) => ScoreAim {
  const { explainer, signature, templates } = source;
  const scores = explainer.baseValues.length;
  const labels: readonly unknown[] = explainer.classes?.values ?? signature.classes?.values ?? [];
  const declared = templates.class === undefined ? -1 : labels.map(String).indexOf(templates.class);
  if (scores === 1) {
    // A margin is that of the second class.
    const isMargin = labels.length === 2;
    const aim: ScoreAim = { score: 0, sign: isMargin && declared === 0 ? -1 : 1, of: [] };
    return () => (isMargin ? { ...aim, of: [labels[declared === 0 ? 0 : 1]] } : aim);
  }
  const chosen = declared >= 0 ? declared : scores === 2 ? 1 : -1;
  return (row) => {
    const score = chosen >= 0 ? chosen : likeliest(source, row);
    return { score, sign: 1, of: [labels.length === scores ? labels[score] : score] };
  };
}

/** The score that is largest with all attributions. */
function likeliest(
  { explainer: { baseValues, features }, attributions: { values } }: ReasonSource,
  row: number,
): number {
  const columns = features.length;
  let best = 0;
  let most = Number.NEGATIVE_INFINITY;
  for (const [score, base] of baseValues.entries()) {
    const start = (row * baseValues.length + score) * columns;
    let sum = base;
    for (let column = 0; column < columns; column++) sum += values[start + column]!;
    if (sum > most) [best, most] = [score, sum];
  }
  return best;
}

interface FoundReason {
  readonly row: number;
  readonly column: number;
  readonly attribution: number;
  readonly of: ScoreAim['of'];
}

function reasonOf(source: ReasonSource, { row, column, attribution, of }: FoundReason): RowReason {
  const { explainer, batch, signature, templates } = source;
  const feature = explainer.features[column]!;
  const direction: ReasonDirection = attribution < 0 ? 'lowers' : 'raises';
  const told = Object.hasOwn(templates.columns, feature) ? templates.columns[feature] : undefined;
  const isBool = signature.form !== 'tensors' && signature.columns[column]?.type === 'bool';
  const value = valueText(batch, row, column, isBool);
  return {
    ...{ feature, direction, attribution },
    ...(of.length === 0 ? {} : { class: of[0] }),
    ...(told?.code === undefined ? {} : { code: told.code }),
    text: sentence(told, { feature: plain(feature), direction, value, of }),
  };
}

interface SaidReason {
  readonly feature: string;
  readonly direction: ReasonDirection;
  /** Null where it is missing. */
  readonly value: string | null;
  readonly of: ScoreAim['of'];
}

/** The declared sentence, or the usual one. */
function sentence(told: ColumnTemplates | undefined, { feature, direction, value, of }: SaidReason): string {
  const template = value === null ? told?.missing : told?.[direction];
  if (template !== undefined) return fillTemplate(template, feature, value ?? 'missing');
  const subject = value === null ? `Missing ${feature}` : `${feature} of ${value}`;
  if (of.length === 0) return `${subject} ${direction} the answer`;
  return `${subject} makes ${plain(String(of[0]))} ${direction === 'lowers' ? 'less' : 'more'} likely`;
}

/** A cell in words; null where it is missing. */
function valueText(batch: Batch, row: number, column: number, isBool: boolean): string | null {
  const cell = cellOf(batch, row, column);
  if (cell === null || Number.isNaN(cell)) return null;
  if (typeof cell === 'string') return plain(cell);
  if (isBool) return cell === 0 ? 'false' : 'true';
  return Number.isInteger(cell) ? String(cell) : String(Number(cell.toPrecision(6)));
}

function cellOf(batch: Batch, row: number, column: number): number | string | null {
  if (batch.kind === 'matrix') return batch.data[row * batch.width + column] ?? null;
  return batch.kind === 'table' ? (batch.columns[column]?.[row] ?? null) : null;
}

/** A text of others within a sentence: on one line, and short. */
const plain = (text: string): string =>
  truncate(text.slice(0, 2 * MOST_VALUE).replaceAll(/[\p{Cc}\p{Bidi_Control}]+/gu, ' '), MOST_VALUE);

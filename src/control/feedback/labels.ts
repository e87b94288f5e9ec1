/**
 * Labels against answers: how right is told from wrong is settled once for a rollout, from what comes first, and kept in
 * its log. A label and an answer are the same where they are the same number, the same truth value or the same text.
 *
 * Answers that are numbers with a fraction are those of a regression: such an answer is wrong where it is further from
 * its label than nine in ten of stable's first hundred labelled answers were. A candidate that is as good as stable is
 * wrong as often as stable, whatever that bound is; how well it was estimated costs power and no validity. Pure.
 */

import { elementAt } from '../../core/element-at.ts';
import type { LabelCoverage, LabelRule } from '../../rollout/experiment/outcomes.ts';
import { nearestRank } from '../../rollout/metric/quantile.ts';
import type { AnswerRow } from '../../store/store.ts';
import { canonicalLabel, labelNumber } from '../../text/label.ts';

export type LabelledAnswer = AnswerRow & { readonly label: string | null };

/** Answers that tell a regression from a classification by whole numbers. */
const SEEN = 20;
/** Labelled answers of stable that the bound is frozen from, and the share of them that is within. */
const FROZEN_FROM = 100;
const WITHIN = 0.9;

/** The rule that the first answers of a rollout give; null while they are too few. */
export function labelRule(rows: readonly LabelledAnswer[], control: number): LabelRule | null {
  const answers = rows.map(({ answer }) => labelNumber(answer));
  if (answers.some((answer) => answer === null)) return { kind: 'equal' };
  if (answers.every((answer) => Number.isInteger(answer)))
    return answers.length < SEEN ? null : { kind: 'equal' };
  const errors = rows
    .filter(({ arm }) => arm === control)
    .map(errorOf)
    .filter((error) => error !== null);
  if (errors.length < FROZEN_FROM) return null;
  const first = errors.slice(0, FROZEN_FROM).sort((a, b) => a - b);
  return { kind: 'within', bound: nearestRank(first, WITHIN) };
}

/** Whether the answer is wrong; null without a label, or where a number was wanted and the label is none. */
export function isWrong(rule: LabelRule, row: LabelledAnswer): boolean | null {
  if (row.label === null) return null;
  if (rule.kind === 'equal') return canonicalLabel(row.label) !== canonicalLabel(row.answer);
  const error = errorOf(row);
  return error === null ? null : error > rule.bound;
}

function errorOf({ answer, label }: LabelledAnswer): number | null {
  const [given, true_] = [labelNumber(answer), label === null ? null : labelNumber(label)];
  return given === null || true_ === null ? null : Math.abs(true_ - given);
}

/** Units whose labels are due, and those with any label, by arm: a unit counts once, a request without one as itself. */
export function labelCoverage(rows: readonly LabelledAnswer[]): readonly LabelCoverage[] {
  const units = new Map<string, { arm: number; isLabelled: boolean }>();
  for (const { unit, requestId, arm, label } of rows) {
    const key = unit === null ? `request ${requestId}` : `${arm} ${unit}`;
    const known = units.get(key);
    units.set(key, { arm, isLabelled: label !== null || known?.isLabelled === true });
  }
  const arms: { answered: number; labelled: number }[] = [];
  for (const { arm, isLabelled } of units.values()) {
    while (arms.length <= arm) arms.push({ answered: 0, labelled: 0 });
    elementAt(arms, arm).answered++;
    if (isLabelled) elementAt(arms, arm).labelled++;
  }
  return arms;
}

export const addLabelCoverage = (
  a: readonly LabelCoverage[],
  b: readonly LabelCoverage[],
): readonly LabelCoverage[] =>
  Array.from({ length: Math.max(a.length, b.length) }, (_, arm) => ({
    answered: (a[arm]?.answered ?? 0) + (b[arm]?.answered ?? 0),
    labelled: (a[arm]?.labelled ?? 0) + (b[arm]?.labelled ?? 0),
  }));

/** How two versions differ, in sentences. Pure. */
import type { DifferenceView } from '../../api/generated/control-api.ts';
import { countWords, millisWords, plural, shareWords } from '../../facts/words.ts';

type Answers = NonNullable<DifferenceView['answers']>;

/** The whole difference in one sentence, the answers first. */
export function differenceSentence({ answers, steps, omittedSteps, signature }: DifferenceView): string {
  const changed = steps.length + omittedSteps;
  const breaking = signature?.breaking.length ?? 0;
  return [
    answers === null ? 'Their answers were not compared' : answersSentence(answers),
    changed === 0 ? 'no step differs' : `${plural(changed, 'step differs', 'steps differ')}`,
    ...(breaking === 0 ? [] : [`${plural(breaking, 'change breaks', 'changes break')} callers`]),
  ].join('; ');
}

/** Labels are what callers act on: they are told apart from numbers that move. */
export function answersSentence({ rows, outputs }: Answers): string {
  const differing = (of: Answers['outputs']): number => Math.max(0, ...of.map((one) => one.differing));
  const labels = outputs.filter(({ largest }) => largest === null);
  const numbers = outputs.filter(({ largest }) => largest !== null);
  const [changed, moved] = [differing(labels), differing(numbers)];
  if (changed + moved === 0) return `Both answer ${plural(rows, 'row')} alike`;
  const share = (count: number): string =>
    `${countWords(count)} of ${plural(rows, 'row')} (${shareWords(count / rows)})`;
  return [
    ...(labels.length === 0
      ? []
      : [changed === 0 ? 'No label changes' : `The label changes in ${share(changed)}`]),
    ...(numbers.length === 0
      ? []
      : [moved === 0 ? 'no number differs' : `numbers differ in ${share(moved)}`]),
  ].join(', ');
}

const ROWS: Readonly<Record<Answers['of'], string>> = {
  golden: 'golden rows of both',
  background: 'rows that are kept to explain answers',
  made: 'rows made of the thresholds and categories of both: no rows that anybody sent, but those that find differences',
  example: 'the one example that each of them keeps',
};

export const rowsSentence = ({ rows, of, refusedBefore, refusedAfter }: Answers): string =>
  [
    `${plural(rows, 'row')}: ${ROWS[of]}.`,
    ...(refusedBefore === 0 ? [] : [`${plural(refusedBefore, 'row')} only the newer one takes.`]),
    ...(refusedAfter === 0 ? [] : [`${plural(refusedAfter, 'row')} the newer one refuses.`]),
  ].join(' ');

export function costSentence({ before, after }: DifferenceView['rowMicros']): string {
  if (before === null || after === null) return 'What a row costs is not known of both.';
  const words = `A row took ${millisWords(before / 1000)}, and takes ${millisWords(after / 1000)}`;
  const ratio = after / before;
  if (ratio > 0.8 && ratio < 1.25) return `${words}: about the same.`;
  return ratio >= 1.25
    ? `${words}: ${ratio.toPrecision(2)} times as much.`
    : `${words}: ${(1 / ratio).toPrecision(2)} times less.`;
}

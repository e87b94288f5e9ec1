import type { DifferenceView } from '../../control/contents-schemas.ts';
import { countText } from '../../text/count.ts';
import { microsText, numberText } from '../../text/numbers.ts';
import { percent } from '../../text/percent.ts';
import { truncate } from '../../text/truncate.ts';
import { formatTable } from '../output/table.ts';
import { styled } from '../output/terminal.ts';

type Answers = NonNullable<DifferenceView['answers']>;

const CELL = 48;
const STEPS_SHOWN = 40;

/** How one version differs from another, for people: answers first, then what makes them. */
export function differencePage(difference: DifferenceView): string {
  const { model, from, to, answers, unanswered, signature, facts, packages, steps } = difference;
  return [
    styled('bold', `${model}@${to} beside ${model}@${from}`),
    section(
      'Answers to the same rows',
      answers === null ? `  ${unanswered ?? 'not asked'}` : answersText(answers),
    ),
    section('For callers', callersText(signature)),
    section('Steps', stepsText(difference)),
    section('File and libraries', changesText([...facts, ...packages])),
    section('Cost of a row', `  ${costText(difference.rowMicros)}`),
    ...(steps.length > STEPS_SHOWN
      ? [`… ${countText(steps.length - STEPS_SHOWN, 'more step')} (all of them with --json)`]
      : []),
  ].join('\n\n');
}

const section = (title: string, body: string): string => `${styled('bold', title)}\n${body}`;

const ROWS: Readonly<Record<Answers['of'], string>> = {
  golden: 'golden rows',
  background: 'rows kept for explanations',
  made: 'rows made of the thresholds and categories of both',
  example: 'their examples',
};

function answersText({ rows, of, outputs, refusedBefore, refusedAfter }: Answers): string {
  const head = ['ANSWER', 'DIFFER', 'SHARE', 'MEAN', 'LARGEST'];
  const figure = (value: number | null): string => (value === null ? '-' : numberText(value));
  const lines = outputs.map(({ output, differing, mean, largest }) => [
    ...[output, String(differing), percent(differing / rows), figure(mean), figure(largest)],
  ]);
  return [
    `  ${countText(rows, 'row')}: ${ROWS[of]}`,
    formatTable([head, ...lines]),
    ...(refusedBefore > 0 ? [`  ${countText(refusedBefore, 'row')} only the newer one takes`] : []),
    ...(refusedAfter > 0 ? [`  ${countText(refusedAfter, 'row')} the newer one refuses`] : []),
  ].join('\n');
}

function callersText(signature: DifferenceView['signature']): string {
  if (signature === null) return '  not known: the file of one of them is gone';
  const lines = [
    ...signature.breaking.map((text) => `  ✗ ${text}`),
    ...signature.compatible.map((text) => `  ✓ ${text}`),
  ];
  return lines.length === 0 ? '  nothing changes' : lines.join('\n');
}

function stepsText({ steps }: DifferenceView): string {
  if (steps.length === 0) return '  none differs';
  return steps
    .slice(0, STEPS_SHOWN)
    .map(({ path, class: type, change, facts }) => {
      const title = `  ${path || 'the model'} (${type.split('.').at(-1)}): ${change}`;
      const rows = facts.map(({ name, before, after }) => [name, cut(before), '→', cut(after)]);
      return change === 'changed' ? `${title}\n${formatTable(rows, '    ')}` : title;
    })
    .join('\n');
}

const changesText = (changes: DifferenceView['facts']): string =>
  changes.length === 0
    ? '  the same'
    : formatTable(changes.map(({ name, before, after }) => [name, cut(before), '→', cut(after)]));

const cut = (text: string | null): string => truncate(text ?? 'none', CELL);

const costText = ({ before, after }: DifferenceView['rowMicros']): string =>
  [before, after]
    .map((micros) => (micros === null ? 'not known' : microsText(Number(micros.toPrecision(3)))))
    .join(' → ');

/** An advice as people read it: what contradicts first, then what to do and why, what else there is, and what it rests on. */
import type { Advice } from '../../advise/advice/advice.ts';
import { lengthText } from '../../advise/needs/case.ts';
import { moneyText } from '../../advise/patterns/money-text.ts';
import type { Option } from '../../advise/patterns/option.ts';
import { grouped } from '../../text/numbers.ts';
import { sentenceCase } from '../../text/sentence-case.ts';
import { hanging, wrapped } from '../../text/wrap.ts';
import { fittedTable } from '../output/table.ts';
import { breakEvenChart } from './break-even-chart.ts';

const WIDTH = 80;
const INDENT = '  ';

export function advicePage(advice: Advice): string {
  return [
    contradictions(advice),
    headline(advice),
    section('Patterns', [optionTable(advice), ...limits(advice)]),
    section('Next best', next(advice)),
    section('Where it turns', advice.breakEven === null ? [] : breakEvenChart(advice)),
    section('Assumed, with what half and twice of it would come to', assumptions(advice)),
    wrapped(pricesNote(advice), WIDTH).join('\n'),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

const section = (title: string, lines: readonly string[]): string =>
  lines.length === 0 ? '' : [title, ...lines].join('\n');

const item = (text: string): string => hanging(`${INDENT}- `, text, WIDTH);

const contradictions = ({ contradictions: all }: Advice): string =>
  section(
    all.length === 0 ? '' : 'What is wished cannot all be had',
    all.flatMap(({ wishes, what, nearest }) => [
      item(`${wishes.join(' and ')}: ${what}`),
      hanging(`${INDENT}  nearest: `, nearest, WIDTH),
    ]),
  );

function headline({ headline: text, reasons, model: { note } }: Advice): string {
  return [...wrapped(text, WIDTH), ...reasons.map(item), ...(note === null ? [] : [item(note)])].join('\n');
}

const HEAD = ['pattern', 'p50', 'p99', 'needs', 'a month', 'a million', 'spare'];

/** All patterns; those that cannot be had as it is wanted are marked. */
function optionTable({ options, advised, prices: { currency } }: Advice): string {
  const money = (amount: number | undefined): string =>
    amount === undefined ? '-' : moneyText(amount, currency);
  const millionText = (amount: number | undefined): string =>
    amount !== undefined && amount < 0.01 ? `< ${moneyText(0.01, currency)}` : money(amount);
  const rows = options.map((option) => [
    `${option.pattern === advised ? '▸' : option.obstacles.length > 0 ? '✗' : ' '} ${option.pattern}`,
    option.latency === null ? '-' : shortLength(option.latency.p50),
    option.latency === null ? '-' : shortLength(option.latency.p99),
    sizeText(option),
    money(option.cost?.month),
    millionText(option.cost?.perMillion),
    option.headroom === null ? '-' : `${grouped(Math.round(100 * option.headroom))} %`,
  ]);
  const head = HEAD.map((word, k) => (k === 0 ? `  ${word}` : word));
  return fittedTable([head, ...rows], WIDTH, ['a million', 'spare']);
}

const LONG = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
] as const;

/** A length of time in one unit, for a cell. */
function shortLength(millis: number): string {
  const [unit, size] = LONG.find(([, length]) => millis >= length) ?? [];
  return size === undefined ? lengthText(millis) : `${Number((millis / size).toPrecision(2))} ${unit}`;
}

/** `2–4×1 core`, `1×2 lanes`. */
function sizeText({ serving, batch }: Option): string {
  if (serving !== null) {
    const { least, most, cores } = serving;
    return `${least === most ? grouped(most) : `${grouped(least)}–${grouped(most)}`}×${counted(cores, 'core')}`;
  }
  return batch === null ? '-' : `${batch.machines}×${counted(batch.lanes, 'lane')}`;
}

const counted = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;

/** What would have to give way for a pattern, or what one that can be had cannot do; the reasons say why. */
const limits = ({ options }: Advice): readonly string[] =>
  options.flatMap(({ pattern, obstacles, cannot }) =>
    obstacles.length > 0
      ? [
          hanging(
            `${INDENT}✗ `,
            `${pattern} would be had with ${obstacles.map(({ nearest }) => nearest).join('; ')}`,
            WIDTH,
          ),
        ]
      : cannot.map((what) => hanging(`${INDENT}  `, `${pattern} cannot: ${what}`, WIDTH)),
  );

function next({ next: found }: Advice): readonly string[] {
  if (found === null) return [];
  const { pattern, why, change } = found;
  const turns =
    change === null
      ? 'No change of one need alone prefers it.'
      : `${sentenceCase(change.text)} it is preferred.`;
  return [item(`${pattern}: ${why}`), item(turns)];
}

const assumptions = ({ assumptions: all, prices: { currency } }: Advice): readonly string[] =>
  all.flatMap(({ text, half, twice, flips }) => [
    item(`${text}${flips ? ' (another value changes the advice)' : ''}`),
    ...[half, twice].flatMap((outcome) =>
      outcome === null ? [] : [hanging(`${INDENT}    `, outcomeText(outcome, currency), WIDTH)],
    ),
  ]);

function outcomeText(
  { value, pattern, month }: NonNullable<Advice['assumptions'][number]['half']>,
  currency: string,
): string {
  const cost = month === null ? '' : `, ${moneyText(month, currency)} a month`;
  return `${value}: ${pattern ?? 'nothing can be had'}${cost}`;
}

const pricesNote = ({ prices: { date, source }, model: { name, source: measured } }: Advice): string =>
  `Prices of ${date} (${source}). Costs of ${name} are ${measured}.`;

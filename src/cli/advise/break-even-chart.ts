/** Costs of what is advised and of the next best, as a curve. */
import type { Advice } from '../../advise/advice/advice.ts';
import { lengthText } from '../../advise/needs/case.ts';
import { moneyText } from '../../advise/patterns/money-text.ts';
import { numberText } from '../../text/numbers.ts';
import { curveChart } from '../output/curve-chart.ts';

const MARKS = ['●', '○', '△'];
/** Of an axis of time: its figures say their own units. */
const MILLIS = /^ms\b ?(?:of )?/;

const [SECOND, MINUTE, HOUR, DAY] = [1000, 60_000, 3_600_000, 86_400_000] as const;
/** What people call lengths of time, in milliseconds. */
const ROUND_TIMES = [
  ...[1, 10, 100, SECOND, 10 * SECOND, MINUTE, 10 * MINUTE, HOUR, 6 * HOUR],
  ...[DAY, 7 * DAY, 30 * DAY, 365 * DAY],
];

export function breakEvenChart({ breakEven, prices: { currency } }: Advice): readonly string[] {
  if (breakEven === null) return [];
  const { need, unit, given, patterns, now, at, points } = breakEven;
  const isTime = MILLIS.test(unit);
  const short = (value: number): string =>
    isTime ? lengthText(value) : numberText(Number(value.toPrecision(3)));
  const told = (value: number): string => (isTime ? short(value) : `${short(value)} ${unit}`);
  const curves = patterns.map((name, k) => ({
    name,
    mark: MARKS[k] ?? '·',
    points: points.map(({ x, costs }) => [x, costs[k] ?? null] as const),
  }));
  return [
    ...(given === null ? [] : [`  ${given}:`]),
    ...curveChart({
      x: {
        label: isTime ? need : unit,
        scale: 'log',
        figure: short,
        round: isTime ? ROUND_TIMES : [],
      },
      y: {
        label: `${currency} a month`,
        scale: 'linear',
        figure: (value) => moneyText(value, currency),
      },
      curves,
      lines: [
        { name: `here: ${told(now)}`, mark: '┊', x: now },
        ...(at === null ? [] : [{ name: `turns at ${told(at)}`, mark: '╎', x: at }]),
      ],
    }),
  ];
}

import { LineChart } from '../../ui/line-chart.tsx';
import { type AdviceView, axisWords, moneyWords, patternWords } from './advice-view.ts';

interface BreakEvenProps {
  readonly breakEven: NonNullable<AdviceView['breakEven']>;
  readonly currency: string;
}

/** Costs of what is advised and of the next best, against what drives them apart, on an axis of powers of ten. */
export function BreakEven({
  breakEven: { need, unit, given, patterns, now, at, points },
  currency,
}: BreakEvenProps) {
  const figure = (place: number): string => axisWords(10 ** place, unit);
  const curves = patterns.map((name, k) => {
    const known = points.flatMap(({ x, costs }) => {
      const cost = costs[k] ?? null;
      return cost === null ? [] : [[Math.log10(x), cost] as const];
    });
    return { name: patternWords(name), xs: known.map(([x]) => x), ys: known.map(([, y]) => y) };
  });
  const where =
    at === null
      ? 'They cost the same nowhere on this axis.'
      : `They cost the same at ${figure(Math.log10(at))}.`;
  return (
    <div className="panel-body break-even">
      <LineChart
        label={`Cost a month of ${curves.map(({ name }) => name).join(' and ')} against ${need}. ${where}`}
        curves={curves}
        mark={Math.log10(now)}
        least={0}
        ticks={null}
        format={(value) => moneyWords(value, currency)}
        formatPlace={figure}
      />
      <p className="note">
        Cost a month against {need}
        {given === null ? '' : `, ${given}`}:{' '}
        {curves.map(({ name }, k) => `${name} ${k === 0 ? 'drawn through' : 'dashed'}`).join(', ')}; the line
        is here, at {figure(Math.log10(now))}. {where}
      </p>
    </div>
  );
}

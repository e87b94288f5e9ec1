import type { RolloutView } from '../../api/generated/control-api.ts';
import { type ColumnHead, ColumnHeads } from '../../ui/column-heads.tsx';

type Metric = RolloutView['metrics'][number];

const [WIDTH, MIDDLE, REACH] = [200, 100, 92];

/** Without bounds nothing can be drawn, nor said. */
export const hasInterval = ({ lower, upper }: Metric): boolean => lower !== null && upper !== null;

const COLUMNS: readonly ColumnHead[] = [
  { text: 'Metric' },
  { text: 'Candidate less stable' },
  { text: 'Between', className: 'figures-cell' },
];

/** The candidate against stable: an interval a metric and segment, around the line of no difference. */
export function Intervals({ metrics }: { readonly metrics: RolloutView['metrics'] }) {
  const shown = metrics.filter(hasInterval);
  return (
    <table>
      <ColumnHeads columns={COLUMNS} />
      <tbody>
        {shown.map((metric) => (
          <tr key={`${metric.name} ${metric.segment}`}>
            <th scope="row">
              {metric.name}
              {metric.segment !== null && <small>{metric.segment}</small>}
            </th>
            <td>
              <Interval metric={metric} widest={widestOf(shown.filter(({ name }) => name === metric.name))} />
            </td>
            <td className={`figures-cell ${metric.flagged ? 'bad' : ''}`}>
              {[metric.lower, metric.upper].map((end) => signed(end, metric.scale)).join(' and ')}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const widestOf = (metrics: readonly Metric[]): number =>
  Math.max(1e-12, ...metrics.flatMap(({ lower, upper }) => [Math.abs(lower ?? 0), Math.abs(upper ?? 0)]));

function Interval({
  metric: { lower, upper, estimate, flagged },
  widest,
}: {
  metric: Metric;
  widest: number;
}) {
  const at = (value: number | null): number => MIDDLE + ((value ?? 0) / widest) * REACH;
  return (
    <svg
      className={`interval ${flagged ? 'interval-flagged' : ''}`}
      viewBox={`0 0 ${WIDTH} 16`}
      aria-hidden="true"
    >
      <path className="zero" d={`M${MIDDLE} 0v16`} />
      <path d={`M${at(lower)} 8H${at(upper)}`} />
      <circle cx={at(estimate)} cy="8" r="3.5" />
    </svg>
  );
}

function signed(value: number | null, scale: Metric['scale']): string {
  if (value === null) return '–';
  const [shown, unit] = scale === 'share' ? [value * 100, ' %'] : [value, ''];
  const text = new Intl.NumberFormat('en', { maximumSignificantDigits: 3, signDisplay: 'exceptZero' }).format(
    shown,
  );
  return `${text}${unit}`;
}

import { ColumnHeads } from './column-heads.tsx';
import { type Curve, figureOf } from './curve.ts';

const MOMENT = new Intl.DateTimeFormat('en-GB', {
  ...{ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit' },
  timeZoneName: 'short',
});

interface CurveTableProps {
  readonly label: string;
  readonly curves: readonly Curve[];
  readonly format: (value: number | null) => string;
}

/** The figures of curves, the newest first: for who reads, and who hears. */
export function CurveTable({ label, curves, format }: CurveTableProps) {
  const times = [...new Set(curves.flatMap(({ points }) => points.map(({ at }) => at)))].sort(
    (a, b) => b - a,
  );
  const byTime = curves.map(({ points }) => new Map(points.map((point) => [point.at, point])));
  return (
    <details className="as-table">
      <summary>As a table</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what is longer than its box is moved by arrows */}
      <section aria-label={`${label}, as a table`} tabIndex={0}>
        <table>
          <ColumnHeads
            columns={[
              { text: 'Time' },
              ...curves.map(({ name }) => ({ text: name, className: 'figures-cell' })),
            ]}
          />
          <tbody>
            {times.map((at) => (
              <tr key={at}>
                <th scope="row">{MOMENT.format(at)}</th>
                {byTime.map((points, k) => (
                  <td key={curves[k]?.name} className="figures-cell">
                    {figureOf(points.get(at), format)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  );
}

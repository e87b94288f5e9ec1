import type { RolloutView } from '../../api/generated/control-api.ts';
import { countWords, differenceWords } from '../../facts/words.ts';
import { type ColumnHead, ColumnHeads } from '../../ui/column-heads.tsx';
import { IntervalBar } from '../../ui/interval-bar.tsx';
import { Scrolled } from '../../ui/scrolled.tsx';

type Metric = RolloutView['metrics'][number];

/** Without bounds nothing can be drawn, nor said. */
export const hasInterval = ({ lower, upper }: Metric): boolean => lower !== null && upper !== null;

const COLUMNS: readonly ColumnHead[] = [
  { text: 'Share of units' },
  { text: 'Candidate less stable' },
  { text: 'Between, at every look', className: 'figures-cell' },
  { text: 'Units', className: 'figures-cell' },
];

/** The candidate against stable: an interval for each thing that is counted, around the line of no difference. */
export function Intervals({ metrics }: { readonly metrics: readonly Metric[] }) {
  const shown = metrics.filter(hasInterval);
  return (
    <Scrolled label="Differences of the arms">
      <table>
        <ColumnHeads columns={COLUMNS} />
        <tbody>
          {shown.map(({ name, segment, lower, upper, estimate, scale, flagged, units }) => (
            <tr key={`${name} ${segment}`}>
              <th scope="row">
                {name}
                {segment !== null && <small>{segment}</small>}
              </th>
              <td>
                <IntervalBar
                  lower={lower ?? 0}
                  upper={upper ?? 0}
                  estimate={estimate}
                  widest={widestOf(shown.filter((other) => other.name === name))}
                  tone={flagged ? 'bad' : 'plain'}
                />
              </td>
              <td className={`figures-cell ${flagged ? 'bad' : ''}`}>
                {differenceWords(lower, scale)} and {differenceWords(upper, scale)}
              </td>
              <td className="figures-cell">{units.map(countWords).join(' and ')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolled>
  );
}

const widestOf = (metrics: readonly Metric[]): number =>
  Math.max(...metrics.flatMap(({ lower, upper }) => [Math.abs(lower ?? 0), Math.abs(upper ?? 0)]));

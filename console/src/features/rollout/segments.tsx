import type { RolloutView } from '../../api/generated/control-api.ts';
import { countWords, differenceWords, shareWords } from '../../facts/words.ts';
import { type ColumnHead, ColumnHeads } from '../../ui/column-heads.tsx';
import { Scrolled } from '../../ui/scrolled.tsx';

/** Segments that no unit was seen of say nothing. */
export const isSeen = ({ arms }: RolloutView['segments'][number]): boolean =>
  arms.some(({ units }) => units > 0);

/** How many failed, by value of the segment header and arm: what is worse in one of them is said. */
export function Segments({ rollout: { segments, arms, metrics } }: { readonly rollout: RolloutView }) {
  const columns: readonly ColumnHead[] = [
    { text: 'Segment' },
    ...arms.flatMap(({ name }) => [
      { text: `Units, ${name}`, className: 'figures-cell' },
      { text: `Failed, ${name}`, className: 'figures-cell' },
    ]),
    { text: 'Difference' },
  ];
  return (
    <Scrolled label="Failures by segment">
      <table className="segments">
        <ColumnHeads columns={columns} />
        <tbody>
          {segments.filter(isSeen).map(({ segment, arms: counted }) => {
            const found = metrics.filter((metric) => metric.segment === segment);
            return (
              <tr key={segment}>
                <th scope="row">{segment === '' ? 'without one' : segment}</th>
                {arms.flatMap(({ name }, k) => {
                  const { units, failures } = counted[k] ?? { units: 0, failures: 0 };
                  return [
                    <td key={`${name} units`} className="figures-cell">
                      {countWords(units)}
                    </td>,
                    <td key={`${name} failed`} className="figures-cell">
                      {shareWords(units === 0 ? null : failures / units)}
                    </td>,
                  ];
                })}
                <td>
                  {found.map(({ name, estimate, lower, upper, scale, flagged }) => (
                    <span key={name} className={flagged ? 'bad' : ''}>
                      {flagged && 'Worse here: '}
                      {lower === null
                        ? `${estimate === null ? '' : `${differenceWords(estimate, scale)}, `}too few units for an interval`
                        : `${differenceWords(lower, scale)} to ${differenceWords(upper, scale)}`}
                    </span>
                  ))}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Scrolled>
  );
}

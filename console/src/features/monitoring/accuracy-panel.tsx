import { useQuality } from '../../api/queries.ts';
import { countWords, shareWords, UNKNOWN } from '../../facts/words.ts';
import { type ColumnHead, ColumnHeads } from '../../ui/column-heads.tsx';
import { Panel } from '../../ui/panel.tsx';

interface Known {
  readonly value: number;
  readonly lower: number;
  readonly upper: number;
}

const COLUMNS: readonly ColumnHead[] = [
  { text: 'From' },
  { text: 'Of labels' },
  { text: 'Estimated without' },
  { text: 'Labels', className: 'figures-cell' },
  { text: 'Mature' },
];

/** Accuracy of each cohort as its labels came, and as it is estimated without them. */
export function AccuracyPanel({ endpoint }: { readonly endpoint: string }) {
  const query = useQuality(endpoint, true);
  return (
    <Panel
      title="Accuracy"
      query={query}
      empty={({ cohorts }) =>
        cohorts.length === 0 ? (
          <>
            No labels yet. Send them when they are known: <code>POST /api/v1/feedback</code>
          </>
        ) : null
      }
    >
      {({ cohorts, accuracy }) => (
        <div className="panel-body">
          {accuracy?.rules.map(({ name, sentence }) => (
            <p key={name} className="note">
              {sentence}
            </p>
          ))}
          <table>
            <ColumnHeads columns={COLUMNS} />
            <tbody>
              {cohorts.map(({ from, metric, realised, estimate, labelled, coverage, mature }) => (
                <tr key={from}>
                  <th scope="row">
                    {new Date(from).toLocaleString('en-GB')}
                    <small>{metric}</small>
                  </th>
                  <td>{between(realised)}</td>
                  <td>{between(estimate)}</td>
                  <td className="figures-cell">
                    {countWords(labelled)} <small>{shareWords(coverage)}</small>
                  </td>
                  <td>{mature === null ? UNKNOWN : mature ? 'yes' : 'not yet'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}

const between = (known: Known | null): string =>
  known === null
    ? UNKNOWN
    : `${known.value.toFixed(3)} (${known.lower.toFixed(3)} to ${known.upper.toFixed(3)})`;

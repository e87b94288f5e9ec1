import type { RolloutView } from '../../api/generated/control-api.ts';
import { countWords, millisWords, shareWords } from '../../facts/words.ts';
import { type ColumnHead, ColumnHeads } from '../../ui/column-heads.tsx';
import { Scrolled } from '../../ui/scrolled.tsx';

const COLUMNS: readonly ColumnHead[] = [
  { text: 'Arm' },
  { text: 'Units', className: 'figures-cell' },
  { text: 'Failed', className: 'figures-cell' },
  { text: 'p50', className: 'figures-cell' },
  { text: 'p95', className: 'figures-cell' },
  { text: 'p99', className: 'figures-cell' },
];

/** Who answered whom, each unit once, since the rollout began. */
export const Arms = ({ rollout: { arms, left } }: { readonly rollout: RolloutView }) => (
  <>
    <Scrolled label="Arms">
      <table>
        <ColumnHeads columns={COLUMNS} />
        <tbody>
          {arms.map(({ name, version, units, failures, latency }) => (
            <tr key={name}>
              <th scope="row">
                {name}
                <small>version {version}</small>
              </th>
              <td className="figures-cell">{countWords(units)}</td>
              <td className="figures-cell">{shareWords(units === 0 ? null : failures / units)}</td>
              <td className="figures-cell">{millisWords(latency?.p50 ?? null)}</td>
              <td className="figures-cell">{millisWords(latency?.p95 ?? null)}</td>
              <td className="figures-cell">{millisWords(latency?.p99 ?? null)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolled>
    {leftWords(left) !== '' && <p className="note panel-body">{leftWords(left)}</p>}
  </>
);

/** What was copied, and what was not counted. */
const leftWords = ({ mirrored, dropped, missingParts, latePieces }: RolloutView['left']): string =>
  [
    ...(mirrored > 0 ? [`${countWords(mirrored)} requests were copied to the candidate.`] : []),
    ...(dropped > 0 ? [`${countWords(dropped)} copies were dropped: too many waited.`] : []),
    ...(missingParts > 0 ? [`${countWords(missingParts)} parts of windows are missing.`] : []),
    ...(latePieces > 0 ? [`${countWords(latePieces)} pieces came too late to be counted.`] : []),
  ].join(' ');

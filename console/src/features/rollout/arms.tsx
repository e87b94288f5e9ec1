import type { RolloutView } from '../../api/generated/control-api.ts';
import { countWords, millisWords, shareWords } from '../../facts/words.ts';
import { type ColumnHead, ColumnHeads } from '../../ui/column-heads.tsx';

const COLUMNS: readonly ColumnHead[] = [
  { text: 'Arm' },
  { text: 'Units', className: 'figures-cell' },
  { text: 'Failed', className: 'figures-cell' },
  { text: 'p50', className: 'figures-cell' },
  { text: 'p99', className: 'figures-cell' },
];

export const Arms = ({ arms }: { readonly arms: RolloutView['arms'] }) => (
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
          <td className="figures-cell">{millisWords(latency?.p99 ?? null)}</td>
        </tr>
      ))}
    </tbody>
  </table>
);

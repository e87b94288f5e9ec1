import type { RolloutView } from '../../api/generated/control-api.ts';
import { countWords, millisWords, shareWords } from '../../facts/words.ts';

export const Arms = ({ arms }: { readonly arms: RolloutView['arms'] }) => (
  <table>
    <thead>
      <tr>
        <th scope="col">Arm</th>
        <th scope="col" className="figures-cell">
          Units
        </th>
        <th scope="col" className="figures-cell">
          Failed
        </th>
        <th scope="col" className="figures-cell">
          p50
        </th>
        <th scope="col" className="figures-cell">
          p99
        </th>
      </tr>
    </thead>
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

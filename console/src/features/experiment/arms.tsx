import type { ExperimentView } from '../../api/generated/control-api.ts';
import { GUARD_NAMES, guardsOf, oddsWords } from '../../facts/guard-words.ts';
import { countWords, shareWords } from '../../facts/words.ts';
import { type ColumnHead, ColumnHeads } from '../../ui/column-heads.tsx';
import { Scrolled } from '../../ui/scrolled.tsx';
import { lostWords } from './conclusion-words.ts';

const COLUMNS: readonly ColumnHead[] = [
  { text: 'Arm' },
  { text: 'Wanted', className: 'figures-cell' },
  { text: 'Units', className: 'figures-cell' },
  { text: 'Of all', className: 'figures-cell' },
  { text: 'Matured', className: 'figures-cell' },
  { text: 'Strongest evidence of harm' },
];

/** Who takes part, with how many units: those that were seen, and those whose values are complete. */
export function ExperimentArms({ experiment }: { readonly experiment: ExperimentView }) {
  const { arms, metrics } = experiment;
  const all = arms.reduce((sum, { units }) => sum + units, 0);
  const matured = (name: string, isControl: boolean): number | undefined => {
    const found = metrics.find(({ isPrimary, arm }) => isPrimary && (isControl || arm === name));
    return found?.units[isControl ? 1 : 0];
  };
  return (
    <Scrolled label="Arms of the experiment">
      <table>
        <ColumnHeads columns={COLUMNS} />
        <tbody>
          {arms.map(({ name, version, isControl, share, units, lost, guards }) => (
            <tr key={name}>
              <th scope="row">
                {name}
                <small>
                  version {version}
                  {isControl && ', control'}
                  {lost !== null && `: ${lostWords(lost)}`}
                </small>
              </th>
              <td className="figures-cell">{shareWords(share)}</td>
              <td className="figures-cell">{countWords(units)}</td>
              <td className="figures-cell">{shareWords(all === 0 ? null : units / all)}</td>
              <td className="figures-cell">{countWords(matured(name, isControl) ?? 0)}</td>
              <td>{isControl ? 'compared with' : harmWords(guards)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolled>
  );
}

function harmWords(guards: ExperimentView['arms'][number]['guards']): string {
  const [worst] = guardsOf(guards).toSorted(([, a], [, b]) => (b.maxLog ?? -99) - (a.maxLog ?? -99));
  if (worst === undefined) return 'nothing counted yet';
  const [name, { maxLog, bound }] = worst;
  return `${GUARD_NAMES[name]}: ${oddsWords(maxLog)} of ${oddsWords(bound)}`;
}

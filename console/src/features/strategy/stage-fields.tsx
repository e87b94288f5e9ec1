import { Button } from '../../ui/button.tsx';
import { type ColumnHead, ColumnHeads } from '../../ui/column-heads.tsx';
import { type StageDraft, withStage } from './policy-draft.ts';

const COLUMNS: readonly ColumnHead[] = [
  { text: 'It gets' },
  { text: 'Percent' },
  { text: 'For at least' },
  { text: 'Units in each arm' },
  { text: 'Approval' },
  { text: 'Take away', isUnseen: true },
];

interface StageFieldsProps {
  readonly stages: readonly StageDraft[];
  readonly onChange: (stages: readonly StageDraft[]) => void;
}

/** The ramp as a table: how many get it, for how long at least, and whether a person lets it go on. */
export function StageFields({ stages, onChange }: StageFieldsProps) {
  const set = (at: number, change: Partial<StageDraft>): void =>
    onChange(stages.map((stage, k) => (k === at ? { ...stage, ...change } : stage)));
  return (
    <fieldset className="policy-group">
      <legend>Stages</legend>
      <div className="scrolled">
        <table className="policy-stages">
          <ColumnHeads columns={COLUMNS} />
          <tbody>
            {stages.map((stage, k) => {
              const place = `stage ${k + 1}`;
              return (
                // biome-ignore lint/suspicious/noArrayIndexKey: a stage is its place
                <tr key={k}>
                  <td>
                    <select
                      className="field"
                      aria-label={`What ${place} gets`}
                      value={stage.kind}
                      onChange={({ target }) => set(k, { kind: target.value as StageDraft['kind'] })}
                    >
                      <option value="shadow">Copies</option>
                      <option value="weight">Answers</option>
                    </select>
                  </td>
                  {(['percent', 'bake', 'minUnits'] as const).map((name) => (
                    <td key={name}>
                      <input
                        className="field"
                        aria-label={`${LABELS[name]} ${place}`}
                        value={stage[name]}
                        maxLength={20}
                        onChange={({ target }) => set(k, { [name]: target.value })}
                      />
                    </td>
                  ))}
                  <td>
                    <input
                      type="checkbox"
                      aria-label={`A person approves the end of ${place}`}
                      checked={stage.approval}
                      onChange={({ target }) => set(k, { approval: target.checked })}
                    />
                  </td>
                  <td className="figures-cell">
                    <Button
                      aria-label={`Take ${place} away`}
                      disabled={stages.length === 1}
                      onClick={() => onChange(stages.filter((_, at) => at !== k))}
                    >
                      ✕
                    </Button>
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <Button onClick={() => onChange(withStage(stages))}>Add a stage</Button>
    </fieldset>
  );
}

const LABELS = { percent: 'Percent of', bake: 'Shortest time of', minUnits: 'Units in each arm of' } as const;

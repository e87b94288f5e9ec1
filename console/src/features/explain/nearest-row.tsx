import { useState } from 'react';
import { ask } from '../../api/client.ts';
import type { AskedVersion } from '../../api/explained.ts';
import type { ControlOperations } from '../../api/generated/control-api.ts';
import { useMay } from '../../api/queries.ts';
import { cellWords } from '../../facts/waterfall.ts';
import { Button } from '../../ui/button.tsx';
import { type ColumnHead, ColumnHeads } from '../../ui/column-heads.tsx';
import { Failed } from '../../ui/panel.tsx';
import { SelectField } from '../../ui/select-field.tsx';
import type { RowCells } from './row-cells.ts';

const OPERATION = 'POST /api/v1/models/{model}/versions/{version}:counterfactual';
type Found = ControlOperations[typeof OPERATION]['answer'];

interface NearestRowProps {
  readonly asked: AskedVersion;
  readonly cells: RowCells;
  /** Of a model that answers labels; empty of one that answers numbers. */
  readonly classes: readonly unknown[];
  readonly onTake: (cells: RowCells) => void;
}

interface Search {
  /** The row that was sought for. */
  readonly cells: RowCells;
  readonly held: readonly string[];
  readonly state: Found | Error | 'asking';
}

const ANY = '';
const NO_SEARCH = { held: [], state: null } as const;

/** What would have to be otherwise for another answer: sought when somebody asks, not with every move. */
export function NearestRow({ asked, cells, classes, onTake }: NearestRowProps) {
  const may = useMay();
  const [want, setWant] = useState(ANY);
  const [newest, setNewest] = useState<Search | null>(null);
  // What was found of another row says nothing of this one.
  const { held, state } = newest?.cells === cells ? newest : NO_SEARCH;
  if (!may(OPERATION)) return null;
  const search = async (stays: readonly string[]): Promise<void> => {
    const own: Search = { cells, held: stays, state: 'asking' };
    setNewest(own);
    const row = cells as Readonly<Record<string, string | number | boolean | null>>;
    const wanted = want.trim() === ANY ? {} : { want: want.trim() };
    const outcome = await ask(OPERATION, { path: asked, body: { row, held: stays, ...wanted } }).catch(
      (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
    );
    // Another row may have been sought meanwhile.
    setNewest((now) => (now === own ? { ...own, state: outcome } : now));
  };
  return (
    <section className="panel" aria-label="What would have to change">
      <header className="panel-head">
        <h2>What would have to change</h2>
      </header>
      <div className="panel-body nearest">
        <form
          className="nearest-form"
          onSubmit={(event) => {
            event.preventDefault();
            void search([]);
          }}
        >
          {classes.length > 0 ? (
            <SelectField
              label="Wanted answer"
              value={want}
              onChange={setWant}
              options={[
                { value: ANY, text: 'any other answer' },
                ...classes.map((one) => ({ value: String(one), text: String(one) })),
              ]}
            />
          ) : (
            <input
              className="field field-short"
              aria-label="Wanted answer"
              placeholder=">=400 or <=200"
              value={want}
              onChange={({ target }) => setWant(target.value)}
            />
          )}
          <Button type="submit" disabled={state === 'asking'}>
            Find the nearest row
          </Button>
        </form>
        <div aria-live="polite">
          {state === 'asking' && <p>Searching …</p>}
          {state instanceof Error && <Failed error={state} />}
          {state !== null && state !== 'asking' && !(state instanceof Error) && (
            <Outcome
              found={state}
              held={held}
              onHold={(column) => void search([...held, column])}
              onTake={() => state.counterfactual && onTake({ ...cells, ...state.counterfactual })}
            />
          )}
        </div>
      </div>
    </section>
  );
}

const COLUMNS: readonly ColumnHead[] = [
  { text: 'Column' },
  { text: 'Is' },
  { text: 'Would be' },
  { text: 'Keep', isUnseen: true },
];

interface OutcomeProps {
  readonly found: Found;
  readonly held: readonly string[];
  readonly onHold: (column: string) => void;
  readonly onTake: () => void;
}

function Outcome({ found, held, onHold, onTake }: OutcomeProps) {
  const { status, changes } = found;
  return (
    <>
      <p>{outcomeSentence(found)}</p>
      {held.length > 0 && <p className="note">Kept as they are: {held.join(', ')}.</p>}
      {status === 'found' && (
        <>
          <table>
            <ColumnHeads columns={COLUMNS} />
            <tbody>
              {changes.map(({ column, from, to }) => (
                <tr key={column}>
                  <th scope="row">{column}</th>
                  <td>{cellWords(from)}</td>
                  <td>{cellWords(to)}</td>
                  <td className="figures-cell">
                    <Button onClick={() => onHold(column)}>Keep as it is</Button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          <p>
            <Button onClick={onTake}>Take these values</Button>
          </p>
        </>
      )}
    </>
  );
}

function outcomeSentence({ status, exact, from, to, want, changes }: Found): string {
  if (status === 'already') return `It is answered so already: ${cellWords(from)}.`;
  if (status === 'none-exists') return `No row is answered ${want}, with what may change.`;
  if (status === 'none-found') return `No row that is answered ${want} was found within the time.`;
  const proved = exact ? 'No nearer row is: that is proved.' : 'A nearer one may exist.';
  const columns = changes.length === 1 ? 'one column' : `${changes.length} columns`;
  return `It would be answered ${cellWords(to)} instead of ${cellWords(from)}, if ${columns} were otherwise. ${proved}`;
}

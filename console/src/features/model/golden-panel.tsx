import { useState } from 'react';
import { useOperation } from '../../api/queries.ts';
import { plural } from '../../facts/words.ts';
import { Button } from '../../ui/button.tsx';
import { ColumnHeads } from '../../ui/column-heads.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Scrolled } from '../../ui/scrolled.tsx';
import { JsonValue } from './json-value.tsx';

const HEADS = [
  { text: 'Row' },
  { text: 'Input' },
  { text: 'Wanted' },
  { text: 'Answered now' },
  { text: 'Off by', className: 'figures-cell' },
];
/** Rows at first, more on a press, and at most. */
const AT_ONCE = 10;
const MORE = 30;
const MOST = 100;

/** Rows whose answers are known, answered again by what serves them. */
export function GoldenPanel({ model, version }: { readonly model: string; readonly version: number }) {
  const [shown, setShown] = useState(AT_ONCE);
  const query = useOperation(
    'GET /api/v1/models/{model}/versions/{version}/golden',
    { path: { model, version }, query: { limit: shown } },
    { every: false, keeps: true },
  );
  return (
    <Panel
      title="Golden rows"
      query={query}
      empty={({ items }) =>
        items.length === 0 ? 'No golden rows were sent with it, and its file brings none.' : null
      }
    >
      {({ rows, items, unanswered, tolerance }) => (
        <>
          <Scrolled label="Golden rows, one by one">
            <table className="golden">
              <ColumnHeads columns={HEADS} />
              <tbody>
                {items.map(({ row, input, expected, answered, deviation }) => (
                  <tr key={row}>
                    <th scope="row">{row + 1}</th>
                    <td>
                      <JsonValue value={input} />
                    </td>
                    <td>
                      <JsonValue value={expected} />
                    </td>
                    <td>
                      {answered === null ? (
                        <span className="faint">not asked</span>
                      ) : (
                        <JsonValue value={answered} />
                      )}
                    </td>
                    <td className="figures-cell">{deviationWords(deviation)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scrolled>
          <p className="note panel-note">
            {items.length} of {plural(rows, 'row')},{' '}
            {unanswered ?? 'answered just now by a copy of the version'}.
            {tolerance !== null && ` Answers may be off by ${tolerance.rtol} of a number.`}
          </p>
          {items.length < Math.min(rows, MOST) && (
            <p className="more">
              <Button onClick={() => setShown(Math.min(MOST, shown + MORE))}>More golden rows</Button>
            </p>
          )}
        </>
      )}
    </Panel>
  );
}

const deviationWords = (deviation: number | null): string => {
  if (deviation === null) return '–';
  return deviation === 0 ? 'nothing' : deviation.toExponential(1);
};

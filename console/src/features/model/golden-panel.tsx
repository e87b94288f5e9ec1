import { useParts } from '../../api/queries.ts';
import { plural } from '../../facts/words.ts';
import { ColumnHeads } from '../../ui/column-heads.tsx';
import { More } from '../../ui/more.tsx';
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
const AT_ONCE = 10;

/** Rows whose answers are known, answered again by what serves them. */
export function GoldenPanel({ model, version }: { readonly model: string; readonly version: number }) {
  const query = useParts(
    'GET /api/v1/models/{model}/versions/{version}/golden',
    { path: { model, version } },
    AT_ONCE,
  );
  return (
    <Panel
      title="Golden rows"
      query={query}
      empty={(rows) =>
        rows.length === 0 ? 'No golden rows were sent with it, and its file brings none.' : null
      }
    >
      {(rows) => (
        <>
          <Scrolled label="Golden rows, one by one">
            <table className="golden">
              <ColumnHeads columns={HEADS} />
              <tbody>
                {rows.map(({ row, input, expected, answered, deviation }) => (
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
            {plural(rows.length, 'row')} shown, answered just now by a copy of the version.
          </p>
          <More query={query} text="More golden rows" />
        </>
      )}
    </Panel>
  );
}

const deviationWords = (deviation: number | null): string => {
  if (deviation === null) return '–';
  return deviation === 0 ? 'nothing' : deviation.toExponential(1);
};

import { useState } from 'react';
import type { AskedVersion } from '../../api/explained.ts';
import type { ControlOperations } from '../../api/generated/control-api.ts';
import { useOperation } from '../../api/queries.ts';
import { figureWords, pushWords } from '../../facts/waterfall.ts';
import { countWords, plural } from '../../facts/words.ts';
import { Button } from '../../ui/button.tsx';
import { Panel } from '../../ui/panel.tsx';
import { SelectField } from '../../ui/select-field.tsx';

const OPERATION = 'GET /api/v1/models/{model}/versions/{version}/importance';
type VersionImportance = ControlOperations[typeof OPERATION]['answer'];
type WeighedColumn = VersionImportance['columns'][number];

const MOST_COLUMNS = 15;
const ALL = '';

const SOURCES: Readonly<Record<VersionImportance['of'], string>> = {
  background: 'rows that came with the version',
  reference: 'rows of its reference data',
  log: 'rows that it answered lately',
  file: 'rows',
};

/** Which columns move the answers of a version, over many rows together. */
export function Importance({ asked, endpoint }: { readonly asked: AskedVersion; readonly endpoint: string }) {
  const query = useOperation(OPERATION, { path: { ...asked }, query: { endpoint } }, { every: false });
  return (
    <Panel title="What moves the answers" query={query}>
      {(found) => (
        <div className="columns">
          <Attributions found={found} />
          <Permutation found={found.permutation} />
        </div>
      )}
    </Panel>
  );
}

function Attributions({ found }: { readonly found: VersionImportance }) {
  const { of, rows, method, output, classes, columns } = found;
  const [wanted, setWanted] = useState(ALL);
  const score = classes?.indexOf(wanted) ?? -1;
  const bars = columns
    .map((column) => ({ ...column, ...sizeOf(column, score) }))
    .toSorted((a, b) => b.value - a.value)
    .map(({ name, value, error, correlation }) => ({
      ...{ name, value, error, figure: figureWords(value) },
      hint: directionWords(correlation, score, classes?.length ?? 1),
    }));
  return (
    <div className="panel-body">
      {classes !== null && classes.length > 1 && (
        <SelectField
          label="Class"
          value={wanted}
          onChange={setWanted}
          options={[
            { value: ALL, text: 'all classes' },
            ...classes.map((one) => ({ value: one, text: one })),
          ]}
        />
      )}
      <Bars label={`Mean size of the attributions to ${output}, the largest first`} bars={bars} />
      <p className="note">
        Mean size of Shapley values of {output}, by {method}, over {countWords(rows)} {SOURCES[of]}; the lines
        are two standard errors to each side.
      </p>
    </div>
  );
}

/** Of one score, or of all of them together. */
function sizeOf(
  { meanAbsolute, standardErrors }: WeighedColumn,
  score: number,
): { readonly value: number; readonly error: number } {
  if (score >= 0) return { value: meanAbsolute[score] ?? 0, error: standardErrors[score] ?? 0 };
  return {
    value: meanAbsolute.reduce((sum, value) => sum + value, 0),
    error: Math.max(...standardErrors.map((error) => error ?? 0)),
  };
}

/** Which way a column moves a score; nothing where it is both ways, or of several scores. */
function directionWords(correlation: WeighedColumn['correlation'], score: number, scores: number): string {
  const found = scores === 1 ? correlation[0] : score >= 0 ? correlation[score] : null;
  if (found == null || Math.abs(found) < 0.5) return '';
  return found > 0 ? 'larger raises' : 'larger lowers';
}

function Permutation({ found }: { readonly found: VersionImportance['permutation'] }) {
  if (found === null)
    return (
      <p className="empty">
        What a score loses without a column is told by labels: at least 50 logged rows of this version need
        one (<code>plimsoll feedback</code>).
      </p>
    );
  const { scoring, baseline, rows, repeats, columns } = found;
  const bars = columns.map(({ name, mean, standardDeviation }) => ({
    ...{ name, value: Math.max(0, mean), figure: pushWords(-mean), hint: '' },
    error: standardDeviation / Math.sqrt(repeats),
  }));
  return (
    <div className="panel-body">
      <Bars label={`What ${scoring} loses where a column is shuffled, the most first`} bars={bars} />
      <p className="note">
        {scoring} is {figureWords(baseline)} over {plural(rows, 'logged row')} with labels; each column was
        shuffled {plural(repeats, 'time')}.
      </p>
    </div>
  );
}

interface Bar {
  readonly name: string;
  readonly value: number;
  readonly error: number;
  readonly figure: string;
  readonly hint: string;
}

function Bars({ label, bars }: { readonly label: string; readonly bars: readonly Bar[] }) {
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? bars : bars.slice(0, MOST_COLUMNS);
  const most = Math.max(...bars.map(({ value, error }) => value + 2 * error), 1e-300);
  const x = (value: number): number => (Math.max(0, value) / most) * 1000;
  return (
    <>
      <table className="weights" aria-label={label}>
        <tbody>
          {shown.map(({ name, value, error, figure, hint }) => (
            <tr key={name}>
              <th scope="row">
                {name} {hint !== '' && <small>{hint}</small>}
              </th>
              <td className="weight-bar">
                <svg viewBox="0 0 1000 20" preserveAspectRatio="none" aria-hidden="true">
                  <rect x="0" y="4" height="12" width={x(value)} />
                  {error > 0 && <path d={`M${x(value - 2 * error)} 10H${x(value + 2 * error)}`} />}
                </svg>
              </td>
              <td className="figures-cell">
                {figure} {error > 0 && <small>± {figureWords(2 * error)}</small>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {bars.length > MOST_COLUMNS && (
        <Button onClick={() => setWhole(!isWhole)}>
          {isWhole ? 'The first ones alone' : `All ${plural(bars.length, 'column')}`}
        </Button>
      )}
    </>
  );
}

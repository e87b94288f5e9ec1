import { ApiError } from '../../api/client.ts';
import { useServed } from '../../api/served.ts';
import { momentWords } from '../../facts/times.ts';
import { cellWords } from '../../facts/waterfall.ts';
import { durationWords, millisWords, plural } from '../../facts/words.ts';
import { Link } from '../../location/link.tsx';
import { hrefOf, useParameter } from '../../location/location.ts';
import { Trail } from '../../location/trail.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Failed, Panel } from '../../ui/panel.tsx';
import { ExplainedRow } from './explained-row.tsx';
import { type LoggedLabels, type LoggedRow, useLoggedRequest } from './logged-request.ts';
import type { RowCells } from './row-cells.ts';
import { Unexplained } from './unexplained.tsx';
import { useExplanation } from './use-explanation.ts';
import './explain.css';

/** One request as the prediction log has it: what was asked and answered, and why. */
export function LoggedRequest({ id }: { readonly id: string }) {
  const query = useLoggedRequest(id);
  const [place, setPlace] = useParameter('at', '0');
  const { data, error } = query;
  const rows = data?.rows ?? [];
  const at = Math.min(Math.max(0, Number(place) || 0), Math.max(0, rows.length - 1));
  const row = rows[at];
  return (
    <main id="main">
      <PageHead
        trail={row && <Trail endpoint={row.endpoint ?? row.model} />}
        title={`Request ${id}`}
        sentence={row === undefined ? '' : answeredSentence(row, rows.length)}
        actions={row && <Actions id={id} at={at} row={row} />}
      />
      {error !== null && <Failed error={error} onRetry={() => void query.refetch()} />}
      {error instanceof ApiError && error.code === 'REQUEST_UNKNOWN' && <NotLogged />}
      {row && (
        <>
          {rows.length > 1 && <RowChoice at={at} count={rows.length} onChange={(k) => setPlace(String(k))} />}
          <div className="columns explained">
            <Why id={id} row={row} place={at} />
            <Cells row={row} labels={data?.labels ?? []} />
          </div>
        </>
      )}
    </main>
  );
}

function answeredSentence(row: LoggedRow, count: number): string {
  const at = Date.parse(row.time);
  const took = row.latencyMillis === null ? '' : ` in ${millisWords(row.latencyMillis)}`;
  const arm = row.arm === null ? '' : ` of arm ${row.arm}`;
  const as = row.role === null ? '' : `, as ${row.role}${arm}`;
  const ago = durationWords(Date.now() - at);
  return `${plural(count, 'row')} answered by version ${row.version} of ${row.model}${took}${as}, ${ago} ago (${momentWords(at)}).`;
}

const NotLogged = () => (
  <section className="panel">
    <p className="empty">
      The log keeps a share of what is asked, as the monitor of the endpoint says (<code>capture</code>), and
      has it about half a minute after the answer. What is not captured was answered, and forgotten.
    </p>
  </section>
);

interface ActionsProps {
  readonly id: string;
  readonly at: number;
  readonly row: LoggedRow;
}

function Actions({ id, at, row }: ActionsProps) {
  const search = new URLSearchParams({ request: id, at: String(at), version: String(row.version) });
  return (
    <Link className="button" href={`${hrefOf('endpoints', row.endpoint ?? row.model, 'explain')}?${search}`}>
      What if it were otherwise?
    </Link>
  );
}

interface RowChoiceProps {
  readonly at: number;
  readonly count: number;
  readonly onChange: (at: number) => void;
}

const RowChoice = ({ at, count, onChange }: RowChoiceProps) => (
  <p className="row-choice">
    <Button disabled={at === 0} onClick={() => onChange(at - 1)}>
      Row before
    </Button>
    <span role="status">
      Row {at + 1} of {count}
    </span>
    <Button disabled={at === count - 1} onClick={() => onChange(at + 1)}>
      Next row
    </Button>
  </p>
);

/** The answer made again by the version that gave it, and explained. */
function Why({ id, row, place }: { readonly id: string; readonly row: LoggedRow; readonly place: number }) {
  const served = useServed();
  const hidden = Object.keys(row.redacted ?? {});
  const found = served.data?.find(({ name, version }) => name === row.model && version === row.version);
  const query = useExplanation(id, row, place, found, served.data !== undefined && hidden.length === 0);
  const shown = hidden.length > 0 ? { ...query, data: NOTHING, error: null } : query;
  return (
    <Panel
      title="Why this answer"
      query={shown}
      empty={({ explanation, missing }) => {
        if (hidden.length > 0)
          return `The log has no values of ${hidden.join(', ')}: the monitor hides them. Without them the answer cannot be made again.`;
        return explanation === null ? <Unexplained missing={missing} /> : null;
      }}
    >
      {({ explanation, at, identical }) =>
        explanation && (
          <div className="panel-body">
            <ExplainedRow explanation={explanation} row={at} cells={row.inputs} />
            {identical !== null && (
              <p className="note">
                {identical
                  ? 'The attributions are those of then, to the last bit.'
                  : 'The attributions are not those of then: another release made them.'}
              </p>
            )}
          </div>
        )
      }
    </Panel>
  );
}

const NOTHING = { explanation: null, missing: null, at: 0, identical: null };

interface CellsProps {
  readonly row: LoggedRow;
  readonly labels: LoggedLabels;
}

const Cells = ({ row, labels }: CellsProps) => (
  <div>
    <Panel title="Asked" query={{ ...KNOWN, data: row }}>
      {({ inputs, redacted = {} }) => <CellTable cells={inputs} hidden={redacted} />}
    </Panel>
    <Panel title="Answered" query={{ ...KNOWN, data: row }}>
      {({ outputs }) => <CellTable cells={outputs} hidden={{}} />}
    </Panel>
    <Panel
      title="What came true"
      query={{ ...KNOWN, data: labels }}
      empty={() => (labels.length === 0 ? 'No label has come for this request.' : null)}
    >
      {() => (
        <table>
          <tbody>
            {labels.map(({ metric, value, at, receivedAt }) => (
              <tr key={`${metric} ${receivedAt} ${value}`}>
                <th scope="row">
                  {metric} <small>{momentWords(at)}</small>
                </th>
                <td className="figures-cell">{value}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  </div>
);

const KNOWN = { error: null, refetch: () => Promise.resolve({} as never), dataUpdatedAt: 0 };
/** Rows of a table of cells; more are counted. */
const MOST_CELLS = 60;

function CellTable({
  cells,
  hidden,
}: {
  readonly cells: RowCells;
  readonly hidden: Readonly<Record<string, string>>;
}) {
  const all = Object.entries(cells);
  return (
    <>
      <table>
        <tbody>
          {all.slice(0, MOST_CELLS).map(([name, cell]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td className="figures-cell">
                {hidden[name] === undefined ? (
                  cellWords(cell)
                ) : (
                  <Badge tone="idle">hidden: {hidden[name]}</Badge>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {all.length > MOST_CELLS && (
        <p className="note panel-body">and {plural(all.length - MOST_CELLS, 'more')}</p>
      )}
    </>
  );
}

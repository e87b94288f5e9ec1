import { errorShare } from '../../facts/model-traffic.ts';
import { countWords, millisWords, rateWords, shareWords, UNKNOWN } from '../../facts/words.ts';
import { Link } from '../../location/link.tsx';
import { hrefOf } from '../../location/location.ts';
import { Badge } from '../../ui/badge.tsx';
import { Sparkline } from '../../ui/sparkline.tsx';
import { Accuracy } from './accuracy.tsx';
import type { DriftWord, EndpointRow, Sort } from './row.ts';

interface EndpointTableProps {
  readonly rows: readonly EndpointRow[];
  readonly sort: Sort;
  readonly onSort: (sort: Sort) => void;
}

interface Column {
  readonly text: string;
  readonly sort?: Sort;
  readonly className?: string;
}

const COLUMNS: readonly Column[] = [
  { text: 'Endpoint', sort: 'name' },
  { text: 'State', sort: 'urgency' },
  { text: 'Traffic', sort: 'traffic', className: 'figures-cell' },
  { text: 'p99', sort: 'p99', className: 'figures-cell' },
  { text: 'Errors', sort: 'errors', className: 'figures-cell' },
  { text: 'Drift', className: 'wide' },
  { text: 'Accuracy', className: 'wide' },
  { text: 'Alerts', className: 'wide figures-cell' },
];

/** One line an endpoint: two hundred of them are read as quickly as ten. */
export const EndpointTable = ({ rows, sort, onSort }: EndpointTableProps) => (
  <table className="endpoints">
    <thead>
      <tr>
        {COLUMNS.map((column) => (
          <Head key={column.text} column={column} sort={sort} onSort={onSort} />
        ))}
      </tr>
    </thead>
    <tbody>
      {rows.map((row) => (
        <Row key={row.endpoint.name} row={row} />
      ))}
    </tbody>
  </table>
);

function Head({
  column: { text, sort, className },
  ...rest
}: { column: Column } & Omit<EndpointTableProps, 'rows'>) {
  if (sort === undefined)
    return (
      <th scope="col" className={className}>
        {text}
      </th>
    );
  const isIt = rest.sort === sort;
  return (
    <th
      scope="col"
      className={className}
      aria-sort={isIt ? (sort === 'name' ? 'ascending' : 'descending') : 'none'}
    >
      <button type="button" className="sort" onClick={() => rest.onSort(sort)}>
        {text}
        <span aria-hidden="true">{isIt ? ' ↓' : ''}</span>
      </button>
    </th>
  );
}

function Row({
  row: { endpoint, standing, traffic, rates, drift, firing, isWatched },
}: {
  row: EndpointRow;
}) {
  const { name, model, stable, rollout } = endpoint;
  const errors = errorShare(traffic);
  return (
    <tr className={`row-${standing.level}`}>
      <th scope="row">
        <Link href={hrefOf('endpoints', name)}>{name}</Link>
        <small>
          {model === name ? '' : `${model}, `}version {stable}
          {rollout !== null && ` → ${rollout.candidate}`}
        </small>
      </th>
      <td className="state">
        <Badge tone={standing.level} />
        <small title={standing.sentence}>{standing.sentence}</small>
      </td>
      <td className="figures-cell">
        <span className="with-curve">
          <Sparkline values={rates} />
          {rateWords(traffic?.rate ?? null)}
        </span>
      </td>
      <td className="figures-cell">{millisWords(traffic?.p99 ?? null)}</td>
      <td className={`figures-cell ${errors !== null && errors > 0.01 ? 'bad' : ''}`}>
        {shareWords(errors)}
      </td>
      <td className="wide">{DRIFT[drift]}</td>
      <td className="wide">
        <Accuracy endpoint={name} isWatched={isWatched} />
      </td>
      <td className="wide figures-cell">{firing.length === 0 ? UNKNOWN : countWords(firing.length)}</td>
    </tr>
  );
}

const DRIFT: Readonly<Record<DriftWord, React.ReactNode>> = {
  drifting: <Badge tone="watch">Drifting</Badge>,
  quiet: <Badge tone="steady">Quiet</Badge>,
  waiting: <span className="faint">No rows yet</span>,
  unwatched: <span className="faint">No reference</span>,
};

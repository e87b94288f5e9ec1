import { useMay } from '../../api/queries.ts';
import {
  endWords,
  type RecentRequest,
  requestSentence,
  STAGE_NAMES,
  STAGE_WORDS,
  stageParts,
} from '../../facts/request-words.ts';
import { countWords, durationWords, millisWords, UNKNOWN } from '../../facts/words.ts';
import { Link } from '../../location/link.tsx';
import { hrefOf } from '../../location/location.ts';
import { Badge } from '../../ui/badge.tsx';
import { type ColumnHead, ColumnHeads } from '../../ui/column-heads.tsx';
import { StageBar } from '../../ui/stage-bar.tsx';
import './requests.css';

const COLUMNS: readonly ColumnHead[] = [
  { text: 'Came' },
  { text: 'Answer' },
  { text: 'Version', className: 'wide' },
  { text: 'Rows', className: 'figures-cell wide' },
  { text: 'Took', className: 'figures-cell' },
  { text: 'Where the time went' },
];

/** Requests, each with the parts of its time and a sentence on why it took as long. */
export const RequestTable = ({ requests }: { readonly requests: readonly RecentRequest[] }) => (
  <table className="requests">
    <ColumnHeads columns={COLUMNS} />
    <tbody>
      {requests.map((request) => (
        <Row key={`${request.at} ${request.requestId}`} request={request} />
      ))}
    </tbody>
  </table>
);

function Row({ request }: { readonly request: RecentRequest }) {
  const { requestId, at, version, role, rows, millis, outcome, isLogged } = request;
  const came = new Date(at);
  const parts = stageParts(request).map(({ name, millis: part, from, share }) => ({
    ...{ from, share },
    className: `stage-${name}`,
    text: `${STAGE_WORDS[name]} ${millisWords(part)}`,
  }));
  return (
    <tr>
      <th scope="row">
        <time dateTime={came.toISOString()} title={came.toLocaleString('en-GB', { timeZoneName: 'short' })}>
          {durationWords(Date.now() - at)} ago
        </time>
        <RequestName id={requestId} isLogged={isLogged} />
      </th>
      <td>
        {outcome === 'ok' ? (
          '200'
        ) : (
          <Badge tone={outcome === 'error' ? 'act' : 'watch'}>{endWords(request)}</Badge>
        )}
      </td>
      <td className="wide">
        {version} <small>{role}</small>
      </td>
      <td className="figures-cell wide">{rows === null ? UNKNOWN : countWords(rows)}</td>
      <td className="figures-cell">{millisWords(millis)}</td>
      <td className="where">
        <StageBar label={parts.map(({ text }) => text).join(', ')} parts={parts} />
        <small>{requestSentence(request)}</small>
      </td>
    </tr>
  );
}

/** Leads to what was asked and answered, for who may see that, where it is kept. */
function RequestName({ id, isLogged }: { readonly id: string; readonly isLogged: boolean }) {
  const may = useMay();
  if (!isLogged || !may('GET /api/v1/requests/{request}')) return <small className="request-id">{id}</small>;
  return (
    <small className="request-id">
      <Link href={hrefOf('requests', id)}>{id}</Link>
    </small>
  );
}

/** What each colour of the bars stands for. */
export const StageLegend = () => (
  <ul className="legend-list stage-legend">
    {STAGE_NAMES.map((name) => (
      <li key={name}>
        <svg viewBox="0 0 10 10" aria-hidden="true">
          <rect className={`stage-${name}`} width="10" height="10" />
        </svg>
        {STAGE_WORDS[name]}
      </li>
    ))}
  </ul>
);

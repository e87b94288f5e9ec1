import './alerts.css';
import type { AlertView } from '../../api/generated/control-api.ts';
import { useAlerts, useAllAlerts } from '../../api/queries.ts';
import { plural } from '../../facts/words.ts';
import { Link } from '../../location/link.tsx';
import { hrefOf, useParameter } from '../../location/location.ts';
import { Badge } from '../../ui/badge.tsx';
import { Choice } from '../../ui/choice.tsx';
import { type ColumnHead, ColumnHeads } from '../../ui/column-heads.tsx';
import { Moment } from '../../ui/moment.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Scrolled } from '../../ui/scrolled.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import {
  alertTitle,
  SEVERITY_WORDS,
  type Shown,
  shownAlerts,
  standingWords,
  summaryWords,
} from './alert-words.ts';
import { DeadLetters } from './dead-letters.tsx';

const SHOWN: readonly { readonly value: Shown; readonly text: string }[] = [
  { value: 'open', text: 'Open' },
  { value: 'acknowledged', text: 'Acknowledged' },
  { value: 'over', text: 'Over' },
];

const COLUMNS: readonly ColumnHead[] = [
  { text: 'State' },
  { text: 'Alert' },
  { text: 'Endpoint' },
  { text: 'Since' },
  { text: 'Urgency', className: 'wide' },
];

const NOTHING: Readonly<Record<Shown, string>> = {
  open: 'Nothing fires, and nothing is about to.',
  acknowledged: 'Nobody looks after an alert.',
  over: 'No alert has ever been over.',
};
/** More are not drawn at once: a search finds the others. */
const ROWS_MOST = 200;

/** Alerts of all endpoints: those that need somebody first, and those that are over on demand. */
export function Alerts() {
  const [shown, setShown] = useParameter<Shown>('show', 'open');
  const [search, setSearch] = useParameter('search', '');
  const open = useAlerts();
  const all = useAllAlerts(shown === 'over');
  const query = shown === 'over' ? all : open;
  return (
    <main id="main">
      <PageHead title="Alerts" sentence={open.data === undefined ? '' : summaryWords(open.data)} />
      <Panel title="Alerts" query={query}>
        {(alerts) => (
          <>
            <div className="toolbar">
              <SearchField label="Search alerts" value={search} onChange={setSearch} />
              <Choice label="Which alerts" value={shown} onChange={setShown} options={SHOWN} />
            </div>
            <AlertTable
              alerts={shownAlerts(alerts, { shown, search })}
              nothing={search === '' ? NOTHING[shown] : 'No alert is like that.'}
            />
          </>
        )}
      </Panel>
      <DeadLetters />
    </main>
  );
}

function AlertTable({
  alerts,
  nothing,
}: {
  readonly alerts: readonly AlertView[];
  readonly nothing: string;
}) {
  if (alerts.length === 0) return <p className="empty">{nothing}</p>;
  return (
    <div className="alerts-table alerts-list">
      <Scrolled label="Alerts as a table">
        <table>
          <ColumnHeads columns={COLUMNS} />
          <tbody>
            {alerts.slice(0, ROWS_MOST).map((alert) => (
              <AlertRow key={alert.fingerprint} alert={alert} />
            ))}
          </tbody>
        </table>
      </Scrolled>
      {alerts.length > ROWS_MOST && (
        <p className="empty">and {plural(alerts.length - ROWS_MOST, 'more alert')}: search for one.</p>
      )}
    </div>
  );
}

function AlertRow({ alert }: { readonly alert: AlertView }) {
  const { fingerprint, labels, told, severity, since, acknowledgedBy } = alert;
  const { endpoint = '' } = labels;
  const { tone, text } = standingWords(alert);
  return (
    <tr>
      <td>
        <Badge tone={tone}>{text}</Badge>
        {acknowledgedBy !== null && <small className="alerts-by">{acknowledgedBy}</small>}
      </td>
      <th scope="row">
        <Link href={hrefOf('alerts', fingerprint)}>{alertTitle(alert)}</Link>
        <small>{told.sentence}</small>
      </th>
      <td>
        <Link href={hrefOf('endpoints', endpoint)}>{endpoint}</Link>
      </td>
      <td>
        <Moment at={since} />
      </td>
      <td className="wide">{SEVERITY_WORDS[severity]}</td>
    </tr>
  );
}

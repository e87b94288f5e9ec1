import { useMay, useMonitors, useOperation } from '../../api/queries.ts';
import { plural } from '../../facts/words.ts';
import { Link } from '../../location/link.tsx';
import { hrefOf } from '../../location/location.ts';
import { type ColumnHead, ColumnHeads } from '../../ui/column-heads.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Scrolled } from '../../ui/scrolled.tsx';
import { receiversOf } from './receiver-list.ts';
import { ReceiverTest } from './receiver-test.tsx';

const COLUMNS: readonly ColumnHead[] = [
  { text: 'Receiver' },
  { text: 'Alerts of' },
  { text: 'Sends to' },
  { text: 'Does it arrive?' },
];
const SLOW_MILLIS = 30_000;
const SHOWN = 20;

/** Who is told of alerts, with a test of each, and what could not be delivered. */
export function Receivers() {
  const query = useMonitors();
  const may = useMay();
  return (
    <Panel
      title="Receivers of alerts"
      query={query}
      empty={(monitors) => (receiversOf(monitors).length === 0 ? NOBODY : null)}
    >
      {(monitors) => (
        <>
          <Scrolled label="Receivers of alerts">
            <table>
              <ColumnHeads columns={COLUMNS} />
              <tbody>
                {receiversOf(monitors).map(({ endpoint, name, kind, target }) => (
                  <tr key={`${endpoint} ${name}`}>
                    <th scope="row">
                      {name}
                      <small>{kind}</small>
                    </th>
                    <td>
                      <Link href={hrefOf('endpoints', endpoint, 'monitoring')}>{endpoint}</Link>
                    </td>
                    <td className="breakable">{target ?? 'kept as a secret'}</td>
                    <td>
                      {may('POST /api/v1/endpoints/{endpoint}/receivers/{receiver}:test') ? (
                        <ReceiverTest endpoint={endpoint} receiver={name} />
                      ) : (
                        'a key of scope operator may send a test'
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scrolled>
          <Undelivered />
        </>
      )}
    </Panel>
  );
}

const NOBODY = (
  <>
    Nobody is told of alerts yet. Name receivers in the policy of a monitor: <code>plimsoll monitor set</code>
  </>
);

function Undelivered() {
  const { data = [] } = useOperation('GET /api/v1/alerts/dead-letters', {}, { every: SLOW_MILLIS });
  if (data.length === 0) return null;
  return (
    <div className="panel-body">
      <h3 className="bad">{plural(data.length, 'notice')} could not be delivered</h3>
      <ul className="undelivered">
        {data.slice(0, SHOWN).map(({ id, receiver, attempts, error, createdAt }) => (
          <li key={id}>
            <strong>{receiver}</strong> after {plural(attempts, 'attempt')}, <Moment at={createdAt} />
            {error !== null && `: ${error}`}
          </li>
        ))}
      </ul>
      {data.length > SHOWN && <p className="note">The first {SHOWN} are shown.</p>}
    </div>
  );
}

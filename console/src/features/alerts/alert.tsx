import './alerts.css';
import { useChange } from '../../api/changes.ts';
import type { AlertView } from '../../api/generated/control-api.ts';
import { useMay, useOperation } from '../../api/queries.ts';
import { histogramOf, movementWords } from '../../facts/histogram-words.ts';
import { momentWords } from '../../facts/times.ts';
import { countWords, shareWords } from '../../facts/words.ts';
import { Link } from '../../location/link.tsx';
import { hrefOf } from '../../location/location.ts';
import { Badge } from '../../ui/badge.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { BinTable, Histogram } from '../../ui/histogram.tsx';
import { Moment } from '../../ui/moment.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Panel } from '../../ui/panel.tsx';
import {
  type AlertEvent,
  alertTitle,
  eventWords,
  isLost,
  isOpen,
  SEVERITY_WORDS,
  sideOf,
  standingWords,
} from './alert-words.ts';
import { useDeadLetters } from './dead-letters.tsx';

const ACKNOWLEDGE = 'POST /api/v1/alerts/{alert}:acknowledge';

/** One alert: what it says, what to do about it, and what happened to it. */
export function Alert({ fingerprint }: { readonly fingerprint: string }) {
  const query = useOperation('GET /api/v1/alerts/{alert}', { path: { alert: fingerprint } });
  const alert = query.data?.alert;
  const standing = alert && standingWords(alert);
  return (
    <main id="main">
      <PageHead
        trail={<Trail alert={alert} />}
        title={alert === undefined ? 'Alert' : alertTitle(alert)}
        badge={standing && <Badge tone={standing.tone}>{standing.text}</Badge>}
        sentence={alert?.told.sentence ?? ''}
        actions={alert && <Actions alert={alert} />}
      />
      <Panel title="What it says" query={query}>
        {(data) => <Evidence alert={data.alert} />}
      </Panel>
      <Panel
        title="What happened"
        query={query}
        empty={({ events }) => (events.length === 0 ? 'Nothing is kept of it any more.' : null)}
      >
        {({ events }) => <Events events={events} />}
      </Panel>
    </main>
  );
}

function Trail({ alert }: { readonly alert: AlertView | undefined }) {
  const { endpoint } = alert?.labels ?? {};
  return (
    <>
      <Link href={hrefOf('alerts')}>Alerts</Link>
      {endpoint !== undefined && (
        <>
          {' / '}
          <Link href={hrefOf('endpoints', endpoint)}>{endpoint}</Link>
        </>
      )}
    </>
  );
}

function Actions({ alert }: { readonly alert: AlertView }) {
  const may = useMay();
  const change = useChange();
  const { fingerprint, labels, acknowledgedBy } = alert;
  const { endpoint = '', feature = 'attributions', alertname = '' } = labels;
  const side = sideOf(alert);
  const monitoring = hrefOf('endpoints', endpoint, 'monitoring');
  return (
    <>
      {isOpen(alert) && acknowledgedBy === null && may(ACKNOWLEDGE) && (
        <Confirm
          verb="Acknowledge"
          kind="main"
          title="Do you look after it?"
          consequence="The alert is not repeated to anybody while it lasts."
          onConfirm={(reason) => change(ACKNOWLEDGE, { path: { alert: fingerprint }, body: { reason } })}
        />
      )}
      {side !== null && (
        <Link className="button" href={`${monitoring}?${new URLSearchParams({ feature, side })}`}>
          See it in the histogram
        </Link>
      )}
      {alertname.includes('Accuracy') && (
        <Link className="button" href={`${monitoring}#accuracy`}>
          See the accuracy
        </Link>
      )}
      <Link className="button" href={hrefOf('endpoints', endpoint, 'monitoring', 'settings')}>
        Monitor settings
      </Link>
    </>
  );
}

function Evidence({ alert }: { readonly alert: AlertView }) {
  const { told, severity, startsAt, endsAt, acknowledgedBy, flaps, inhibitedBy } = alert;
  const bins = told.histogram === null ? [] : histogramOf(told.histogram);
  return (
    <div className="panel-body alert-evidence">
      <div>
        <p className="alert-advice">
          <strong>What to do.</strong> {told.advice}
        </p>
        <dl className="alert-facts">
          <Fact name="Urgency" value={SEVERITY_WORDS[severity]} />
          <Fact name="Began" value={momentWords(startsAt)} />
          {endsAt !== null && <Fact name="Ended" value={momentWords(endsAt)} />}
          {told.value !== null && (
            <Fact
              name="Value"
              value={`${told.value.toPrecision(3)}${told.threshold === null ? '' : `, from ${told.threshold.toPrecision(2)} on it counts`}`}
            />
          )}
          {told.traffic !== null && (
            <Fact name="Rests on" value={`${countWords(told.traffic)} rows or requests`} />
          )}
          {flaps > 1 && <Fact name="Within a day" value={`fired ${countWords(flaps)} times`} />}
          {acknowledgedBy !== null && <Fact name="Looked after by" value={acknowledgedBy} />}
          {Object.entries(told.details).map(([name, value]) => (
            <Fact key={name} name={`${name[0]?.toUpperCase() ?? ''}${name.slice(1)}`} value={value} />
          ))}
        </dl>
        {inhibitedBy !== null && (
          <p className="note">
            Silenced by <Link href={hrefOf('alerts', inhibitedBy)}>another alert, which names the cause</Link>
            .
          </p>
        )}
      </div>
      {bins.length > 0 && (
        <div>
          <p className="note">
            <span className="key-reference">reference</span>{' '}
            <span className="key-current">when it was seen</span>
          </p>
          <Histogram
            isLarge
            bins={bins}
            label={`Rows by value, now and in the reference. ${movementWords(bins)}`}
          />
          <BinTable bins={bins} format={shareWords} />
        </div>
      )}
    </div>
  );
}

const Fact = ({ name, value }: { readonly name: string; readonly value: string }) => (
  <div>
    <dt>{name}</dt>
    <dd>{value}</dd>
  </div>
);

/** The newest first: what is asked at night is what happened last. */
function Events({ events }: { readonly events: readonly AlertEvent[] }) {
  const { data: letters = [] } = useDeadLetters(events.some(({ what }) => what === 'notified'));
  const dead = new Set(letters.map(({ id }) => id));
  return (
    <ol className="alert-events" aria-live="polite">
      {events.toReversed().map((event) => (
        <li key={event.id} className={`alert-event alert-${event.what}`}>
          <Moment at={event.at} />
          <span>
            {eventWords(event)}
            {isLost(event, dead) && <strong className="bad"> The receiver did not take it.</strong>}
          </span>
        </li>
      ))}
    </ol>
  );
}

import './monitoring.css';
import type { MonitorView } from '../../api/generated/control-api.ts';
import { useOperation } from '../../api/queries.ts';
import { countWords, plural } from '../../facts/words.ts';
import { Link } from '../../location/link.tsx';
import { hrefOf, useParameter } from '../../location/location.ts';
import { Trail } from '../../location/trail.tsx';
import { Badge } from '../../ui/badge.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { AccuracyPanel } from './accuracy-panel.tsx';
import { Drift } from './drift.tsx';
import { Feature } from './feature.tsx';
import { QualityPanel } from './quality-panel.tsx';

/** What is watched of an endpoint: its inputs and answers against the reference, and how right it was. */
export function Monitoring({ endpoint }: { readonly endpoint: string }) {
  const [feature] = useParameter('feature', '');
  const [side] = useParameter<'input' | 'output'>('side', 'input');
  const { data, error } = useOperation(
    'GET /api/v1/endpoints/{endpoint}/monitor',
    { path: { endpoint } },
    { every: 15_000 },
  );
  return (
    <main id="main">
      <PageHead
        trail={<Trail endpoint={endpoint} />}
        title={`Monitoring of ${endpoint}`}
        badge={data && <Standing view={data} />}
        sentence={data === undefined ? (error?.message ?? '') : sentenceOf(data)}
        actions={
          <>
            <Link className="button" href={hrefOf('endpoints', endpoint, 'monitoring', 'settings')}>
              Monitor settings
            </Link>
            <Link className="button" href={`${hrefOf('alerts')}?search=${encodeURIComponent(endpoint)}`}>
              Its alerts
            </Link>
          </>
        }
      />
      {data !== undefined && <Rows view={data} />}
      {feature !== '' && (
        <Feature
          key={`${side} ${feature}`}
          endpoint={endpoint}
          name={feature}
          side={side}
          minimum={minimumOf(data)}
        />
      )}
      <Drift endpoint={endpoint} />
      <QualityPanel endpoint={endpoint} />
      <AccuracyPanel endpoint={endpoint} />
    </main>
  );
}

/** What fires is named below it; the sentence of the server names a command. */
const sentenceOf = ({ alerts, sentence }: MonitorView): string =>
  alerts.firing > 0 ? `${plural(alerts.firing, 'alert fires', 'alerts fire')}.` : sentence;

const Standing = ({ view: { alerts, reference } }: { readonly view: MonitorView }) => {
  if (alerts.firing > 0) return <Badge tone="act">Firing</Badge>;
  if (alerts.pending > 0) return <Badge tone="watch">Pending</Badge>;
  return reference === null ? <Badge tone="idle">No reference</Badge> : <Badge tone="steady">Quiet</Badge>;
};

const Rows = ({ view: { traffic, reference, version } }: { readonly view: MonitorView }) => (
  <p className="note monitoring-rows">
    {countWords(traffic.hour)} rows of the last hour, {countWords(traffic.day)} of the last day
    {traffic.dropped > 0 && `; ${countWords(traffic.dropped)} could not be captured`}.
    {reference !== null &&
      ` Version ${version} is compared with ${countWords(reference.rows)} rows of its reference.`}
  </p>
);

/** As the policy says; its defaults where it cannot be read. */
function minimumOf(view: MonitorView | undefined): { readonly psi: number; readonly share: number } {
  const { drift } = (view?.policy ?? {}) as {
    readonly drift?: { readonly minimumPsi: number; readonly minimumShare: number };
  };
  return { psi: drift?.minimumPsi ?? 0.05, share: drift?.minimumShare ?? 0.02 };
}

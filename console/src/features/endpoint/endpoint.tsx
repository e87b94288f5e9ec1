import { useChange } from '../../api/changes.ts';
import type { EndpointView } from '../../api/generated/control-api.ts';
import { useAlerts, useMay, useOperation } from '../../api/queries.ts';
import { type LiveTraffic, useTraffic } from '../../api/traffic.ts';
import { modelTraffic } from '../../facts/model-traffic.ts';
import { standingOf } from '../../facts/standing.ts';
import { Link } from '../../location/link.tsx';
import { hrefOf } from '../../location/location.ts';
import { Badge } from '../../ui/badge.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Failed } from '../../ui/panel.tsx';
import { Pitfalls } from '../../ui/pitfalls.tsx';
import './endpoint.css';
import { Alerts } from './alerts.tsx';
import { Latency } from './latency.tsx';
import { RecentRequests } from './recent-requests.tsx';
import { RolloutHistory } from './rollout-history.tsx';
import { RoutePanel } from './route-panel.tsx';
import { useTimeRange } from './time-range.tsx';
import { TrafficPanel } from './traffic-panel.tsx';
import { TryIt } from './try-it.tsx';

/** One endpoint: who answers, how fast, how well, and what is being done about it. */
export function Endpoint({ name }: { readonly name: string }) {
  const query = useOperation('GET /api/v1/endpoints/{endpoint}', { path: { endpoint: name } });
  const alerts = useAlerts();
  const live = useTraffic();
  const { data: endpoint, error } = query;
  const own = (alerts.data ?? []).filter(({ labels }) => labels['endpoint'] === name);
  const versions = (live.latest?.versions ?? []).filter(({ model }) => model === endpoint?.model);
  const standing = endpoint && standingOf(endpoint, own, modelTraffic(versions));
  return (
    <main id="main">
      <PageHead
        trail={<Link href={hrefOf()}>Endpoints</Link>}
        title={name}
        badge={standing && <Badge tone={standing.level} />}
        sentence={standing?.sentence ?? ''}
        actions={endpoint && <Actions name={name} endpoint={endpoint} />}
      />
      {endpoint === undefined && error !== null && (
        <Failed error={error} onRetry={() => void query.refetch()} />
      )}
      {endpoint && (
        <>
          <Alerts alerts={own} />
          <Traffic endpoint={endpoint} live={live} />
          <RecentRequests endpoint={name} limit={8} isPart={true} />
          <Pitfalls isShown={({ subject }) => isAbout(subject, endpoint)} />
          <RoutePanel query={query} />
          <RolloutHistory endpoint={name} />
          <TryIt endpoint={endpoint} />
        </>
      )}
    </main>
  );
}

/** The endpoint itself, or the version that answers at it. */
const isAbout = (
  { kind, name }: { readonly kind: string; readonly name: string },
  endpoint: EndpointView,
): boolean =>
  (kind === 'endpoint' && name === endpoint.name) ||
  (kind === 'version' && name === `${endpoint.model}@${endpoint.stable}`);

/** How it went over a range of time, which both panels share. */
function Traffic({ endpoint, live }: { readonly endpoint: EndpointView; readonly live: LiveTraffic }) {
  const { name, model, route } = endpoint;
  const range = useTimeRange(name, model, live);
  return (
    <>
      <div className="time-range">{range.choice}</div>
      <div className="columns">
        <TrafficPanel model={model} route={route} live={live} range={range} />
        <Latency model={model} live={live} range={range} />
      </div>
    </>
  );
}

interface ActionsProps {
  readonly name: string;
  readonly endpoint: {
    readonly model: string;
    readonly previous: number | null;
    readonly stable: number;
    readonly rollout: { readonly id: string; readonly candidate: number } | null;
  };
}

function Actions({ name, endpoint: { model, previous, stable, rollout } }: ActionsProps) {
  const may = useMay();
  const change = useChange();
  const rollback = 'POST /api/v1/endpoints/{endpoint}:rollback';
  const to = rollout === null ? previous : stable;
  const needs = JSON.stringify({ model: `${model}@${stable}` });
  return (
    <>
      {rollout !== null && (
        <Link className="button" href={hrefOf('rollouts', rollout.id)}>
          Rollout of version {rollout.candidate}
        </Link>
      )}
      <Link className="button" href={hrefOf('models', model)}>
        Versions
      </Link>
      <Link className="button" href={hrefOf('endpoints', name, 'explain')}>
        What if
      </Link>
      <Link className="button" href={hrefOf('endpoints', name, 'monitoring')}>
        Monitoring
      </Link>
      <Link className="button" href={`${hrefOf('advise')}?needs=${encodeURIComponent(needs)}`}>
        Advise
      </Link>
      {to !== null && may(rollback) && (
        <Confirm
          verb="Roll back"
          kind="danger"
          isQuiet={rollout === null}
          title={`Roll ${name} back to version ${to}?`}
          consequence={
            rollout === null
              ? `Everybody gets version ${to} at once, instead of version ${stable}.`
              : `Everybody gets version ${to} at once, and the rollout of version ${rollout.candidate} ends for good.`
          }
          onConfirm={(reason) => change(rollback, { path: { endpoint: name }, body: { to, reason } })}
        />
      )}
    </>
  );
}

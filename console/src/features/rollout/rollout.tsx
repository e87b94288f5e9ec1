import type { RolloutView } from '../../api/generated/control-api.ts';
import { useOperation } from '../../api/queries.ts';
import { waitsForApproval } from '../../facts/standing.ts';
import { Trail } from '../../location/trail.tsx';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Failed, Panel } from '../../ui/panel.tsx';
import { Arms } from './arms.tsx';
import { Commands } from './commands.tsx';
import { Evidence } from './evidence.tsx';
import { forecastWords } from './forecast-words.ts';
import { hasInterval, Intervals } from './intervals.tsx';
import { Timeline } from './timeline.tsx';

/** One rollout: how far it is, what speaks against it and for it, and what a person can do. */
export function Rollout({ id }: { readonly id: string }) {
  const query = useOperation('GET /api/v1/rollouts/{id}', { path: { id } }, { every: 2000 });
  const { data: rollout, error } = query;
  if (rollout === undefined)
    return (
      <main id="main">
        <h1>Rollout</h1>
        {error === null ? (
          <p role="status">Loading</p>
        ) : (
          <Failed error={error} onRetry={() => void query.refetch()} />
        )}
      </main>
    );
  const { endpoint, candidate, stableVersion, strategy, reason, by, startedAt, warnings } = rollout;
  const forecast = forecastWords(rollout);
  return (
    <main id="main">
      <PageHead
        trail={<Trail endpoint={endpoint} />}
        title={`Version ${candidate} against version ${stableVersion}`}
        badge={<Badge tone={toneOf(rollout)}>{stateWords(rollout)}</Badge>}
        sentence={reason}
        actions={<Commands rollout={rollout} />}
      />
      {warnings.map((warning) => (
        <p key={warning} className="stale" role="status">
          {warning}
        </p>
      ))}
      <Panel title={`Stages of this ${strategy}`} query={query}>
        {(data) => <Timeline rollout={data} />}
      </Panel>
      {forecast.length > 0 && (
        <Panel title="If nobody does anything" query={query}>
          {() => (
            <ul className="panel-body plain">
              {forecast.map((sentence) => (
                <li key={sentence}>{sentence}</li>
              ))}
            </ul>
          )}
        </Panel>
      )}
      <Panel title="Evidence" query={query}>
        {(data) => <Evidence rollout={data} at={query.dataUpdatedAt} />}
      </Panel>
      <div className="columns">
        <Panel title="Arms" query={query}>
          {(data) => <Arms arms={data.arms} />}
        </Panel>
        <Panel
          title="Differences"
          query={query}
          empty={({ metrics }) => (!metrics.some(hasInterval) ? 'Too few units answered by both yet.' : null)}
        >
          {(data) => <Intervals metrics={data.metrics} />}
        </Panel>
      </div>
      <p className="note">
        Begun by {by}, {new Date(startedAt).toLocaleString('en-GB')}.
      </p>
    </main>
  );
}

function toneOf(rollout: RolloutView): Tone {
  if (rollout.state === 'holding' || waitsForApproval(rollout)) return 'act';
  return TONES[rollout.state];
}

const TONES: Readonly<Record<RolloutView['state'], Tone>> = {
  running: 'moving',
  holding: 'act',
  promoted: 'steady',
  'rolled-back': 'watch',
  aborted: 'idle',
};

function stateWords(rollout: RolloutView): string {
  if (waitsForApproval(rollout)) return 'Waits for approval';
  return {
    running: 'Running',
    holding: 'Paused',
    promoted: 'Promoted',
    'rolled-back': 'Rolled back',
    aborted: 'Aborted',
  }[rollout.state];
}

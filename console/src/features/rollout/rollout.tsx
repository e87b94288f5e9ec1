import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { RolloutView } from '../../api/generated/control-api.ts';
import { useOperation } from '../../api/queries.ts';
import { rolloutStanding, strategyWords } from '../../facts/rollout-words.ts';
import { STRATEGY_NAMES } from '../../facts/standing.ts';
import { Link } from '../../location/link.tsx';
import { hrefOf } from '../../location/location.ts';
import { Badge } from '../../ui/badge.tsx';
import { Moment } from '../../ui/moment.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Failed, Panel } from '../../ui/panel.tsx';
import { Arms } from './arms.tsx';
import { BrokenSplit } from './broken-split.tsx';
import { Commands } from './commands.tsx';
import { Decisions } from './decisions.tsx';
import { Evidence } from './evidence.tsx';
import { forecastWords } from './forecast-words.ts';
import { Gates } from './gates.tsx';
import { hasInterval, Intervals } from './intervals.tsx';
import './rollout.css';
import { isSeen, Segments } from './segments.tsx';
import { Timeline } from './timeline.tsx';

const EVERY_MILLIS = 4000;
const NO_DIFFERENCES = {
  shadow: 'A shadow answers nobody: what both versions said to the same inputs is in the evidence.',
  other: 'Too few units were answered by both yet.',
} as const;

interface RolloutProps {
  readonly id: string;
  /** What is shown of an experiment in place of stages. */
  readonly experiment: (shown: {
    readonly rollout: RolloutView;
    readonly query: UseQueryResult<RolloutView>;
    /** What happens if nobody does anything. */
    readonly forecast: ReactNode;
  }) => ReactNode;
}

/** One rollout: how far it is, what speaks against it and for it, and what a person can do. */
export function Rollout({ id, experiment }: RolloutProps) {
  const query = useOperation('GET /api/v1/rollouts/{id}', { path: { id } }, { every: EVERY_MILLIS });
  const history = useOperation(
    'GET /api/v1/rollouts/{id}/history',
    { path: { id } },
    { every: EVERY_MILLIS },
  );
  const { data: rollout, error } = query;
  if (rollout === undefined)
    return (
      <main id="main" className="rollout-page">
        <h1>Rollout</h1>
        {error === null ? (
          <p role="status">Loading</p>
        ) : (
          <Failed error={error} onRetry={() => void query.refetch()} />
        )}
      </main>
    );
  const { candidate, stableVersion, reason, warnings, by, startedAt, endedAt, strategy } = rollout;
  const { words, level } = rolloutStanding(rollout);
  const moments = history.data?.moments ?? [];
  const forecast = <Forecast rollout={rollout} query={query} />;
  const gates = rollout.progress?.gates ?? [];
  const overall = rollout.metrics.filter(({ segment }) => segment === null);
  return (
    <main id="main" className="rollout-page">
      <PageHead
        trail={<Way endpoint={rollout.endpoint} />}
        title={`${STRATEGY_NAMES[strategy]} of ${rollout.endpoint}, version ${stableVersion} to ${candidate}`}
        badge={<Badge tone={level}>{words}</Badge>}
        sentence={reason}
        actions={<Commands rollout={rollout} />}
      />
      <BrokenSplit rollout={rollout} />
      {warnings.map((warning) => (
        <p key={warning} className="stale" role="status">
          {warning}
        </p>
      ))}
      <p className="note rollout-kind">
        {strategyWords(rollout)} Begun by {by} <Moment at={Date.parse(startedAt)} />
        {endedAt !== null && (
          <>
            , over <Moment at={Date.parse(endedAt)} />
          </>
        )}
        .
      </p>
      {strategy === 'ab' ? (
        experiment({ rollout, query, forecast })
      ) : (
        <>
          <Panel title="Stages" query={query}>
            {(data) => <Timeline rollout={data} moments={moments} now={query.dataUpdatedAt} />}
          </Panel>
          <div className="columns">
            {forecast}
            {gates.length > 0 && (
              <Panel title="What this stage waits for" query={query}>
                {(data) => <Gates rollout={data} />}
              </Panel>
            )}
          </div>
        </>
      )}
      <Panel title="Evidence" query={history}>
        {(data) => <Evidence rollout={rollout} history={data} now={query.dataUpdatedAt} />}
      </Panel>
      <div className="columns">
        <Panel
          title={strategy === 'ab' ? 'Failures and latency by arm' : 'Arms'}
          query={query}
          empty={({ arms }) => (arms.every(({ units }) => units === 0) ? 'No unit was answered yet.' : null)}
        >
          {(data) => <Arms rollout={data} />}
        </Panel>
        {strategy !== 'immediate' && (
          <Panel
            title="Differences"
            query={query}
            empty={() =>
              !overall.some(hasInterval) ? NO_DIFFERENCES[strategy === 'shadow' ? 'shadow' : 'other'] : null
            }
          >
            {() => <Intervals metrics={overall} />}
          </Panel>
        )}
      </div>
      {rollout.segments.some(isSeen) && (
        <Panel title="Failures by segment" query={query}>
          {(data) => <Segments rollout={data} />}
        </Panel>
      )}
      <Panel title="Decisions" query={history}>
        {(data) => <Decisions rollout={rollout} history={data} />}
      </Panel>
    </main>
  );
}

function Forecast({
  rollout,
  query,
}: {
  readonly rollout: RolloutView;
  readonly query: UseQueryResult<RolloutView>;
}) {
  const sentences = forecastWords(rollout);
  return (
    sentences.length > 0 && (
      <Panel title="If nobody does anything" query={query}>
        {() => (
          <ul className="panel-body plain">
            {sentences.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        )}
      </Panel>
    )
  );
}

const Way = ({ endpoint }: { readonly endpoint: string }) => (
  <>
    <Link href={hrefOf('rollouts')}>Rollouts</Link> /{' '}
    <Link href={hrefOf('endpoints', endpoint)}>{endpoint}</Link>
  </>
);

import type { LiveTraffic } from '../../api/traffic.ts';
import { modelTraffic } from '../../facts/model-traffic.ts';
import { millisWords } from '../../facts/words.ts';
import { HeatMap } from '../../ui/heat-map.tsx';
import { Panel } from '../../ui/panel.tsx';
import { liveQuery } from './live-query.ts';

const COLUMNS = 60;

/** How long requests take, as all of them: a second hump is seen where a mean would hide it. */
export function Latency({ model, live }: { readonly model: string; readonly live: LiveTraffic }) {
  const columns = live.history.slice(-COLUMNS).map(({ versions }) => {
    const counts = new Map<number, number>();
    for (const one of versions.filter((version) => version.model === model))
      for (const [bound = 0, count = 0] of one.durations) counts.set(bound, (counts.get(bound) ?? 0) + count);
    return [...counts];
  });
  const own = (live.latest?.versions ?? []).filter((one) => one.model === model);
  const p99 = modelTraffic(own)?.p99 ?? null;
  return (
    <Panel
      title="Latency"
      query={liveQuery(live)}
      empty={() =>
        columns.every((column) => column.length === 0) ? 'No answer within the last minute.' : null
      }
    >
      {() => (
        <div className="panel-body">
          <HeatMap
            label={`Durations of requests over the last minutes; 99 of 100 take at most ${millisWords(p99)}`}
            columns={columns}
            format={millisWords}
          />
          <p className="note">
            Each column is the minute before it; 99 of 100 requests now take at most{' '}
            <strong>{millisWords(p99)}</strong>.
          </p>
        </div>
      )}
    </Panel>
  );
}

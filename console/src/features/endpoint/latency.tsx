import type { LiveTraffic } from '../../api/traffic.ts';
import { modelTraffic } from '../../facts/model-traffic.ts';
import { millisWords } from '../../facts/words.ts';
import { HeatMap } from '../../ui/heat-map.tsx';
import { Panel } from '../../ui/panel.tsx';
import type { TimeRange } from './time-range.tsx';
import { durationColumns } from './traffic-series.ts';

interface LatencyProps {
  readonly model: string;
  readonly live: LiveTraffic;
  readonly range: TimeRange;
}

/** How long requests take, as all of them: a second hump is seen where a mean would hide it. */
export function Latency({ model, live, range }: LatencyProps) {
  const columns = durationColumns(range.series);
  const own = (live.latest?.versions ?? []).filter((one) => one.model === model);
  const p99 = modelTraffic(own)?.p99 ?? null;
  const now = p99 === null ? 'Nobody asks now.' : <Now p99={millisWords(p99)} />;
  return (
    <Panel
      title="Latency"
      query={range.query}
      empty={() => (columns.every((column) => column.length === 0) ? `No answer ${range.words}.` : null)}
    >
      {() => (
        <div className="panel-body">
          <HeatMap
            label={`Durations of requests ${range.words}; 99 of 100 take at most ${millisWords(p99)} now`}
            times={range.series.times}
            columns={columns}
            marks={range.marks}
            format={millisWords}
          />
          <p className="note">The darker, the more requests took that long. {now}</p>
        </div>
      )}
    </Panel>
  );
}

const Now = ({ p99 }: { readonly p99: string }) => (
  <>
    99 of 100 requests now take at most <strong>{p99}</strong>.
  </>
);

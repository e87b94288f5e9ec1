import { useOperation } from '../../api/queries.ts';
import type { LiveTraffic } from '../../api/traffic.ts';
import { useParameter } from '../../location/location.ts';
import { Choice } from '../../ui/choice.tsx';
import type { PanelProps } from '../../ui/panel.tsx';
import { liveQuery } from './live-query.ts';
import { type RouteMark, routeMarks } from './route-marks.ts';
import { keptSeries, liveSeries, type TrafficSeries } from './traffic-series.ts';

const HOUR = 3_600_000;
const RANGES = {
  live: { text: 'Live', millis: HOUR, words: 'since this page was opened' },
  hour: { text: '1 h', millis: HOUR, words: 'over the last hour' },
  day: { text: '24 h', millis: 24 * HOUR, words: 'over the last 24 hours' },
  week: { text: '7 d', millis: 7 * 24 * HOUR, words: 'over the last 7 days' },
  quarter: { text: '90 d', millis: 90 * 24 * HOUR, words: 'over the last 90 days' },
} as const;
type RangeName = keyof typeof RANGES;
const NAMES = Object.keys(RANGES) as RangeName[];

/** Cells are written once a minute. */
const EVERY_MILLIS = 30_000;
/** Routes that are looked through for marks. */
const ROUTES = 200;

export interface TimeRange {
  readonly series: TrafficSeries;
  readonly marks: readonly RouteMark[];
  /** `over the last hour` */
  readonly words: string;
  /** As panels take what they show. */
  readonly query: Pick<PanelProps<unknown>, 'query'>['query'];
  readonly choice: React.ReactNode;
}

/** The range of time that the address names, and what is known of it. */
export function useTimeRange(endpoint: string, model: string, live: LiveTraffic): TimeRange {
  const [given, setRange] = useParameter<RangeName>('range', 'hour');
  const range = NAMES.includes(given) ? given : 'hour';
  const kept = useOperation(
    'GET /api/v1/endpoints/{endpoint}/traffic',
    { path: { endpoint }, query: { last: RANGES[range].millis } },
    { every: EVERY_MILLIS, enabled: range !== 'live' },
  );
  const routes = useOperation('GET /api/v1/endpoints/{endpoint}/routes', {
    path: { endpoint },
    query: { limit: ROUTES },
  });
  // In the first minute of a server nothing is kept yet.
  const isLive = range === 'live' || (range === 'hour' && kept.data?.versions.length === 0);
  const series = isLive || kept.data === undefined ? liveSeries(live, model) : keptSeries(kept.data);
  const [first = 0, last = 0] = [series.times[0], series.times.at(-1)];
  return {
    series,
    marks: routeMarks(routes.data?.items ?? [], first, last),
    words: isLive ? RANGES.live.words : RANGES[range].words,
    query: isLive ? liveQuery(live) : kept,
    choice: (
      <Choice
        label="Range of time"
        value={range}
        onChange={setRange}
        options={NAMES.map((value) => ({ value, text: RANGES[value].text }))}
      />
    ),
  };
}

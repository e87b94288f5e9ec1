import type { EndpointView } from '../../api/generated/control-api.ts';
import type { LiveTraffic, VersionTraffic } from '../../api/traffic.ts';
import { errorShare, modelTraffic } from '../../facts/model-traffic.ts';
import { routeShares } from '../../facts/route-words.ts';
import { countWords, millisWords, rateWords, shareWords } from '../../facts/words.ts';
import { useParameter } from '../../location/location.ts';
import { Choice } from '../../ui/choice.tsx';
import { type ColumnHead, ColumnHeads } from '../../ui/column-heads.tsx';
import { Panel } from '../../ui/panel.tsx';
import { TimeChart } from '../../ui/time-chart.tsx';
import type { TimeRange } from './time-range.tsx';
import type { SeriesPoint } from './traffic-series.ts';

interface TrafficPanelProps {
  readonly model: string;
  readonly route: EndpointView['route'];
  readonly live: LiveTraffic;
  readonly range: TimeRange;
}

/** What is drawn; where nobody asked there were no requests, and no share of them. */
const MEASURES = {
  requests: {
    text: 'Requests',
    words: 'Requests a second',
    format: rateWords,
    of: (point: SeriesPoint | null) => point?.rate ?? 0,
  },
  errors: {
    text: 'Errors',
    words: 'Share of requests that failed',
    format: shareWords,
    of: (point: SeriesPoint | null) => point?.errors ?? null,
  },
  p99: {
    text: 'p99',
    words: 'Milliseconds of the slowest hundredth',
    format: millisWords,
    of: (point: SeriesPoint | null) => point?.p99 ?? null,
  },
} as const;
type Measure = keyof typeof MEASURES;

const COLUMNS: readonly ColumnHead[] = [
  { text: 'Version' },
  { text: 'Units', className: 'figures-cell' },
  { text: 'p50', className: 'figures-cell wide' },
  { text: 'p99', className: 'figures-cell' },
  { text: 'Failed', className: 'figures-cell' },
  { text: 'Refused rows', className: 'figures-cell wide' },
];

/** What each version was asked and answered over time; below it the last minute in figures. */
export function TrafficPanel({ model, route, live, range }: TrafficPanelProps) {
  const [given, setMeasure] = useParameter<Measure>('measure', 'requests');
  const measure = Object.hasOwn(MEASURES, given) ? given : 'requests';
  const { words, format, of } = MEASURES[measure];
  const own = (live.latest?.versions ?? []).filter((one) => one.model === model);
  const { times, versions } = range.series;
  const isAsked = own.length > 0 || versions.length > 0;
  const series = versions.map(({ version, points }) => ({
    name: `version ${version}`,
    values: points.map(of),
  }));
  const names = series.map(({ name }) => name).join(' and ');
  return (
    <Panel
      title="Traffic by version"
      query={range.query}
      actions={
        <Choice
          label="What is drawn"
          value={measure}
          onChange={setMeasure}
          options={(Object.keys(MEASURES) as Measure[]).map((value) => ({
            value,
            text: MEASURES[value].text,
          }))}
        />
      }
      empty={() => (isAsked ? null : `Nobody has asked ${range.words}. Try it below.`)}
    >
      {() => (
        <div className="panel-body">
          {series.length > 0 && (
            <TimeChart
              label={`${words} of ${names} ${range.words}`}
              times={times}
              series={series}
              marks={range.marks}
              format={format}
            />
          )}
          <Marks range={range} />
          {own.length > 0 && (
            <table>
              <ColumnHeads columns={COLUMNS} />
              <tbody>
                {own.map((one) => (
                  <Row key={one.version} traffic={one} units={shareOf(route, one.version)} />
                ))}
              </tbody>
            </table>
          )}
        </div>
      )}
    </Panel>
  );
}

const shareOf = (route: EndpointView['route'], version: number): number =>
  routeShares(route).reduce((sum, one) => sum + (one.version === version ? one.share : 0), 0);

/** So many changes are told; the lines of all of them are drawn. */
const TOLD = 4;

/** What the lines stand for, as text. */
const Marks = ({ range: { marks } }: { readonly range: TimeRange }) =>
  marks.length === 0 ? null : (
    <ul className="marks" aria-label="Changes of version">
      {marks.slice(-TOLD).map(({ at, text }) => (
        <li key={at}>
          <time dateTime={new Date(at).toISOString()}>
            {new Date(at).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' })}
          </time>{' '}
          {text}
        </li>
      ))}
      {marks.length > TOLD && <li>and {marks.length - TOLD} before</li>}
    </ul>
  );

function Row({ traffic, units }: { readonly traffic: VersionTraffic; readonly units: number }) {
  const { version, latency, invalid } = traffic;
  const errors = errorShare(modelTraffic([traffic]));
  return (
    <tr>
      <th scope="row">{version}</th>
      <td className="figures-cell">{shareWords(units)}</td>
      <td className="figures-cell wide">{millisWords(latency?.p50 ?? null)}</td>
      <td className="figures-cell">{millisWords(latency?.p99 ?? null)}</td>
      <td className={`figures-cell ${errors !== null && errors > 0 ? 'bad' : ''}`}>{shareWords(errors)}</td>
      <td className="figures-cell wide">{countWords(invalid)}</td>
    </tr>
  );
}

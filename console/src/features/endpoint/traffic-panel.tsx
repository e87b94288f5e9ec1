import type { EndpointView } from '../../api/generated/control-api.ts';
import type { LiveTraffic, VersionTraffic } from '../../api/traffic.ts';
import { errorShare, modelTraffic } from '../../facts/model-traffic.ts';
import { routeShares } from '../../facts/route-words.ts';
import { countWords, millisWords, rateWords, shareWords } from '../../facts/words.ts';
import { type ColumnHead, ColumnHeads } from '../../ui/column-heads.tsx';
import { Panel } from '../../ui/panel.tsx';
import { TimeChart } from '../../ui/time-chart.tsx';
import { liveQuery } from './live-query.ts';

interface TrafficPanelProps {
  readonly model: string;
  readonly route: EndpointView['route'];
  readonly live: LiveTraffic;
}

const COLUMNS: readonly ColumnHead[] = [
  { text: 'Version' },
  { text: 'Units', className: 'figures-cell' },
  { text: 'p50', className: 'figures-cell wide' },
  { text: 'p99', className: 'figures-cell' },
  { text: 'Failed', className: 'figures-cell' },
  { text: 'Refused rows', className: 'figures-cell wide' },
];

/** Requests a second by version, as they come; below it the same in figures. */
export function TrafficPanel({ model, route, live }: TrafficPanelProps) {
  const own = (live.latest?.versions ?? []).filter((one) => one.model === model);
  const numbers = own.map(({ version }) => version).sort((a, b) => a - b);
  const shares = routeShares(route);
  const shareOf = (version: number): number =>
    shares.reduce((sum, one) => sum + (one.version === version ? one.share : 0), 0);
  const series = numbers.map((version) => ({
    name: `version ${version}`,
    values: live.history.map(
      ({ versions }) => versions.find((one) => one.model === model && one.version === version)?.rate ?? 0,
    ),
  }));
  return (
    <Panel
      title="Traffic by version"
      query={liveQuery(live)}
      empty={() => (numbers.length === 0 ? 'Nobody has asked since the server runs. Try it below.' : null)}
    >
      {() => (
        <div className="panel-body">
          <TimeChart
            label={`Requests a second of ${series.map(({ name }) => name).join(' and ')} over the last minutes`}
            times={live.history.map(({ at }) => at)}
            series={series}
            format={rateWords}
          />
          <table>
            <ColumnHeads columns={COLUMNS} />
            <tbody>
              {own.map((one) => (
                <Row key={one.version} traffic={one} units={shareOf(one.version)} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}

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

import { useOperation } from '../../api/queries.ts';
import { histogramOf, movementWords } from '../../facts/histogram-words.ts';
import { countWords, shareWords } from '../../facts/words.ts';
import { useParameter } from '../../location/location.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Choice } from '../../ui/choice.tsx';
import { type ColumnHead, ColumnHeads } from '../../ui/column-heads.tsx';
import { BinTable, Histogram } from '../../ui/histogram.tsx';
import { IntervalChart } from '../../ui/interval-chart.tsx';
import { Panel } from '../../ui/panel.tsx';
import type { Span } from './drift.tsx';
import {
  type DriftFeature,
  effectWords,
  evidenceWords,
  featureTitle,
  qualityRows,
  sizeWords,
} from './drift-words.ts';

const QUALITY_COLUMNS: readonly ColumnHead[] = [
  { text: 'Share of rows' },
  { text: 'Reference', className: 'figures-cell' },
  { text: 'Now', className: 'figures-cell' },
];

type Side = DriftFeature['side'];

interface FeatureProps {
  readonly endpoint: string;
  readonly name: string;
  readonly side: Side;
  /** Least effects that are drift. */
  readonly minimum: { readonly psi: number; readonly share: number };
}

/** One feature: both distributions, how sure it is that it moved, and since when. */
export function Feature({ endpoint, name, side, minimum }: FeatureProps) {
  const [span] = useParameter<Span>('span', 'all');
  const [, close] = useParameter('feature', '');
  const [, closeSide] = useParameter('side', '');
  const query = useOperation(
    'GET /api/v1/endpoints/{endpoint}/drift',
    {
      path: { endpoint },
      query: { search: name, limit: 1000, ...(span === 'all' ? {} : { hours: Number(span) }) },
    },
    { every: 15_000 },
  );
  const isIt = (one: DriftFeature): boolean => one.feature === name && one.side === side;
  return (
    <div id="feature">
      <Panel
        title={featureTitle({ feature: name, side })}
        query={query}
        empty={({ features }) => (features.some(isIt) ? null : 'Nothing was counted of it in these rows.')}
        actions={
          <Button
            onClick={() => {
              close('');
              closeSide('');
            }}
          >
            Close
          </Button>
        }
      >
        {({ features }) =>
          features.filter(isIt).map((one) => <Distribution key={name} feature={one} minimum={minimum} />)
        }
      </Panel>
      <History endpoint={endpoint} name={name} side={side} minimum={minimum} />
    </div>
  );
}

function Distribution({
  feature,
  minimum,
}: {
  readonly feature: DriftFeature;
  readonly minimum: FeatureProps['minimum'];
}) {
  const { feature: name, effect, evidence, state, rows } = feature;
  const bins = histogramOf(feature);
  const words = movementWords(bins);
  const least = minimum[effect.unit];
  const quality = qualityRows(feature);
  return (
    <div className="panel-body feature-detail">
      <div>
        <Histogram
          isLarge
          bins={bins}
          label={`Rows of ${name} by value, now and in the reference. ${words}`}
        />
        <p className="note">
          {words}. <span className="key-reference">reference</span> <span className="key-current">now</span>
        </p>
        <BinTable bins={bins} format={shareWords} />
      </div>
      <div>
        <p className="feature-verdict">
          {state === 'drifting' ? <Badge tone="watch">Drifting</Badge> : <Badge tone="steady">Quiet</Badge>}{' '}
          <strong>{effectWords(effect)}</strong>
        </p>
        <p>
          {effect.unit === 'psi' && `A ${sizeWords(effect)} change. `}
          {effect.low >= least
            ? 'Even the lower end of the interval is beyond what the policy lets pass'
            : 'The interval reaches down to what the policy lets pass'}{' '}
          ({effect.unit === 'psi' ? `PSI ${least}` : shareWords(least)}), in the {countWords(rows)} rows that
          tell most.
        </p>
        <p>{evidenceWords(evidence)}</p>
        <h3>Quality of its values</h3>
        {quality.length === 0 ? (
          <p className="note">No value is missing, unseen or out of range, now or in the reference.</p>
        ) : (
          <table>
            <ColumnHeads columns={QUALITY_COLUMNS} />
            <tbody>
              {quality.map(({ name: what, reference, current }) => (
                <tr key={what}>
                  <th scope="row">{what}</th>
                  <td className="figures-cell">{shareWords(reference)}</td>
                  <td className={`figures-cell ${current > reference + minimum.share ? 'bad' : ''}`}>
                    {shareWords(current)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
    </div>
  );
}

type Days = '2' | '7' | '30' | '90';
const DAYS: readonly { readonly value: Days; readonly text: string }[] = [
  { value: '90', text: '90 days' },
  { value: '30', text: '30 days' },
  { value: '7', text: '7 days' },
  { value: '2', text: '2 days' },
];
const HOUR = 3_600_000;

/** Since when it is so: the effect of each hour or day by itself. */
function History({ endpoint, name, side, minimum }: FeatureProps) {
  const [days, setDays] = useParameter<Days>('days', '7');
  const query = useOperation(
    'GET /api/v1/endpoints/{endpoint}/drift/history',
    { path: { endpoint }, query: { feature: name, side, days: Number(days) } },
    { every: 60_000 },
  );
  return (
    <Panel
      title={`${featureTitle({ feature: name, side })} over time`}
      query={query}
      empty={({ points }) => (points.length === 0 ? 'No hour has 20 rows or more.' : null)}
      actions={<Choice label="Within" value={days} onChange={setDays} options={DAYS} />}
    >
      {({ points, step }) => {
        const unit = points[0]?.effect.unit ?? 'psi';
        const each = step === HOUR ? 'hour' : 'day';
        return (
          <div className="panel-body">
            <p className="note">
              The rows of each {each} by themselves against the reference: a first look at since when. An
              alert rests on more than one {each}.
            </p>
            <IntervalChart
              label={`${unit === 'psi' ? 'PSI' : 'Change of the share'} of ${name} by ${each}, with its interval`}
              series={[
                {
                  name: unit === 'psi' ? 'PSI' : 'Change of share',
                  as: 'band',
                  points: points.map(({ at, effect }) => ({ at, ...effect })),
                },
              ]}
              bounds={[{ name: 'counts as drift from', value: minimum[unit] }]}
              step={step}
              format={(value) => (unit === 'psi' ? value.toFixed(2) : shareWords(value))}
              fromZero
            />
          </div>
        );
      }}
    </Panel>
  );
}

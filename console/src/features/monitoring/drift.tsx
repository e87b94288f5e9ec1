import { useOperation } from '../../api/queries.ts';
import { countWords } from '../../facts/words.ts';
import { useParameter } from '../../location/location.ts';
import { Badge } from '../../ui/badge.tsx';
import { Choice } from '../../ui/choice.tsx';
import { Panel } from '../../ui/panel.tsx';
import { byMovement, type DriftFeature, histogramOf, movementWords } from './drift-words.ts';
import { Histogram } from './histogram.tsx';

type Span = 'all' | '1' | '24' | '168';

const SPANS: readonly { readonly value: Span; readonly text: string }[] = [
  { value: 'all', text: 'All' },
  { value: '168', text: '7 days' },
  { value: '24', text: '24 hours' },
  { value: '1', text: '1 hour' },
];

/** How every feature and answer stands against the reference, the ones that moved most first. */
export function Drift({ endpoint }: { readonly endpoint: string }) {
  const [span, setSpan] = useParameter<Span>('span', 'all');
  const query = useOperation(
    'GET /api/v1/endpoints/{endpoint}/drift',
    { path: { endpoint }, query: span === 'all' ? {} : { hours: Number(span) } },
    { every: 15_000 },
  );
  return (
    <Panel
      title="Drift by feature"
      query={query}
      empty={({ features }) =>
        features.length === 0
          ? 'Nothing to compare: no reference is kept with the version, or no row came since.'
          : null
      }
      actions={<Choice label="Rows of" value={span} onChange={setSpan} options={SPANS} />}
    >
      {({ features, rows, cause }) => (
        <div className="panel-body">
          <p className="note">
            {countWords(rows)} rows compared.{' '}
            {cause === null ? '' : `It looks as if the ${cause === 'data' ? 'data' : 'model'} changed.`}{' '}
            <span className="key-reference">reference</span> <span className="key-current">now</span>
          </p>
          <ul className="features">
            {byMovement(features).map((one) => (
              <Feature key={`${one.side} ${one.feature}`} feature={one} />
            ))}
          </ul>
        </div>
      )}
    </Panel>
  );
}

function Feature({ feature }: { readonly feature: DriftFeature }) {
  const { feature: name, side, effect, state } = feature;
  const bins = histogramOf(feature);
  const words = movementWords(bins);
  const [value, low, high] = [effect.value, effect.low, effect.high].map((one) => one.toFixed(2));
  return (
    <li>
      <h3>
        {name} <small>{side === 'input' ? 'input' : 'answer'}</small>{' '}
        {state === 'drifting' && <Badge tone="watch">Drifting</Badge>}
      </h3>
      <Histogram bins={bins} label={`Rows of ${name} by value, now and in the reference. ${words}`} />
      <p className="note">
        {effect.unit === 'psi' ? 'PSI' : 'Share'} {value} ({low} to {high}). {words}.
      </p>
    </li>
  );
}

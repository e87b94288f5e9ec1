import { useOperation } from '../../api/queries.ts';
import { histogramOf, movementWords } from '../../facts/histogram-words.ts';
import { countWords, plural } from '../../facts/words.ts';
import { useParameter } from '../../location/location.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Choice } from '../../ui/choice.tsx';
import { Histogram } from '../../ui/histogram.tsx';
import { Panel } from '../../ui/panel.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { type DriftFeature, effectWords, featureTitle } from './drift-words.ts';

export type Span = 'all' | '1' | '24' | '168';

const SPANS: readonly { readonly value: Span; readonly text: string }[] = [
  { value: 'all', text: 'All' },
  { value: '168', text: '7 days' },
  { value: '24', text: '24 hours' },
  { value: '1', text: '1 hour' },
];
const PAGE_SIZE = 24;

/** How every feature and answer stands against the reference, the worst first, a page at a time. */
export function Drift({ endpoint }: { readonly endpoint: string }) {
  const [span, setSpan] = useParameter<Span>('span', 'all');
  const [search, setSearch] = useParameter('search', '');
  const [page, setPage] = useParameter('page', '0');
  const from = Number(page) * PAGE_SIZE;
  const query = useOperation(
    'GET /api/v1/endpoints/{endpoint}/drift',
    {
      path: { endpoint },
      query: {
        ...(span === 'all' ? {} : { hours: Number(span) }),
        ...(search === '' ? {} : { search }),
        ...{ limit: PAGE_SIZE, cursor: String(from) },
      },
    },
    { every: 15_000, keeps: true },
  );
  const searched = (text: string): void => {
    setPage('0');
    setSearch(text);
  };
  return (
    <Panel
      title="Drift by feature"
      query={query}
      actions={<Choice label="Rows of" value={span} onChange={setSpan} options={SPANS} />}
    >
      {({ features, rows, cause, matching, drifting, next }) => (
        <>
          <div className="toolbar">
            <SearchField label="Search features" value={search} onChange={searched} />
            <p className="drift-count" aria-live="polite">
              {drifting === 0 ? 'None' : countWords(drifting)} of {plural(matching, 'feature')}{' '}
              {drifting === 1 ? 'drifts' : 'drift'}; {countWords(rows)} rows compared.
              {cause !== null && ` It looks as if the ${cause === 'data' ? 'data' : 'model'} changed.`}
            </p>
            <p className="drift-count">
              <span className="key-reference">reference</span> <span className="key-current">now</span>
            </p>
          </div>
          {features.length === 0 && (
            <p className="empty">
              {search === ''
                ? 'Nothing to compare: no reference is kept with the version, or no row came since.'
                : 'No feature is called so.'}
            </p>
          )}
          <ul className="features drift-features">
            {features.map((one) => (
              <FeatureCard key={`${one.side} ${one.feature}`} feature={one} />
            ))}
          </ul>
          {(from > 0 || next !== null) && (
            <nav className="drift-pages" aria-label="Pages of features">
              <Button disabled={from === 0} onClick={() => setPage(String(Number(page) - 1))}>
                Before
              </Button>
              <span>
                {countWords(from + 1)} to {countWords(from + features.length)} of {countWords(matching)}, the
                worst first
              </span>
              <Button disabled={next === null} onClick={() => setPage(String(Number(page) + 1))}>
                Next
              </Button>
            </nav>
          )}
        </>
      )}
    </Panel>
  );
}

function FeatureCard({ feature }: { readonly feature: DriftFeature }) {
  const [chosen, choose] = useParameter('feature', '');
  const [chosenSide, chooseSide] = useParameter('side', '');
  const { feature: name, side, effect, state } = feature;
  const bins = histogramOf(feature);
  const words = movementWords(bins);
  const open = (): void => {
    chooseSide(side);
    choose(name);
    document.getElementById('feature')?.scrollIntoView({ block: 'start' });
  };
  return (
    <li>
      <h3>
        <button
          type="button"
          className="drift-open"
          aria-pressed={chosen === name && chosenSide === side}
          onClick={open}
        >
          {featureTitle(feature)}
        </button>{' '}
        <small>{side === 'input' ? 'input' : 'answer'}</small>{' '}
        {state === 'drifting' && <Badge tone="watch">Drifting</Badge>}
      </h3>
      <Histogram bins={bins} label={`Rows of ${name} by value, now and in the reference. ${words}`} />
      <p className="note">
        {effectWords(effect)}. {words}.
      </p>
    </li>
  );
}

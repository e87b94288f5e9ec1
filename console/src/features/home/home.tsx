import { useMemo } from 'react';
import { useAlerts, useEndpoints, useMonitors } from '../../api/queries.ts';
import { useTraffic } from '../../api/traffic.ts';
import { plural } from '../../facts/words.ts';
import { useParameter } from '../../location/location.ts';
import { Choice } from '../../ui/choice.tsx';
import { usePageTitle } from '../../ui/page-title.ts';
import { Panel } from '../../ui/panel.tsx';
import { Pitfalls } from '../../ui/pitfalls.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { EndpointTable } from './endpoint-table.tsx';
import { Figures } from './figures.tsx';
import { Needs } from './needs.tsx';
import { type EndpointRow, type Filter, rowsOf, type Sort, shownRows } from './row.ts';

/** Every endpoint, and first of all those that need a person. */
export function Home() {
  const endpoints = useEndpoints();
  const monitors = useMonitors();
  const alerts = useAlerts();
  const live = useTraffic();
  const rows = useMemo(
    () =>
      rowsOf({
        endpoints: endpoints.data ?? [],
        monitors: monitors.data ?? [],
        alerts: alerts.data ?? [],
        live,
      }),
    [endpoints.data, monitors.data, alerts.data, live],
  );
  const needy = rows.filter(({ standing }) => standing.level === 'act');
  const isKnown = endpoints.data !== undefined && alerts.data !== undefined;
  const title = isKnown ? headline(rows.length, needy.length) : 'Endpoints';
  usePageTitle(title);
  return (
    <main id="main">
      <h1 aria-live="polite">{title}</h1>
      <Figures rows={rows} live={live} />
      <Needs rows={needy} />
      <Panel title="Endpoints" query={endpoints} empty={(data) => (data.length === 0 ? NOTHING : null)}>
        {() => <Searched rows={rows} />}
      </Panel>
      {rows.length > 0 && <Pitfalls />}
      {[monitors, alerts].map(({ error }, k) =>
        error === null ? null : (
          <p key={LISTS[k]} className="stale" role="status">
            {LISTS[k]} cannot be read: {error.message}
          </p>
        ),
      )}
    </main>
  );
}

const LISTS = ['What is watched', 'Alerts'];

const NOTHING = (
  <>
    No endpoint yet. Send a model: <code>plimsoll push model.joblib --name churn</code>
  </>
);

function headline(all: number, needy: number): string {
  if (all === 0) return 'Nothing is served yet';
  if (needy === 0) return all === 1 ? 'The endpoint needs nobody' : `None of ${all} endpoints needs you`;
  return `${needy} of ${plural(all, 'endpoint')} ${needy === 1 ? 'needs' : 'need'} you`;
}

function Searched({ rows }: { readonly rows: readonly EndpointRow[] }) {
  const [search, setSearch] = useParameter('search', '');
  const [filter, setFilter] = useParameter<Filter>('show', 'all');
  const [sort, setSort] = useParameter<Sort>('sort', 'urgency');
  const shown = shownRows(rows, { search, filter, sort });
  return (
    <>
      <div className="toolbar">
        <SearchField label="Search endpoints" value={search} onChange={setSearch} />
        <Choice
          label="Which endpoints"
          value={filter}
          onChange={setFilter}
          options={[
            { value: 'all', text: 'All' },
            { value: 'act', text: 'Need you' },
            { value: 'moving', text: 'Rolling out' },
          ]}
        />
      </div>
      <EndpointTable rows={shown} sort={sort} onSort={setSort} />
      {shown.length === 0 && <p className="empty">No endpoint is like that.</p>}
    </>
  );
}

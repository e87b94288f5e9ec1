import './batch.css';
import type { JobView } from '../../api/generated/control-api.ts';
import { useJobs } from '../../api/queries.ts';
import { plural } from '../../facts/words.ts';
import { useParameter } from '../../location/location.ts';
import { Choice } from '../../ui/choice.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Panel } from '../../ui/panel.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { JobTable } from './job-table.tsx';
import { isUnderWay, needsPerson } from './job-words.ts';

type Filter = 'all' | 'act' | 'moving' | 'paused';

const FILTERS: readonly { readonly value: Filter; readonly text: string }[] = [
  { value: 'all', text: 'All' },
  { value: 'act', text: 'Need you' },
  { value: 'moving', text: 'Under way' },
  { value: 'paused', text: 'Paused' },
];

/** Every batch job: when it runs, and what came of its last run. */
export function Jobs() {
  const query = useJobs();
  const [search, setSearch] = useParameter('search', '');
  const [filter, setFilter] = useParameter<Filter>('show', 'all');
  const jobs = (query.data ?? []).filter((job) => fits(job, filter) && isFound(job, search));
  return (
    <main id="main">
      <PageHead title="Batch jobs" sentence={query.data === undefined ? '' : sentenceOf(query.data)} />
      <Panel
        title="Jobs"
        query={query}
        empty={(all) => (all.length === 0 ? NOTHING : null)}
        toolbar={
          <>
            <SearchField label="Search jobs" value={search} onChange={setSearch} />
            <Choice label="Which jobs" value={filter} onChange={setFilter} options={FILTERS} />
          </>
        }
      >
        {() => (jobs.length === 0 ? <p className="empty">No job is like that.</p> : <JobTable jobs={jobs} />)}
      </Panel>
    </main>
  );
}

function fits(job: JobView, filter: Filter): boolean {
  if (filter === 'act') return needsPerson(job);
  if (filter === 'moving') return job.latest !== null && isUnderWay(job.latest);
  return filter === 'all' || job.paused;
}

const isFound = ({ name, spec }: JobView, search: string): boolean =>
  [name, spec.model, spec.source.uri, spec.sink.uri]
    .join('\n')
    .toLowerCase()
    .includes(search.trim().toLowerCase());

function sentenceOf(jobs: readonly JobView[]): string {
  const needy = jobs.filter(needsPerson).length;
  const moving = jobs.filter(({ latest }) => latest !== null && isUnderWay(latest)).length;
  const standing = needy === 0 ? 'none needs you' : `${needy} ${needy === 1 ? 'needs' : 'need'} you`;
  return jobs.length === 0
    ? 'Tables are scored row by row, exactly once.'
    : `${plural(jobs.length, 'job')}: ${standing}, ${moving} under way.`;
}

const NOTHING = (
  <>
    No job yet. Score a table:{' '}
    <code>
      plimsoll batch run --job nightly --model churn --input rows.parquet --output scored.parquet --key id
    </code>
  </>
);

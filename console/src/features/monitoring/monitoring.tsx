import { useOperation } from '../../api/queries.ts';
import { Trail } from '../../location/trail.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { AccuracyPanel } from './accuracy-panel.tsx';
import { Drift } from './drift.tsx';

/** What is watched of an endpoint: its inputs and answers against the reference, and how right it was. */
export function Monitoring({ endpoint }: { readonly endpoint: string }) {
  const { data, error } = useOperation(
    'GET /api/v1/endpoints/{endpoint}/monitor',
    { path: { endpoint } },
    { every: 15_000 },
  );
  return (
    <main id="main">
      <PageHead
        trail={<Trail endpoint={endpoint} />}
        title={`Monitoring of ${endpoint}`}
        badge={null}
        sentence={data?.sentence ?? error?.message ?? ''}
      />
      <Drift endpoint={endpoint} />
      <AccuracyPanel endpoint={endpoint} />
    </main>
  );
}

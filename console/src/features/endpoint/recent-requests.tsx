import { useOperation } from '../../api/queries.ts';
import { plural } from '../../facts/words.ts';
import { Link } from '../../location/link.tsx';
import { hrefOf, useParameter } from '../../location/location.ts';
import { Choice } from '../../ui/choice.tsx';
import { Panel } from '../../ui/panel.tsx';
import { RequestTable, StageLegend } from './request-table.tsx';

const ORDERS = [
  { value: 'newest', text: 'Newest' },
  { value: 'slowest', text: 'Slowest' },
  { value: 'failed', text: 'Failed first' },
] as const;
type Order = (typeof ORDERS)[number]['value'];

interface RecentRequestsProps {
  readonly endpoint: string;
  readonly limit: number;
  /** Whether the page of all of them is led to. */
  readonly isPart: boolean;
}

/** What was asked of late, and why each took as long as it did. */
export function RecentRequests({ endpoint, limit, isPart }: RecentRequestsProps) {
  const [order, setOrder] = useParameter<Order>('requests', 'newest');
  const query = useOperation(
    'GET /api/v1/endpoints/{endpoint}/requests',
    { path: { endpoint }, query: { order, limit } },
    { every: 5000 },
  );
  return (
    <Panel
      title="Recent requests"
      query={query}
      empty={({ items }) => (items.length === 0 ? 'Nobody has asked since the server runs.' : null)}
      actions={<Choice label="Order" value={order} onChange={setOrder} options={ORDERS} />}
    >
      {({ items }) => (
        <>
          <RequestTable requests={items} />
          <StageLegend />
          <p className="note panel-body">
            {isPart && items.length === limit ? (
              <Link href={`${hrefOf('endpoints', endpoint, 'requests')}?requests=${order}`}>
                All requests that are kept
              </Link>
            ) : (
              plural(items.length, 'request')
            )}
            : the slowest of the last minutes, those that were refused or failed, and a sample of the others,
            about one a second. They are kept in memory, and gone with the server.
          </p>
        </>
      )}
    </Panel>
  );
}

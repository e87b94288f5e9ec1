import { Trail } from '../../location/trail.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { RecentRequests } from './recent-requests.tsx';

/** As many as all processes keep, within reason. */
const LIMIT = 500;

/** All requests of an endpoint that are kept. */
export const Requests = ({ endpoint }: { readonly endpoint: string }) => (
  <main id="main">
    <PageHead
      trail={<Trail endpoint={endpoint} />}
      title="Requests"
      sentence={`What ${endpoint} was asked of late, and why each took as long as it did.`}
    />
    <RecentRequests endpoint={endpoint} limit={LIMIT} isPart={false} />
  </main>
);

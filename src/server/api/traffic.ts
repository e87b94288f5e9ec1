/** What is asked and answered now, once or as it goes on. */
import { TRAFFIC_VIEW } from '../../control/traffic-schemas.ts';
import { operation } from './operation.ts';

/** The event of a stream that tells what else has changed: browsers open few connections, so that one stream tells both. */
const CHANGED = 'changed';

export const TRAFFIC = [
  operation({
    method: 'GET',
    path: '/traffic',
    summary:
      'Requests, failures and durations of each version; with `accept: text/event-stream` every two seconds, and between them events named `changed`: `{"sequence", "changed": [{"kind", "name", "endpoint"}]}`',
    answer: TRAFFIC_VIEW,
    handle: async ({ traffic }) => traffic.look(),
    follow: ({ traffic, changes }, send) => {
      const ends = [traffic.follow(send), changes.follow((all) => send(all, CHANGED))];
      return () => ends.forEach((end) => end());
    },
  }),
];

/** What is asked and answered now, once or as it goes on. */
import { TRAFFIC_VIEW } from '../../control/view-schemas.ts';
import { operation } from './operation.ts';

export const TRAFFIC = [
  operation({
    method: 'GET',
    path: '/traffic',
    summary:
      'Requests, failures and durations of each version; with `accept: text/event-stream` every two seconds',
    answer: TRAFFIC_VIEW,
    handle: async ({ traffic }) => traffic.look(),
    follow: ({ traffic }, send) => traffic.follow(send),
  }),
];

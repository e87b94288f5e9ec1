/** What commonly goes wrong with models in production, where it is. */
import { PITFALL_REPORT } from '../../advise/pitfalls/pitfall.ts';
import { operation } from './operation.ts';

export const PITFALL_OPERATIONS = [
  operation({
    method: 'GET',
    path: '/pitfalls',
    summary:
      'Pitfalls of endpoints, versions and jobs, each with what the records say of it and the command that mends it',
    answer: PITFALL_REPORT,
    handle: ({ pitfalls }) => pitfalls(),
  }),
];

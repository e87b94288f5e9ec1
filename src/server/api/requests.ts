/** What was asked and answered, as the prediction log has it. */
import { Type } from 'typebox';
import { LOGGED_REQUEST } from '../../monitor/view-schemas.ts';
import { operation } from './operation.ts';

/** As long as a request's id may be. */
const REQUEST_ID = Type.String({ minLength: 1, maxLength: 128 });
export const REQUEST_OPERATIONS = [
  operation({
    method: 'GET',
    path: '/requests/{request}',
    summary: 'The rows of a request that are in the prediction log of this server',
    params: { request: REQUEST_ID },
    answer: LOGGED_REQUEST,
    handle: async ({ monitoring, params }) => (await monitoring()).request(params.request),
  }),
];

/** What was asked and answered: of late, and as the prediction log has it. */
import { Type } from 'typebox';
import { RECENT_REQUEST } from '../../control/traffic-schemas.ts';
import { RECENT_ORDERS, recentIn } from '../../metrics/recent-request.ts';
import { LOGGED_REQUEST } from '../../monitor/view-schemas.ts';
import { bundleDir } from '../../registry/bundle.ts';
import { EXPLAINED_AGAIN } from '../analysis/view-schemas.ts';
import { NAME, operation } from './operation.ts';

/** As long as a request's id may be. */
const REQUEST_ID = Type.String({ minLength: 1, maxLength: 128 });
export const REQUEST_OPERATIONS = [
  operation({
    method: 'GET',
    path: '/endpoints/{endpoint}/requests',
    summary:
      'Requests of late, as far as they are kept: the slowest, those that failed, and a sample of the others',
    params: { endpoint: NAME },
    query: {
      order: Type.Optional(Type.Enum([...RECENT_ORDERS], { default: 'newest' })),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
    },
    answer: Type.Object({ items: Type.Array(RECENT_REQUEST) }),
    handle: async ({ control, recent, params, query }) => {
      const { name } = await control.endpoint(params.endpoint);
      return { items: recentIn(query.order ?? 'newest', await recent(name), query.limit ?? 100) };
    },
  }),
  operation({
    method: 'GET',
    path: '/requests/{request}',
    summary: 'The rows of a request that are in the prediction log of this server',
    params: { request: REQUEST_ID },
    answer: LOGGED_REQUEST,
    handle: async ({ monitoring, params }) => (await monitoring()).request(params.request),
  }),
  operation({
    method: 'GET',
    path: '/requests/{request}/explanation',
    summary:
      'The answer to a logged request explained again, by the version that gave it and as it was explained then',
    params: { request: REQUEST_ID },
    answer: EXPLAINED_AGAIN,
    async handle({ monitoring, analyses, control, dataDir, params }) {
      const { requestId, rows } = await (await monitoring()).request(params.request);
      const bundles: Record<string, string> = {};
      for (const { model, version } of rows) {
        const name = `${model}@${version}`;
        if (bundles[name] !== undefined) continue;
        const { digest } = await control.version(String(model), Number(version));
        bundles[name] = bundleDir(dataDir, digest);
      }
      return (await analyses()).explainAgain(requestId, bundles);
    },
  }),
];

/** How a model is best served, by what is needed of it. */
import { Type } from 'typebox';
import { WRITTEN_NEEDS } from '../../advise/needs/needs.ts';
import { ADVICE_ANSWER } from '../advice/advice-view.ts';
import { closed, operation } from './operation.ts';

/** Needs are some dozens of short texts. */
const BODY_LIMIT = 2 ** 16;

/** Names are checked here; values by the reader of needs, which says of each what is wanted and in which unit. */
const NEEDS = closed(
  Object.fromEntries(
    Object.entries(WRITTEN_NEEDS.properties ?? {}).map(([name, schema]) => {
      const { description = '' } = schema as { description?: string };
      return [name, Type.Optional(Type.Unknown({ description }))];
    }),
  ),
);

export const ADVICE_OPERATIONS = [
  operation({
    method: 'POST',
    path: '/advice',
    summary:
      'The pattern that serves a model best, by what is needed, what its registration measured and, where nothing is said of it, its traffic of the last week; changes nothing',
    body: NEEDS,
    bodyLimit: BODY_LIMIT,
    needsNoStore: true,
    answer: ADVICE_ANSWER,
    handle: async ({ body, control, dataDir, analyses }) => {
      const { adviseVersion } = await import('../advice/advise-version.ts');
      const work = async (...given: Parameters<Awaited<ReturnType<typeof analyses>>['advice']>) =>
        (await analyses()).advice(...given);
      return adviseVersion(body as Readonly<Record<string, unknown>>, { control, dataDir, work });
    },
  }),
];

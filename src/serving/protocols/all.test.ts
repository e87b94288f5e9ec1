import { expect, test } from 'vitest';
import { PLAIN } from '../../config/contract.ts';
import { NO_RAW_ENDS } from '../../model/raw.ts';
import { DEFAULT_UNIT } from '../../rollout/route.ts';
import { routePattern } from '../http/path-pattern.ts';
import { PROTOCOL_ROUTES, PROTOCOLS } from './all.ts';
import { SIMPLE, target } from './testing/targets.ts';

const VERSION = {
  target: target(SIMPLE),
  key: 'm.1',
  row: { $ref: '#/components/schemas/m.1.Row' },
  rowWithMore: { $ref: '#/components/schemas/m.1.RowWithMore' },
  answer: undefined,
  unitField: null,
};
const ENDPOINT = { ...VERSION, name: 'a b', id: 'a_b', unit: DEFAULT_UNIT, raw: NO_RAW_ENDS };

test.each(PROTOCOL_ROUTES.filter(({ openApi }) => openApi !== undefined))(
  'every path that $id describes is one of its routes',
  ({ openApi, routes }) => {
    const described = {
      ...openApi?.main?.({ ...ENDPOINT, isOnly: true }),
      ...openApi?.endpoint?.(ENDPOINT),
      ...openApi?.version?.(VERSION),
    };
    const patterns = routes(PLAIN).map(routePattern);
    expect(Object.keys(described)).not.toEqual([]);
    for (const path of Object.keys(described))
      expect(
        patterns.some((pattern) => pattern.test(path)),
        path,
      ).toBe(true);
  },
);

test('protocols and families of paths have ids of their own, by which threads and logs know them', () => {
  const ids = PROTOCOLS.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(new Set(PROTOCOL_ROUTES.map(({ id }) => id)).size).toBe(PROTOCOL_ROUTES.length);
});

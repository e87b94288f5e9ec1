/** Endpoints and every route that they ever had. */
import { PlimsollError } from '../../core/errors.ts';
import type { Route } from '../../rollout/route.ts';
import { keyOf, limitOf, pageOf, rowPageOf } from '../page.ts';
import { ENDPOINT_ROWS, ROUTE_ROWS } from '../rows.ts';
import type { Db, Session } from '../session.ts';
import type { EndpointRow, Endpoints, RouteChange } from '../store.ts';
import { fenceHolds } from './owners.ts';

export const endpointsOver = (session: Session): Endpoints => ({
  get: (name) =>
    session.once(async (db) => {
      const row = await db.selectFrom('endpoints').selectAll().where('name', '=', name).executeTakeFirst();
      return row === undefined ? null : ENDPOINT_ROWS.read(row);
    }),

  list: (page) =>
    session.once(async (db) => {
      const limit = limitOf(page);
      const after = keyOf('endpoints', ['string'], page);
      let query = db.selectFrom('endpoints').selectAll();
      if (after !== null) query = query.where('name', '>', after[0]);
      const rows = await query
        .orderBy('name')
        .limit(limit + 1)
        .execute();
      return rowPageOf('endpoints', rows, limit, ({ name }) => [name], ENDPOINT_ROWS.read);
    }),

  insert: (row, change) => session.atomically((db) => insert(db, row, change)),
  flip: (...flipped) => session.atomically((db) => flip(db, ...flipped)),

  history: (name, page) =>
    session.once(async (db) => {
      const limit = limitOf(page);
      const after = keyOf('routes', ['number'], page);
      let query = db.selectFrom('routes').selectAll().where('endpoint', '=', name);
      if (after !== null) query = query.where('generation', '<', after[0]);
      const rows = await query
        .orderBy('generation', 'desc')
        .limit(limit + 1)
        .execute();
      return pageOf('routes', rows, limit, ({ generation }) => [generation], ROUTE_ROWS.read);
    }),
});

async function insert(db: Db, row: EndpointRow, change: RouteChange): Promise<boolean> {
  checkRoute(row.route, row.name, row.generation);
  const { numInsertedOrUpdatedRows: inserted } = await db
    .insertInto('endpoints')
    .values(ENDPOINT_ROWS.write(row))
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  if (inserted !== 1n) return false;
  await keepRoute(db, row.route, change);
  return true;
}

async function flip(
  db: Db,
  ...[name, expected, next, change, fence]: Parameters<Endpoints['flip']>
): Promise<boolean> {
  checkRoute(next.route, name, expected + 1);
  if (fence !== undefined && !(await fenceHolds(db, fence))) return false;
  const { numUpdatedRows: updated } = await db
    .updateTable('endpoints')
    .set(ENDPOINT_ROWS.change({ ...next, generation: expected + 1 }))
    .where('name', '=', name)
    .where('generation', '=', expected)
    .executeTakeFirstOrThrow();
  if (updated !== 1n) return false;
  await keepRoute(db, next.route, change);
  return true;
}

/** A route names its endpoint and generation itself: they must be those of the row. */
function checkRoute({ endpoint, generation }: Route, name: string, wanted: number): void {
  if (endpoint === name && generation === wanted) return;
  throw new PlimsollError('INTERNAL', {
    action: 'the change of a route',
    reason: `the route is generation ${generation} of "${endpoint}", wanted ${wanted} of "${name}"`,
  });
}

async function keepRoute(db: Db, route: Route, { at, by, reason }: RouteChange): Promise<void> {
  const { endpoint, generation } = route;
  const row = ROUTE_ROWS.write({ endpoint, generation, route, at, by, reason });
  await db.insertInto('routes').values(row).execute();
}

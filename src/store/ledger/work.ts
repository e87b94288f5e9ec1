/** What runs have done: digests of their input, accounts of their chunks. */
import { encodeJson } from '../json.ts';
import type { Session } from '../session.ts';
import type { Ledger } from './ledger.ts';
import { CHUNK_ROWS, type LedgerTables } from './rows.ts';
import { setHeld } from './runs.ts';

type Work = Pick<Ledger, 'pieces' | 'addPiece' | 'chunks' | 'finishChunk'>;

/** The part of a ledger that is about what runs have done. */
export const workOver = (session: Session<LedgerTables>): Work => ({
  pieces: (run) =>
    session.once((db) =>
      db
        .selectFrom('pieces')
        .select(['path', 'piece', 'digest'])
        .where('run', '=', run)
        .orderBy('path')
        .orderBy('piece')
        .execute(),
    ),

  addPiece: (run, fence, path, piece, digest) =>
    session.atomically(async (db) => {
      if (!(await setHeld(db, run, fence, {}))) return false;
      await db
        .insertInto('pieces')
        .values({ run, path, piece, digest })
        .onConflict((conflict) => conflict.columns(['run', 'path', 'piece']).doUpdateSet({ digest }))
        .execute();
      return true;
    }),

  chunks: (run) =>
    session.once(async (db) => {
      const query = db.selectFrom('chunks').selectAll().where('run', '=', run).orderBy('chunk');
      return (await query.execute()).map((row) => CHUNK_ROWS.read(row).account);
    }),

  finishChunk: (run, fence, chunk, account, progress) =>
    session.atomically(async (db) => {
      if (!(await setHeld(db, run, fence, { progress: encodeJson(progress) }))) return false;
      const row = CHUNK_ROWS.write({ run, chunk, account });
      await db
        .insertInto('chunks')
        .values(row)
        .onConflict((conflict) => conflict.columns(['run', 'chunk']).doUpdateSet({ account: row.account }))
        .execute();
      return true;
    }),
});

/** What runs have done: digests of their input, accounts of their chunks. */
import { decodeJson, encodeJson } from '../json.ts';
import type { Session } from '../session.ts';
import type { Ledger } from './ledger.ts';
import { setHeld } from './runs.ts';
import type { LedgerSchema } from './schema.ts';

type Work = Pick<Ledger, 'pieces' | 'addPiece' | 'chunks' | 'finishChunk'>;

/** The part of a ledger that is about what runs have done. */
export const workOver = (session: Session<LedgerSchema>): Work => ({
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
      const query = db.selectFrom('chunks').select('account').where('run', '=', run).orderBy('chunk');
      return (await query.execute()).map(({ account }) => decodeJson(account));
    }),

  finishChunk: (run, fence, chunk, account, progress) =>
    session.atomically(async (db) => {
      if (!(await setHeld(db, run, fence, { progress: encodeJson(progress) }))) return false;
      const text = encodeJson(account);
      await db
        .insertInto('chunks')
        .values({ run, chunk, account: text })
        .onConflict((conflict) => conflict.columns(['run', 'chunk']).doUpdateSet({ account: text }))
        .execute();
      return true;
    }),
});

/** The ledger and the log of a run, which get what the veil of its job lets through. */

import type { Ledger, RunRow } from '../../store/ledger/ledger.ts';
import { type RunFacts, runFactsOf } from '../plan/facts.ts';
import type { Secrets } from '../spec/redaction.ts';
import type { JobSpec } from '../spec/spec.ts';
import { runSpecOf } from '../spec/stored-spec.ts';
import { type Veil, veilOf } from '../spec/veil.ts';
import type { RunLog } from './log.ts';

interface Given {
  readonly ledger: Ledger;
  readonly row: RunRow;
  readonly secrets: Secrets;
}

export type WithVeil<T extends Given> = T & { readonly veil: Veil };

/** What a run is worked on with: what is kept of it is concealed, what was kept is as it was before; its URIs keep their placeholders. */
export function veiled<T extends Given>(given: T): WithVeil<T> {
  const { row, ledger } = given;
  const spec = runSpecOf(row);
  const veil = veilOf(spec, given.secrets);
  const { only } = spec.source;
  const source = only === undefined ? spec.source : { ...spec.source, only: veil.reveal(only) };
  const before = { ...row, spec: { ...spec, source }, plan: veil.reveal(row.plan) };
  return { ...given, ledger: veiledLedger(ledger, veil), row: before, veil };
}

/** What is read comes back as it was. */
const veiledLedger = (ledger: Ledger, { conceal, reveal }: Veil): Ledger => ({
  ...ledger,
  pieces: async (run) => reveal(await ledger.pieces(run)),
  chunks: async (run) => reveal(await ledger.chunks(run)),
  addPiece: (run, fence, path, piece, digest) => ledger.addPiece(run, fence, conceal(path), piece, digest),
  finishChunk: (run, fence, chunk, account, progress) =>
    ledger.finishChunk(run, fence, chunk, conceal(account), progress),
  change: (id, fence, change) => ledger.change(id, fence, conceal(change)),
  release: (id, fence, change) => ledger.release(id, fence, conceal(change)),
});

/** What is kept and compared of a job: what a variable holds may change, what the job is does not. */
export const keptFacts = (
  spec: JobSpec,
  plan: Parameters<typeof runFactsOf>[1],
  { conceal }: Veil,
): RunFacts => conceal(runFactsOf(spec, plan));

export const veiledLog = (log: RunLog, { conceal }: Veil): RunLog => ({
  info: (fields, message) => log.info(conceal(fields), conceal(message)),
  warn: (fields, message) => log.warn(conceal(fields), conceal(message)),
  error: (fields, message) => log.error(conceal(fields), conceal(message)),
  close: () => log.close(),
});

/** Receipts under the signature of the installation that made them. */

import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import { OUTCOMES } from '../../scorer/scorer.ts';
import { type Envelope, type Signer, signedBytes } from '../../signing/signer.ts';
import type { RunReceipt } from './receipt.ts';
import { addUp } from './totals.ts';

export const RECEIPT_TYPE = 'application/vnd.plimsoll.receipt+json';

/** A receipt in its envelope (DSSE, as the evidence of rollouts). */
export const signReceipt = (signer: Signer, receipt: RunReceipt): Envelope =>
  signer.sign(RECEIPT_TYPE, receipt);

/**
 * The receipt in an envelope that `publicKey` (PEM) has signed, added up again from the accounts in it. Throws
 * RECEIPT_INVALID.
 */
export function openReceipt(envelope: unknown, publicKey: string): RunReceipt {
  const bytes = signedBytes(envelope, RECEIPT_TYPE, publicKey);
  if (bytes === null) throw invalid('it is not signed by that key');
  const receipt: unknown = JSON.parse(bytes.toString());
  if (!isReceipt(receipt)) throw invalid('what is signed is no receipt of a kind that is known here');
  const problem = problemOf(receipt);
  if (problem !== null) throw invalid(problem);
  return receipt;
}

/** Whether it has the parts that are added up. */
const isReceipt = (value: unknown): value is RunReceipt =>
  isRecord(value) &&
  value['schema'] === 1 &&
  isRecord(value['rows']) &&
  isRecord(value['digests']) &&
  Array.isArray(value['accounts']) &&
  value['accounts'].every((account: unknown) => isRecord(account) && isRecord(account['rows']));

function problemOf({ accounts, rows, digests, chunks }: RunReceipt): string | null {
  try {
    const entries = accounts.map(({ index, rows: counts, keys }) => ({ chunk: index, counts, keys }));
    const added = addUp(
      entries,
      accounts.map(({ index, rows: { read } }) => ({ index, rows: read })),
    );
    if (accounts.length !== chunks) return `it is of ${chunks} chunks and has accounts of ${accounts.length}`;
    for (const part of ['read', ...OUTCOMES] as const)
      if (rows[part] !== added.rows[part])
        return `its chunks add up to ${added.rows[part]} rows ${part}, not ${rows[part]}`;
    return added.keys === digests.keys
      ? null
      : 'the digests of keys of its chunks do not come to that of the whole';
  } catch (error) {
    if (isPlimsollError(error)) return error.message;
    throw error;
  }
}

const invalid = (reason: string): PlimsollError => new PlimsollError('RECEIPT_INVALID', { reason });

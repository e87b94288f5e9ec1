import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Signer } from '../../signing/signer.ts';
import type { ChunkTotals } from '../chunk.ts';
import { aPlan, aSpec } from '../plan/testing/plans.ts';
import { type ReceiptFacts, receiptOf, receiptSummaryOf } from './receipt.ts';
import { openReceipt, RECEIPT_TYPE, signReceipt } from './signed.ts';

const account = (chunk: number, read: number, bad: number): ChunkTotals => ({
  chunk,
  counts: { read, ok: read - bad, rejected: bad, failed: 0, skipped: 0 },
  keys: String(chunk + 1).repeat(64),
  part: null,
  distributions: { predict: { kind: 'labels', counts: [['yes', read - bad]] } },
  seconds: { read: 0.1, score: 0.2, write: 0.1 },
});

const CLOSING: ReceiptFacts = {
  run: { id: 'run_1', job: 'nightly', attempt: 2, fingerprint: 'f'.repeat(64) },
  state: 'done',
  spec: aSpec({ options: { ...aSpec().options, hourlyCost: 7.2 } }),
  plan: aPlan(),
  accounts: [account(1, 7, 1), account(0, 3, 0)],
  published: { where: '/out.parquet', rows: 9, digest: 'd'.repeat(64) },
  rejects: { where: '/rejects.jsonl', rows: 1 },
  checks: [{ name: 'rows', ok: true, detail: '10 rows' }],
  startedAt: Date.UTC(2026, 10, 1, 2),
  endedAt: Date.UTC(2026, 10, 1, 2, 0, 5),
  seconds: 4.00049,
  plimsoll: '0.1.0',
};

describe('a receipt', () => {
  it('says what was read, what became of it, and what it took', () => {
    const receipt = receiptOf(CLOSING);
    expect(receiptSummaryOf(receipt)).toMatchObject({
      job: 'nightly',
      run: 'run_1',
      state: 'done',
      rows: { read: 10, ok: 9, rejected: 1, failed: 0, skipped: 0 },
      model: { name: 'churn', version: 2, file: 'm.joblib', digest: 'a'.repeat(64), runtime: 'native' },
      digests: { output: 'd'.repeat(64) },
      inputItems: 2,
      output: { where: '/out.parquet', rows: 9 },
      chunks: 2,
      startedAt: '2026-11-01T02:00:00.000Z',
      endedAt: '2026-11-01T02:00:05.000Z',
      seconds: 4,
      rowsPerSecond: 2,
      cost: { hourly: 7.2, total: 0.008001 },
      attempts: 2,
      rejects: { rows: 1 },
      fingerprint: 'f'.repeat(64),
      plimsoll: '0.1.0',
    });
    expect(receipt.accounts.map(({ index, from, to, rows }) => [index, from, to, rows.read])).toEqual([
      [0, 0, 3, 3],
      [1, 0, null, 7],
    ]);
    expect(receipt.distributions).toEqual({ predict: { kind: 'labels', counts: [['yes', 9]] } });
    expect(receiptSummaryOf(receipt)).not.toHaveProperty('accounts');
  });

  it('names a thousand items at most, and digests all', () => {
    const { items, ...frozen } = CLOSING.plan.frozen;
    const many = Array.from({ length: 1500 }, (_, i) => ({ ...items[0]!, path: `/data/${i}` }));
    const of = (all: typeof many) =>
      receiptOf({ ...CLOSING, plan: { ...CLOSING.plan, frozen: { ...frozen, items: all } } });
    expect(of(many)).toMatchObject({ inputItems: 1500, input: { length: 1000 } });
    expect(of(many).digests.input).not.toBe(of(many.slice(0, -1)).digests.input);
  });

  it('is not made where rows do not add up', () => {
    expect(() => receiptOf({ ...CLOSING, accounts: CLOSING.accounts.slice(1) })).toThrow(
      expect.objectContaining({ code: 'ROWS_DO_NOT_ADD_UP' }),
    );
  });
});

describe('a signed receipt', () => {
  const signerOf = () => new Signer(generateKeyPairSync('ed25519').privateKey);
  const signer = signerOf();
  const { publicKey } = signer.publicKey;
  const receipt = receiptOf(CLOSING);
  const refused = (envelope: unknown, key = publicKey) => {
    try {
      openReceipt(envelope, key);
      return 'accepted';
    } catch (error) {
      expect(error).toMatchObject({ code: 'RECEIPT_INVALID' });
      return (error as Error).message;
    }
  };

  it('is taken under its key alone, as it was', () => {
    const envelope = signReceipt(signer, receipt);
    expect(openReceipt(JSON.parse(JSON.stringify(envelope)), publicKey)).toEqual(receipt);
    for (const key of [signerOf().publicKey.publicKey, 'no key', ''])
      expect(refused(envelope, key)).toMatch(/not signed by that key/);
  });

  it('is refused where a byte of it is another, or it is a document of another kind', () => {
    const envelope = signReceipt(signer, receipt);
    const bytes = Buffer.from(envelope.payload, 'base64');
    bytes[100]! ^= 1;
    expect(refused({ ...envelope, payload: bytes.toString('base64') })).toMatch(/not signed/);
    expect(refused({ ...envelope, payloadType: 'text/plain' })).toMatch(/not signed/);
    expect(refused(signer.sign('application/vnd.plimsoll.rollout+json', receipt))).toMatch(/not signed/);
    for (const strange of [
      null,
      3,
      'text',
      [],
      {},
      { ...envelope, signatures: [] },
      { ...envelope, signatures: [null] },
    ])
      expect(refused(strange)).toMatch(/not signed/);
  });

  it('is refused where what was signed does not add up', () => {
    const signed = (change: object) => refused(signer.sign(RECEIPT_TYPE, { ...receipt, ...change }));
    expect(signed({ rows: { ...receipt.rows, ok: 10 } })).toMatch(/add up to 9 rows ok, not 10/);
    expect(signed({ digests: { ...receipt.digests, keys: '0'.repeat(64) } })).toMatch(/digests of keys/);
    expect(signed({ accounts: receipt.accounts.slice(1) })).toMatch(/of 2 chunks and has accounts of 1/);
    expect(signed({ accounts: receipt.accounts.toReversed() })).toMatch(/digests of keys/);
    const [first, ...rest] = receipt.accounts;
    expect(signed({ accounts: [{ ...first, rows: { ...first!.rows, ok: 2 } }, ...rest] })).toMatch(/chunk 0/);
    expect(signed({ accounts: 'none' })).toMatch(/is no receipt/);
  });
});

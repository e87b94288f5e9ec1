import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { Signer } from '../../signing/signer.ts';
import { EVIDENCE_TYPE } from './rollout-report.ts';
import { openReport } from './signed-report.ts';

const signer = () => new Signer(generateKeyPairSync('ed25519').privateKey);
const own = signer();
const REPORT = { schema: 1, rollout: { id: 'ro_1' }, windows: [], outcome: { state: 'promoted' } };
const key = own.publicKey.publicKey;
const refused = (reason: string) =>
  expect.objectContaining({ code: 'REPORT_INVALID', message: expect.stringContaining(reason) });
const open = (document: unknown, pem = key): unknown => {
  try {
    return openReport(document, pem);
  } catch (error) {
    return error;
  }
};

test('a report is opened by the key that has signed it, with or without what the server adds', () => {
  const envelope = own.sign(EVIDENCE_TYPE, REPORT);
  expect(open(envelope)).toEqual(REPORT);
  expect(open({ envelope, ...own.publicKey })).toEqual(REPORT);
});

test('what was altered, signed by another key, or is no report is refused', () => {
  const envelope = own.sign(EVIDENCE_TYPE, REPORT);
  const payload = Buffer.from(JSON.stringify({ ...REPORT, outcome: { state: 'aborted' } })).toString(
    'base64',
  );
  expect(open({ ...envelope, payload })).toEqual(refused('not signed by that key'));
  expect(open(envelope, signer().publicKey.publicKey)).toEqual(refused('not signed by that key'));
  expect(open(own.sign('application/vnd.plimsoll.receipt+json', REPORT))).toEqual(refused('not signed'));
  expect(open(own.sign(EVIDENCE_TYPE, { schema: 2 }))).toEqual(refused('no report of a kind'));
  for (const nothing of [null, 'text', [], { envelope: null }])
    expect(open(nothing)).toEqual(refused('not signed'));
});

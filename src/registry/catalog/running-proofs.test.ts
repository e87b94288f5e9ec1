import { expect, test } from 'vitest';
import { RunningProofs } from './running-proofs.ts';

const PASSED = { name: 'checksum', ok: true, detail: 'as it was sent' };

test('a proof is found by its version once that has a number, with all that it told before', () => {
  const proofs = new RunningProofs();
  const proof = proofs.begin('churn');
  proof.checks([PASSED]);
  expect(proofs.of('churn', 1)).toBeNull();
  proof.claimed(1);
  proof.stage('comparing engines');
  expect(proofs.of('churn', 1)).toEqual({ stage: 'comparing engines', checks: [PASSED], facts: null });
  proof.ended();
  expect(proofs.of('churn', 1)).toMatchObject({ stage: null, checks: [PASSED] });
});

test('only the latest are remembered', () => {
  const proofs = new RunningProofs();
  for (let version = 1; version <= 100; version++) {
    const proof = proofs.begin('churn');
    proof.claimed(version);
    proof.ended();
  }
  expect([proofs.of('churn', 36), proofs.of('churn', 37)]).toEqual([null, expect.anything()]);
});

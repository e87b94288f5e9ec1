// Verifies the evidence report of a rollout offline, with nothing but Node:
//   node verify-evidence.mjs report.json [public-key.pem]
// 1. The signature (DSSE, Ed25519). Without a key file the key inside the report is used: that proves that the report
//    is whole, not whose it is. 2. The evidence of harm in errors, computed anew from the counts of each window.
import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';

const { envelope, publicKey } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const key = createPublicKey(process.argv[3] ? readFileSync(process.argv[3]) : publicKey);
const payload = Buffer.from(envelope.payload, 'base64');
const head = `DSSEv1 ${envelope.payloadType.length} ${envelope.payloadType} ${payload.length} `;
const signed = Buffer.concat([Buffer.from(head), payload]);
const isSigned = envelope.signatures.some(({ sig }) => verify(null, signed, key, Buffer.from(sig, 'base64')));
const keyId = createHash('sha256').update(key.export({ type: 'spki', format: 'der' })).digest('hex');

const lnFactorials = [0];
const lnFactorial = (n) => {
  for (let k = lnFactorials.length; k <= n; k++) lnFactorials.push(lnFactorials[k - 1] + Math.log(k));
  return lnFactorials[n];
};
const lnChoose = (n, k) => lnFactorial(n) - lnFactorial(k) - lnFactorial(n - k);
const logSum = (logs) => {
  const peak = Math.max(...logs);
  return peak + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - peak), 0));
};

/** log P(candidate has x of m failures | arms of c and s units, odds ratio psi): Fisher's non-central hypergeometric. */
function logLaw(c, s, x, m, psi) {
  const term = (k) => lnChoose(c, k) + lnChoose(s, m - k) + k * Math.log(psi);
  const low = Math.max(0, m - s);
  const all = Array.from({ length: Math.min(c, m) - low + 1 }, (_, i) => term(low + i));
  return term(x) - logSum(all);
}

/** Units of both arms, and those of them that failed. */
const countsOf = (c, s) => [c?.units ?? 0, s?.units ?? 0, c?.failures ?? 0, s?.failures ?? 0];

const { rollout, policy, windows, outcome } = JSON.parse(payload);
const { alpha, tolerance } = policy.guards.errors ?? { alpha: 1, tolerance: 1 };
const odds = [1.25, 1.5, 2, 3, 5, 10, 30].map((psi) => (psi > tolerance || tolerance < 1.25 ? psi : 1.25 * tolerance));
const even = tolerance / (1 + tolerance);
const shares = [0.55, 0.6, 0.7, 0.8, 0.9, 0.97].map((q) => (q > even ? q : even + (1 - even) / 4));
const logs = odds.map(() => 0);
const pairs = { candidateOnly: 0, stableOnly: 0 };
let peak = 0;
let crossed = null;
for (const { window, arms, paired } of windows) {
  const { candidate: c, stable: s } = arms;
  // Units that are new in the window, and survivors of earlier ones, are compared among themselves.
  const newcomers = countsOf(c.newcomers, s.newcomers);
  const survivors = countsOf(c, s).map((count, i) => count - newcomers[i]);
  for (const [nc, ns, xc, xs] of [newcomers, survivors])
    odds.forEach((psi, j) => {
      logs[j] += logLaw(nc, ns, xc, xc + xs, psi) - logLaw(nc, ns, xc, xc + xs, tolerance);
    });
  for (const side of Object.keys(pairs)) pairs[side] += paired?.errors?.[side] ?? 0;
  const { candidateOnly: x, stableOnly: y } = pairs;
  const bets = shares.map((q) => x * Math.log(q / even) + y * Math.log((1 - q) / (1 - even)));
  const direct = logSum(logs) - Math.log(odds.length);
  const log = x + y === 0 ? direct : logSum([direct, logSum(bets) - Math.log(shares.length)]) - Math.LN2;
  peak = Math.max(peak, log);
  if (crossed === null && log >= Math.log(1 / alpha)) crossed = window;
}
const claimed = Math.max(0, outcome.evidence.errors?.maxLog ?? 0);
const agrees = Math.abs(claimed - peak) <= 1e-6 * Math.max(1, peak);
console.log(`rollout    ${rollout.id}: ${outcome.state}`);
console.log(`signature  ${isSigned ? 'valid' : 'INVALID'}, key ${keyId.slice(0, 16)}`);
console.log(`evidence   ${agrees ? 'as claimed' : `NOT AS CLAIMED (${claimed})`}: log ${peak.toFixed(4)} of ${Math.log(1 / alpha).toFixed(4)}`);
console.log(`verdict    ${crossed === null ? 'no rollback on account of errors' : `roll back at window ${crossed}`}`);
process.exit(isSigned && agrees ? 0 : 1);

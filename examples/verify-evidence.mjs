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

const logMean = (logs) => {
  const peak = Math.max(...logs);
  return peak + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - peak), 0) / logs.length);
};

/**
 * log P(x of m failures are in the arm of c units, not in that of s | odds ratio psi), but for a term without psi:
 * Fisher's non-central hypergeometric law, each term of which follows from the one before.
 */
function logLaw(c, s, x, m, psi) {
  const low = Math.max(0, m - s);
  const terms = [0];
  for (let k = low; k < Math.min(c, m); k++)
    terms.push(terms.at(-1) + Math.log(((c - k) * (m - k) * psi) / ((k + 1) * (s - m + k + 1))));
  return terms[x - low] - logMean(terms);
}

const { rollout, policy, windows, outcome } = JSON.parse(payload);
const { alpha, tolerance } = policy.guards.errors ?? { alpha: 1, tolerance: 1 };
const odds = [1.25, 1.5, 2, 3, 5, 10, 30].map((psi) => (psi > tolerance || tolerance < 1.25 ? psi : 1.25 * tolerance));
const even = tolerance / (1 + tolerance);
const shares = [0.55, 0.6, 0.7, 0.8, 0.9, 0.97].map((q) => (q > even ? q : even + (1 - even) / 4));
const counts = (c, s) => [c?.units ?? 0, s?.units ?? 0, c?.failures ?? 0, s?.failures ?? 0];
const zeros = () => odds.map(() => 0);
const add = (logs, [nc, ns, xc, xs]) =>
  logs.map((log, j) => log + logLaw(nc, ns, xc, xc + xs, odds[j]) - logLaw(nc, ns, xc, xc + xs, tolerance));
const pairsLog = ([x, y]) => logMean(shares.map((q) => x * Math.log(q / even) + y * Math.log((1 - q) / (1 - even))));
const both = (logs, pairs) => (pairs[0] + pairs[1] === 0 ? logMean(logs) : logMean([logMean(logs), pairsLog(pairs)]));
const plus = ([x, y], paired) => [x + (paired?.candidateOnly ?? 0), y + (paired?.stableOnly ?? 0)];
let [logs, pairs, log, peak, crossed] = [zeros(), [0, 0], 0, 0, null];
// Units that fail again and again: a quarter of the evidence is bet on them, from the first window that has any.
let lasting = null;
for (const { window, arms, paired } of windows) {
  const { candidate: c, stable: s } = arms;
  // Units that are new in the window, and survivors of earlier ones, are compared among themselves.
  const newcomers = counts(c.newcomers, s.newcomers);
  for (const stratum of [newcomers, counts(c, s).map((count, i) => count - newcomers[i])]) logs = add(logs, stratum);
  pairs = plus(pairs, paired?.errors);
  const again = counts(c.distinct?.lasting, s.distinct?.lasting);
  if (paired?.lasting || again[0] + again[1] > 0) lasting ??= { stake: log, logs: zeros(), pairs: [0, 0] };
  if (lasting) lasting = { ...lasting, logs: add(lasting.logs, again), pairs: plus(lasting.pairs, paired?.lasting) };
  log = both(logs, pairs);
  if (lasting) log = logMean([log, log, log, lasting.stake + both(lasting.logs, lasting.pairs)]);
  peak = Math.max(peak, log);
  if (log >= Math.log(1 / alpha)) crossed ??= window;
}
const claimed = Math.max(0, outcome.evidence.errors?.maxLog ?? 0);
const agrees = Math.abs(claimed - peak) <= 1e-6 * Math.max(1, peak);
console.log(`rollout    ${rollout.id}: ${outcome.state}`);
console.log(`signature  ${isSigned ? 'valid' : 'INVALID'}, key ${keyId.slice(0, 16)}`);
console.log(`evidence   ${agrees ? 'as claimed' : `NOT AS CLAIMED (${claimed})`}: log ${peak.toFixed(4)} of ${Math.log(1 / alpha).toFixed(4)}`);
console.log(`verdict    ${crossed === null ? 'no rollback on account of errors' : `roll back at window ${crossed}`}`);
process.exit(isSigned && agrees ? 0 : 1);

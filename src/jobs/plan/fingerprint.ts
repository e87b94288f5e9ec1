import { createHash } from 'node:crypto';
import { canonicalJson } from '../../core/canonical-json.ts';
import { PlimsollError } from '../../core/errors.ts';
import { differenceOf } from './difference.ts';
import type { RunFacts } from './facts.ts';

/** sha256 over the canonical JSON (RFC 8785) of facts, hex: the same for the same output, wherever it is made. */
export const runFingerprintOf = (facts: RunFacts): string =>
  createHash('sha256').update(canonicalJson(facts)).digest('hex');

/** Throws JOB_CHANGED, with every difference, where a run that began with the facts `before` is to go on with others. */
export function requireSame(job: string, run: string, before: unknown, facts: RunFacts): void {
  if (canonicalJson(before) === canonicalJson(facts)) return;
  const lines = differenceOf(before, facts);
  throw new PlimsollError('JOB_CHANGED', { job, run, differences: lines.join('; '), list: lines });
}

/** The account of a rollout under the signature of the installation that kept it. */
import { PlimsollError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import { signedBytes } from '../../signing/signer.ts';
import { EVIDENCE_TYPE, type RolloutReport } from './rollout-report.ts';

/** What a stranger is told of a report. */
export type OpenedReport = Pick<RolloutReport, 'rollout' | 'windows' | 'outcome'>;

/**
 * The account in a document that `publicKey` (PEM) has signed: the envelope, or what the control API and the console give, which
 * holds it. Throws REPORT_INVALID.
 */
export function openReport(document: unknown, publicKey: string): OpenedReport {
  const envelope = isRecord(document) && 'envelope' in document ? document['envelope'] : document;
  const bytes = signedBytes(envelope, EVIDENCE_TYPE, publicKey);
  if (bytes === null) throw invalid('it is not signed by that key');
  const report: unknown = JSON.parse(bytes.toString());
  if (!isReport(report)) throw invalid('what is signed is no report of a kind that is known here');
  return report;
}

const isReport = (value: unknown): value is RolloutReport =>
  isRecord(value) &&
  value['schema'] === 1 &&
  isRecord(value['rollout']) &&
  isRecord(value['outcome']) &&
  Array.isArray(value['windows']);

const invalid = (reason: string): PlimsollError => new PlimsollError('REPORT_INVALID', { reason });

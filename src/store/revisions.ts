/** What there is in a database, for those who look on: each thing by its name, and whether it has changed. */

export const REVISED_KINDS = ['endpoint', 'rollout', 'version', 'alert', 'monitor', 'job', 'audit'] as const;
export type RevisedKind = (typeof REVISED_KINDS)[number];

export interface Revision {
  readonly kind: RevisedKind;
  /** As paths of the control API have it: an endpoint, a rollout, a model, an alert, a job. */
  readonly name: string;
  /** The endpoint that it belongs to, or null. */
  readonly endpoint: string | null;
  /** Another text after each change. */
  readonly revision: string;
}

/** What entries of the audit log are about, by the first word of what happened. */
const KIND_OF: Readonly<Record<string, RevisedKind>> = {
  endpoint: 'endpoint',
  route: 'endpoint',
  rollout: 'rollout',
  version: 'version',
  alias: 'version',
  monitor: 'monitor',
  alert: 'alert',
  job: 'job',
  run: 'job',
};

/** An entry of the audit log, as far as it tells what has changed. */
interface LoggedEntry {
  readonly seq: number;
  readonly what: string;
  readonly subject: string;
}

/** The entry itself, without a name: who may look on may not read the log; and what it tells of. */
export function revisionsOfEntry({ seq, what, subject }: LoggedEntry): readonly Revision[] {
  const entry: Revision = { kind: 'audit', name: 'audit', endpoint: null, revision: String(seq) };
  const [word = ''] = what.split('.');
  const kind = Object.hasOwn(KIND_OF, word) ? KIND_OF[word] : undefined;
  if (kind === undefined) return [entry];
  // `endpoint/churn`, `rollout/ro_1`, `churn@2`
  const name = kind === 'version' ? subject.replace(/@\d+$/, '') : subject.slice(subject.indexOf('/') + 1);
  const endpoint = kind === 'endpoint' || kind === 'monitor' ? name : null;
  return [entry, { kind, name, endpoint, revision: `entry ${seq}` }];
}

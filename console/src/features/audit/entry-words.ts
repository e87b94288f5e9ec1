/** Entries of the audit log in words, and where they lead. Pure. */
import type { AuditView } from '../../api/generated/control-api.ts';

/** `rollout.rolled-back` as a sentence begins. */
export function whatWords(what: string): string {
  const text = what.replaceAll(/[.-]/g, ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Parts of the path of the page about it, below `/console`; null where there is none. */
export function pathOfSubject(subject: string): readonly string[] | null {
  const slash = subject.indexOf('/');
  const [kind, name] = [subject.slice(0, slash), subject.slice(slash + 1)];
  if (slash > 0) return Object.hasOwn(KINDS, kind) ? (KINDS[kind]?.(name) ?? null) : null;
  if (subject === 'bundles' || subject === 'access') return ['settings'];
  const [model = '', version] = subject.split('@');
  if (version === undefined) return ['models', model];
  return /^\d+$/.test(version) ? ['models', model, 'versions', version] : null;
}

const KINDS: Readonly<Record<string, (name: string) => readonly string[]>> = {
  endpoint: (name) => ['endpoints', name],
  rollout: (id) => ['rollouts', id],
  job: (name) => ['jobs', name],
  alert: (fingerprint) => ['alerts', fingerprint],
  key: () => ['settings'],
};

/** What a person said of it, or what decided it; '' where nobody said anything. */
export function whyOf(body: unknown): string {
  const { reason, why } = asObject(body);
  return [reason, why].filter((text) => typeof text === 'string' && text !== '').join(': ');
}

/** Of a job, the run that it is about. */
export function runOf({ subject, body }: Pick<AuditView, 'subject' | 'body'>): string | null {
  const { run } = asObject(body);
  return subject.startsWith('job/') && typeof run === 'string' ? run : null;
}

const asObject = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {};

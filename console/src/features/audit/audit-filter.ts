/** What of the audit log is shown, as the address has it. Pure. */

export const RANGES = [
  { value: 'all', text: 'Of all time', millis: null },
  { value: 'hour', text: 'Last hour', millis: 3_600_000 },
  { value: 'day', text: 'Last 24 hours', millis: 86_400_000 },
  { value: 'week', text: 'Last 7 days', millis: 7 * 86_400_000 },
  { value: 'month', text: 'Last 30 days', millis: 30 * 86_400_000 },
] as const;
export type Range = (typeof RANGES)[number]['value'];

/** By the word that what was done begins with. */
export const SUBJECTS = [
  { value: 'all', text: 'Everything' },
  { value: 'rollout', text: 'Rollouts' },
  { value: 'endpoint', text: 'Endpoints' },
  { value: 'route', text: 'Routes' },
  { value: 'version', text: 'Versions' },
  { value: 'alias', text: 'Aliases' },
  { value: 'monitor', text: 'Monitors' },
  { value: 'alert', text: 'Alerts' },
  { value: 'receiver', text: 'Receivers' },
  { value: 'job', text: 'Jobs' },
  { value: 'key', text: 'API keys' },
  { value: 'access', text: 'Refusals' },
  { value: 'bundles', text: 'Garbage collection' },
] as const;
export type SubjectKind = (typeof SUBJECTS)[number]['value'];

export interface AuditFilter {
  readonly search: string;
  readonly by: string;
  readonly subject: string;
  readonly kind: SubjectKind;
  readonly range: Range;
}

export interface AuditQuery {
  readonly search?: string | undefined;
  readonly by?: string | undefined;
  readonly subject?: string | undefined;
  readonly what?: string | undefined;
  readonly since?: number | undefined;
}

/** `now` in milliseconds since the epoch. */
export function queryOf({ search, by, subject, kind, range }: AuditFilter, now: number): AuditQuery {
  const millis = RANGES.find(({ value }) => value === range)?.millis ?? null;
  return {
    search: textOf(search),
    by: textOf(by),
    subject: textOf(subject),
    what: kind === 'all' ? undefined : kind,
    since: millis === null ? undefined : Math.max(0, Math.floor(now - millis)),
  };
}

export const isFiltered = (query: AuditQuery): boolean =>
  Object.values(query).some((value) => value !== undefined);

const textOf = (text: string): string | undefined => text.trim().slice(0, 200) || undefined;

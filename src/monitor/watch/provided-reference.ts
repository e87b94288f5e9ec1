/** The reference in a bundle, which a later push may replace, and whether a profile is of it. */
import { statSync } from 'node:fs';
import { digestFileSync, keptPath, readManifest } from '../../registry/bundle.ts';
import type { ReferenceProfile } from '../reference/reference-profile.ts';
import { watchesAttributions } from './attribution-sampler.ts';
import { seasonProblem } from './reference-times.ts';

export interface ProvidedReference {
  readonly bundle: string;
  readonly path: string;
  /** When the file was put there, by whatever name it had before, in milliseconds since the epoch. */
  readonly changedAt: number;
  /** Whether attributions are to be watched against it. */
  readonly attributions: boolean;
}

/** Null where the bundle has none. */
export function findProvidedReference(bundle: string): ProvidedReference | null {
  const path = keptPath(bundle, 'reference');
  const found = path === null ? undefined : statSync(path, { throwIfNoEntry: false });
  if (path === null || found === undefined) return null;
  const manifest = readManifest(bundle);
  const attributions = manifest !== null && watchesAttributions(manifest);
  return { bundle, path, changedAt: found.ctimeMs, attributions };
}

/**
 * Whether a profile is to be made anew: a reference was given after it that it is not made of, or it compares other hours than
 * is wanted. Of servers with bundles of their own the one with the newer reference has its way.
 */
export function isProfileStale(
  { profile, createdAt }: { readonly profile: ReferenceProfile; readonly createdAt: number },
  { path, changedAt, attributions }: ProvidedReference,
  season: 'none' | 'week',
): boolean {
  if (profile.source !== 'bundle' && profile.source !== 'traffic') return false;
  if (profile.source === 'bundle' && attributions && profile.attributions !== true) return true;
  if (changedAt > createdAt && profile.digest !== digestFileSync(path)) return true;
  if (profile.source === 'traffic' || (profile.season ?? 'none') === season) return false;
  return season === 'none' || profile.weeks === undefined || seasonProblem(profile.weeks) === null;
}

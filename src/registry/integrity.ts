import { PlimsollError } from '../core/errors.ts';
import { isIntact } from './bundle.ts';
import { damageOf } from './sums.ts';
import type { AcceptedVersion } from './version.ts';

/**
 * Holds a packaged bundle to its digests: the files its manifest names, and all others where it has a list of them. Throws
 * BUNDLE_DAMAGED.
 */
export async function requireIntegrity(accepted: AcceptedVersion): Promise<void> {
  const { model, version, bundle, manifest } = accepted;
  const damage = await damageOf(bundle);
  if (damage !== null) throw new PlimsollError('BUNDLE_DAMAGED', { model, version, ...damage });
  if (await isIntact(bundle, manifest)) return;
  const { file, digest: wanted } = manifest;
  throw new PlimsollError('BUNDLE_DAMAGED', { model, version, file, found: 'not what was accepted', wanted });
}

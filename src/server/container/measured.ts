import { measureMicros } from '../../registry/measure.ts';
import type { LoadedVersion } from '../../registry/version.ts';
import { decodeInput } from '../../serving/rows/decode.ts';
import { SYSTEM_CLOCK } from '../clock.ts';

/**
 * An image does not say what a row costs, since that is a fact of the machine: it is measured where it runs. A bundle
 * that says it is taken at its word.
 */
export async function measured(version: LoadedVersion): Promise<LoadedVersion> {
  const { manifest, engine } = version;
  if (manifest.rowMicros > 0) return version;
  const batch = decodeInput({ instances: [manifest.example] }, manifest.signature);
  const rowMicros = Number((await measureMicros(engine, batch, SYSTEM_CLOCK)).toPrecision(3));
  return { ...version, manifest: { ...manifest, rowMicros } };
}

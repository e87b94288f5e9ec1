import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { PlimsollError } from '../../core/errors.ts';
import { BACKGROUND, BUNDLE_MANIFEST, isEarlierBackground, isIntact } from '../../registry/bundle.ts';
import { SUMS } from '../../registry/sums.ts';
import type { BundleManifest } from '../../registry/version.ts';
import { IMAGE_MODELS, type PackagedModel } from '../packaged.ts';
import { treeMembers } from './app.ts';
import { FILE_MODE, type LayerMember } from './layer.ts';

/** Folder of a version in an image, without the leading slash. */
const versionFolder = ({ name, version }: PackagedModel): string =>
  `${IMAGE_MODELS.slice(1)}/${name}/${version}`;

/**
 * The bundle of a version as an image holds it, in a folder without leading slash: without golden rows and reference data (nor a
 * background made of it), which are rows of people, and without what was measured here, which is a fact of this machine. Throws IMAGE_BUNDLE where a
 * file is not what was accepted.
 */
export async function modelMembers(
  model: PackagedModel,
  folder = versionFolder(model),
): Promise<LayerMember[]> {
  const { bundle, manifest } = model;
  if (!(await isIntact(bundle, manifest)))
    throw new PlimsollError('IMAGE_BUNDLE', {
      model: model.name,
      path: bundle,
      reason: 'is not what was accepted',
    });
  const background = manifest.background?.of === 'reference' ? BACKGROUND : undefined;
  const left = [manifest.golden, manifest.reference, background, BUNDLE_MANIFEST, SUMS].map(
    (name) => `${folder}/${name}`,
  );
  const files = treeMembers(bundle, folder).filter(
    ({ path }) => !left.includes(path) && !isEarlierBackground(path.slice(folder.length + 1)),
  );
  const members = [...files, textMember(`${folder}/${BUNDLE_MANIFEST}`, manifestText(manifest))];
  return [...members, textMember(`${folder}/${SUMS}`, await sums(members, folder))];
}

/**
 * What does not follow from the file is left out: the cost of a row is measured again where it runs; how many rows two engines
 * were compared on in the time that was given, and in how many bits this processor's answers differed, stays where it was seen.
 */
function manifestText(manifest: BundleManifest): string {
  const { golden: _, reference: __, background, ...rest } = manifest;
  const kept = background?.of === 'background' ? { ...rest, background } : rest;
  const { proof, seed } = manifest.verification;
  const verification = { proof, seed, ...NOTHING_MEASURED };
  return `${JSON.stringify({ ...kept, rowMicros: 0, verification }, null, 2)}\n`;
}

const NOTHING_MEASURED = { rows: 0, cells: 0, differingBits: 0, worst: null } as const;

const textMember = (path: string, text: string): LayerMember & { kind: 'file' } => ({
  kind: 'file',
  path,
  mode: FILE_MODE,
  from: new TextEncoder().encode(text),
});

/** The text of `SHA256SUMS`, by which a container proves what it is about to serve. */
async function sums(members: readonly LayerMember[], folder: string): Promise<string> {
  const lines: string[] = [];
  for (const member of members) {
    if (member.kind !== 'file') continue;
    const hash = createHash('sha256');
    if (member.from instanceof Uint8Array) hash.update(member.from);
    else for await (const chunk of createReadStream(member.from.file)) hash.update(chunk);
    lines.push(`${hash.digest('hex')}  ${member.path.slice(folder.length + 1)}\n`);
  }
  return lines.sort((a, b) => (a.slice(64) < b.slice(64) ? -1 : 1)).join('');
}

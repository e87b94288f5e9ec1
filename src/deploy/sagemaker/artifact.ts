/** What a container finds in `/opt/ml/model`: the bundle of a version, as one archive or as it lies. */
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { checkCompressor, digestOfFile } from '../image/gzip.ts';
import { type LayerMember, writeLayer } from '../image/layer.ts';
import { modelMembers } from '../image/model-layer.ts';
import { IMAGE_MODELS, type PackagedModel } from '../packaged.ts';
import type { ArtifactFile } from './document.ts';

/** Where they lie beside the document. */
export const ARTIFACTS = 'artifacts';
const ARCHIVE = 'model.tar.gz';

/**
 * Writes the files of a version below `folder` and answers them; the same version gives the same bytes anywhere. Throws
 * IMAGE_COMPRESSOR, IMAGE_BUNDLE.
 */
export async function writeArtifact(
  folder: string,
  model: PackagedModel,
  form: 'gzip' | 'none',
): Promise<readonly ArtifactFile[]> {
  const own = `${model.name}-${model.version}`;
  const target = join(folder, ARTIFACTS, own);
  await rm(target, { recursive: true, force: true });
  const members = (await modelMembers(model)).map(withoutRoot);
  if (form === 'none') return writeFiles(target, own, members);
  checkCompressor();
  await mkdir(target, { recursive: true });
  const { digest, size } = await writeLayer(join(target, ARCHIVE), members);
  return [{ path: `${own}/${ARCHIVE}`, sha256: hexOf(digest), size }];
}

/** `NAME/VERSION/…`, the tree that containers serve. */
const withoutRoot = (member: LayerMember): LayerMember => ({
  ...member,
  path: member.path.slice(IMAGE_MODELS.length),
});

const hexOf = (digest: string): string => digest.slice('sha256:'.length);

async function writeFiles(
  target: string,
  own: string,
  members: readonly LayerMember[],
): Promise<readonly ArtifactFile[]> {
  const files: ArtifactFile[] = [];
  for (const member of members) {
    if (member.kind !== 'file') continue;
    const path = join(target, member.path);
    await mkdir(dirname(path), { recursive: true });
    if (member.from instanceof Uint8Array) await writeFile(path, member.from);
    else await copyFile(member.from.file, path);
    const size = member.from instanceof Uint8Array ? member.from.length : member.from.size;
    files.push({ path: `${own}/${member.path}`, sha256: hexOf(await digestOfFile(path)), size });
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

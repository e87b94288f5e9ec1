import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { PlimsollError } from '../../core/errors.ts';
import { isBelow } from '../../registry/python/folder.ts';
import { blobPath, type ImageLayout } from '../image/layout.ts';
import { readTar } from '../image/tar-read.ts';

/** What an image says of the process that it starts (image-spec, config.md). */
export interface ImageProcess {
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly uid: number;
  readonly gid: number;
  readonly cwd: string;
}

/** More than any layer of ours unpacks to. */
const MOST_BYTES = 4 * 2 ** 30;
/** Where a runtime mounts what the kernel offers. */
const MOUNT_POINTS = ['proc', 'sys', 'dev', 'tmp', 'opt/ml/model', 'opt/ml/models', 'mnt/models'];
const EVERYBODY = 0o1777;

/**
 * Unpacks an image of ours into an empty folder, layer upon layer, by our own reader: what starts there is what a
 * runtime would start. Throws IMAGE_UNPACK where a path leads out of the folder.
 */
export function unpackImage(image: Pick<ImageLayout, 'folder' | 'layers'>, root: string): void {
  // What the archive says holds, whatever this process would keep from others.
  const before = process.umask(0o022);
  try {
    for (const { digest } of image.layers) unpackLayer(blobPath(image.folder, digest), digest, root);
    for (const point of MOUNT_POINTS) mkdirSync(join(root, point), { recursive: true });
    chmodSync(join(root, 'tmp'), EVERYBODY);
  } finally {
    process.umask(before);
  }
}

function unpackLayer(blob: string, digest: string, root: string): void {
  const archive = gunzipSync(readFileSync(blob), { maxOutputLength: MOST_BYTES });
  for (const { path, bytes, target, mode } of readTar(archive)) {
    if (!isBelow(path)) throw new PlimsollError('IMAGE_UNPACK', { path, digest });
    const place = join(root, path);
    mkdirSync(dirname(place), { recursive: true });
    rmSync(place, { force: true });
    if (target === null) writeFileSync(place, bytes, { mode });
    else symlinkSync(target, place);
  }
}

/** What the image starts, and as whom. */
export function processOf({ folder, config }: Pick<ImageLayout, 'folder' | 'config'>): ImageProcess {
  const { config: said } = JSON.parse(readFileSync(blobPath(folder, config.digest), 'utf8')) as {
    config: { User?: string; Env?: string[]; Entrypoint?: string[]; Cmd?: string[]; WorkingDir?: string };
  };
  const [uid = '0', gid = uid] = (said.User ?? '0').split(':');
  const env = (said.Env ?? []).map((line): [string, string] => {
    const at = line.indexOf('=');
    return [line.slice(0, at), line.slice(at + 1)];
  });
  return {
    entrypoint: said.Entrypoint ?? [],
    cmd: said.Cmd ?? [],
    env: Object.fromEntries(env),
    uid: Number(uid),
    gid: Number(gid),
    cwd: said.WorkingDir || '/',
  };
}

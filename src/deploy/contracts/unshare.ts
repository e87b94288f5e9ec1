import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startedAs } from './process.ts';
import type { StartContainer } from './started-container.ts';
import type { ImageProcess } from './unpack.ts';

/** Whether this user may make a root for a process: util-linux and coreutils are there, and the kernel allows it. */
export const hasUnshare = (): boolean =>
  spawnSync('unshare', ['--mount', 'chroot', '/', 'true']).status === 0;

/**
 * Binds what is mounted, makes the root read-only, and becomes the container's process in it: no fork, so that its process
 * is the one that was started.
 */
const SCRIPT = [
  'set -e',
  'root=$1 user=$2 cwd=$3; shift 3',
  'mount --bind "$root" "$root"',
  'while [ "$1" != -- ]; do mount --bind "$1" "$root$2"; mount -o remount,bind,ro "$root$2"; shift 2; done; shift',
  'mount -t proc proc "$root/proc"',
  'mount -o remount,bind,ro "$root"',
  'exec chroot --userspec="$user" "$root" "$@"',
].join('\n');

/** Starts an unpacked image without a container runtime, in a root of its own; only root may. */
export const inNewRoot =
  (root: string, image: ImageProcess): StartContainer =>
  ({ env, args, mounts, port }) => {
    const { uid, gid, cwd, entrypoint, cmd } = image;
    for (const place of Object.keys(mounts)) mkdirSync(join(root, place), { recursive: true });
    const binds = Object.entries(mounts).flatMap(([place, folder]) => [folder, place]);
    const command = [...entrypoint, ...(args.length > 0 ? args : cmd)];
    const unshared = [
      '--mount',
      'sh',
      '-c',
      SCRIPT,
      'sh',
      root,
      `${uid}:${gid}`,
      cwd,
      ...binds,
      '--',
      ...command,
    ];
    return startedAs(
      { port, seenAt: (place) => place },
      {
        command: 'unshare',
        args: unshared,
        env: { ...image.env, PATH: SYSTEM_PATH, ...env },
        cwd: join(root, '/'),
      },
    );
  };

const SYSTEM_PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after } from './common.ts';
import { startedAs } from './process.ts';
import type { ContainerSpec, StartContainer } from './started-container.ts';
import type { ImageProcess } from './unpack.ts';

export const hasRunc = (): boolean => spawnSync('runc', ['--version']).status === 0;

const PID_MILLIS = 10_000;

/**
 * Starts an unpacked image under runc as Kubernetes would: read-only root, no capabilities, no new privileges, the
 * image's own user, and the network of this machine, over which it is asked.
 */
export const underRunc =
  (root: string, workspace: string, image: ImageProcess): StartContainer =>
  async (start) => {
    const bundle = mkdtempSync(join(workspace, 'runc-'));
    const id = `plimsoll-${randomUUID()}`;
    writeFileSync(join(bundle, 'config.json'), JSON.stringify(runtimeConfig(root, image, start)));
    const pidFile = join(bundle, 'pid');
    const args = ['run', '--bundle', bundle, '--pid-file', pidFile, id];
    const started = await startedAs(
      { port: start.port, seenAt: (place) => place },
      { command: 'runc', args },
    );
    let hasEnded = false;
    void started.ended.then(() => {
      hasEnded = true;
      rmSync(bundle, { recursive: true, force: true });
    });
    // Until runc has written it, signals would reach runc alone.
    for (let waited = 0; !hasPid(pidFile) && !hasEnded && waited < PID_MILLIS; waited += 20) await after(20);
    const pid = Number(readFileSync(pidFile, 'utf8'));
    return { ...started, pid, kill: (signal) => void spawnSync('runc', ['kill', id, signal]) };
  };

const hasPid = (file: string): boolean => existsSync(file) && readFileSync(file, 'utf8') !== '';

/** `config.json` of a bundle (opencontainers/runtime-spec, config.md, config-linux.md). */
function runtimeConfig(root: string, image: ImageProcess, { env, args, mounts }: ContainerSpec): object {
  const { uid, gid, cwd, entrypoint, cmd } = image;
  const variables = Object.entries({ ...image.env, ...env }).map(([name, value]) => `${name}=${value}`);
  const bound = Object.entries(mounts).map(([destination, source]) => ({
    ...{ destination, source, type: 'bind' },
    options: ['rbind', 'ro', 'nosuid', 'nodev'],
  }));
  return {
    ociVersion: '1.0.2',
    process: {
      terminal: false,
      user: { uid, gid },
      args: [...entrypoint, ...(args.length > 0 ? args : cmd)],
      env: variables,
      cwd,
      capabilities: { bounding: [], effective: [], permitted: [], inheritable: [], ambient: [] },
      noNewPrivileges: true,
    },
    root: { path: root, readonly: true },
    hostname: 'plimsoll',
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc' },
      { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755', 'size=64k'] },
      ...bound,
    ],
    linux: { namespaces: [{ type: 'pid' }, { type: 'ipc' }, { type: 'uts' }, { type: 'mount' }] },
  };
}

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../serving/peers.ts';

const HERE = import.meta.dirname;
export const WORK = join(ROOT, '.cache/bench-networks');

/** Frameworks with the endings of the files that they save; the first is what is served over HTTP. */
export const FRAMEWORKS = {
  torch: ['.pt2'],
  keras: ['.saved_model', '.keras', '.h5'],
} as const;

export type Framework = keyof typeof FRAMEWORKS;

export const NETWORKS = ['cnn', 'lstm', 'encoder', 'resnet50'] as const;

export type NetworkName = (typeof NETWORKS)[number];

export const python = (framework: Framework): string => join(WORK, framework, 'bin/python');

/** Path of a network without an ending. */
export const baseOf = (framework: Framework, name: NetworkName): string => join(WORK, `${framework}-${name}`);

/** Bundles the program; installs the frameworks and has them make the networks, once. */
export function makeNetworks(names: readonly NetworkName[]): void {
  mkdirSync(WORK, { recursive: true });
  run(process.execPath, [join(ROOT, 'tools/build.ts')]);
  for (const framework of Object.keys(FRAMEWORKS) as Framework[]) {
    if (!existsSync(python(framework))) {
      run('uv', ['venv', '--quiet', '--python', '>=3.12', join(WORK, framework)]);
      const requirements = join(HERE, `requirements-${framework}.txt`);
      run('uv', ['pip', 'install', '--quiet', '--python', python(framework), '--requirements', requirements]);
    }
    for (const name of names)
      if (!existsSync(`${baseOf(framework, name)}.json`))
        run(python(framework), [join(HERE, `${framework}_networks.py`), WORK, name]);
  }
}

function run(program: string, args: readonly string[]): void {
  const { status } = spawnSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed`);
}

/**
 * What the program weighs, held to `budgets.ts`: `npm run ok:weight [-- GROUP… --seconds 60 --starts 15]`. Groups are `bundle`
 * (what is known without running anything: `npm run ok` has it, too), `installation`, and `serving`, which wants a quiet
 * machine.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import packageJson from '../../package.json' with { type: 'json' };
import { bundleColdPath, coldFigures } from './cold-path.ts';
import { dependencyFigures } from './dependencies.ts';
import { type Figure, isOver, lineOf } from './judge.ts';

const root = join(import.meta.dirname, '../..');
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string', default: '60' }, starts: { type: 'string', default: '15' } },
});

/** Each loaded when asked for. */
const GROUPS: Readonly<Record<string, () => Promise<Figure[]>>> = {
  bundle: async () => {
    const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
    return [...dependencyFigures(packageJson, packages), ...coldFigures(await bundleColdPath())];
  },
  installation: async () => (await import('./installation.ts')).installationFigures(),
  serving: async () => {
    const { servingFigures } = await import('./serving.ts');
    return servingFigures({ seconds: Number(values.seconds), starts: Number(values.starts) });
  },
};

const wanted = positionals.length > 0 ? positionals : Object.keys(GROUPS);
const unknown = wanted.filter((name) => !(name in GROUPS));
if (unknown.length > 0)
  throw new Error(`no group is called ${unknown.join(', ')}: ${Object.keys(GROUPS).join(', ')}`);
if (wanted.some((name) => name !== 'bundle'))
  execFileSync(process.execPath, [join(root, 'tools/build.ts')], { stdio: 'inherit' });

let over = 0;
for (const name of wanted)
  for (const figure of await GROUPS[name]!()) {
    console.log(lineOf(figure));
    if (isOver(figure)) over += 1;
  }
if (over > 0)
  console.error(
    `${over} over the limit: mend what grew, or raise the limit in tools/weight/budgets.ts and say why`,
  );
process.exitCode = over === 0 ? 0 : 1;

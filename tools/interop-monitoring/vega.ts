import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '../../.cache/vega-datasets');
const PACKAGE = 'vega-datasets@3.2.1';
const FILES = ['birdstrikes.csv', 'flights-20k.json', 'movies.json', 'seattle-weather.csv'];

/** Public data sets, of a package that nothing else needs; its licences do not let all of them be kept here. */
export function prepareVega(): void {
  if (FILES.every((file) => existsSync(join(FOLDER, 'data', file)))) return;
  mkdirSync(FOLDER, { recursive: true });
  const flags = ['--silent', '--ignore-scripts', '--pack-destination', FOLDER];
  const archive = execFileSync('npm', ['pack', ...flags, PACKAGE], { encoding: 'utf8' }).trim();
  const paths = FILES.map((file) => `package/data/${file}`);
  const path = join(FOLDER, archive);
  execFileSync('tar', ['-xzf', path, '--strip-components=1', '-C', FOLDER, ...paths]);
  rmSync(path);
}

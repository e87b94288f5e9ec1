import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { interpreterPlaces } from '../../src/python/interpreter-places.ts';
import { run } from '../../tools/python-environment.ts';

/** A release of scikit-learn with the Python that its wheels are made for, and packages of its time. */
interface Release {
  readonly version: string;
  readonly python: string;
  readonly packages: readonly string[];
}

const release = (version: string, python: string, packages: string): Release => ({
  version,
  python,
  packages: [`scikit-learn==${version}`, ...packages.split(' ')],
});

/** The last of each minor version from the oldest that is read. */
export const RELEASES: readonly Release[] = [
  release('0.18.2', '3.6', 'numpy==1.13.3 scipy==0.19.1 pandas==0.20.3'),
  release('0.19.2', '3.6', 'numpy==1.14.6 scipy==1.1.0 pandas==0.23.4'),
  release('0.20.4', '3.7', 'numpy==1.16.6 scipy==1.2.3 pandas==0.24.2'),
  release('0.21.3', '3.7', 'numpy==1.17.5 scipy==1.3.3 pandas==0.25.3'),
  release('0.22.2.post1', '3.8', 'numpy==1.19.5 scipy==1.5.4 pandas==1.1.5'),
  release('0.23.2', '3.8', 'numpy==1.19.5 scipy==1.5.4 pandas==1.1.5'),
  release('0.24.2', '3.8', 'numpy==1.23.5 scipy==1.10.1 pandas==2.0.3'),
  release('1.0.2', '3.9', 'numpy==1.23.5 scipy==1.10.1 pandas==1.5.3 joblib==1.3.2'),
  release('1.1.3', '3.9', 'numpy==1.23.5 scipy==1.10.1 pandas==1.5.3 joblib==1.3.2'),
  release('1.2.2', '3.11', 'numpy==1.26.4 scipy==1.11.4 pandas==2.1.4 joblib==1.3.2'),
  release('1.3.2', '3.11', 'numpy==1.26.4 scipy==1.11.4 pandas==2.1.4 joblib==1.3.2'),
  release('1.4.2', '3.11', 'numpy==1.26.4 scipy==1.11.4 pandas==2.1.4'),
  release('1.5.2', '3.12', 'numpy==2.0.2 scipy==1.14.1 pandas==2.2.3'),
  release('1.6.1', '3.12', 'numpy==2.2.1 scipy==1.14.1 pandas==2.2.3'),
  release('1.7.2', '3.13', 'numpy==2.3.3 scipy==1.16.2 pandas==2.3.3'),
  release('1.8.0', '3.13', 'numpy==2.3.5 scipy==1.16.3 pandas==2.3.3'),
  release('1.9.1', '3.13', 'numpy==2.5.5 scipy==1.18.1 pandas==3.1.1'),
];

const CACHE = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
const ENVIRONMENTS = process.env['PLIMSOLL_VENVS'] || join(CACHE, 'plimsoll/fixtures');

const MINOR = 'import sys; print("%d.%d" % sys.version_info[:2])';

let known: ReadonlyMap<string, string> | null = null;

/** An installed interpreter by minor version; also those that are too old for workers. */
function interpreterOf(minor: string): string | undefined {
  known ??= new Map(
    interpreterPlaces(process.env).map((path) => [
      spawnSync(path, ['-I', '-S', '-c', MINOR], { encoding: 'utf8', timeout: 5_000 }).stdout?.trim() ?? '',
      path,
    ]),
  );
  return known.get(minor);
}

/** The Python of a release's environment, made once by uv (by venv and pip for Pythons that uv does not know). */
export function pythonOf({ version, python, packages }: Release): { python: string } | { missing: string } {
  const environment = join(ENVIRONMENTS, `sk-${version}`);
  const program = join(environment, 'bin/python');
  const mark = join(environment, 'complete');
  // The environments that tools/fixtures/make.sh makes have no mark, but all that is imported.
  const works = (): boolean => spawnSync(program, ['-c', 'import sklearn, pandas']).status === 0;
  if (existsSync(mark) || works()) return { python: program };
  const interpreter = interpreterOf(python);
  if (interpreter === undefined) return { missing: `no Python ${python} is installed` };
  rmSync(environment, { recursive: true, force: true });
  try {
    if (python === '3.6' || python === '3.7') {
      run(interpreter, ['-m', 'venv', environment]);
      run(program, ['-m', 'pip', 'install', '--quiet', '--only-binary=:all:', ...packages]);
    } else {
      run('uv', ['venv', '--quiet', '--python', interpreter, environment]);
      run('uv', ['pip', 'install', '--quiet', '--python', program, '--only-binary', ':all:', ...packages]);
    }
  } catch (error) {
    return { missing: `its environment cannot be made: ${(error as Error).message}` };
  }
  writeFileSync(mark, version);
  return { python: program };
}

/** The Python package that a server of this program offers: `plimsoll-ml`, imported as `plimsoll`, as a wheel. */

import packageJson from '../../package.json' with { type: 'json' };
import { hasKey } from '../core/record.ts';

/** Name of the distribution. `plimsoll` on PyPI is somebody else's. */
export const DISTRIBUTION = 'plimsoll-ml';

/** `1.2.0`, `1.2.0-rc.1`, `1.2.0+build.5`. */
const SEMVER = /^(\d+\.\d+\.\d+)(?:-(alpha|beta|rc|dev)\.(\d+))?(?:\+([0-9A-Za-z.-]+))?$/;
const PRE = { alpha: 'a', beta: 'b', rc: 'rc', dev: '.dev' } as const;

/**
 * A version of npm as Python writes it (PEP 440): `1.2.0-rc.1` is `1.2.0rc1`. Throws a RangeError for one that has no
 * such form.
 */
export function pythonVersion(version: string): string {
  const [, release, pre, number, build] = SEMVER.exec(version) ?? [];
  if (release === undefined)
    throw new RangeError(
      `the version "${version}" has no form in Python: X.Y.Z or X.Y.Z-{alpha,beta,rc,dev}.N was wanted`,
    );
  const suffix = pre !== undefined && hasKey(PRE, pre) ? `${PRE[pre]}${number}` : '';
  return release + suffix + (build === undefined ? '' : `+${build.toLowerCase().replaceAll('-', '.')}`);
}

/** File name of the wheel of a version of this program: it runs on every Python 3, on every machine. */
export const wheelName = (version: string = packageJson.version): string =>
  `${DISTRIBUTION.replaceAll('-', '_')}-${pythonVersion(version)}-py3-none-any.whl`;

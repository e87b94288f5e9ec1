import { expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { pythonVersion, wheelName } from './wheel.ts';

test.each([
  ['0.1.0', '0.1.0'],
  ['10.20.30', '10.20.30'],
  ['1.2.0-alpha.1', '1.2.0a1'],
  ['1.2.0-beta.2', '1.2.0b2'],
  ['1.2.0-rc.12', '1.2.0rc12'],
  ['1.2.0-dev.3', '1.2.0.dev3'],
  ['1.2.0+Build-5', '1.2.0+build.5'],
  ['1.2.0-rc.1+x.7', '1.2.0rc1+x.7'],
])('the version %s of npm is %s in Python', (version, expected) => {
  expect(pythonVersion(version)).toBe(expected);
});

test.each(['1.2', '1.2.0-next.1', '1.2.0-rc', 'v1.2.0', ''])(
  'the version "%s" has no form in Python',
  (version) => {
    expect(() => pythonVersion(version)).toThrow(RangeError);
  },
);

test('the wheel is named for the version of the program', () => {
  expect(wheelName()).toBe(`plimsoll_ml-${pythonVersion(packageJson.version)}-py3-none-any.whl`);
});

import { FAMILIES } from '../../src/formats/sklearn/registry.ts';
import { testedReleases } from './estimators-page.ts';
import { type Problem, report } from './project.ts';

/** Classes that are read but that no model file of `fixtures/models` holds: support without proof. */
export function checkFixtures(
  families: readonly { readonly classes: readonly string[] }[],
  tested: ReadonlyMap<string, ReadonlySet<string>>,
): Problem[] {
  const names = families.flatMap(({ classes }) => classes).filter((name) => !tested.has(name));
  return names.map((name) => ({
    file: 'src/formats/sklearn/registry.ts',
    message: `reads ${name}, which no fixture holds: add a case to tools/fixtures/models.py`,
  }));
}

if (import.meta.main) report('fixtures', checkFixtures(FAMILIES, testedReleases()));

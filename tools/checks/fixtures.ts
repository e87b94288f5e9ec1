import { join } from 'node:path';
import { listFixtures, readFixture } from '../../e2e/exactness/fixture.ts';
import { FAMILIES } from '../../src/formats/sklearn/registry.ts';
import { type Problem, ROOT, report } from './project.ts';

/** Classes that the fixtures of each release hold, at any depth. */
export function coveredClasses(): ReadonlyMap<string, ReadonlySet<string>> {
  const covered = new Map<string, Set<string>>();
  for (const file of listFixtures(join(ROOT, 'fixtures/models'))) {
    const classes = covered.get(file.release) ?? new Set();
    for (const name of readFixture(file).estimators) classes.add(name);
    covered.set(file.release, classes);
  }
  return covered;
}

/** Classes that are read but that no model file of any release holds: support without proof. */
export function checkFixtures(
  families: readonly { readonly classes: readonly string[] }[],
  covered: ReadonlyMap<string, ReadonlySet<string>>,
): Problem[] {
  const proven = new Set([...covered.values()].flatMap((classes) => [...classes]));
  const names = families.flatMap(({ classes }) => classes).filter((name) => !proven.has(name));
  return names.map((name) => ({
    file: 'src/formats/sklearn/registry.ts',
    message: `reads ${name}, which no fixture holds: add a case to tools/fixtures/models.py`,
  }));
}

if (import.meta.main) report('fixtures', checkFixtures(FAMILIES, coveredClasses()));

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './project.ts';

interface Family {
  readonly module: string;
  readonly classes: readonly string[];
}

const HEAD = `<!-- Generated from src/formats/sklearn/registry.ts and fixtures/models by \`npm run ok:generated:fix\`. -->
# Estimators

Fitted scikit-learn objects that Plimsoll reads, alone or anywhere inside the compositions of this table. Each runs on
both engines, native and ONNX, which check each other at registration; of nearest neighbours they leave out rows whose last neighbour
is as far away as the next point, which a graph cannot break as the library does, of mixtures rows so far away that shares are
rounding, and likelihoods of zero (naive Bayes with \`alpha=0\`)
are not compiled. *Tested* lists the releases whose own answers are
in \`fixtures/models\`; files of the releases between and of 0.18 to 0.23 are read by the same code, and
\`npm run test:long -- e2e/exactness\` draws models of releases from 0.18 to 1.9 and compares them with that release
itself. Before 0.21 the init estimator of GradientBoosting was a class of its own, which is not read. Rows have columns that are
known beforehand, and one answer each: \`FeatureHasher\`, \`DictVectorizer\` (objects of any keys, of which an absent one is zero and
a null is missing), \`MultiLabelBinarizer\` (sets of labels) and \`PatchExtractor\` (several rows of one) are not read. An option that has
no faithful equivalent is refused with the step, the field and the byte, never approximated.

| estimator | package | tested |
|---|---|---|
`;

/** docs/estimators.md: the classes that are read, and the releases each is tested with. */
export function estimatorsPage(
  families: readonly Family[],
  tested: ReadonlyMap<string, ReadonlySet<string>>,
): string {
  const rows = families.flatMap(({ module, classes }) =>
    classes.filter((name) => !isPart(name)).map((name) => ({ module, name: estimatorLabel(module, name) })),
  );
  rows.sort((a, b) => (a.module === b.module ? compare(a.name, b.name) : compare(a.module, b.module)));
  const line = ({ module, name }: { module: string; name: string }): string => {
    const releases = [...(tested.get(name) ?? [])].join(', ');
    return `| ${name} | ${module} | ${releases || 'through its family'} |\n`;
  };
  return HEAD + rows.map(line).join('');
}

/** What is only ever a part of another estimator: no model is one of these, and nobody asks for it by name. */
export const isPart = (name: string): boolean => name.startsWith('_');

/** How pages and fixtures call a class: those of other libraries than scikit-learn with the library's name. */
export const estimatorLabel = (module: string, name: string): string =>
  module.startsWith('sklearn.') ? name : `${module.split('.')[0]}.${name}`;

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** Releases of fixtures by class name, from what each fixture says it holds. */
export function testedReleases(): ReadonlyMap<string, ReadonlySet<string>> {
  const folder = join(ROOT, 'fixtures/models');
  const tested = new Map<string, Set<string>>();
  for (const release of readdirSync(folder).sort(byRelease)) {
    for (const name of readdirSync(join(folder, release))) {
      if (!name.endsWith('.json')) continue;
      const { version, estimators } = JSON.parse(readFileSync(join(folder, release, name), 'utf8'));
      for (const estimator of estimators as readonly string[]) {
        tested.set(estimator, (tested.get(estimator) ?? new Set()).add(version));
      }
    }
  }
  return tested;
}

const byRelease = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });

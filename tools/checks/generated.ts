import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { needsSchemaPage } from '../../src/advise/needs/needs.ts';
import { desiredSchemaPage } from '../../src/control/desired/desired-state.ts';
import { ERROR_AREAS } from '../../src/core/errors.ts';
import { FAMILIES } from '../../src/formats/sklearn/registry.ts';
import { JOBS_TABLE } from '../../src/jobs/spec/parse.ts';
import { MONITORS } from '../../src/monitor/policy/policy.ts';
import { experimentSchemaPage } from '../../src/rollout/experiment/schema.ts';
import { policySchemaPage } from '../../src/rollout/policy/schema.ts';
import { OPERATIONS } from '../../src/server/api/operations.ts';
import { apiPage } from './api-page.ts';
import { attacksPage } from './attacks-page.ts';
import { controlApiTypes } from './control-api-types.ts';
import { errorsPage } from './errors-page.ts';
import { estimatorsPage, testedReleases } from './estimators-page.ts';
import { LAYERS } from './layers.ts';
import { layersPicturePage } from './layers-picture.ts';
import { codeMapPage } from './layers-table.ts';
import { metricsPage } from './metrics-page.ts';
import { monitorGrammar } from './monitor-grammar.ts';
import { operatorsPage } from './operators-page.ts';
import { pricesPage } from './prices-page.ts';
import { type Problem, ROOT, report } from './project.ts';
import { securityPage } from './security-page.ts';

/** Generated files and what makes their text. */
export const PAGES: Readonly<Record<string, () => string>> = {
  'docs/errors.md': () => errorsPage(ERROR_AREAS),
  'docs/metrics.md': metricsPage,
  'docs/api.md': () => apiPage(OPERATIONS),
  'console/src/api/generated/control-api.ts': () => controlApiTypes(OPERATIONS),
  'console/src/api/generated/monitor-grammar.ts': monitorGrammar,
  // What is written by hand stands around what is generated; a page that is not there is found out of date.
  'docs/security.md': () => securityPage(readPage('docs/security.md') ?? '', OPERATIONS),
  'ARCHITECTURE.md': () => layersPicturePage(codeMapPage(readPage('ARCHITECTURE.md') ?? '', LAYERS), LAYERS),
  'docs/policy.schema.json': policySchemaPage,
  'docs/plimsoll.schema.json': () => desiredSchemaPage(JOBS_TABLE, MONITORS),
  'docs/experiment.schema.json': experimentSchemaPage,
  'docs/needs.schema.json': needsSchemaPage,
  'docs/prices.yaml': pricesPage,
  'docs/operators.md': operatorsPage,
  'docs/attacks.md': attacksPage,
  'docs/estimators.md': () => estimatorsPage(FAMILIES, testedReleases()),
};

/** Files that are not what their generator gives; `read` answers null for a file that is not there. */
export function checkGenerated(
  pages: Readonly<Record<string, () => string>>,
  read: (path: string) => string | null,
): Problem[] {
  return Object.entries(pages).flatMap(([file, make]) =>
    read(file) === make() ? [] : [{ file, message: 'is out of date: npm run ok:generated:fix' }],
  );
}

function readPage(path: string): string | null {
  try {
    return readFileSync(join(ROOT, path), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** All of them, with those that may take a compiler. */
async function allPages(): Promise<typeof PAGES> {
  const { KERNEL_FOLDERS, kernelModule, kernelModuleOf } = await import('./kernel-module.ts');
  const kernels = KERNEL_FOLDERS.map((folder) => [kernelModuleOf(folder), kernelModule(folder)] as const);
  return { ...PAGES, ...Object.fromEntries(kernels.map(([path, text]) => [path, () => text])) };
}

if (import.meta.main) {
  const pages = await allPages();
  if (process.argv.includes('--fix')) {
    for (const [path, make] of Object.entries(pages)) writeFileSync(join(ROOT, path), make());
  }
  report('generated', checkGenerated(pages, readPage));
}

import { join } from 'node:path';
import type { VersionView } from '../../control/port.ts';
import { bundleDir, readManifest } from '../../registry/bundle.ts';
import { givenDemands } from '../../registry/python/given-demands.ts';
import type { PythonManifest } from '../../registry/python/manifest.ts';
import { shellWord } from '../../text/shell.ts';
import type { PythonEvidence, VersionEvidence } from './evidence.ts';
import type { InstallationRecords } from './installation-records.ts';

/** What the store and its bundle say of a version. */
export async function versionEvidence(
  records: Pick<InstallationRecords, 'bundleOf' | 'dataDir'>,
  view: VersionView,
): Promise<VersionEvidence> {
  const { model, version, state, file, proof, runtime, checks, digest, createdAt } = view;
  const manifest = readManifest(records.bundleOf(digest));
  return {
    ...{ model, version, state, file, proof, runtime },
    createdAt: Date.parse(createdAt),
    checks: checks.map(({ name, ok, detail, code = null }) => ({ name, ok, detail, code })),
    hasReference: manifest?.reference !== undefined,
    python: manifest?.python === undefined ? null : await pythonEvidence(records, digest, manifest.python),
  };
}

async function pythonEvidence(
  { bundleOf, dataDir }: Pick<InstallationRecords, 'bundleOf' | 'dataDir'>,
  digest: string,
  python: PythonManifest,
): Promise<PythonEvidence | null> {
  const bundle = bundleOf(digest);
  const given = await givenDemands(bundle, python);
  if (given === null) return null;
  const { unpinned, packages, requirements, isFolder } = given;
  const told = (path: string): string => join(bundleDir(dataDir, digest), path.slice(bundle.length + 1));
  return {
    ...{ version: python.provedWith, lock: python.environment, lockPath: told(given.lock) },
    ...{ unpinned, packages, isFolder },
    requirements: requirements === null ? null : told(requirements),
    options: [
      ...(isFolder ? [] : given.code.map((path) => `--code ${shellWord(told(path))}`)),
      ...(given.script === null || isFolder ? [] : [`--script ${shellWord(told(given.script))}`]),
      ...(given.python === null ? [] : [`--python ${shellWord(given.python)}`]),
      ...given.allow.map((one) => `--allow ${shellWord(one)}`),
    ],
  };
}

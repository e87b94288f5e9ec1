import type { VersionEvidence } from './evidence.ts';
import type { Pitfall } from './pitfall.ts';
import { pushAgain } from './push-again.ts';
import { minuteText } from './times.ts';

/** Checks that load the version in a process of its own, from its bundle alone (`registry/catalog/catalog-checks.ts`). */
const LOADS = ['warm-up', 'clean room'];

/**
 * A version that answers and was never loaded from its bundle in a process that knows nothing of the one that read it; or whose
 * answers there were compared with nothing. Pure.
 */
export function neverProvedClean(version: VersionEvidence): Pitfall | null {
  const { state, proof, checks } = version;
  if (state !== 'ready') return null;
  const loaded = checks.some(({ name, ok }) => ok && LOADS.includes(name));
  if (proof === null)
    return lacking(version, 'its bundle is not there, or this release could not prove it again');
  if (!loaded) return lacking(version, `its checks hold neither ${LOADS.join(' nor ')}`);
  return proof === 'single-engine' ? uncompared(version) : null;
}

const nameOf = ({ model, version }: VersionEvidence): string => `${model}@${version}`;

function lacking(version: VersionEvidence, seen: string): Pitfall {
  const { checks, createdAt } = version;
  const passed = checks.filter(({ ok }) => ok).map(({ name }) => name);
  return {
    id: 'never-proved-clean',
    subject: { kind: 'version', name: nameOf(version) },
    what: `${nameOf(version)} was never loaded in a clean process`,
    why: 'It may need something of the machine that made it; the next start, or the next machine, finds out',
    evidence: [
      `registered at ${minuteText(createdAt)}; checks that passed: ${passed.join(', ') || 'none'}`,
      seen,
    ],
    fix: pushAgain(version, '--golden GOLDEN.json'),
    guide: 'docs/versions.md',
  };
}

function uncompared(version: VersionEvidence): Pitfall {
  const check = version.checks.find(({ name }) => name === 'self-test');
  return {
    id: 'never-proved-clean',
    subject: { kind: 'version', name: nameOf(version) },
    what: `${nameOf(version)} loads in a clean process, and nothing was ever held against its answers there`,
    why: 'Another release of a library, or of Python, may give other numbers than training did, and no check would notice',
    evidence: [
      `proof: single-engine (runs on ${version.runtime ?? 'nothing'}), registered at ${minuteText(version.createdAt)}`,
      ...(check === undefined ? [] : [check.detail]),
    ],
    fix: pushAgain(version, '--golden GOLDEN.json'),
    guide: 'docs/versions.md',
  };
}

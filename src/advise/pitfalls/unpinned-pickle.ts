import { countText } from '../../text/count.ts';
import { shellWord } from '../../text/shell.ts';
import type { PythonEvidence, VersionEvidence } from './evidence.ts';
import type { Pitfall } from './pitfall.ts';
import { pushAgain } from './push-again.ts';
import { dayText } from './times.ts';

/** Named one by one. */
const TOLD = 5;

/**
 * A version that Python runs, with packages that nobody has pinned. Its own lock holds every one of them; what it says is that
 * the next push of the same resolves others. Pure.
 */
export function unpinnedPickle(version: VersionEvidence): Pitfall | null {
  const { python, model } = version;
  if (python === null || python.packages === 0) return null;
  if (python.requirements !== null && python.unpinned.length === 0) return null;
  const name = `${model}@${version.version}`;
  return {
    id: 'unpinned-pickle',
    subject: { kind: 'version', name },
    what:
      python.requirements !== null
        ? `Packages of ${name} were not pinned by who pushed it`
        : `${name} runs with Python, and nobody said with which packages`,
    why: 'The lock of this version holds what was newest on that day; the next version resolves anew, and its answers may differ by a package instead of the model',
    evidence: evidenceOf(version, python),
    fix: pushAgain(version, `--requirements ${shellWord(python.lockPath)} --rollout canary`),
    guide: 'docs/python.md',
  };
}

function evidenceOf({ createdAt }: VersionEvidence, python: PythonEvidence): readonly string[] {
  const { requirements, unpinned, packages, lock, version } = python;
  const locked = `${countText(packages, 'package')} for Python ${version} resolved on ${dayText(createdAt)}, lock ${lock.slice(0, 12)}`;
  if (requirements === null) return ['it was pushed without --requirements', locked];
  const more = unpinned.length > TOLD ? `, and ${unpinned.length - TOLD} more` : '';
  const became = unpinned
    .slice(0, TOLD)
    .map(({ line, version: found }) => (found === null ? line : `${line} became ${found}`));
  return [`${became.join(', ')}${more}`, locked];
}

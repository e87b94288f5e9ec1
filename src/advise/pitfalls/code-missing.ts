import { shellWord } from '../../text/shell.ts';
import type { VersionEvidence } from './evidence.ts';
import type { Pitfall } from './pitfall.ts';
import { minuteText } from './times.ts';

/** What PYTHON_MODULE_MISSING says: the module, who imports it, and the option that brings it (`registry/python/refusals.ts`). */
const MISSING =
  /lacks module "(?<module>[^"]+)", imported by (?<by>.+): pass (?<way>.+?)(?:\. .*)? \(PYTHON_MODULE_MISSING\)$/s;

/** The newest version of a model was refused because a module that its file names did not come with it. Pure. */
export function codeMissing(version: VersionEvidence): Pitfall | null {
  const { model, file, state, checks, createdAt } = version;
  const failed = checks.find(({ ok, code }) => !ok && code === 'PYTHON_MODULE_MISSING');
  const found = MISSING.exec(failed?.detail ?? '')?.groups;
  if (state !== 'refused' || found === undefined) return null;
  const { module = '', by = '', way = '' } = found;
  const name = `${model}@${version.version}`;
  const option = way.startsWith('--code') ? way : '--requirements REQUIREMENTS.txt';
  return {
    id: 'code-missing',
    subject: { kind: 'version', name },
    what: `Module ${module} did not come with ${file}`,
    why: 'It loads where it was trained and nowhere else; callers go on with the version before',
    evidence: [
      `${name} was refused at ${minuteText(createdAt)}: ${by} imports ${module}, which is neither a package of its lock nor among its code`,
      ...(way.startsWith('--code') ? [] : [`what is wanted is ${way}`]),
    ],
    fix: `plimsoll push ${shellWord(file)} --name ${shellWord(model)} --runtime python --trust ${option}`,
    guide: 'docs/python.md',
  };
}

import { shellWord } from '../../text/shell.ts';
import type { VersionEvidence } from './evidence.ts';
import type { Pitfall } from './pitfall.ts';
import { minuteText } from './times.ts';

/** What PYTHON_MODULE_MISSING says: the module, who imports it, and the option that brings it (`registry/python/refusals.ts`). */
const MISSING =
  /lacks module "(?<module>[^"]+)", imported by (?<by>.+): pass (?<way>.+?)(?:\. .*)? \(PYTHON_MODULE_MISSING\)$/s;

/** What MODEL_UNSUPPORTED says of a class of nobody's library (`formats/sklearn`). */
const OWN_CLASS = /^Cannot compile .* \((?<name>[\w.]+)\) at byte \d+: the class is code of its own/s;

interface MissingCode {
  readonly what: string;
  readonly seen: readonly string[];
  /** The option that brings it. */
  readonly option: string;
}

/** The newest version of a model was refused because code that its file names did not come with it. Pure. */
export function codeMissing(version: VersionEvidence): Pitfall | null {
  const { model, file, state, checks, createdAt } = version;
  const failed = checks.find(({ ok }) => !ok);
  const found = state === 'refused' && failed !== undefined ? missingIn(failed.detail, file) : null;
  if (found === null) return null;
  const name = `${model}@${version.version}`;
  return {
    id: 'code-missing',
    subject: { kind: 'version', name },
    what: found.what,
    why: 'It loads where it was trained and nowhere else; callers go on with the version before, if there is one',
    evidence: [`${name} was refused at ${minuteText(createdAt)}`, ...found.seen],
    fix: `plimsoll push ${shellWord(file)} --name ${shellWord(model)} --runtime python --trust ${found.option}`,
    guide: 'docs/python.md',
  };
}

function missingIn(detail: string, file: string): MissingCode | null {
  const { module, by, way } = MISSING.exec(detail)?.groups ?? {};
  if (module !== undefined && way !== undefined)
    return {
      what: `Module ${module} did not come with ${file}`,
      seen: [
        `${by} imports ${module}, which is neither a package of its lock nor among its code`,
        ...(way.startsWith('--code') ? [] : [`what is wanted is ${way}`]),
      ],
      option: way.startsWith('--code') ? way : '--requirements REQUIREMENTS.txt',
    };
  const { name } = OWN_CLASS.exec(detail)?.groups ?? {};
  if (name === undefined) return null;
  return {
    what: `${file} needs code of its own, which did not come with it`,
    seen: [`${name} is of no library that is read here, and nobody said that Python may run it`],
    option: `--code PATH/${name.split('.', 1).join('')}.py`,
  };
}

import { PlimsollError } from '../core/errors.ts';
import type { PythonDemands, PythonPermission } from '../python/demands.ts';
import type { NewVersion } from '../registry/new-version.ts';

/** What is said about running a version with Python, as the API has it: beside the other fields, nothing where nothing is said. */
export interface PythonFields {
  readonly trust?: boolean | undefined;
  readonly code?: readonly string[] | undefined;
  readonly requirements?: string | undefined;
  /** Version of Python. */
  readonly python?: string | undefined;
  readonly script?: string | undefined;
  readonly allow?: readonly PythonPermission[] | undefined;
}

/** The fields that say what `demands` do. */
export const fieldsOfDemands = (demands: PythonDemands | undefined): PythonFields =>
  demands === undefined
    ? {}
    : {
        trust: demands.trust,
        ...(demands.code.length > 0 ? { code: demands.code } : {}),
        ...(demands.requirements === null ? {} : { requirements: demands.requirements }),
        ...(demands.python === null ? {} : { python: demands.python }),
        ...(demands.script === null ? {} : { script: demands.script }),
        ...(demands.allow.length > 0 ? { allow: demands.allow } : {}),
      };

/**
 * A version as the API is told of it. Whoever may push may trust: it takes the same authority, and the actor is recorded.
 * Throws PYTHON_UNTRUSTED where Python is asked for and nobody says that it may, REQUEST_INVALID where something is said
 * about Python that is to run nothing.
 */
export function withDemands(source: Omit<NewVersion, 'python'>, fields: PythonFields): NewVersion {
  const { trust = false, code = [], requirements, python, script, allow = [] } = fields;
  if (trust) {
    const named = { requirements: requirements ?? null, python: python ?? null, script: script ?? null };
    return { ...source, python: { trust, code, allow, ...named } };
  }
  if (source.runtime === 'python' || script !== undefined) {
    const reason = script === undefined ? 'loading it runs whatever its file says' : 'its script is code';
    const other = 'leave out "runtime" and "script", and push a model that is compiled';
    throw new PlimsollError('PYTHON_UNTRUSTED', { model: 'the model', reason, other });
  }
  const said = Object.entries({ code: code.length > 0, requirements, python, allow: allow.length > 0 });
  const names = said.flatMap(([name, given]) => (given ? [name] : []));
  if (names.length === 0) return source;
  const problem = `body/${names.join(', body/')} is for Python, which runs nothing without "trust": true`;
  throw new PlimsollError('REQUEST_INVALID', { problems: problem, list: [problem] });
}

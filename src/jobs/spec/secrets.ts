/** The secrets of jobs, kept apart from all else: `DATA/keys/jobs/<job>.json`, for this user alone. */

import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../core/error-text.ts';
import { PlimsollError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import { OWN_REFERENCES, REFERENCES_VARIABLE, type References } from '../../core/references.ts';
import { replacePrivateFile } from '../../disk/replace-file.ts';
import { filledUri, ownValue, placeholdersIn, redactorOf, type Secrets, takeSecrets } from './redaction.ts';
import type { JobSpec } from './spec.ts';
import { veilOf } from './veil.ts';

const pathOf = (dataDir: string, job: string): string => join(dataDir, 'keys', 'jobs', `${job}.json`);

/** Splits a spec: what may be stored and shown, and what may not. */
export function splitSecrets(spec: JobSpec): { readonly spec: JobSpec; readonly secrets: Secrets } {
  const source = takeSecrets(spec.source.uri, 'source');
  const sink = takeSecrets(spec.sink.uri, 'sink');
  return {
    spec: { ...spec, source: { ...spec.source, uri: source.uri }, sink: { ...spec.sink, uri: sink.uri } },
    secrets: { ...source.secrets, ...sink.secrets },
  };
}

/** Keeps the secrets of a job in place of those it had. Throws DATA_UNWRITABLE. */
export function keepSecrets(dataDir: string, job: string, secrets: Secrets): void {
  const path = pathOf(dataDir, job);
  try {
    if (Object.keys(secrets).length === 0) rmSync(path, { force: true });
    else replacePrivateFile(path, JSON.stringify(secrets), { flush: true });
  } catch (error) {
    throw new PlimsollError('DATA_UNWRITABLE', { path, reason: messageOf(error) });
  }
}

/**
 * What fills the placeholders of a spec: secrets that were kept, and variables of the environment that it names and
 * `references` lists. Throws SECRET_MISSING, REFERENCE_UNLISTED.
 */
export function secretsOf(
  spec: JobSpec,
  dataDir: string,
  env: NodeJS.ProcessEnv,
  references = OWN_REFERENCES,
): Secrets {
  const path = pathOf(dataDir, spec.job);
  const kept = readKept(path);
  const filled: Record<string, string> = {};
  const fill = (name: string): void => {
    if (Object.hasOwn(filled, name)) return;
    if (!name.startsWith('secret.')) requireListed(name, spec.job, references);
    const value = ownValue(name.startsWith('secret.') ? kept : env, name);
    if (value === undefined) throw missing(name, spec.job, path);
    filled[name] = value;
    // A password that was given as `${A}-${B}` is kept as it was given.
    if (name.startsWith('secret.')) for (const inner of placeholdersIn(value)) fill(inner);
  };
  for (const name of placeholdersIn(`${spec.source.uri} ${spec.sink.uri}`)) fill(name);
  return filled;
}

/** Leaves out of a text what is secret in the URIs of a spec, once they are filled; the name of a host is not. */
export function redactorFor(spec: JobSpec, secrets: Secrets): <T>(value: T) => T {
  const { source, sink } = spec;
  const redact = redactorOf({
    ...takeSecrets(filledUri(source.uri, secrets), 'source').secrets,
    ...takeSecrets(filledUri(sink.uri, secrets), 'sink').secrets,
  });
  const { conceal } = veilOf(spec, secrets);
  return (value) => conceal(redact(value));
}

/** Throws REFERENCE_UNLISTED where a URI has a variable that may not be looked up. */
export function requireReferences(uris: readonly string[], job: string, references: References): void {
  for (const name of placeholdersIn(uris.join(' ')))
    if (!name.startsWith('secret.')) requireListed(name, job, references);
}

function requireListed(name: string, job: string, references: References): void {
  const reference = `env:${name}`;
  if (references.allows(reference)) return;
  const where = { what: `job ${job}`, setting: REFERENCES_VARIABLE, reference };
  throw new PlimsollError('REFERENCE_UNLISTED', { name: `\${${name}}`, ...where });
}

function missing(name: string, job: string, path: string): PlimsollError {
  const isKept = name.startsWith('secret.');
  const found = isKept ? `"${path}" does not hold it` : 'there is no such variable in the environment';
  const way = isKept
    ? 'Give the job with its passwords again: `plimsoll batch run`'
    : `Set it where the job runs: ${name}=…`;
  return new PlimsollError('SECRET_MISSING', { name: `\${${name}}`, job, found, way });
}

function readKept(path: string): Secrets {
  try {
    const kept: unknown = JSON.parse(readFileSync(path, 'utf8'));
    const entries = Object.entries(isRecord(kept) ? kept : {});
    return Object.fromEntries(
      entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    );
  } catch {
    // Not there, or not readable: what is missing is named by the placeholder that needs it.
    return {};
  }
}

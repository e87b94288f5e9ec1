import type { PythonInterpreter } from './environment.ts';
import { minorOf } from './interpreters.ts';
import { brokenBounds, type KnownBound } from './known-bounds.ts';
import { type PinnedPackage, pinsOf } from './lock-text.ts';
import { parseRequirements } from './requirements.ts';
import type { UvProgram } from './uv.ts';
import { explainUv, type UnresolvedReason } from './uv-errors.ts';

/** Milliseconds for one resolution; one that may build packages compiles them. */
const RESOLVE_MILLIS = 300_000;
const BUILD_MILLIS = 3_600_000;

/** Bounds that follow from each other: a bound may bring another release in, which has bounds of its own. */
const ROUNDS = 4;

/** What is resolved, and for whom. */
export interface ResolutionRequest {
  readonly uv: UvProgram;
  readonly interpreter: PythonInterpreter;
  /** Lines without hashes. */
  readonly lines: readonly string[];
  /** Packages whose version the person gave: it is not bounded. */
  readonly pinned: ReadonlySet<string>;
  readonly build: boolean;
}

/** Every package that is needed. */
export interface ResolvedPackages {
  readonly pins: readonly PinnedPackage[];
  /** Bounds that were kept in mind. */
  readonly kept: readonly KnownBound[];
  /** Bounds that do not go with what the person wants. */
  readonly broken: readonly KnownBound[];
}

/** Resolves lines, then anew with the bounds that the metadata of the packages found lacks. */
export async function resolveBounded(
  resolution: ResolutionRequest,
): Promise<ResolvedPackages | UnresolvedReason> {
  const kept: KnownBound[] = [];
  let pins = await resolvePackages(resolution, []);
  for (let round = 0; round < ROUNDS && Array.isArray(pins); round++) {
    const versions = new Map((pins as readonly PinnedPackage[]).map(({ name, version }) => [name, version]));
    const broken = brokenBounds(versions);
    const open = broken.filter(({ needs }) => !resolution.pinned.has(needs));
    if (open.length === 0) return { pins, kept, broken };
    const next = await resolvePackages(resolution, [...kept, ...open]);
    if (!Array.isArray(next)) return { pins, kept, broken };
    kept.push(...open);
    pins = next;
  }
  return Array.isArray(pins) ? { pins, kept, broken: [] } : (pins as UnresolvedReason);
}

/** Packages with the hashes that the index gives; or why there are none. */
async function resolvePackages(
  { uv, interpreter, lines, build }: ResolutionRequest,
  bounds: readonly KnownBound[],
): Promise<readonly PinnedPackage[] | UnresolvedReason> {
  if (lines.length === 0) return [];
  const bounded = bounds.map(({ needs, below }) => `${needs}<${below}`);
  const result = await uv.run(
    [
      ...['pip', 'compile', '--quiet', '--no-header', '--no-annotate', '--generate-hashes'],
      ...['--python', interpreter.path, ...(build ? [] : ['--no-build'])],
      '-',
    ],
    {
      input: [...lines, ...bounded].map((line) => `${line}\n`).join(''),
      limitMillis: build ? BUILD_MILLIS : RESOLVE_MILLIS,
    },
  );
  if (result.status === 0) return pinsOf(parseRequirements(result.stdout, 'uv'), 'uv');
  return explainUv(result.stopped ?? result.stderr, minorOf(interpreter.version));
}

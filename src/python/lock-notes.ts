import type { PythonInterpreter } from './environment.ts';
import type { KnownBound } from './known-bounds.ts';
import { formatRequirement, type PackageRequirement } from './requirements.ts';
import type { ResolutionFailure } from './resolution-failure.ts';
import type { ResolvedPackages } from './resolve.ts';

/** How a lock was arrived at, in sentences. Pure. */
export interface LockStory {
  readonly requirements: readonly PackageRequirement[];
  /** Whether the lines were deduced from the model's file. */
  readonly guessed: boolean;
  readonly resolved: ResolvedPackages;
  readonly wanted: string | null;
  readonly interpreter: PythonInterpreter;
  /** Pythons that lack something. */
  readonly passedOver: readonly ResolutionFailure[];
}

/** Sentences for the person, what they decided least first. */
export function lockNotes(story: LockStory): readonly string[] {
  const { requirements, guessed, resolved } = story;
  const versions = new Map(resolved.pins.map(({ name, version }) => [name, version]));
  const lines = requirements.map(formatRequirement);
  return [
    ...pythonNotes(story),
    ...(guessed && lines.length > 0
      ? [
          `no requirements were given: ${lines.join(', ')} ${lines.length > 1 ? 'are' : 'is'} what the file tells, what goes with it is the newest of today; give --requirements for other versions`,
        ]
      : []),
    ...requirements
      .filter(({ pin, name }) => pin !== 'exact' && versions.has(name))
      .map(
        (requirement) => `${formatRequirement(requirement)} is pinned to ${versions.get(requirement.name)}`,
      ),
    ...resolved.kept.map(
      (bound) => `${describe(bound, versions)}: ${bound.needs} ${versions.get(bound.needs)} was taken`,
    ),
    ...resolved.broken.map(
      (bound) =>
        `${describe(bound, versions)}, but only ${bound.needs} ${versions.get(bound.needs)} goes with the rest: it may fail when it is imported`,
    ),
  ];
}

const describe = (bound: KnownBound, versions: ReadonlyMap<string, string>): string =>
  `${bound.package} ${versions.get(bound.package)} ${bound.why}`;

function pythonNotes({ wanted, interpreter, passedOver }: LockStory): readonly string[] {
  const { version } = interpreter;
  if (wanted?.split('.').length === 3 && wanted !== version) {
    return [`Python ${version} stands in for ${wanted}, which is not installed here`];
  }
  if (wanted !== null || passedOver.length === 0) return [];
  const reasons = Map.groupBy(passedOver, ({ wheelless, reason }) =>
    wheelless === null ? reason : `${wheelless} has no wheel for it`,
  );
  const parts = [...reasons].map(
    ([reason, those]) => `not ${[...new Set(those.map(({ python }) => python))].join(', ')}: ${reason}`,
  );
  return [`Python ${version} is the newest here that has all packages (${parts.join('; ')})`];
}

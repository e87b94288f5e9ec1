/** The drift of one version at one endpoint: detectors, and what is remembered of them. */

import { elementAt } from '../../core/element-at.ts';
import type { DriftOptions } from '../drift/drift-finding.ts';
import { type DriftState, DriftWatch, type WantedFeature } from '../drift/drift-watch.ts';
import type { DriftPolicy, LogPolicy } from '../policy/policy.ts';
import type { FeatureProfile, ReferenceProfile, TickCounts } from '../reference/reference-profile.ts';
import type { ObservedFinding } from './drift-cause.ts';
import { findingName } from './drift-conditions.ts';
import { keptBudget } from './false-alarm-budget.ts';
import type { DriftMemory } from './memory.ts';
import type { KnownProfile } from './profile-store.ts';

/** What is watched of a profile: features that policy leaves out, or of which no values are seen, are not. */
export class WatchedProfile {
  readonly profile: ReferenceProfile;
  readonly #features: readonly number[];
  readonly #outputs: readonly number[];

  constructor(whole: ReferenceProfile, ignored: ReadonlySet<string>) {
    const kept = (features: readonly FeatureProfile[]): number[] =>
      [...features.keys()].filter((j) => !ignored.has(elementAt(features, j).name));
    this.#features = kept(whole.features);
    this.#outputs = kept(whole.outputs);
    const isWhole = this.#features.length === whole.features.length;
    this.profile = {
      ...whole,
      features: this.#features.map((j) => elementAt(whole.features, j)),
      outputs: this.#outputs.map((j) => elementAt(whole.outputs, j)),
      // What several features have in common cannot be had without some of them.
      joint: isWhole ? whole.joint : null,
    };
  }

  counts({ rows, features, outputs, joint }: TickCounts): TickCounts {
    return {
      rows,
      features: this.#features.map((j) => elementAt(features, j)),
      outputs: this.#outputs.map((j) => elementAt(outputs, j)),
      joint: this.profile.joint === null ? [] : joint,
    };
  }
}

/** Columns of which drift is not watched. */
export const ignoredColumns = ({ ignore }: DriftPolicy, { redact }: LogPolicy): ReadonlySet<string> =>
  new Set([...ignore, ...Object.keys(redact).filter((name) => redact[name] !== 'bucket')]);

export class VersionDrift {
  readonly known: KnownProfile;
  readonly watched: WatchedProfile;
  readonly #minimum: Pick<DriftOptions, 'minimumPsi' | 'minimumShare'>;
  #falseAlarms: number;
  #watch: DriftWatch;
  #memory: Pick<DriftMemory, 'rows' | 'from' | 'to' | 'began'>;
  #view: readonly ObservedFinding[] | null = null;

  constructor(
    known: KnownProfile,
    watched: WatchedProfile,
    options: DriftOptions,
    memory: DriftMemory | null,
  ) {
    this.known = known;
    this.watched = watched;
    const { falseAlarms, ...minimum } = options;
    this.#minimum = minimum;
    const own = memory?.profile === known.createdAt ? carriedMemory(watched, memory) : null;
    this.#falseAlarms = keptBudget(own?.falseAlarms ?? null, falseAlarms);
    this.#watch = this.#made(own?.state ?? null);
    this.#memory = own ?? { rows: 0, from: 0, to: 0, began: {} };
  }

  /** Adds counts of rows that came in [from, to). */
  add(counts: TickCounts, from: number, to: number): void {
    const began: Record<string, number> = { ...this.#memory.began };
    for (const { what, finding } of this.#watch.add(this.watched.counts(counts))) {
      if (what === 'began') began[findingName(finding)] ??= to;
      else delete began[findingName(finding)];
    }
    this.#memory = {
      rows: this.#memory.rows + counts.rows,
      from: this.#memory.rows === 0 ? from : Math.min(this.#memory.from, from),
      to: Math.max(this.#memory.to, to),
      began,
    };
    this.#view = null;
  }

  /** Changes the budget where another one is wanted by far. */
  budget(wanted: number): void {
    const next = keptBudget(this.#falseAlarms, wanted);
    if (next === this.#falseAlarms) return;
    this.#falseAlarms = next;
    this.#watch = this.#made(this.#watch.state());
    this.#view = null;
  }

  /** `isWanted`: which of those that do not drift; by default all. */
  view(isWanted?: WantedFeature): readonly ObservedFinding[] {
    if (isWanted !== undefined) return this.#view ?? this.#watch.view(isWanted);
    this.#view ??= this.#watch.view();
    return this.#view;
  }

  get began(): Readonly<Record<string, number>> {
    return this.#memory.began;
  }

  get to(): number {
    return this.#memory.to;
  }

  memory(): DriftMemory {
    return {
      profile: this.known.createdAt,
      falseAlarms: this.#falseAlarms,
      features: namesIn(this.watched),
      state: this.#watch.state(),
      ...this.#memory,
    };
  }

  #made(state: DriftMemory['state'] | null): DriftWatch {
    return new DriftWatch(this.watched.profile, { ...this.#minimum, falseAlarms: this.#falseAlarms }, state);
  }
}

const namesIn = ({ profile: { features, outputs } }: WatchedProfile): readonly string[] =>
  [...features, ...outputs].map(({ name }) => name);

/**
 * What is remembered, for the features that are watched now: detectors go by the place of theirs. One that is watched anew begins, and
 * what several features show together begins with another set of them.
 */
export function carriedMemory(watched: WatchedProfile, memory: DriftMemory): DriftMemory {
  const names = namesIn(watched);
  if (JSON.stringify(memory.features) === JSON.stringify(names)) return memory;
  const places = Map.groupBy(memory.features.keys(), (place) => memory.features[place]);
  const detectors: DriftState['detectors'] = names.map((name) => {
    const place = places.get(name)?.shift();
    return place === undefined ? null : (memory.state.detectors[place] ?? null);
  });
  const together = { held: null, isTold: false };
  const began = Object.entries(memory.began).filter(([finding]) => {
    const [, , feature] = JSON.parse(finding) as readonly unknown[];
    return typeof feature === 'string' && names.includes(feature);
  });
  const state = { ...memory.state, detectors, together };
  return { ...memory, features: names, state, began: Object.fromEntries(began) };
}

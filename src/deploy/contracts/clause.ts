import type { Ask } from './ask.ts';
import type { Samples } from './samples.ts';
import type { StartedContainer } from './started.ts';

/** One thing that a platform's published contract says of the process it starts, and how to see whether it holds. */
export interface Clause {
  readonly id: string;
  /** Where the rule is written. */
  readonly source: string;
  /** The rule in a sentence. */
  readonly says: string;
  /** Answers what was seen; throws a Breach where the rule is broken. */
  check(on: Subject): Promise<string>;
}

/** A container that has been started as a platform starts it, and what to ask of it. */
export interface Subject {
  readonly started: StartedContainer;
  readonly ask: Ask;
  readonly samples: Samples;
  /** Name by which the platform calls the model. */
  readonly model: string;
}

/** What was seen where a rule is broken. */
export class Breach extends Error {}

/** Throws a Breach that says what was seen. */
export function hold(condition: boolean, seen: string): void {
  if (!condition) throw new Breach(seen);
}

/** One run of a container: how it is started, and what has to hold while it runs. Its last clauses may stop it. */
export interface Trial {
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  /** Where the platform puts the bundle, or null where the image's own is served. */
  readonly mount: string | null;
  /** Path that tells that the container is ready. */
  readonly ready: string;
  readonly clauses: readonly Clause[];
}

export type ContractName = 'plain' | 'sagemaker' | 'sagemaker multi-model' | 'vertex' | 'kserve';

export interface ContractTrials {
  readonly contract: ContractName;
  readonly trials: readonly Trial[];
}

import type { ContainerClient } from './container-client.ts';
import type { SampleRequests } from './sample-requests.ts';
import type { StartedContainer } from './started-container.ts';

/** One thing that a platform's published contract says of the process it starts, and how to see whether it holds. */
export interface ContractClause {
  readonly id: string;
  /** Where the rule is written. */
  readonly source: string;
  /** The rule in a sentence. */
  readonly says: string;
  /** Answers what was seen; throws a ContractBreach where the rule is broken. */
  check(on: ContainerUnderTest): Promise<string>;
}

/** A container that has been started as a platform starts it, and what to ask of it. */
export interface ContainerUnderTest {
  readonly started: StartedContainer;
  readonly ask: ContainerClient;
  readonly samples: SampleRequests;
  /** Name by which the platform calls the model. */
  readonly model: string;
}

/** What was seen where a rule is broken. */
export class ContractBreach extends Error {}

/** Throws a ContractBreach that says what was seen. */
export function hold(condition: boolean, seen: string): asserts condition {
  if (!condition) throw new ContractBreach(seen);
}

/** One run of a container: how it is started, and what has to hold while it runs. Its last clauses may stop it. */
export interface ContainerTrial {
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  /** Where the platform puts the bundle, or null where the image's own is served. */
  readonly mount: string | null;
  /** Path that tells that the container is ready. */
  readonly ready: string;
  readonly clauses: readonly ContractClause[];
}

export type ContractName = 'plain' | 'sagemaker' | 'sagemaker multi-model' | 'vertex' | 'kserve';

export interface ContractTrials {
  readonly contract: ContractName;
  readonly trials: readonly ContainerTrial[];
}

/**
 * How the proofs of this process stand, for people who look on. In memory: a proof ends with its process, and what it came
 * to is in the store.
 */
import type { Check } from '../../store/store.ts';
import type { FileFacts } from '../file-facts.ts';

export interface ProofStanding {
  /** What is being done; null once it is over. */
  readonly stage: string | null;
  /** Checks that have passed so far. */
  readonly checks: readonly Check[];
  /** What the file is, once it was read as data. */
  readonly facts: FileFacts | null;
}

/** What a proof tells of itself. */
export interface ProofReport {
  stage(stage: string): void;
  checks(checks: readonly Check[]): void;
  facts(facts: FileFacts): void;
  /** The version that it is the proof of, once that has a number. */
  claimed(version: number): void;
  ended(): void;
}

/** Proofs that are remembered after their end: their pages are still open. */
const KEPT = 64;

export class RunningProofs {
  readonly #standing = new Map<string, ProofStanding>();

  /** Of the latest proof of a version; null where it was not proved lately, or not here. */
  of(model: string, version: number): ProofStanding | null {
    return this.#standing.get(keyOf(model, version)) ?? null;
  }

  begin(model: string): ProofReport {
    let standing: ProofStanding = { stage: 'reading', checks: [], facts: null };
    let key: string | null = null;
    const tell = (change: Partial<ProofStanding>): void => {
      standing = { ...standing, ...change };
      if (key !== null) this.#keep(key, standing);
    };
    return {
      stage: (stage) => tell({ stage }),
      checks: (checks) => tell({ checks }),
      facts: (facts) => tell({ facts }),
      claimed: (version) => {
        key = keyOf(model, version);
        tell({});
      },
      ended: () => tell({ stage: null }),
    };
  }

  #keep(key: string, standing: ProofStanding): void {
    this.#standing.delete(key);
    this.#standing.set(key, standing);
    const [oldest] = this.#standing.keys();
    if (this.#standing.size > KEPT && oldest !== undefined) this.#standing.delete(oldest);
  }
}

const keyOf = (model: string, version: number): string => `${model}@${version}`;

import type { ReadingChoices } from '../model/reading-choices.ts';
import type { PythonDemands } from '../python/demands.ts';
import type { Runtime } from './version.ts';

/** A file that is to become a version, and what is said about it. */
export interface NewVersion extends ReadingChoices {
  /** The model's file or folder on this machine; files that it needs lie beside it. */
  readonly path: string;
  /** Rows with the outputs that they must give. */
  readonly golden?: string | undefined;
  /** The data that it was trained on, to compare traffic with. */
  readonly reference?: string | undefined;
  /** Rows that explanations are made against. */
  readonly background?: string | undefined;
  /** What is said of its columns where its answers are explained, YAML or JSON. */
  readonly reasons?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly note?: string | undefined;
  /** Says that inputs or outputs may change in a way that breaks clients. */
  readonly breaking?: boolean | undefined;
  readonly runtime?: Runtime | undefined;
  /** What is said about running it with Python, where anything is. */
  readonly python?: PythonDemands | undefined;
  readonly maxModel?: number | undefined;
  /** Leaves a version that people archived as it is: for a file that offers itself again at every start. */
  readonly keepArchived?: boolean | undefined;
}

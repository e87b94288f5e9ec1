/** The version that is looked into: which it is, and what is told of it. Plain data, which crosses between processes. */
import type { ModelOutline } from '../../outline/outline-schemas.ts';
import type { TreeChoice } from '../../outline/trees/tree-part.ts';
import type { JsonValue } from '../../serving/rows/outputs-to-json.ts';
import type { ExecutedName, ImportedModule } from '../python/imports.ts';

export interface InspectedVersion {
  readonly bundle: string;
  readonly model: string;
  readonly version: number;
}

/** What is in the file of a version. */
export interface VersionContents {
  readonly outline: ModelOutline;
  /** What Python would import and run of it, were it loaded by Python. */
  readonly imports: readonly ImportedModule[];
  readonly runs: readonly ExecutedName[];
  /** Distributions that are pinned, where it runs with Python. */
  readonly packages: readonly { readonly name: string; readonly version: string }[];
}

/** A row with the answers that were wanted of it, and given now. */
export interface ReplayedRow {
  readonly row: number;
  readonly input: JsonValue;
  readonly expected: Readonly<Record<string, JsonValue>>;
  /** Null where nothing answers it here. */
  readonly answered: Readonly<Record<string, JsonValue>> | null;
  /** Largest |answered - expected| / |expected| of its numbers, 1 where a label is another. */
  readonly deviation: number | null;
}

export interface ReplayedRows {
  /** All of them; those of a part follow. */
  readonly rows: number;
  /** Whether they came beside the model or in its file; null where there are none. */
  readonly of: 'given' | 'file' | null;
  readonly tolerance: { readonly rtol: number; readonly atol: number } | null;
  /** Why they are not answered here; null where they are. */
  readonly unanswered: string | null;
  readonly items: readonly ReplayedRow[];
}

/** How answers of two versions to the same rows differ, by output. */
export interface OutputAnswers {
  readonly output: string;
  /** Rows of which any number or label of it differs. */
  readonly differing: number;
  /** Largest and mean distance of numbers; null where it has none. */
  readonly largest: number | null;
  readonly mean: number | null;
}

/** A row that is answered otherwise, with the outputs that differ. */
export interface DifferentRow {
  readonly input: JsonValue;
  readonly answers: readonly DifferentAnswer[];
}

export interface DifferentAnswer {
  readonly output: string;
  readonly before: JsonValue;
  readonly after: JsonValue;
  /** Largest distance of its numbers; null where it is one of labels. */
  readonly distance: number | null;
}

export interface ComparedAnswers {
  readonly rows: number;
  /** Rows that only one of the two takes. */
  readonly refusedBefore: number;
  readonly refusedAfter: number;
  readonly of: 'golden' | 'background' | 'made' | 'example';
  readonly outputs: readonly OutputAnswers[];
  /** Those with another label first, then those that are furthest apart. */
  readonly worst: readonly DifferentRow[];
}

/** What one version is beside another. */
export interface InspectedDifference {
  readonly before: VersionContents;
  readonly after: VersionContents;
  /** Null where they were not asked, and why. */
  readonly answers: ComparedAnswers | null;
  readonly unanswered: string | null;
}

export type InspectionOrder =
  | { readonly kind: 'contents'; readonly version: InspectedVersion }
  | {
      readonly kind: 'tree';
      readonly version: InspectedVersion;
      readonly step: number;
      readonly choice: TreeChoice;
    }
  | {
      readonly kind: 'golden';
      readonly version: InspectedVersion;
      readonly from: number;
      readonly limit: number;
    }
  | { readonly kind: 'difference'; readonly before: InspectedVersion; readonly after: InspectedVersion };

import type { ExplainedVersion } from '../../registry/explained-bundle.ts';

/** Where logged rows and their labels are. */
export interface LogPlace {
  /** Of the database of monitoring. */
  readonly url: string;
  /** Of the files of the log. */
  readonly folder: string;
  readonly endpoint: string;
}

/** What is asked about a version. */
export type AnalysisWork =
  /** Between which values its columns lie. */
  | { readonly kind: 'columns' }
  /** Which columns move its answers. */
  | { readonly kind: 'importance'; readonly log: LogPlace }
  /** What it answers along a column. */
  | { readonly kind: 'dependence'; readonly column: string }
  /** The nearest row that it answers otherwise. */
  | {
      readonly kind: 'counterfactual';
      readonly cells: Readonly<Record<string, unknown>>;
      readonly want: string | null;
      /** Columns that stay as they are. */
      readonly held: readonly string[];
    };

/** A request of the log whose answer is explained again; `bundles` are those of the versions that answered it, by `name@version`. */
export interface LoggedAnswer extends Omit<LogPlace, 'endpoint'> {
  readonly requestId: string;
  readonly bundles: Readonly<Record<string, string>>;
}

/** What the process that looks into a version is asked. */
export type AnalysisRequest =
  | { readonly version: ExplainedVersion; readonly work: AnalysisWork }
  | { readonly logged: LoggedAnswer };

/** What the page and the thread that reads a file say to each other: plain data. */
import type { ExaminedFile } from '../../../src/examine/examined-file.ts';
import type { TreePart } from '../../../src/outline/outline-schemas.ts';

export type { ExaminedFile } from '../../../src/examine/examined-file.ts';

/** Which part of a tree is wanted. */
export interface TreeQuestion {
  readonly step: number;
  readonly tree: number;
  readonly node: number | null;
  readonly depth: number;
}

export type Asked =
  | { readonly kind: 'read'; readonly file: File; readonly member: string | null; readonly memory: number }
  | { readonly kind: 'tree'; readonly question: TreeQuestion };

/** As the program says it: code, what, where, and the way on. */
export interface ToldError {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

export type Told =
  | { readonly kind: 'progress'; readonly share: number | null }
  | { readonly kind: 'examined'; readonly examined: ExaminedFile }
  | { readonly kind: 'tree'; readonly question: TreeQuestion; readonly part: TreePart }
  | { readonly kind: 'failed'; readonly error: ToldError };

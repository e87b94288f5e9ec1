/** What is kept with a captured row of the explanation that went out with its answer: one JSON text a row. Pure. */
import { isRecord } from '../core/record.ts';

/** One column that moved the answer; `text` is what was said of it. */
export interface NotedReason {
  readonly feature: string;
  readonly attribution: number;
  readonly direction: string;
  readonly class?: unknown;
  readonly code?: string;
  readonly text?: string;
}

/** What is needed to explain the row again, and to know that it is explained as it was. */
export interface ExplanationNote {
  /** What was asked, as `explain` of a request says it. */
  readonly ask: {
    readonly output: string | null;
    readonly method: string | null;
    readonly top: number | null;
    readonly reasons: boolean;
  };
  readonly method: string;
  readonly output: string;
  /** Digests of the model, and of the rows that it was explained against, `sha256:…`. */
  readonly model: string;
  readonly background: string | null;
  /** sha256 of the row's attributions, hex: `[scores, columns]` as 64-bit numbers, little-endian. */
  readonly digest: string;
  readonly reasons: readonly NotedReason[];
}

/** Notes by the row of their request. */
export type ExplanationNotes = Readonly<Record<number, string>>;

/** Characters of a note: reasons that do not fit lose their words, the last ones first. */
export const NOTE_MAX = 4096;

/** A note as it is kept. */
export function writeNote(note: ExplanationNote): string {
  let { reasons } = note;
  for (let k = reasons.length - 1; ; k--) {
    const text = JSON.stringify({ ...note, reasons });
    if (text.length <= NOTE_MAX) return text;
    if (k < 0) return JSON.stringify({ ...note, reasons: [] });
    reasons = reasons.map((reason, at) => (at === k ? withoutText(reason) : reason));
  }
}

/** The note of a row; null where there is none. */
export function parseNote(text: unknown): ExplanationNote | null {
  if (typeof text !== 'string') return null;
  try {
    const parsed: unknown = JSON.parse(text);
    return isNote(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

/** Whether it is a note: nobody else writes them. */
export const isNote = (value: unknown): value is ExplanationNote =>
  isRecord(value) && isRecord(value['ask']) && Array.isArray(value['reasons']);

/** What must not be kept, or read. */
export interface HiddenColumns {
  isDropped(name: string): boolean;
  isHidden(name: string): boolean;
}

/**
 * Notes without what must not be read: words hold values. Reasons of columns that are left out go with them; where anything of the answer
 * is hidden, so are all reasons, which speak of it.
 */
export function redactNotes(
  notes: readonly (string | null)[],
  outputs: readonly { readonly name: string }[],
  { isDropped, isHidden }: HiddenColumns,
): readonly (string | null)[] {
  const hidesAnswer = outputs.some(({ name }) => isHidden(name));
  return notes.map((text) => {
    const note = parseNote(text);
    if (note === null) return null;
    const kept = hidesAnswer ? [] : note.reasons.filter(({ feature }) => !isDropped(feature));
    const reasons = kept.map((reason) => (isHidden(reason.feature) ? withoutText(reason) : reason));
    return JSON.stringify({ ...note, reasons });
  });
}

const withoutText = ({ text: _, ...reason }: NotedReason): NotedReason => reason;

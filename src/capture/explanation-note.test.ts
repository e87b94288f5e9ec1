import { expect, test } from 'vitest';
import { type ExplanationNote, NOTE_MAX, parseNote, redactNotes, writeNote } from './explanation-note.ts';

const reason = (feature: string, text = `${feature} is low`) => ({
  ...{ feature, direction: 'lowers', attribution: -1, text },
});
const NOTE: ExplanationNote = {
  ask: { output: null, method: null, top: 2, reasons: true },
  ...{ method: 'exact', output: 'predict', model: 'sha256:aa', background: null, digest: 'bb' },
  reasons: [reason('income'), reason('age')],
};

test('a note comes back, and what is none does not', () => {
  expect(parseNote(writeNote(NOTE))).toEqual(NOTE);
  for (const other of [null, 7, '', '{', '[]', '{"reasons":[]}']) expect(parseNote(other)).toBeNull();
});

test('what does not fit loses its words first, the last ones before the first', () => {
  const long = [reason('a', 'x'.repeat(3000)), reason('b', 'y'.repeat(2000)), reason('c')];
  const kept = parseNote(writeNote({ ...NOTE, reasons: long }))!;
  expect(kept.reasons.map(({ feature, text }) => [feature, text?.length])).toEqual([
    ['a', 3000],
    ['b', undefined],
    ['c', undefined],
  ]);
  const huge = writeNote({ ...NOTE, reasons: [reason('n'.repeat(5000))] });
  expect(huge.length).toBeLessThanOrEqual(NOTE_MAX);
  expect(parseNote(huge)!.reasons).toEqual([]);
});

test('words hold values: they go with hidden columns, and reasons with hidden answers', () => {
  const redacted = (dropped: readonly string[], hashed: readonly string[]) =>
    redactNotes([writeNote(NOTE), null], [{ name: 'predict' }], {
      isDropped: (name) => dropped.includes(name),
      isHidden: (name) => [...dropped, ...hashed].includes(name),
    }).map((note) => parseNote(note)?.reasons ?? null);
  expect(redacted(['income'], [])).toEqual([[reason('age')], null]);
  const { text: _, ...income } = reason('income');
  expect(redacted([], ['income'])).toEqual([[income, reason('age')], null]);
  expect(redacted([], ['predict'])).toEqual([[], null]);
});

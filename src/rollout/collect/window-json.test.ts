import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isPlimsollError } from '../../core/errors.ts';
import { runs } from '../../core/testing/runs.ts';
import { parseWindow } from '../recorded-window.ts';
import type { ClosedWindow } from '../strategy-machine.ts';
import { LATENCY_BINS } from '../window-part.ts';
import { NEEDS, recordingOf, request, testPart } from './testing/parts.ts';
import { WindowCollector } from './window-collector.ts';
import { parseWindowJson, toRecordedWindow, windowJson } from './window-json.ts';

const seen = [
  request(1, 0, 3, 'de'),
  request(2, 1, 1, '__proto__'),
  request(null, 1, 4, 'fr'),
  request(3, 255, 0x10003),
];

function closedWindow(outcomes: unknown = null): ClosedWindow {
  const collector = new WindowCollector(NEEDS, 'ro_1');
  collector.follow(1, recordingOf({ stage: 2 }), [0.25, 0.5]);
  collector.take(testPart(seen), 0);
  return collector.close(0, [{ unit: null, arm: 1, failed: true }], outcomes).closed;
}

const stored = (closed: ClosedWindow): unknown => JSON.parse(JSON.stringify(windowJson(closed)));

describe('a closed window', () => {
  test('is read back from plain JSON as it was', () => {
    const closed = closedWindow({ revenue: [1, 2] });
    expect(parseWindowJson(stored(closed))).toEqual(closed);
    expect([...closed.segments.keys()]).toEqual(['other', '', '__proto__', 'de', 'fr']);
  });

  test('is a recording of candidate against stable, with their shares of each other', () => {
    const closed = closedWindow();
    expect(toRecordedWindow(closed)).toMatchObject({
      rollout: 'ro_1',
      window: 0,
      start: 10_000,
      stage: 2,
      candidate: closed.arms[0],
      stable: closed.arms[1],
      pairs: 1,
    });
    expect(toRecordedWindow(closed).weight).toBeCloseTo(1 / 3, 12);
    expect(toRecordedWindow({ ...closed, shares: [0, 0] }).weight).toBeNull();
    // An arm has the same form in a recording that `rollout replay` reads.
    const [candidate, stable] = (stored(closed) as { arms: unknown[] }).arms;
    const line = JSON.stringify({ rollout: 'r', window: 0, arms: { candidate, stable } });
    expect(parseWindow(line, 1)).toMatchObject({ candidate: closed.arms[0], stable: closed.arms[1] });
  });

  test.each([
    ['window', -1, 'window is -1'],
    ['start', 'now', 'start is "now"'],
    ['rollout', 7, 'rollout is 7, wanted a string'],
    ['shares', [0.5, 2], 'shares.1 is 2'],
    ['arms', {}, 'arms is {}'],
    ['arms', [{ units: 1, failures: 2 }], 'arms.0.failures is 2'],
    ['arms', [{ units: 1, failures: 0, newcomers: { units: 2, failures: 0 } }], 'arms.0.newcomers'],
    ['arms', [{ units: 2, failures: 2, newcomers: { units: 1, failures: 0 } }], 'wanted a part of all units'],
    ['segments', { de: [{ units: 1, failures: 2 }] }, 'segments.de.failures'],
    ['segments', [], 'segments is []'],
    ['latency', [new Array(LATENCY_BINS + 1).fill(0)], 'latency.0'],
    ['pairs', 1e12, 'pairs is 1000000000000'],
    ['paired', { errors: { candidateOnly: 2, stableOnly: 0, both: 0 } }, 'paired.errors.candidateOnly'],
    ['sampling', 2 ** 40, 'sampling'],
  ])('that was damaged in %s is refused with the field', (field, value, problem) => {
    const json = { ...(stored(closedWindow()) as object), [field]: value };
    expect(() => parseWindowJson(json)).toThrow(problem);
  });

  test('that is anything at all is a window or refused with a code', () => {
    const fields = Object.keys(stored(closedWindow()) as object);
    fc.assert(
      fc.property(fc.constantFrom(...fields), fc.jsonValue(), (field, value) => {
        try {
          parseWindowJson({ ...(stored(closedWindow()) as object), [field]: value });
        } catch (error) {
          expect(isPlimsollError(error) && error.code).toBe('WINDOW_INVALID');
        }
      }),
      { numRuns: runs(300) },
    );
  });
});

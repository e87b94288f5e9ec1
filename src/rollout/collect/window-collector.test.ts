import { describe, expect, test } from 'vitest';
import type { RecordingSpec } from '../route.ts';
import type { ClosedWindow } from '../strategy-machine.ts';
import { LATENCY_BINS, PAIR_ARM, type WindowPart } from '../window-part.ts';
import { NEEDS, recordingOf, request, type TestRequest, testPart } from './testing/parts.ts';
import { WindowCollector } from './window-collector.ts';

/** Follows one route with one worker from the beginning. */
function collecting(changes: Partial<RecordingSpec> = {}, shares = [0.5, 0.5]): WindowCollector {
  const collector = new WindowCollector(NEEDS, 'ro_1');
  collector.follow(1, recordingOf(changes), shares);
  collector.join('w0', 1, 0);
  return collector;
}

/** Closes windows 0, 1, … with what one worker saw in each. */
function closedOf(windows: readonly (readonly TestRequest[])[], shares?: number[]): ClosedWindow[] {
  const collector = collecting({}, shares);
  return windows.map((seen, window) => {
    expect(collector.take(testPart(seen, { window }), 0)).toBe('taken');
    expect(collector.due(11_000 + window * 1000)).toBe(window);
    return collector.close(window).closed;
  });
}

const ANSWER = { requestId: 'r1', unit: null, arm: 0, at: 10_000, answer: 'yes' };

describe('units', () => {
  test('are counted once, whichever workers they met and however often', () => {
    const collector = collecting();
    collector.join('w1', 1, 0);
    collector.take(testPart([request(1, 0), request(1, 0, 1), request(2, 1)]), 0);
    collector.take(testPart([request(1, 0, 1), request(2, 1, 1), request(3, 1)], { worker: 'w1' }), 0);
    const { arms } = collector.close(0).closed;
    expect(arms[0]).toMatchObject({ units: 1, failures: 1, assigned: 1 });
    expect(arms[1]).toMatchObject({ units: 2, failures: 1, assigned: 2 });
  });

  test('that failed are not at risk of failing again, and stay at risk of being slow until they are', () => {
    const [first, second, third] = closedOf([
      [request(1, 0, 0b001), request(2, 1)],
      [request(1, 0, 0b011), request(2, 1, 0b010)],
      [request(1, 0, 0b010), request(2, 1, 0b001)],
    ]).map(({ arms }) => arms);
    expect(first![0]).toMatchObject({ units: 1, failures: 1, assigned: 1 });
    expect(second![0]).toMatchObject({ units: 0, failures: 0, assigned: 0 });
    expect(second![0]!.over.get('p50')).toBe(1);
    expect(second![0]!.atRisk.get('p50')).toBe(1);
    expect(third![0]!.atRisk.get('p50')).toBe(0);
    expect(third![0]!.over.get('p50')).toBe(0);
    expect(third![1]).toMatchObject({ units: 1, failures: 1 });
    expect(third![1]!.atRisk).toEqual(
      new Map([
        ['p50', 0],
        ['high', 1],
      ]),
    );
  });

  test('that failed before arms were compared are at risk again once they are, and only then', () => {
    const collector = collecting({}, [0, 1]);
    collector.take(testPart([request(1, 1, 1), request(2, 1)]), 0);
    const shadow = collector.close(0).closed;
    collector.follow(2, recordingOf({ first: 1, origin: 11_000, stage: 1 }), [0.5, 0.5]);
    collector.take(testPart([request(1, 0, 1), request(2, 1, 1)], { generation: 2, window: 1 }), 0);
    const compared = collector.close(1).closed;
    collector.follow(3, recordingOf({ first: 2, origin: 12_000, stage: 1 }), [0, 1]);
    collector.follow(4, recordingOf({ first: 3, origin: 13_000, stage: 1 }), [0.5, 0.5]);
    collector.close(2);
    collector.take(testPart([request(1, 0, 1), request(2, 1, 1)], { generation: 4, window: 3 }), 0);
    const again = collector.close(3).closed;
    expect(shadow.arms[1]).toMatchObject({ units: 2, failures: 1, assigned: 2 });
    expect(compared.arms[0]).toMatchObject({ units: 1, failures: 1, assigned: 1 });
    expect(again.arms[0]).toMatchObject({ units: 0, failures: 0, assigned: 0 });
  });

  test('are newcomers of a guard test in the first window that has it', () => {
    const collector = collecting({ slow: [], shifted: [] });
    collector.take(testPart([request(1, 0), request(2, 1, 1)]), 0);
    const first = collector.close(0).closed;
    collector.follow(2, recordingOf({ first: 1, origin: 11_000 }), [0.5, 0.5]);
    const again = [1, 2].map((window) => {
      collector.take(
        testPart([request(1, 0), request(2, 1), request(window + 2, 0)], { generation: 2, window }),
        0,
      );
      return collector.close(window).closed;
    });
    expect(first.arms.map(({ newcomers }) => newcomers)).toMatchObject([
      { units: 1 },
      { units: 1, failures: 1 },
    ]);
    const marked = again.map(({ arms }) => arms.map(({ newcomers }) => newcomers));
    expect(marked[0]).toMatchObject([{ units: 1 }, { units: 0 }]);
    expect(marked[0]!.map((newcomers) => newcomers!.atRisk.get('p50'))).toEqual([2, 1]);
    expect(marked[1]!.map((newcomers) => newcomers!.atRisk.get('p50'))).toEqual([1, 0]);
  });

  test('that show up in two arms within a window count in neither', () => {
    const [first, second] = closedOf([
      [request(1, 0, 1), request(1, 1), request(2, 0)],
      [request(1, 0, 1), request(2, 0, 1)],
    ]);
    expect(first).toMatchObject({ crossed: 1, arms: [{ units: 1, failures: 0 }, { units: 0 }] });
    expect(second).toMatchObject({ crossed: 0, arms: [{ units: 1, failures: 1, assigned: 0 }, {}] });
  });

  test('without a name count each time', () => {
    const [first, second] = closedOf([
      [request(null, 0, 1), request(null, 0, 1), request(null, 1)],
      [request(null, 0, 3), request(null, PAIR_ARM, 1)],
    ]);
    expect(first!.arms[0]).toMatchObject({ units: 2, failures: 2, assigned: 2 });
    expect(second!.arms[0]).toMatchObject({ units: 1, failures: 1, assigned: 1 });
    expect(second!.paired.get('errors')).toEqual({ candidateOnly: 1, stableOnly: 0, both: 0 });
  });

  test('of pairs count their first discordance', () => {
    const both = 1 | (1 << 16);
    const closed = closedOf([
      [request(1, PAIR_ARM, both), request(2, PAIR_ARM, 1)],
      [request(1, PAIR_ARM, 1), request(2, PAIR_ARM, 1 << 16)],
      [request(1, PAIR_ARM, both), request(2, PAIR_ARM, both)],
    ]);
    expect(closed.map(({ pairs }) => pairs)).toEqual([2, 2, 2]);
    expect(closed.map(({ paired }) => paired.get('errors'))).toEqual([
      { candidateOnly: 1, stableOnly: 0, both: 1 },
      { candidateOnly: 1, stableOnly: 0, both: 0 },
      { candidateOnly: 0, stableOnly: 0, both: 0 },
    ]);
  });

  test('are counted by segment; with two segments in a window, as others', () => {
    const [{ segments }] = closedOf([
      [request(1, 0, 1, 'de'), request(2, 1, 0, 'fr'), request(3, 1, 1, 'de'), request(3, 1, 0, 'fr')],
    ]) as [ClosedWindow];
    expect(segments.get('de')).toEqual([
      { units: 1, failures: 1 },
      { units: 0, failures: 0 },
    ]);
    expect(segments.get('fr')![1]).toEqual({ units: 1, failures: 0 });
    expect(segments.get('other')![1]).toEqual({ units: 1, failures: 1 });
  });

  test('of more than 32 segments are counted as others beyond them', () => {
    const seen = Array.from({ length: 50 }, (_, i) => request(i, 0, 0, `s${String(i).padStart(2, '0')}`));
    const [{ segments }] = closedOf([seen]) as [ClosedWindow];
    expect(segments.size).toBe(33);
    // The absence of the header is one of the 32.
    expect(segments.get('other')![0]).toEqual({ units: 19, failures: 0 });
  });
});

describe('labels', () => {
  test('count units once until their first wrong answer, requests without a unit each', () => {
    const collector = collecting();
    const unit = '0000000700000001';
    const label = (failed: boolean, of: string | null = unit) => ({ unit: of, arm: 0, failed });
    const labels = [
      [label(false), label(false), label(true, null), label(false, null)],
      [label(true), label(false)],
      [label(true)],
    ].map((matured, window) => collector.close(window, matured).closed.arms.map((arm) => arm.labels));
    expect(labels).toEqual([
      [
        { units: 3, failures: 1 },
        { units: 0, failures: 0 },
      ],
      [
        { units: 1, failures: 1 },
        { units: 0, failures: 0 },
      ],
      [
        { units: 0, failures: 0 },
        { units: 0, failures: 0 },
      ],
    ]);
  });
});

describe('parts', () => {
  test('count once they are complete, in any order and however often their pieces come', () => {
    const collector = collecting();
    const pieces = [request(1, 0), request(2, 0), request(3, 0)].map((seen, seq) =>
      testPart([seen], { seq, isLast: seq === 2 }),
    );
    expect(collector.take(pieces[2]!, 0)).toBe('taken');
    expect(collector.take(pieces[0]!, 0)).toBe('taken');
    expect(collector.take(pieces[0]!, 0)).toBe('duplicate');
    expect(collector.due(11_000)).toBeNull();
    expect(collector.take(pieces[1]!, 0)).toBe('taken');
    expect(collector.due(10_999)).toBeNull();
    expect(collector.due(11_000)).toBe(0);
    expect(collector.close(0).closed).toMatchObject({
      missingParts: 0,
      arms: [{ units: 3 }, {}],
      mirrored: 6,
    });
    expect(collector.take(pieces[0]!, 0)).toBe('late');
    expect(collector.pieces).toMatchObject({ taken: 3, duplicate: 1, late: 1 });
  });

  test('of workers that die in the middle are missing for all arms', () => {
    const collector = collecting();
    collector.join('w1', 1, 0);
    collector.take(testPart([request(1, 0), request(2, 1)]), 0);
    collector.take(testPart([request(3, 0), request(4, 1)], { worker: 'w1', isLast: false }), 0);
    expect(collector.due(11_000)).toBeNull();
    collector.leave('w1', 1, 10_700);
    expect(collector.due(11_000)).toBe(0);
    expect(collector.close(0).closed).toMatchObject({ missingParts: 1, arms: [{ units: 1 }, { units: 1 }] });
  });

  test('of workers that die before they have sent any are missing, too, and nobody waits for them', () => {
    const collector = collecting();
    collector.join('w1', 1, 0);
    collector.join('w2', 1, 0);
    collector.leave('w1', 1, 10_300);
    collector.leave('w2', 1, 9800);
    collector.take(testPart([request(1, 0)]), 10_900);
    collector.take(testPart([], { window: 1 }), 11_900);
    expect(collector.due(11_000)).toBe(0);
    expect(collector.close(0).closed.missingParts).toBe(1);
    expect(collector.close(1).closed.missingParts).toBe(0);
  });

  test('are waited for until the watermark, and no longer', () => {
    const collector = collecting();
    expect(collector.due(11_499)).toBeNull();
    expect(collector.due(11_500)).toBe(0);
    expect(collector.close(0).closed).toMatchObject({ missingParts: 1, arms: [{ units: 0 }, { units: 0 }] });
  });

  test('of workers that joined in the middle are waited for only where they have begun to send', () => {
    const collector = collecting();
    collector.join('w1', 1, 10_500);
    collector.take(testPart([]), 10_900);
    expect(collector.due(11_000)).toBe(0);
    collector.take(testPart([request(1, 0)], { worker: 'w1', isLast: false }), 10_900);
    expect(collector.due(11_000)).toBeNull();
    collector.take(testPart([], { worker: 'w1', seq: 1 }), 10_950);
    expect(collector.due(11_000)).toBe(0);
    expect(collector.close(0).closed.arms[0]!.units).toBe(1);
  });

  test('that arrive after their worker has gone do not bring it back', () => {
    const collector = collecting();
    collector.leave('w0', 1, 9900);
    collector.take(testPart([request(1, 0)]), 10_100);
    collector.join('w0', 2, 10_200);
    collector.take(testPart([], { window: 1, epoch: 2 }), 11_900);
    expect(collector.close(0).closed).toMatchObject({ missingParts: 0, arms: [{ units: 1 }, {}] });
    expect(collector.due(12_000)).toBe(1);
  });

  test.each([
    ['of another rollout', { rollout: 'ro_2' }, 'foreign'],
    ['of another generation', { generation: 2 }, 'foreign'],
    ['of a window far ahead', { window: 5000 }, 'foreign'],
    ['of half a window', { window: 0.5 }, 'invalid'],
    ['of a window before the first', { window: -1 }, 'late'],
    ['after the last one', { seq: 3 }, 'invalid'],
    ['with a second end', { isLast: true }, 'invalid'],
    ['with an unknown arm', { units: testPart([request(1, 2)]).units }, 'invalid'],
    ['with unknown flags', { units: testPart([request(1, 0, 8)]).units }, 'invalid'],
    [
      'with columns of two lengths',
      { units: { ...testPart([request(1, 0)]).units, high: new Uint32Array(2) } },
      'invalid',
    ],
    ['with a negative count', { nameless: [{ arm: 0, flags: 0, segment: 0, count: -1 }] }, 'invalid'],
    ['with a fraction of an arm', { nameless: [{ arm: 0.5, flags: 0, segment: 0, count: 1 }] }, 'invalid'],
    [
      'with a segment that it does not name',
      { nameless: [{ arm: 0, flags: 0, segment: 4, count: 1 }] },
      'invalid',
    ],
    ['with an answer of no arm', { answers: [{ ...ANSWER, arm: 2 }] }, 'invalid'],
    ['with an answer of no time', { answers: [{ ...ANSWER, at: Number.NaN }] }, 'invalid'],
    ['with too many bins', { latency: [new Uint32Array(LATENCY_BINS + 1)] }, 'invalid'],
    ['with a count that is no number', { shadow: { mirrored: Number.NaN, dropped: 0 } }, 'invalid'],
  ] as [string, Partial<WindowPart>, string][])('%s are refused', (_what, changes, taken) => {
    const collector = collecting();
    collector.take(testPart([], { seq: 1 }), 0);
    expect(collector.take(testPart([], { seq: 0, isLast: false, ...changes }), 0)).toBe(taken);
  });
});

describe('windows', () => {
  test('are closed in order, empty ones too', () => {
    const collector = collecting();
    collector.take(testPart([], { window: 2 }), 0);
    const now = 13_000 + 500;
    expect(() => collector.close(1)).toThrow('the next one is 0');
    for (const window of [0, 1, 2]) {
      expect(collector.due(now)).toBe(window);
      expect(collector.close(window).closed).toMatchObject({ window, start: 10_000 + window * 1000 });
    }
    expect(collector.due(now)).toBeNull();
  });

  test('end where a new route begins, and have one weight each', () => {
    const collector = collecting({}, [0.05, 0.95]);
    collector.follow(2, recordingOf({ origin: 11_300, first: 2, stage: 1 }), [0.25, 0.75]);
    for (const window of [0, 1]) collector.take(testPart([request(1, 1)], { window }), 0);
    expect(collector.take(testPart([], { window: 2 }), 0)).toBe('foreign');
    collector.take(testPart([request(1, 1)], { window: 2, generation: 2 }), 0);
    const stored = [11_000, 11_300, 12_300].map((now, window) => {
      expect(collector.due(now - 1)).toBeNull();
      expect(collector.due(now)).toBe(window);
      return collector.close(window).closed;
    });
    expect(stored.map(({ start, stage, shares }) => [start, stage, shares[0]])).toEqual([
      [10_000, 0, 0.05],
      [11_000, 0, 0.05],
      [11_300, 1, 0.25],
    ]);
  });

  test('of a route that was replaced before any of them began do not exist', () => {
    const collector = collecting();
    collector.follow(2, recordingOf({ origin: 10_400, first: 1 }), [0.2, 0.8]);
    collector.follow(3, recordingOf({ origin: 10_400, first: 1 }), [0.3, 0.7]);
    collector.follow(3, recordingOf({ origin: 99_000, first: 50 }), [0.9, 0.1]);
    const closed = [0, 1].map((window) => collector.close(window).closed);
    expect(closed.map(({ start, shares }) => [start, shares[0]])).toEqual([
      [10_000, 0.5],
      [10_400, 0.3],
    ]);
  });
});

describe('samples', () => {
  test('are kept while they are asked for, and only sound ones', () => {
    const collector = collecting({ wantsSamples: true });
    const samples = [3, Number.NaN, -1, 5].map((millis) => ({ millis, score: null, label: null }));
    collector.take(testPart([], { samples }), 0);
    expect(collector.samples.map(({ millis }) => millis)).toEqual([3, 5]);
    const uninterested = collecting();
    uninterested.take(testPart([], { samples }), 0);
    expect(uninterested.samples).toEqual([]);
  });
});

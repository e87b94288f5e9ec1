import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { attributionComplaints } from './attribution-complaints.ts';
import { columnComplaints } from './column-complaints.ts';
import { graphComplaints, nativeComplaints, proofComplaints } from './engine-complaints.ts';
import { listFixtures } from './fixture.ts';
import { isKnownGap } from './known.ts';
import { Blocked, openReplay, type Replay } from './replay.ts';
import { signatureComplaints } from './signature-complaints.ts';

export const FIXTURES = listFixtures(join(import.meta.dirname, '../../fixtures/models'));

/** What is held against each fixture; all of it starts from the same engines and answers. */
const CHECKS: Readonly<Record<string, (replay: Replay) => string[] | Promise<string[]>>> = {
  'is described as the library used it': signatureComplaints,
  'answers natively what the library answers': nativeComplaints,
  'answers in onnxruntime what the library answers': graphComplaints,
  'answers columns with the bits, and the refusals, of the doors': columnComplaints,
  'is not refused by the comparison of its two engines': proofComplaints,
  'explains its trees as the library does, in sums of its answers': attributionComplaints,
};

/** Replays the fixtures of one release. A test file a release: they run side by side. */
export function replayRelease(release: string): void {
  const files = FIXTURES.filter((file) => file.release === release);
  const gaps = files.filter(isKnownGap);

  test.each(gaps)('$name is still a known gap', async (file) => {
    await expect(openReplay(file)).rejects.toThrow(Blocked);
  });

  describe.each(files.filter((file) => !gaps.includes(file)))('$name', (file) => {
    let replay: Replay;
    beforeAll(async () => {
      replay = await openReplay(file);
    });
    afterAll(() => replay.close());

    test.each(Object.keys(CHECKS))('%s', async (name) => {
      expect(await CHECKS[name]!(replay)).toEqual([]);
    });
  });
}

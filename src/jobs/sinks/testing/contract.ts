/** What every sink must do, wherever rows go. */
import { describe, expect, test } from 'vitest';
import { Harness, type SinkPlace } from './harness.ts';
import { type Row, temporaryFolder } from './runs.ts';

export const sinkContract = (place: SinkPlace): void => {
  describe(`a sink: ${place.name}`, () => {
    const here = new Harness(place);
    publicationContract(here);
    holdersContract(here);
    otherRunsContract(here);
  });
};

const sorted = (rows: readonly Row[] | null): readonly Row[] | null =>
  rows && [...rows].sort((a, b) => Number(BigInt(a.id) - BigInt(b.id)));

function publicationContract(here: Harness): void {
  test('shows the rows of all chunks, as they were, once they are published', async () => {
    const uri = await here.place.uri();
    const { run, sink } = await here.start(uri);
    expect(await sink.prepare([])).toEqual([]);
    const accounts = await here.write(run, [2, 0, 1]);
    if (here.place.sink?.publish !== 'chunks') expect(await here.place.read(uri)).toEqual(here.place.before);
    const published = await sink.publish(accounts, { job: 'nightly' });
    expect(published.rows).toBe(150);
    const rows = await here.place.read(uri);
    expect(here.place.second === 'replaces' ? rows : sorted(rows)).toEqual(here.expected(0, 1, 2));
    await sink.close();
  });

  test('publishes once, however often it is told to', async () => {
    const uri = await here.place.uri();
    const { run, sink } = await here.start(uri);
    await sink.prepare([]);
    const accounts = await here.write(run, [0, 1]);
    const first = await sink.publish(accounts, {});
    expect(await sink.publish(accounts, {})).toEqual(first);
    await sink.close();

    const later = await here.start(uri, { fence: 2, folder: run.folder });
    expect(await later.sink.prepare(accounts)).toEqual(accounts);
    expect(await later.sink.publish(accounts, {})).toEqual(first);
    await later.sink.discard();
    expect(sorted(await here.place.read(uri))).toEqual(here.expected(0, 1));
    await later.sink.close();
  });

  test('makes a target without rows, with its columns, where no row is ok', async () => {
    for (const chunks of [[], [0]]) {
      const uri = await here.place.uri();
      const { run, sink } = await here.start(uri);
      await sink.prepare([]);
      const accounts = await here.write(run, chunks, 0);
      expect(await sink.publish(accounts, {})).toMatchObject({ rows: 0 });
      expect(await here.place.read(uri)).toEqual([]);
      await sink.close();
    }
  });
}

function holdersContract(here: Harness): void {
  test('tells a later holder which chunks are there, and takes a chunk that is written again once', async () => {
    const uri = await here.place.uri();
    const { run, sink } = await here.start(uri);
    await sink.prepare([]);
    const before = await here.write(run, [0, 1]);
    await sink.close();

    const later = await here.start(uri, { fence: 2, folder: run.folder });
    const there = await later.sink.prepare(before);
    expect(there).toEqual(before);
    // The ledger may not have heard of a chunk: it is written again.
    const [again, last] = await here.write(later.run, [1, 2]);
    await later.sink.publish([before[0]!, again!, last!], {});
    expect(sorted(await here.place.read(uri))).toEqual(here.expected(0, 1, 2));
    await later.sink.close();
  });

  test('shuts out an earlier holder', async () => {
    const uri = await here.place.uri();
    const { run, sink } = await here.start(uri);
    await sink.prepare([]);
    const accounts = await here.write(run, [0]);
    const later = await here.start(uri, { fence: 2, folder: run.folder });
    await later.sink.prepare(accounts);

    await expect(here.write(run, [1])).rejects.toMatchObject({ code: 'FENCE_LOST' });
    await expect(sink.publish(accounts, {})).rejects.toMatchObject({ code: 'FENCE_LOST' });
    await expect(sink.prepare([])).rejects.toMatchObject({ code: 'FENCE_LOST' });
    await later.sink.publish(accounts, {});
    expect(await here.place.read(uri)).toEqual(here.expected(0));
    await later.sink.close();
    await sink.close();
  });
}

function otherRunsContract(here: Harness): void {
  test(`${here.place.second} what an earlier run published`, async () => {
    const uri = await here.place.uri();
    await here.whole(uri, 'run-1', [0, 1]);
    await here.whole(uri, 'run-2', [2]);
    const kept = here.place.second === 'replaces' ? [2] : [0, 1, 2];
    expect(sorted(await here.place.read(uri))).toEqual(here.expected(...kept));
  });

  test('leaves nothing of a run that is discarded, and what was there before as it was', async () => {
    if (here.place.sink?.publish === 'chunks') return;
    const uri = await here.place.uri();
    await here.whole(uri, 'run-1', [0]);
    const { run, sink } = await here.start(uri, { run: 'run-2', folder: temporaryFolder() });
    await sink.prepare([]);
    await here.write(run, [1]);
    await sink.discard();
    await sink.discard();
    expect(await here.place.read(uri)).toEqual(here.expected(0));
    await expect(here.write(run, [2])).rejects.toMatchObject({ code: 'FENCE_LOST' });
    await sink.close();
  });
}

import { expect, test } from 'vitest';
import type { PlaneSnapshot } from '../../rollout/route.ts';
import { singleVersionRoute } from '../../rollout/route.ts';
import { type VersionName, versionName } from './messages.ts';
import { type PublicationFollower, SnapshotPublications } from './publication.ts';

const snapshot = (sequence: number, stable: number, ...versions: readonly number[]): PlaneSnapshot => ({
  sequence,
  versions: versions.map((version) => ({ bundle: `/bundles/${version}`, model: 'm', version })),
  routes: [singleVersionRoute('m', 'm', stable, sequence)],
});

const turn = (): Promise<void> => new Promise(setImmediate);

/** Workers that do as they are told when the test lets them, and what each of them was told. */
function crew(size: number) {
  const told: string[] = [];
  const open: { worker: number; snapshot: PlaneSnapshot }[] = [];
  const workers = Array.from({ length: size }, (_, k) => {
    const loaded = new Set<VersionName>();
    const follower: PublicationFollower = {
      worker: k + 1,
      loaded,
      tell: (kind, given) => {
        const stable = given.routes[0]?.ranges[0]?.version ?? 0;
        told.push(`${k + 1} ${kind} ${given.versions.map(({ version }) => version).join('+')}: ${stable}`);
        open.push({ worker: k + 1, snapshot: given });
      },
    };
    return { follower, loaded };
  });
  const publications = new SnapshotPublications(() => workers.map(({ follower }) => follower));
  /** The first one that was told something and has not answered does so. */
  const answer = async (
    error: { code: 'GRAPH_NOT_LOADED'; details: object } | null = null,
  ): Promise<void> => {
    const { worker, snapshot: given } = open.shift()!;
    const { loaded } = workers[worker - 1]!;
    if (!error) {
      loaded.clear();
      for (const version of given.versions) loaded.add(versionName(version));
    }
    publications.settled(worker, given.sequence, error as never);
    await turn();
  };
  const answerAll = async (): Promise<void> => {
    while (open.length > 0) await answer();
  };
  /** Both follow version 1. */
  const begin = async (): Promise<void> => {
    const done = publications.publish(snapshot(1, 1, 1));
    await answerAll();
    await done;
    told.length = 0;
  };
  return { publications, told, open, answer, answerAll, begin };
}

test('the first snapshot is loaded by all at once, and followed once all have', async () => {
  const { publications, told, answer, answerAll } = crew(2);
  const done = publications.publish(snapshot(1, 1, 1));
  expect(told).toEqual(['1 prepare 1: 0', '2 prepare 1: 0']);
  await answer();
  expect(publications.current).toBe(null);
  await answerAll();
  await done;
  expect(told.slice(2)).toEqual(['1 follow 1: 1', '2 follow 1: 1']);
  expect(publications.current?.routes[0]?.ranges[0]?.version).toBe(1);
});

test('a new version is loaded by one worker after the other, under the routes of before', async () => {
  const { publications, told, answer, answerAll, begin } = crew(2);
  await begin();
  const done = publications.publish(snapshot(2, 2, 2));
  expect(told).toEqual(['1 prepare 1+2: 1']);
  await answer();
  expect(told.slice(1)).toEqual(['2 prepare 1+2: 1']);
  await answer();
  expect(told.slice(2)).toEqual(['1 follow 2: 2', '2 follow 2: 2']);
  await answerAll();
  await done;
});

test('routes among versions that are there go to all at once', async () => {
  const { publications, told, answerAll, begin } = crew(2);
  await begin();
  const done = publications.publish(snapshot(2, 1, 1));
  await turn();
  expect(told).toEqual(['1 follow 1: 1', '2 follow 1: 1']);
  await answerAll();
  await done;
});

test('where one cannot load a version, nobody follows, and the others let it go', async () => {
  const { publications, told, answer, begin } = crew(2);
  await begin();
  const done = publications.publish(snapshot(2, 2, 2));
  const refused = expect(done).rejects.toMatchObject({ code: 'GRAPH_NOT_LOADED' });
  await answer();
  await answer({ code: 'GRAPH_NOT_LOADED', details: { reason: 'x' } });
  await refused;
  expect(told.filter((line) => line.includes('follow'))).toEqual([]);
  expect(told.slice(2)).toEqual(['1 prepare 1: 1', '2 prepare 1: 1']);
  expect(publications.current?.routes[0]?.ranges[0]?.version).toBe(1);
});

test('a rollback does not wait for a version that is being loaded', async () => {
  const { publications, told, answerAll, begin } = crew(2);
  await begin();
  const slow = publications.publish(snapshot(2, 2, 1, 2));
  const rollback = publications.publish(snapshot(3, 1, 1));
  await turn();
  expect(told).toEqual(['1 prepare 1+2: 1', '1 follow 1: 1', '2 follow 1: 1']);
  await answerAll();
  await Promise.all([slow, rollback]);
  expect(told.filter((line) => line.includes(': 2'))).toEqual([]);
});

test('an older snapshot is ignored', async () => {
  const { publications, told, begin } = crew(1);
  await begin();
  await publications.publish(snapshot(1, 2, 2));
  await publications.publish(snapshot(0, 2, 2));
  expect(told).toEqual([]);
});

test('a worker that ends keeps nobody waiting', async () => {
  const { publications, answerAll, begin } = crew(2);
  await begin();
  const done = publications.publish(snapshot(2, 1, 1));
  await turn();
  publications.left(1);
  publications.left(2);
  await done;
  await answerAll();
});

test('every snapshot that a worker gets has a larger number than the one before', async () => {
  const { open, begin } = crew(1);
  const numbers: number[] = [];
  const push = open.push.bind(open);
  open.push = (...items) => {
    numbers.push(...items.map((item) => item.snapshot.sequence));
    return push(...items);
  };
  await begin();
  expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  expect(new Set(numbers).size).toBe(2);
});

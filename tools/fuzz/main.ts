/**
 * Changes every model file of the fixtures at random, by seeds that are kept: each is read and answers, or is refused with a coded error,
 * within five seconds and 512 MB; a process that says nothing for ten is ended, and its seed told.
 *   npm run fuzz                        about 20,000 mutations, evenly over all files
 *   npm run fuzz -- --mutations 200     of each file
 *   npm run fuzz -- --only svc          files whose names hold that
 */
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type ModelFixture, modelFixtures } from '../../src/files/testing/model-fixtures.ts';
import type { FuzzNews, FuzzOrder } from './fuzz.child.ts';

const ALL = 20_000;
const MAX_MS = 5000;
const MAX_BYTES = 512 * 2 ** 20;
const CHILD = join(import.meta.dirname, 'fuzz.child.ts');
/** Files that a process is given before another takes its place, so that one that ended is missed for few of them. */
const SHARE = 50;
const TOLD_EVERY = 5000;

interface Worst {
  readonly what: string;
  readonly value: number;
}

/** What all mutations came to. */
class Tally {
  count = 0;
  readonly failures: string[] = [];
  millis: Worst = { what: '', value: 0 };
  bytes: Worst = { what: '', value: 0 };

  add({ name, seed, outcome, millis = 0, bytes = 0 }: FuzzNews): void {
    const what = `${name}, seed ${seed}`;
    this.count += 1;
    if (millis > this.millis.value) this.millis = { what, value: millis };
    if (bytes > this.bytes.value) this.bytes = { what, value: bytes };
    if (outcome !== 'coded') this.failures.push(`${what}: ${outcome}`);
    if (millis > MAX_MS) this.failures.push(`${what}: ${Math.round(millis)} ms`);
    if (bytes > MAX_BYTES) this.failures.push(`${what}: ${bytes} bytes`);
    if (this.count % TOLD_EVERY === 0)
      console.error(`${this.count} mutations, ${this.failures.length} failures`);
  }
}

/** One process over some files; a mutation in which it ends, or says nothing for too long, is a failure, and the files after it go on. */
async function fuzz(files: readonly ModelFixture[], mutations: number, tally: Tally): Promise<void> {
  let left = files;
  while (left.length > 0) {
    const at = await runProcess({ files: left, mutations }, tally);
    if (at === null) return;
    left = left.slice(1 + left.findIndex(({ name }) => name === at.name));
  }
}

/** Null at the end, else the mutation that it did not come back from. */
function runProcess(order: FuzzOrder, tally: Tally): Promise<FuzzNews | null> {
  const child = fork(CHILD, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  let doing: FuzzNews | null = null;
  let isLate = false;
  let told = 0;
  // Watched from its first word: how long it takes to start says nothing of a file.
  let watch: NodeJS.Timeout | undefined;
  const endIt = (): void => {
    isLate = true;
    child.kill('SIGKILL');
  };
  child.on('message', (news: FuzzNews) => {
    doing = news.outcome === undefined ? news : null;
    if (doing === null) {
      tally.add(news);
      told++;
    }
    watch ??= setTimeout(endIt, 2 * MAX_MS);
    watch.refresh();
  });
  child.send(order);
  return new Promise((resolve) =>
    child.on('exit', (code, signal) => {
      clearTimeout(watch);
      const outcome = isLate ? 'hangs' : `ended with ${signal ?? code}`;
      if (doing !== null) tally.add({ ...doing, outcome });
      else if (told < order.files.length * order.mutations)
        tally.failures.push(
          `a process of ${order.files[0]?.name} and others: ${outcome} after ${told} mutations`,
        );
      resolve(doing);
    }),
  );
}

const { values } = parseArgs({
  options: { mutations: { type: 'string' }, only: { type: 'string', default: '' } },
});
const files = modelFixtures().filter(({ name }) => name.includes(values.only));
const mutations = Number(values.mutations ?? Math.ceil(ALL / Math.max(1, files.length)));
const shares = Array.from({ length: Math.ceil(files.length / SHARE) }, (_, k) =>
  files.slice(SHARE * k, SHARE * (k + 1)),
);
const tally = new Tally();
const began = performance.now();
await Promise.all(
  Array.from({ length: availableParallelism() }, async () => {
    for (let share = shares.pop(); share !== undefined; share = shares.pop())
      await fuzz(share, mutations, tally);
  }),
);
const seconds = Math.round((performance.now() - began) / 1000);
for (const failure of tally.failures) console.log(failure);
console.log(
  `${tally.count} mutations of ${files.length} files in ${seconds} s: ${tally.failures.length} failures`,
);
console.log(`longest ${Math.round(tally.millis.value)} ms (${tally.millis.what})`);
console.log(`largest ${Math.round(tally.bytes.value / 2 ** 20)} MB (${tally.bytes.what})`);
process.exitCode = tally.failures.length > 0 || tally.count === 0 ? 1 : 0;

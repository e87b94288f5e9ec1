/**
 * A process that takes in blocks 0 to 59 of one worker, each with a tick and a file: `node intake-writer.ts URL`. It goes
 * by what is fresh, as others do at the same time, and says what it has committed.
 */
import { openMonitoring } from '../open.ts';
import { intake, monitoringBlock, segment, tick } from './monitorings.ts';

export const BLOCKS = 60;

if (import.meta.main) {
  const store = await openMonitoring(process.argv[2]!);
  const all = Array.from({ length: BLOCKS }, (_, seq) => monitoringBlock(seq));
  process.stdout.write('open\n');
  for (let fresh = await store.fresh(all); fresh.length > 0; fresh = await store.fresh(all)) {
    const { seq } = fresh[Math.floor(Math.random() * fresh.length)]!;
    const segments = [segment(`${seq}-${process.pid}`, seq, seq)];
    if (await store.takeIn(intake({ blocks: [monitoringBlock(seq)], segments, ticks: [tick(seq)] })))
      process.stdout.write(`${seq}\n`);
  }
  await store.close();
}

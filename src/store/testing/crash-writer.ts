/** A process that writes until it is killed: `node crash-writer.ts URL loop|inside THREAD`. It says what it has committed. */
import { singleVersionRoute } from '../../rollout/route.ts';
import { openStore } from '../open.ts';
import type { ThreadUse } from '../sqlite/sqlite-driver.ts';
import type { Tables } from '../store.ts';
import { action, CHANGE, event, version } from './rows.ts';

const [url, mode, thread] = process.argv.slice(2);
const store = await openStore(url!, { thread: thread as ThreadUse });

/** One step of a rollout: each table grows by one row, so that their counts are equal between transactions. */
async function write(tables: Tables, generation: number): Promise<void> {
  await tables.rollouts.append(event(generation - 1));
  await tables.rollouts.appendAction(action(`step-${generation}`));
  await tables.endpoints.flip(
    'churn',
    generation,
    { route: singleVersionRoute('churn', 'churn', 1, generation + 1) },
    CHANGE,
  );
  await tables.versions.insert(version());
  await tables.audit.append({ at: 1, by: 'child', what: 'step', subject: 'churn', body: { generation } });
}

for (;;) {
  const { generation } = (await store.tables.endpoints.get('churn'))!;
  await store.transaction(async (tables) => {
    await write(tables, generation);
    if (mode === 'inside') {
      process.stdout.write('inside\n');
      await new Promise((resolve) => setTimeout(resolve, 60_000));
    }
  });
  process.stdout.write(`${generation + 1}\n`);
}

/** A process that writes until something fails, and says what: `node fill-disk.ts URL THREAD`. */
import { isPlimsollError } from '../../core/errors.ts';
import { openStore } from '../open.ts';
import type { ThreadUse } from '../sqlite/sqlite-driver.ts';
import { version } from './rows.ts';

const [url, thread] = process.argv.slice(2);
const store = await openStore(url!, { thread: thread as ThreadUse });
let written = 0;
let code = 'none';
while (code === 'none' && written < 10_000) {
  try {
    await store.transaction(async ({ versions }) => {
      await versions.insert(version({ note: 'x'.repeat(10_000) }));
      await versions.insert(version({ note: 'y'.repeat(10_000) }));
    });
    written += 2;
  } catch (error) {
    code = isPlimsollError(error) ? error.code : String(error);
  }
}
// A store that could not write still reads.
const newest = (await store.tables.versions.list('churn', { limit: 1 })).items[0]?.version;
process.stdout.write(JSON.stringify({ code, written, newest }));

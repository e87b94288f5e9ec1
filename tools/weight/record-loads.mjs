// Preloaded into a process whose loads are weighed: writes the address of each module that it loads, when it does; and those
// of Node that it has loaded by the time it is to end, which a bundle takes without a load.
import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import process from 'node:process';

const file = `${process.env.PLIMSOLL_LOADS}/${process.pid}`;
registerHooks({
  load(url, context, next) {
    appendFileSync(file, `${url}\n`);
    return next(url, context);
  },
});
process.once('SIGTERM', () => {
  const loaded = process.moduleLoadList.filter((name) => name.startsWith('NativeModule '));
  appendFileSync(file, loaded.map((name) => `${name.replace('NativeModule ', 'node:')}\n`).join(''));
});

// Preloaded into a process whose loads are weighed: writes the address of each module that it loads, when it does.
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

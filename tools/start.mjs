// What `npm start` runs: installs what is missing, then serves. Plain JavaScript without dependencies, because it
// runs before anything is installed and on whatever Node the machine has.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { install, nodeOf } from './install.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

const ORPHAN_POLL_MS = 500;

/** Serves the files given, else the examples; what was started stays where the caller stands. */
function serve() {
  const given = process.argv.slice(2);
  const hasFiles = given.some((word, i) => !word.startsWith('-') && !takesValue(given[i - 1]));
  const files = hasFiles ? [] : [join(root, 'examples')];
  const child = spawn(
    nodeOf(root) ?? process.execPath,
    [join(root, 'bin/plimsoll.js'), 'serve', ...given, ...files],
    {
      cwd: process.env.INIT_CWD ?? process.cwd(),
      stdio: 'inherit',
    },
  );
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  // npm passes a Ctrl-C on but dies of a SIGTERM without a word: an orphan would go on holding the port.
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), ORPHAN_POLL_MS).unref();
  child.on('exit', (code, signal) => {
    process.exitCode = signal === null ? code : 128 + constants.signals[signal];
  });
}

const SWITCHES = [
  '--json',
  '--quiet',
  '--trust',
  '--insecure',
  '--immediate',
  '--no-capture',
  '--empty',
  '--help',
  '-h',
];

/** Whether the word after this option is its value. */
function takesValue(option = '') {
  return option.startsWith('-') && !option.includes('=') && !SWITCHES.includes(option);
}

try {
  await install(root, 'program');
  serve();
} catch (error) {
  process.stderr.write(
    `${error.message}\nCannot install what serving needs: see the lines above, then start again.\n`,
  );
  process.exitCode = 1;
}

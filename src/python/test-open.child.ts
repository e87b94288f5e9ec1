import { openEnvironment } from './environments.ts';
import { readLock } from './lock-text.ts';

/** Opens the environment of a lock in a process of its own, for tests that race and kill: DATA TEXT PYTHON. */
const [dataDir, text, python] = process.argv.slice(2);
const { packages } = await openEnvironment(readLock(text!, python!), {
  dataDir: dataDir!,
  allowBuild: false,
  onProgress: (message) => console.log(message),
});
console.log(packages);

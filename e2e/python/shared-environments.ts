import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * To be imported by tests of versions with Python: servers and commands that they start share environments, which are the same
 * wherever their lock is, instead of installing the same packages into the data folder of each test.
 */
const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
process.env['PLIMSOLL_ENVIRONMENTS'] ??= join(cache, 'plimsoll', 'environments');

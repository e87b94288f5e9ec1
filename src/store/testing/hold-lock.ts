/** A process that holds the write lock of a SQLite file for a time: `node hold-lock.ts PATH MILLIS`. */
import { DatabaseSync } from 'node:sqlite';

const [path, millis] = process.argv.slice(2);
const database = new DatabaseSync(path!);
database.exec('begin immediate');
process.stdout.write('held\n');
setTimeout(() => database.exec('commit'), Number(millis));

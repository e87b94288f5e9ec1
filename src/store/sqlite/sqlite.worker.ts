/** The thread that a SQLite connection is in: it waits for the disk, so that no other has to. */
import { parentPort, workerData } from 'node:worker_threads';
import { SqliteFile } from './sqlite-file.ts';
import type { SqliteRequest } from './sqlite-message.ts';

const file = new SqliteFile(workerData as string);

parentPort!.on('message', (request: SqliteRequest) => {
  parentPort!.postMessage(file.perform(request));
  if (request.kind === 'close') parentPort!.close();
});

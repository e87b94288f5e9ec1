/** The thread that a SQLite connection is in: it waits for the disk, so that no other has to. */

import { parentPort, workerData } from 'node:worker_threads';
import { required } from '../../core/element-at.ts';
import { SqliteFile } from './sqlite-file.ts';
import type { SqliteRequest } from './sqlite-message.ts';

const file = new SqliteFile(workerData as string);

const port = required(parentPort, 'the port of this thread');
port.on('message', (request: SqliteRequest) => {
  port.postMessage(file.perform(request));
  if (request.kind === 'close') port.close();
});

import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PlimsollError } from '../../../core/errors.ts';
import type { SinkSpec } from '../../spec/spec.ts';
import type { OpenSink, OpenSinkWriter } from '../sink.ts';
import { formatOf } from '../target.ts';
import { FileSink, fileWriter } from './file-sink.ts';
import type { FileTarget } from './staging.ts';

export const openSink: OpenSink = async (run) => new FileSink(run, targetOf(run.spec.sink));
export const openSinkWriter: OpenSinkWriter = async (run) => fileWriter(run, targetOf(run.spec.sink));

/** Throws SINK_INVALID where the spec asks of files what only databases do. */
function targetOf(sink: SinkSpec): FileTarget {
  const { uri, mode, publish } = sink;
  const wrong = [
    mode === 'upsert' ? 'upsert is for databases' : null,
    publish === 'chunks' ? 'files are published as a whole' : null,
  ].filter((problem) => problem !== null);
  if (wrong.length > 0) throw new PlimsollError('SINK_INVALID', { where: uri, problems: wrong.join('; ') });
  const path = resolve(uri.startsWith('file://') ? fileURLToPath(uri) : uri);
  return { kind: uri.endsWith('/') ? 'folder' : 'file', path, format: formatOf(sink) };
}

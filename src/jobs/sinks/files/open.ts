import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SinkSpec } from '../../spec/spec.ts';
import type { OpenSink, OpenSinkWriter } from '../sink.ts';
import { FileSink, fileWriter } from './file-sink.ts';
import { type FileTarget, requireFileMode, sinkFormatOf } from './target.ts';

export const openFileSink: OpenSink = async (run) => new FileSink(run, targetOf(run.spec.sink));
export const openFileSinkWriter: OpenSinkWriter = async (run) => fileWriter(run, targetOf(run.spec.sink));

function targetOf(sink: SinkSpec): FileTarget {
  requireFileMode(sink);
  const { uri } = sink;
  const path = resolve(uri.startsWith('file:') ? fileURLToPath(uri) : uri);
  return { kind: uri.endsWith('/') ? 'folder' : 'file', path, format: sinkFormatOf(sink) };
}

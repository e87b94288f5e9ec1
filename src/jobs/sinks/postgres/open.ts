import type { OpenSink, OpenSinkWriter } from '../sink.ts';
import { targetOf } from './address.ts';
import { PostgresSink } from './postgres-sink.ts';
import { PostgresWriter } from './writer.ts';

export const openSink: OpenSink = async (run) => new PostgresSink(run, targetOf(run.spec.sink.uri));
export const openSinkWriter: OpenSinkWriter = async (run) =>
  new PostgresWriter(run, targetOf(run.spec.sink.uri));

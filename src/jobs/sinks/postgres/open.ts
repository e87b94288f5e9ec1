import type { OpenSink, OpenSinkWriter } from '../sink.ts';
import { postgresTargetOf } from './address.ts';
import { PostgresSink } from './postgres-sink.ts';
import { PostgresWriter } from './writer.ts';

export const openPostgresSink: OpenSink = async (run) =>
  new PostgresSink(run, postgresTargetOf(run.spec.sink.uri));
export const openPostgresSinkWriter: OpenSinkWriter = async (run) =>
  new PostgresWriter(run, postgresTargetOf(run.spec.sink.uri));

/** The one place that turns what a job says about its output into a sink. */
import { PlimsollError } from '../../core/errors.ts';
import { filledUri } from '../spec/redaction.ts';
import { type UriKind, uriKindOf } from '../spec/uri.ts';
import type { OpenSink, OpenSinkWriter, SinkRun } from './sink.ts';

interface Opener {
  readonly openSink: OpenSink;
  readonly openSinkWriter: OpenSinkWriter;
}

/** Each kind's module is loaded when it is wanted. */
const OPENERS: Readonly<Partial<Record<UriKind, () => Promise<Opener>>>> = {
  file: async () => {
    const { openFileSink, openFileSinkWriter } = await import('./files/open.ts');
    return { openSink: openFileSink, openSinkWriter: openFileSinkWriter };
  },
  postgres: async () => {
    const { openPostgresSink, openPostgresSinkWriter } = await import('./postgres/open.ts');
    return { openSink: openPostgresSink, openSinkWriter: openPostgresSinkWriter };
  },
  sqlite: async () => {
    const { openSqliteSink, openSqliteSinkWriter } = await import('./table-files/sqlite.ts');
    return { openSink: openSqliteSink, openSinkWriter: openSqliteSinkWriter };
  },
  duckdb: async () => {
    const { openDuckDBSink, openDuckDBSinkWriter } = await import('./table-files/duckdb.ts');
    return { openSink: openDuckDBSink, openSinkWriter: openDuckDBSinkWriter };
  },
  s3: async () => {
    const { openS3Sink, openS3SinkWriter } = await import('./s3/open.ts');
    return { openSink: openS3Sink, openSinkWriter: openS3SinkWriter };
  },
};

/** The coordinator's side. Throws SINK_INVALID. */
export const openSink: OpenSink = async (run) => {
  const filled = withSecrets(run);
  return (await openerOf(filled)).openSink(filled);
};

/** A worker's side. Throws SINK_INVALID. */
export const openSinkWriter: OpenSinkWriter = async (run) => {
  const filled = withSecrets(run);
  return (await openerOf(filled)).openSinkWriter(filled);
};

function withSecrets(run: SinkRun): SinkRun {
  const { sink } = run.spec;
  return { ...run, spec: { ...run.spec, sink: { ...sink, uri: filledUri(sink.uri, run.secrets) } } };
}

function openerOf({ spec }: SinkRun): Promise<Opener> {
  const kind = uriKindOf(spec.sink.uri);
  const open = kind === null ? undefined : OPENERS[kind];
  if (open) return open();
  const problems = `there are paths and ${Object.keys(OPENERS).slice(1).join(', ')}, ${kind ?? 'an unknown scheme'} was found`;
  throw new PlimsollError('SINK_INVALID', { where: 'the output', problems });
}

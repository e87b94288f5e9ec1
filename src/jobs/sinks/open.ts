/** The one place that turns what a job says about its output into a sink. */
import type { OpenSink, OpenSinkWriter } from './sink.ts';
import { kindOf, type SinkKind } from './target.ts';

interface Opener {
  readonly openSink: OpenSink;
  readonly openSinkWriter: OpenSinkWriter;
}

/** Each kind's module is loaded when it is wanted. */
const OPENERS: Readonly<Partial<Record<SinkKind, () => Promise<Opener>>>> = {
  files: () => import('./files/open.ts'),
  postgres: () => import('./postgres/open.ts'),
};

const opener = (uri: string): Promise<Opener> => OPENERS[kindOf(uri)]!();

/** The coordinator's side. Throws SINK_INVALID, SINK_UNAVAILABLE. */
export const openSink: OpenSink = async (run) => (await opener(run.spec.sink.uri)).openSink(run);

/** A lane's side. Throws SINK_INVALID, SINK_UNAVAILABLE. */
export const openSinkWriter: OpenSinkWriter = async (run) =>
  (await opener(run.spec.sink.uri)).openSinkWriter(run);

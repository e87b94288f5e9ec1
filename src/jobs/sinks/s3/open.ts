import { fileWriter } from '../files/file-sink.ts';
import { requireFileMode, sinkFormatOf } from '../files/target.ts';
import type { OpenSink, OpenSinkWriter, SinkRun } from '../sink.ts';
import { localTarget, ObjectSink } from './object-sink.ts';
import { ObjectPlace } from './place.ts';
import { PrefixSink, PrefixWriter } from './prefix-sink.ts';

export const openS3Sink: OpenSink = async (run) => {
  const { place, format, isPrefix } = placeOf(run);
  return isPrefix ? new PrefixSink(run, place, format) : new ObjectSink(run, place, format);
};

export const openS3SinkWriter: OpenSinkWriter = async (run) => {
  const { place, format, isPrefix } = placeOf(run);
  if (isPrefix) return new PrefixWriter(run, place, format);
  place.client.destroy();
  return fileWriter(run, localTarget(run, format));
};

function placeOf(run: SinkRun) {
  requireFileMode(run.spec.sink);
  const place = new ObjectPlace(run);
  const format = sinkFormatOf({ ...run.spec.sink, uri: place.shown });
  return { place, format, isPrefix: place.shown.endsWith('/') };
}

/** How a Deployment that has failed is tried again although nothing about it is new. Pure. */
import { isRecord } from '../../../core/record.ts';
import type { KubernetesObject } from '../manifest.ts';
import { liveValueAt } from './live.ts';

/**
 * What has to try again. New pods, where old ones wait for something that may be there by now: a node waits longer after each
 * time, up to five minutes. Controllers, where no pods were to be had: theirs wait up to a quarter of an hour.
 */
export type PodRetry = 'pods' | 'controllers';

/** Changes with each time. */
const AGAIN = 'plimsoll.dev/again';

/**
 * The object as it is applied: an annotation of its template that changes makes new pods, one of its own reaches the controller of
 * its replica sets. What has made the pods that are there is kept, lest its going makes others.
 */
export function tried(
  object: KubernetesObject,
  live: Readonly<Record<string, unknown>> | null,
  again: PodRetry | undefined,
): KubernetesObject {
  const mark = String(liveValueAt(live, 'metadata', 'resourceVersion') ?? '');
  const before = liveValueAt(live, 'spec', 'template', 'metadata', 'annotations', AGAIN);
  const ofPods = again === 'pods' ? mark : before;
  const own = again === 'controllers' ? annotated(object, mark) : object;
  const { spec } = own;
  if (typeof ofPods !== 'string' || !isRecord(spec) || !isRecord(spec['template'])) return own;
  return { ...own, spec: { ...spec, template: annotated(spec['template'], ofPods) } };
}

function annotated<T extends Readonly<Record<string, unknown>>>(object: T, mark: string): T {
  const metadata = isRecord(object['metadata']) ? object['metadata'] : {};
  const annotations = isRecord(metadata['annotations']) ? metadata['annotations'] : {};
  return { ...object, metadata: { ...metadata, annotations: { ...annotations, [AGAIN]: mark } } };
}

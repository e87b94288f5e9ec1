/** From JSON as the API documents it to what Google's clients take: durations are numbers there. Pure. */
import type { Message } from './client.ts';

/** The model of an `UploadModel`. */
export function messageOfModel(spec: Message): Message {
  const container = spec['containerSpec'] as Message;
  const timeout = container['deploymentTimeout'];
  return {
    ...spec,
    containerSpec: {
      ...container,
      ...(timeout === undefined
        ? {}
        : { deploymentTimeout: { seconds: Number.parseInt(String(timeout), 10) } }),
    },
  };
}

/** Server-sent events out of chunks of text, as they come. Their names and their data are looked at: no other field is sent. */
export interface ServerEvent {
  /** `message` where it has no other. */
  readonly name: string;
  readonly data: string;
}

export class EventReader {
  #rest = '';

  /** The events that this chunk completes. */
  take(chunk: string): readonly ServerEvent[] {
    const parts = (this.#rest + chunk).split('\n\n');
    this.#rest = parts.pop() ?? '';
    return parts.map(eventOf).filter(({ data }) => data !== '');
  }
}

function eventOf(text: string): ServerEvent {
  const values = (field: string): readonly string[] =>
    text
      .split('\n')
      .filter((line) => line.startsWith(`${field}:`))
      .map((line) => line.slice(field.length + 1).replace(/^ /, ''));
  return { name: values('event').at(-1) ?? 'message', data: values('data').join('\n') };
}

/** The events of a response, as they come. */
export async function* eventsIn(body: ReadableStream<BufferSource>): AsyncGenerator<ServerEvent> {
  const events = new EventReader();
  // Safari knows no iteration of streams.
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) yield* events.take(part.value);
}

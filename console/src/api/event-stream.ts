/** Server-sent events out of chunks of text, as they come. Only `data` is looked at: no other field is sent. */
export class EventReader {
  #rest = '';

  /** The data of the events that this chunk completes. */
  take(chunk: string): readonly string[] {
    const parts = (this.#rest + chunk).split('\n\n');
    this.#rest = parts.pop() ?? '';
    return parts.map(dataOf).filter((data) => data !== '');
  }
}

const dataOf = (event: string): string =>
  event
    .split('\n')
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice(5).replace(/^ /, ''))
    .join('\n');

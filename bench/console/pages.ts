/** Pages of the console as a server sees them: what Home asks for, a stream, and what it asks for again. */

/** What Home asks for when it is opened, and every half minute. */
const LISTS = ['endpoints', 'monitors', 'alerts'].map((name) => `/api/v1/${name}?limit=1000`);
const AGAIN_MILLIS = 30_000;

/** Opens so many pages at once; answers what closes them. */
export async function openPages(url: string, count: number): Promise<() => Promise<void>> {
  const pages = await Promise.all(Array.from({ length: count }, () => openPage(url)));
  return async () => {
    await Promise.all(pages.map((close) => close()));
  };
}

async function openPage(url: string): Promise<() => Promise<void>> {
  const leaving = new AbortController();
  const { signal } = leaving;
  const ask = async (path: string): Promise<void> => {
    const answer = await fetch(url + path, { signal });
    if (!answer.ok) throw new Error(`${path} was answered with ${answer.status}`);
    await answer.arrayBuffer();
  };
  const lists = (): Promise<unknown> => Promise.all(LISTS.map(ask));
  await ask('/api/v1/info');
  await lists();
  const stream = await fetch(`${url}/api/v1/traffic`, { signal, headers: { accept: 'text/event-stream' } });
  const timer = setInterval(() => void lists().catch(() => undefined), AGAIN_MILLIS);
  const followed = follow(stream, lists);
  return async () => {
    clearInterval(timer);
    leaving.abort();
    await followed;
  };
}

/** Reads until it is left; what has changed is asked for again. */
async function follow({ body }: Response, lists: () => Promise<unknown>): Promise<void> {
  try {
    for await (const text of (body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream()))
      if (text.includes('event: changed')) await lists();
  } catch (error) {
    if (!(error instanceof DOMException && error.name === 'AbortError')) throw error;
  }
}

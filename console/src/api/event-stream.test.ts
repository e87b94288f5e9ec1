import { expect, test } from 'vitest';
import { EventReader } from './event-stream.ts';

test('events are found wherever the chunks are cut', () => {
  const text = 'data: {"a":1}\n\n: a comment\n\nevent: changed\ndata: two\ndata: lines\n\ndata: not yet over';
  for (let cut = 0; cut <= text.length; cut++) {
    const reader = new EventReader();
    const found = [...reader.take(text.slice(0, cut)), ...reader.take(text.slice(cut))];
    expect(found).toEqual([
      { name: 'message', data: '{"a":1}' },
      { name: 'changed', data: 'two\nlines' },
    ]);
  }
});

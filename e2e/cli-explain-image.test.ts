import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folder, plimsoll, ROOT } from './cli.ts';

const MODEL = join(ROOT, 'fixtures/keras/keras-3.15.1/resnet-block.keras');
const IMAGE = join(ROOT, 'fixtures/images/rgb.png');

test('a picture that cannot be written is refused with its path and why', () => {
  const preprocessor = join(folder(), 'preprocessor_config.json');
  const resized = { do_resize: true, size: { height: 8, width: 8 }, resample: 2 };
  writeFileSync(
    preprocessor,
    JSON.stringify({ ...resized, do_rescale: true, rescale_factor: 1 / 255, do_normalize: false }),
  );
  const picture = join(folder(), 'none', 'map.png');
  const asked = ['--preprocessor', preprocessor, '--budget', '8', '--output-image', picture, '--json'];
  const { status, stdout } = plimsoll('explain', MODEL, '--input', IMAGE, ...asked);
  const { error } = JSON.parse(stdout);
  expect([error.code, status === 0]).toEqual(['FILE_UNWRITABLE', false]);
  expect(error.message).toContain(picture);
});

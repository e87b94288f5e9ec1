import { expect, it } from 'vitest';
import { checkConsoleLayers } from './layers.ts';

it('refuses a feature that imports the frame, with the place of it', () => {
  const text = "import { App } from '../../app/app.tsx';";
  const found = checkConsoleLayers([{ path: 'console/src/features/home/x.tsx', text }]);
  expect(found).toContainEqual({
    file: 'console/src/features/home/x.tsx',
    line: 1,
    message: 'features/home may not import app (src/app/app.tsx)',
  });
});

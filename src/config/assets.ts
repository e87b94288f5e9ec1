import { fileURLToPath } from 'node:url';

/** Third-party files that the docs pages load from this server, and code in WebAssembly: name under `dist/assets/` → path in the checkout. */
export const ASSETS = {
  'redoc.standalone.js': 'vendor/redoc/redoc.standalone.js',
  'swagger-ui.css': 'vendor/swagger-ui-dist/swagger-ui.css',
  'swagger-ui-bundle.js': 'vendor/swagger-ui-dist/swagger-ui-bundle.js',
  'favicon-32x32.png': 'vendor/swagger-ui-dist/favicon-32x32.png',
  'favicon-16x16.png': 'vendor/swagger-ui-dist/favicon-16x16.png',
  'mozjpeg_dec.wasm': 'node_modules/@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm',
} as const;

export type AssetName = keyof typeof ASSETS;

/** Absolute path of an asset: beside the bundle in `dist/`, else where the checkout keeps it. */
export function assetPath(name: AssetName): string {
  if (!import.meta.url.endsWith('.ts')) return fileURLToPath(new URL(`./assets/${name}`, import.meta.url));
  return fileURLToPath(new URL(`../../${ASSETS[name]}`, import.meta.url));
}

import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** Third-party files that the docs pages load from this server: name under `dist/assets/` → file of its package. */
export const ASSETS = {
  'redoc.standalone.js': 'redoc/bundles/redoc.standalone.js',
  'swagger-ui.css': 'swagger-ui-dist/swagger-ui.css',
  'swagger-ui-bundle.js': 'swagger-ui-dist/swagger-ui-bundle.js',
  'swagger-ui-standalone-preset.js': 'swagger-ui-dist/swagger-ui-standalone-preset.js',
  'favicon-32x32.png': 'swagger-ui-dist/favicon-32x32.png',
  'favicon-16x16.png': 'swagger-ui-dist/favicon-16x16.png',
} as const;

export type AssetName = keyof typeof ASSETS;

/** Absolute path of an asset: beside the bundle in `dist/`, else inside the package it comes from. */
export function assetPath(name: AssetName): string {
  if (!import.meta.url.endsWith('.ts')) return fileURLToPath(new URL(`./assets/${name}`, import.meta.url));
  return createRequire(import.meta.url).resolve(ASSETS[name]);
}

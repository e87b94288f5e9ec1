import { defineConfig } from 'vite';

/** Static files with hashed names, for a page that loads nothing from elsewhere and runs nothing inline. */
export default defineConfig({
  root: import.meta.dirname,
  base: '/console/',
  oxc: { jsx: { runtime: 'automatic' } },
  build: {
    target: 'es2022',
    // A page forbids what is inline: no picture becomes part of a style, no loader of modules is written into it.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    cssCodeSplit: false,
    reportCompressedSize: false,
    rolldownOptions: {
      // The console, and the page that looks into a file, which is served at /inspect.
      input: ['index.html', 'inspect.html'].map((page) => `${import.meta.dirname}/${page}`),
      // Packages mark what servers must not render; here nothing is rendered by servers.
      onwarn(warning, warn) {
        if (warning.code !== 'MODULE_LEVEL_DIRECTIVE') warn(warning);
      },
    },
  },
  // The thread that reads files is a module as they are, with all of the readers in it.
  worker: { format: 'es' },
  // `npx vite console`: the page from source, over a server that runs.
  server: { proxy: { '/api': 'http://127.0.0.1:8080', '/models': 'http://127.0.0.1:8080' } },
});

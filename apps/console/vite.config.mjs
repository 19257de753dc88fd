import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defaultClientConditions, defineConfig } from 'vite';

/** `npm run dev -w apps/console` shows the page against a gateway that runs elsewhere. */
const gateway = process.env.MICROGRID_GATEWAY_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
  // Paths relative to the page, so that it also works below a path of a reverse proxy.
  base: './',
  plugins: [svelte()],
  resolve: { conditions: ['@microgrid/source', ...defaultClientConditions] },
  build: {
    target: 'es2022',
    // The content security policy forbids inline styles and data: scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
  server: { proxy: { '/api': gateway } },
});

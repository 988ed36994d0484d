import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

export default defineConfig({
  logLevel: 'warn',
  plugins: [svelte()],
  // Here from its source; in a project of your own: npm install @signet/browser
  resolve: { alias: { '@signet/browser': fileURLToPath(new URL('../../../sdk/browser/src/index.ts', import.meta.url)) } },
  build: {
    target: 'es2022',
    modulePreload: false,
    assetsInlineLimit: 0, // img-src 'self': no data: addresses
  },
});

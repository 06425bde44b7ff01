import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { stylesBesideTheScript, tokensInPlace } from './scripts/web-styles.ts';

/**
 * Builds `web/` into `web/dist` (or `ASSENT_WEB_OUT`, so that a start can build beside the live folder and rename).
 *
 * The page runs under a strict Content-Security-Policy: no inline script, no eval, styles by nonce. The build writes
 * `__CSP_NONCE__` wherever a nonce belongs and the server puts a fresh one there per response.
 */
export default defineConfig({
  root: 'web',
  base: '/',
  plugins: [react(), stylesBesideTheScript(), tokensInPlace()],
  html: { cspNonce: '__CSP_NONCE__' },
  build: {
    outDir: process.env.ASSENT_WEB_OUT ?? 'dist',
    emptyOutDir: true,
    assetsDir: 'assets',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2023',
    chunkSizeWarningLimit: 900,
    reportCompressedSize: false,
    // Which file imports which, for `scripts/chat-script.ts`.
    manifest: true,
    rolldownOptions: {
      output: {
        // Files name each other, and nothing in a name compresses: 42 bits tell the versions of one file apart.
        entryFileNames: 'assets/[name]-[hash:7].js',
        chunkFileNames: 'assets/[name]-[hash:7].js',
        assetFileNames: 'assets/[name]-[hash:7][extname]',
        // What every page needs is one file: a hundred small ones compress a tenth worse, and each is a request.
        codeSplitting: { groups: [{ name: 'start', tags: ['$initial'] }] },
      },
    },
  },
});

import preact from '@preact/preset-vite'
import { defineConfig } from 'vite'

export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [preact()],
  build: {
    outDir: '../dist/dashboard',
    emptyOutDir: true,
    target: 'es2023',
    // deck.gl is one chunk of its own, fetched after the panels stand.
    chunkSizeWarningLimit: 800,
    rollupOptions: { input: { wall: `${import.meta.dirname}/index.html` } },
  },
})

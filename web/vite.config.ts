import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// The server during `npm run dev`: a `crm-merge serve` of yours.
const server = process.env.CRM_MERGE_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
  build: {
    target: "es2022",
    // Files are hashed and kept for ever by browsers; maps would be larger than the page.
    sourcemap: false,
    reportCompressedSize: false,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { "/api": { target: server, ws: true, changeOrigin: true } } },
  preview: { proxy: { "/api": { target: server, ws: true, changeOrigin: true } } },
});

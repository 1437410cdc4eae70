// A gzip'd copy beside every text file of dist, for the server to send as it is; and the weight of the script, which has a limit.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const MOST_SCRIPT_BYTES = 200_000;
const dist = new URL("../dist/", import.meta.url).pathname;
let script = 0;
for (const entry of await readdir(dist, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !/\.(js|css|html|svg|json|txt)$/.test(entry.name)) continue;
  const path = join(entry.parentPath ?? entry.path, entry.name);
  const packed = gzipSync(await readFile(path), { level: 9 });
  await writeFile(`${path}.gz`, packed);
  if (entry.name.endsWith(".js")) script += packed.length;
}
console.log(`script: ${(script / 1000).toFixed(1)} kB gzipped`);
if (script > MOST_SCRIPT_BYTES) {
  console.error(`that is more than the limit of ${MOST_SCRIPT_BYTES / 1000} kB`);
  process.exit(1);
}

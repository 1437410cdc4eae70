// Makes src/api/schema.d.ts of the OpenAPI document: api_types.mjs URL|FILE [OUT]. The test `api types` calls it with another OUT and compares.
import { readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";

const [source = "http://127.0.0.1:8080/api/v1/openapi.json", out = new URL("../src/api/schema.d.ts", import.meta.url).pathname] =
  process.argv.slice(2);
const text = /^https?:/.test(source) ? await (await fetch(source)).text() : await readFile(source, "utf8");
const document = JSON.parse(text);
// The version is the program's, not the API's.
document.info.version = "1";
const ast = await openapiTS(document, { alphabetize: true });
await writeFile(out, `// Made of the OpenAPI document by scripts/api_types.mjs; not edited by hand.\n${astToString(ast)}`);

// The header and rows of a Parquet file as JSON, by a reader that has nothing in common with the writer.
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from "hyparquet";

const file = await asyncBufferFromFile(process.argv[2]);
const { schema } = await parquetMetadataAsync(file);
const columns = schema.slice(1).map((column) => column.name);
// A byte order mark is a character of a cell like any other.
const stringFromBytes = (bytes) => bytes && Buffer.from(bytes).toString("utf8");
const rows = await parquetReadObjects({ file, parsers: { stringFromBytes } });
console.log(JSON.stringify({ columns, types: schema.slice(1).map((column) => column.type), rows: rows.map((row) => columns.map((name) => row[name])) }));

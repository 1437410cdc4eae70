// @vitest-environment node
import { File } from "node:buffer";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { findingsOf, LOOK_BYTES, type LocalLook, lookAt, looksLikeOriginal } from "./look";

const look = (content: string | Uint8Array, name = "list.csv"): Promise<LocalLook> => lookAt(new File([content], name) as unknown as Blob);
const errors = (one: LocalLook) => one.findings.filter((finding) => finding.level === "error").map((finding) => finding.text);
const warnings = (one: LocalLook) => one.findings.filter((finding) => finding.level === "warning").map((finding) => finding.text);

describe("a look into the first megabyte", () => {
  it("finds delimiter, encoding, header and rows", async () => {
    const found = await look("Name;City\nAda;London\nGrace;Arlington\n");
    expect(found).toMatchObject({ format: "csv", encoding: "UTF-8", delimiter: "semicolon", columns: ["Name", "City"], rows: [["Ada", "London"], ["Grace", "Arlington"]] });
    expect(found.findings).toEqual([]);
  });

  it("keeps line ends and delimiters in quotes together", async () => {
    const found = await look('Name,Notes\nAda,"one, two\nthree"\nGrace,x\n');
    expect(found.rows[0]).toEqual(["Ada", "one, two\nthree"]);
  });

  it("passes over notes above the header", async () => {
    const found = await look('Notes:\n"Some addresses are missing"\n\nFirst Name,Last Name,URL\nAda,Lovelace,x\nGrace,Hopper,y\n');
    expect(found.columns).toEqual(["First Name", "Last Name", "URL"]);
  });

  it("reads Windows-1252 where it is no UTF-8, and UTF-16 by its mark", async () => {
    expect(await look(new Uint8Array([...Buffer.from("Name,City\nBr"), 0xfc, ...Buffer.from("ckner,Berlin\n")]))).toMatchObject({ encoding: "Windows-1252", rows: [["Brückner", "Berlin"]] });
    expect(await look(new Uint8Array([0xff, 0xfe, ...Buffer.from("Name,City\nAda,London\n", "utf16le")]))).toMatchObject({ encoding: "UTF-16", columns: ["Name", "City"] });
  });

  it("is not misled by a character that the megabyte's end cuts in two", async () => {
    const line = "ä,b\n";
    const bytes = Buffer.from(`A,B\n${line.repeat(LOOK_BYTES / 4)}`);
    expect(await look(bytes.subarray(0))).toMatchObject({ encoding: "UTF-8" });
    expect(await look(Buffer.concat([Buffer.from("A,B\nx"), Buffer.from(line.repeat(LOOK_BYTES / 4))]))).toMatchObject({ encoding: "UTF-8" });
  });

  it("looks into gzip", async () => {
    expect(await look(gzipSync("A,B\n1,2\n"), "list.csv.gz")).toMatchObject({ compressed: true, columns: ["A", "B"], rows: [["1", "2"]] });
  });

  it.each([
    ["", /empty/],
    ["  \n \n", /nothing in this file/],
    ["%PDF-1.7 …", /PDF/],
    ["<!doctype html><p>Sign in</p>", /web page/],
    ["a\0b\0c", /no text/],
    ["Name,City\n", /no row beneath/],
  ])("refuses what is no table: %j", async (content, words) => {
    expect(errors(await look(content))[0]).toMatch(words);
  });

  it("tells a workbook from an archive by its name", async () => {
    const zip = new Uint8Array([0x50, 0x4b, 3, 4, 0, 0]);
    expect((await look(zip, "list.xlsx")).format).toBe("workbook");
    expect(errors(await look(zip, "lists.zip"))[0]).toMatch(/archive/);
  });

  it("warns of a missing header", async () => {
    expect(warnings(await look("ada@example.com,London\ngrace@example.com,Arlington\n"))[0]).toMatch(/no header/);
  });
});

describe("findings", () => {
  it("names a column that a spreadsheet has damaged, with the value", () => {
    expect(findingsOf(["Id", "Phone"], [["1", "1.4155E+10"]])[0]?.text).toMatch(/“Phone” \(1\.4155E\+10\)/);
    expect(findingsOf(["Id", "Grade"], [["1", "A+10"]])).toEqual([]);
  });

  it("names headers that stand there twice, once each", () => {
    expect(findingsOf(["City", "city", "Name"], [["a", "b", "c"]])[0]?.text).toBe("“City”, “city” stand in the header more than once.");
  });
});

it("takes a file with the CRM's own columns for the original", async () => {
  expect(looksLikeOriginal(await look("Record ID,Email,Contact owner\n1,a,b\n"))).toBe(true);
  expect(looksLikeOriginal(await look("Email,Title,Contact Owner\n1,a,b\n"))).toBe(false);
});

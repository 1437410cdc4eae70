import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import AxeBuilder from "@axe-core/playwright";
import { expect, type Page, test as base } from "@playwright/test";

export const root = new URL("../../", import.meta.url).pathname;
export const samples = ["hubspot-contacts.csv", "apollo-export.csv", "zoominfo-contacts.csv", "Connections.csv"].map((name) => `${root}samples/${name}`);

const binary = process.env.CRM_MERGE_BIN ?? `${root}build/release/src/app/crm-merge`;

/** Runs the command line; returns its standard output. */
export const crmMerge = (...arguments_: string[]) => execFileSync(binary, arguments_, { encoding: "utf8", maxBuffer: 1 << 28 });

/** A `crm-merge serve` of its own, in a folder of its own. */
export class Served {
  private constructor(
    readonly url: string,
    readonly folder: string,
    private readonly process: ChildProcess,
  ) {}

  static async start(folder: string, ...options: string[]): Promise<Served> {
    const started = spawn(binary, ["serve", "--data", join(folder, "data"), "--listen", "127.0.0.1:0", "--ui-dir", `${root}web/dist`, ...options], { stdio: ["ignore", "pipe", "pipe"] });
    let complaint = "";
    started.stderr.on("data", (text: Buffer) => (complaint += text.toString()));
    for await (const line of createInterface({ input: started.stdout })) {
      const url = /serves (\S+)/.exec(line)?.[1];
      if (url) return new Served(url, folder, started);
    }
    throw new Error(`crm-merge serve did not start: ${complaint}`);
  }

  async stop() {
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    if (this.process.exitCode === null && this.process.kill("SIGTERM")) await ended;
  }
}

interface Fixtures {
  folder: string;
  /** Options of the server: `test.use({ options: ["--no-worker"] })`. */
  options: string[];
  served: Served;
}

export const test = base.extend<Fixtures>({
  options: [[], { option: true }],
  folder: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), "crm-page-"));
    await use(folder);
    rmSync(folder, { recursive: true });
  },
  served: async ({ folder, options }, use) => {
    const served = await Served.start(folder, ...options);
    await use(served);
    await served.stop();
  },
  page: async ({ page, served }, use) => {
    // Whatever a test does, the page must not break.
    const faults: string[] = [];
    page.on("pageerror", (fault) => faults.push(fault.message));
    page.on("console", (message) => {
      if (message.type() === "error" && /Content Security Policy|Uncaught|React/.test(message.text())) faults.push(message.text());
    });
    await page.goto(served.url);
    await use(page);
    expect(faults).toEqual([]);
  },
});
export { expect };

export interface Made {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

export const csv = (name: string, text: string): Made => ({ name, mimeType: "text/csv", buffer: Buffer.from(text) });
export const CRM = "Record ID,Email,City,Contact owner\n1,ada@example.com,,Raj\n2,grace@example.com,Arlington,Raj\n3,alan@example.com,,Raj\n";
export const VENDOR = "Email,City,Title\nada@example.com,London,Countess\ngrace@example.com,ARLINGTON,Admiral\nlinus@example.com,Portland,Engineer\n";

export const choose = (page: Page, files: string[] | Made[]) => page.setInputFiles("input[type=file]", files);

/** From files to the step of columns. */
export async function upload(page: Page, files: string[] | Made[]) {
  await choose(page, files);
  await page.getByRole("button", { name: "Upload all" }).click();
  await page.getByRole("button", { name: "Continue to columns" }).click();
  await expect(page.getByRole("heading", { name: "Check the columns" })).toBeVisible();
}

/** From files to a running job. */
export async function run(page: Page, files: string[] | Made[]) {
  await upload(page, files);
  await page.getByRole("link", { name: "Continue to rules" }).click();
  await page.getByRole("button", { name: "Run the merge" }).click();
  await page.waitForURL(/\/jobs\//);
}

/** No violation of WCAG 2.2 AA that axe can see. */
export async function accessible(page: Page) {
  // What fades in is not judged half-way.
  await page.evaluate(() => Promise.all(document.getAnimations().map((one) => one.finished.catch(() => undefined))).then(() => undefined), undefined).catch(() => undefined);
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]).analyze();
  expect(violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(" ")).join(" | ")}`)).toEqual([]);
}

export function tokenFile(folder: string, tokens: { name: string; role: "read" | "write"; token: string }[]): string {
  const path = join(folder, "tokens");
  writeFileSync(path, tokens.map(({ name, role, token }) => `${name} ${role} sha256:${createHash("sha256").update(token).digest("hex")}\n`).join(""));
  return path;
}

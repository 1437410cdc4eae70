import { readFileSync } from "node:fs";
import { join } from "node:path";
import Papa from "papaparse";
import type { Report } from "../src/api/report";
import { accessible, choose, crmMerge, expect, run, samples, test, upload } from "./served";

const cells = (text: string) => Papa.parse<string[]>(text, { skipEmptyLines: true }).data;

test("the whole road: files, columns, rules, run, result, each cell as it should be", async ({ page, folder }) => {
  await choose(page, samples);
  await expect(page.getByRole("region", { name: "Your CRM export" })).toContainText("hubspot-contacts.csv");
  await expect(page.getByText("Windows-1252 · semicolon-separated · 32 columns")).toBeVisible();
  await accessible(page);
  await page.getByRole("button", { name: "Upload all" }).click();
  await page.getByRole("button", { name: "Continue to columns" }).click();

  // Columns: a suggestion is seen, one is changed, one is left out.
  await expect(page.getByRole("combobox", { name: "Title goes to", exact: true })).toHaveValue("=Job Title");
  await page.getByRole("combobox", { name: "Seniority goes to", exact: true }).selectOption("=Lead Status");
  await page.getByRole("combobox", { name: "Keywords goes to", exact: true }).selectOption("out");
  await expect(page.getByText("Your choice")).toBeVisible();
  await accessible(page);
  await page.getByRole("link", { name: "Continue to rules" }).click();

  // Rules: the preview follows.
  const preview = page.getByRole("region", { name: "Preview" });
  await expect(preview.locator(".figure-value").first()).toHaveText("79.2 %");
  await page.getByRole("combobox", { name: "Add an identifier" }).selectOption("phone");
  await expect(preview.locator(".figure-value").first()).toHaveText("85.1 %");
  await expect(preview.getByText("Found on all 221 rows of your export.")).toBeVisible();
  await page.getByRole("combobox", { name: "When vendors disagree, take" }).selectOption("longest");
  await accessible(page);
  await page.getByRole("button", { name: "Run the merge" }).click();

  // Result: what was downloaded is what the command line makes of the same files and rules.
  await page.waitForURL(/\/result$/);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("188 of 221 rows matched");
  const saved = async (name: string) => {
    const [download] = await Promise.all([page.waitForEvent("download"), page.locator(`[data-output=${name}]`).click()]);
    return readFileSync((await download.path())!, "utf8");
  };
  const merged = await saved("merged");
  const expected = join(folder, "expected.csv");
  crmMerge("merge", samples[0]!, `apollo=${samples[1]}`, `zoominfo=${samples[2]}`, `Connections=${samples[3]}`, "--on", "email,linkedin,phone", "--strategy", "longest", "--map", "apollo:Seniority=Lead Status", "--map", "apollo:Keywords=apollo: Keywords", "--drop", "apollo: Keywords", "-o", expected, "--quiet");
  expect(cells(merged)).toEqual(cells(readFileSync(expected, "utf8")));

  // Apart from any program of ours: every value of the original is there, in its place.
  const original = cells(readFileSync(samples[0]!, "utf8"));
  const result = cells(merged);
  expect(result).toHaveLength(original.length);
  for (const [r, row] of original.entries()) for (const [c, cell] of row.entries()) if (cell.trim()) expect(result[r]![c]).toBe(cell);

  // The page's figures are the report's.
  const report = JSON.parse(await saved("report")) as Report;
  const figure = (name: string) => page.locator(".figure", { has: page.getByText(name, { exact: true }) }).locator(".figure-value");
  await expect(figure("Conflicts")).toHaveText(String(report.columns.reduce((sum, one) => sum + one.conflicts.real, 0)));
  await expect(figure("New people")).toHaveText(String(report.net_new_records));
  await expect(figure("New columns")).toHaveText(String(report.columns.filter((one) => one.new).length));
  for (const vendor of report.enriched) await expect(page.locator(".score", { hasText: vendor.name }).locator("dd").first()).toHaveText(vendor.cells!.filled.toLocaleString("en-US"));
  await accessible(page);

  // Conflicts: pages, a filter and a search on the server, against the file.
  const listed = cells(await saved("conflicts")).slice(1);
  const rows = page.locator(".conflicts tbody tr");
  await expect(rows).toHaveCount(10);
  await expect(rows.first().locator("td").nth(3)).toContainText(listed.filter((one) => one[3] === "real")[0]![4]!);
  await page.getByRole("button", { name: "Next" }).click();
  await expect(page.getByText("Page 2")).toBeVisible();
  await expect(rows.first().locator("td").nth(2)).toHaveText(listed.filter((one) => one[3] === "real")[10]![2]!);
  const cities = listed.filter((one) => one[3] === "real" && one[2] === "City");
  await page.getByRole("combobox", { name: "Column" }).selectOption("City");
  await expect(rows).toHaveCount(Math.min(10, cities.length));
  await page.getByPlaceholder("Find a value or record id").fill(cities[1]![1]!);
  await expect(rows).toHaveCount(cities.filter((one) => one[1] === cities[1]![1]).length);

  // Run again: other rules on the same files.
  await page.getByRole("link", { name: "Run again with other rules" }).click();
  await expect(page.getByRole("combobox", { name: "When vendors disagree, take" })).toHaveValue("longest");
});

test("every step has an address that a reload keeps, and the back button goes back", async ({ page }) => {
  await upload(page, samples);
  await page.getByRole("combobox", { name: "Title goes to", exact: true }).selectOption("out");
  await page.reload();
  await expect(page.getByRole("combobox", { name: "Title goes to", exact: true })).toHaveValue("out");
  await page.getByRole("link", { name: "Continue to rules" }).click();
  await page.getByLabel("Take theirs").check();
  await page.reload();
  await expect(page.getByLabel("Take theirs")).toBeChecked();
  await page.goBack();
  await expect(page.getByRole("heading", { name: "Check the columns" })).toBeVisible();
  await page.goto(page.url().replace("/columns", "/"));
  await expect(page.getByText("4 files uploaded, 217 kB")).toBeVisible();
});

test("a dialect that was guessed wrong is corrected", async ({ page }) => {
  await upload(page, samples);
  await page.getByLabel("Values are separated by").selectOption("semicolon");
  await expect(page.getByText("1 column", { exact: false }).first()).toBeVisible();
  await page.getByLabel("Values are separated by").selectOption("");
  await expect(page.getByText("153 rows · 41 columns")).toBeVisible();
});

test("rules are kept under a name and used for the next files", async ({ page }) => {
  await upload(page, samples);
  await page.getByRole("link", { name: "Continue to rules" }).click();
  await page.getByLabel("Keep both").check();
  await page.getByRole("button", { name: "Saved rules" }).click();
  await page.getByLabel("Keep these rules").fill("Weekly");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByText("Saved as “Weekly”.")).toBeVisible();
  await page.keyboard.press("Escape");
  await page.getByLabel("Take theirs").check();
  await page.getByRole("button", { name: "Saved rules" }).click();
  await page.getByRole("button", { name: "Use", exact: true }).click();
  await expect(page.getByLabel("Keep both")).toBeChecked();
});

test("jobs are listed, found, seen live in another tab, and deleted", async ({ page, context, served }) => {
  const other = await context.newPage();
  await other.goto(`${served.url}/jobs`);
  await expect(other.getByText("No jobs yet")).toBeVisible();
  await accessible(other);
  await run(page, samples);
  await page.waitForURL(/\/result$/);
  const row = other.locator(".job");
  await expect(row).toHaveAttribute("data-state", "completed");
  await accessible(other);
  await other.getByPlaceholder("Find a job").fill("no such thing");
  await expect(other.getByText("No such job")).toBeVisible();
  await other.getByPlaceholder("Find a job").fill("apollo");
  await row.getByRole("button", { name: /^Delete/ }).click();
  await row.getByRole("button", { name: "Delete with its files" }).click();
  await expect(row).toHaveCount(0);
  await page.reload();
  await expect(page.getByText("There is no such job")).toBeVisible();
});

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { accessible, CRM, choose, csv, expect, root, run, samples, test, upload, VENDOR } from "./served";

/** Presses Tab until what is focused has this name. */
async function tabTo(page: Page, name: RegExp) {
  for (let i = 0; i < 150; i++) {
    await page.keyboard.press("Tab");
    const focused = await page.evaluate(() => {
      const element = document.activeElement;
      const label = element instanceof HTMLInputElement ? element.labels?.[0]?.textContent : "";
      return `${element?.getAttribute("aria-label") ?? ""} ${element?.textContent ?? ""} ${label}`;
    });
    if (name.test(focused)) return;
  }
  throw new Error(`the keyboard does not reach ${name}`);
}

test("by the keyboard alone", async ({ page }) => {
  await choose(page, [csv("crm.csv", CRM), csv("apollo.csv", VENDOR)]);
  await tabTo(page, /Upload all/);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Continue to columns" })).toBeVisible();
  await tabTo(page, /Continue to columns/);
  await page.keyboard.press("Enter");
  // A new screen begins at its heading.
  await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
  await tabTo(page, /Title goes to/);
  await page.keyboard.press("ArrowUp");
  await tabTo(page, /Continue to rules/);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
  await tabTo(page, /London|was blank/);
  await expect(page.locator(".tip")).toContainText("apollo");
  await tabTo(page, /Run the merge/);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/result$/);
  await tabTo(page, /Download the merged file/);
});

for (const scheme of ["light", "dark"] as const) {
  test(`narrow and ${scheme}: nothing is cut off, nothing is wider than the screen`, async ({ page, served }) => {
    await page.emulateMedia({ colorScheme: scheme });
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto(served.url);
    const fits = async () => {
      // Light is looked at on the road.
      if (scheme === "dark") await accessible(page);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    };
    await fits();
    await upload(page, samples);
    await expect(page.getByRole("combobox", { name: "Title goes to", exact: true })).toBeVisible();
    await fits();
    await page.getByRole("link", { name: "Continue to rules" }).click();
    await expect(page.locator(".preview-table")).toBeVisible();
    await fits();
    await page.getByRole("button", { name: "Run the merge" }).click();
    await page.waitForURL(/\/result$/);
    await expect(page.locator(".conflicts")).toBeVisible();
    await fits();
    await page.goto(`${served.url}/jobs`);
    await expect(page.locator(".job")).toBeVisible();
    await fits();
  });
}

test("the page is served whole: packed, hashed files for ever, its policy, and 404 in its own words", async ({ page, request, served }) => {
  const index = await request.get(served.url);
  expect(index.headers()["content-security-policy"]).toContain("script-src 'self'");
  expect(index.headers()["cache-control"]).toBe("no-cache");
  const script = /src="(\/assets\/[^"]+\.js)"/.exec(await index.text())![1]!;
  const asset = await request.get(served.url + script, { headers: { "Accept-Encoding": "gzip" } });
  expect(asset.headers()).toMatchObject({ "content-encoding": "gzip", "cache-control": "public, max-age=31536000, immutable", "content-type": "text/javascript; charset=utf-8" });
  const again = await request.get(served.url, { headers: { "If-None-Match": index.headers()["etag"]! } });
  expect(again.status()).toBe(304);
  expect((await request.get(`${served.url}/api/v1/nothing`, { headers: { Accept: "text/html" } })).status()).toBe(404);
  const lost = await page.goto(`${served.url}/nowhere`);
  expect(lost!.status()).toBe(404);
  await expect(page.getByText("There is no such page")).toBeVisible();
  await accessible(page);
});

test("the first screen needs little: few files, 300 kB with the typeface", async ({ page }) => {
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  const loaded = await page.evaluate(() => (performance.getEntriesByType("resource") as PerformanceResourceTiming[]).filter((one) => one.initiatorType !== "fetch").map((one) => one.encodedBodySize));
  expect(loaded.length).toBeLessThan(10);
  expect(loaded.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(300_000);
});

test("the types of the API are those of the document that is served", async ({ served, folder }) => {
  const made = join(folder, "schema.d.ts");
  execFileSync(process.execPath, [`${root}web/scripts/api_types.mjs`, `${served.url}/api/v1/openapi.json`, made]);
  expect(readFileSync(`${root}web/src/api/schema.d.ts`, "utf8"), "run `npm run types` in web/ against the new server").toBe(readFileSync(made, "utf8"));
});

test("two merges at once stay apart", async ({ page, context, served }) => {
  const other = await context.newPage();
  await other.goto(served.url);
  await Promise.all([run(page, [csv("crm.csv", CRM), csv("apollo.csv", VENDOR)]), run(other, samples)]);
  await Promise.all([page.waitForURL(/\/result$/), other.waitForURL(/\/result$/)]);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("2 of 3 rows matched");
  await expect(other.getByRole("heading", { level: 1 })).toHaveText("175 of 221 rows matched");
});

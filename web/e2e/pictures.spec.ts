import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { choose, expect, samples, test, tokenFile } from "./served";

// The guide's screenshots: CRM_MERGE_PICTURES=FOLDER npm run road -- pictures. They are looked at by people; no test compares them.
const folderOfPictures = process.env.CRM_MERGE_PICTURES;
test.skip(!folderOfPictures, "only where CRM_MERGE_PICTURES names a folder");
test.describe.configure({ timeout: 400_000 });

const ROWS = 400_000;

/** Files that take a few seconds to merge, so that a running job can be seen. */
function manyRows(folder: string): string[] {
  const crm = join(folder, "hubspot-contacts.csv");
  const vendor = join(folder, "apollo-export.csv");
  const lines = (line: (i: number) => string) => Array.from({ length: ROWS }, (_, i) => line(i)).join("\n");
  writeFileSync(crm, `Record ID,Email,City,Job Title\n${lines((i) => `${i},person${i}@example.com,${i % 3 ? "" : "Rome"},`)}\n`);
  writeFileSync(vendor, `Email,City,Title\n${lines((i) => `person${i * 2}@example.com,London,Analyst`)}\n`);
  return [crm, vendor];
}

for (const [look, width, scheme] of [["light", 1280, "light"], ["dark", 1280, "dark"], ["narrow", 390, "light"]] as const) {
  test.describe(look, () => {
    test.use({ viewport: { width, height: 860 }, colorScheme: scheme, deviceScaleFactor: 1 });

    const take = async (page: Page, name: string, most = 1500) => {
      mkdirSync(folderOfPictures!, { recursive: true });
      // The bar at the bottom sticks to the window: the window is made as high as the page.
      const height = await page.evaluate(() => document.documentElement.scrollHeight);
      await page.setViewportSize({ width, height: Math.min(most, Math.max(height, width > 600 ? 760 : 740)) });
      await page.mouse.move(0, 0);
      await page.waitForTimeout(500);
      await page.screenshot({ path: join(folderOfPictures!, `${name}-${look}.png`) });
      await page.setViewportSize({ width, height: 860 });
    };

    test("the steps", async ({ page, folder, served }) => {
      await take(page, "start");
      await choose(page, samples);
      await page.getByRole("button", { name: "Look into apollo-export.csv" }).click();
      await take(page, "files");
      await page.getByRole("button", { name: "Upload all" }).click();
      await page.getByRole("button", { name: "Continue to columns" }).click();
      await page.getByRole("combobox", { name: "Seniority goes to", exact: true }).selectOption("=Lead Status");
      await expect(page.getByText("Your choice")).toBeVisible();
      await take(page, "columns", 1250);
      await page.getByRole("link", { name: "Continue to rules" }).click();
      await page.getByRole("combobox", { name: "Add an identifier" }).selectOption("phone");
      await page.getByLabel("Take theirs").check();
      await expect(page.locator(".figure-value").first()).toHaveText("85.1 %");
      await take(page, "rules", width > 600 ? 1300 : 1700);
      await page.getByRole("button", { name: "Run the merge" }).click();
      await page.waitForURL(/\/result$/);
      await expect(page.locator(".conflicts")).toBeVisible();
      await take(page, "result", width > 600 ? 2700 : 2600);
      await page.goto(served.url);
      await choose(page, manyRows(folder));
      await page.getByRole("button", { name: "Upload all" }).click();
      await page.getByRole("button", { name: "Continue to columns" }).click();
      await page.getByRole("link", { name: "Continue to rules" }).click();
      await page.getByRole("button", { name: "Run the merge" }).click();
      await expect(page.locator(".stage.is-current")).toBeVisible();
      await take(page, "run");
      await page.goto(`${served.url}/jobs`);
      await expect(page.locator(".job").first()).toBeVisible();
      await take(page, "jobs");
    });
  });
}

test.describe("sign-in", () => {
  test.use({ options: async ({ folder }, use) => use(["--token-file", tokenFile(folder, [{ name: "ada", role: "write", token: "right" }])]) });
  test("is asked for", async ({ page }) => {
    await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
    await page.screenshot({ path: join(folderOfPictures!, "sign-in-light.png") });
  });
});

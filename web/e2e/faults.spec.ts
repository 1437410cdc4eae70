import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { accessible, CRM, choose, csv, expect, run, test, tokenFile, upload, VENDOR } from "./served";

const PART = 16 * 1024 * 1024;
/** A CRM export, and a vendor's file of three parts. */
function large(folder: string): string[] {
  const line = "somebody@example.org,Nowhere,Nobody\n";
  writeFileSync(join(folder, "large.csv"), VENDOR + line.repeat(Math.ceil((2.2 * PART) / line.length)));
  writeFileSync(join(folder, "crm.csv"), CRM);
  return [join(folder, "crm.csv"), join(folder, "large.csv")];
}

test("a lost connection in mid-upload costs nothing but time", async ({ page, folder }) => {
  let refused = 0;
  await page.route("**/parts/2", (route) => (refused++ < 2 ? route.abort("connectionreset") : route.continue()));
  await upload(page, large(folder));
  expect(refused).toBe(3);
});

test("a reload in mid-upload: the same file is chosen again, only what is missing is sent", async ({ page, folder }) => {
  await page.route("**/parts/3", () => undefined);
  const files = large(folder);
  await choose(page, files);
  await page.getByRole("button", { name: "Upload all" }).click();
  await expect(page.locator('[data-file="crm.csv"]')).toHaveAttribute("data-state", "done");
  // Two parts of three are there once no more is on its way than the one that hangs.
  await expect.poll(() => page.evaluate(async () => {
    const draft = JSON.parse(atob(location.hash.slice(3).replaceAll("-", "+").replaceAll("_", "/"))) as { files: { id: string; done: boolean }[] };
    const upload = (await (await fetch(`/api/v1/uploads/${draft.files.find((one) => !one.done)!.id}`)).json()) as { parts: { etag?: string }[] };
    return upload.parts.filter((part) => part.etag).length;
  })).toBe(2);
  page.on("dialog", (dialog) => void dialog.accept());
  await page.reload();
  await page.unroute("**/parts/3");
  const row = page.locator('[data-file="large.csv"]');
  await expect(row).toContainText("Choose this file again to go on");
  await accessible(page);
  const sent: string[] = [];
  page.on("request", (request) => request.method() === "PUT" && sent.push(new URL(request.url()).pathname.split("/").pop()!));
  await choose(page, files.slice(1));
  await page.getByRole("button", { name: "Upload all" }).click();
  await expect(row).toHaveAttribute("data-state", "done");
  expect(sent).toEqual(["3"]);
});

test("pause and resume; a file that is refused stops no other", async ({ page, folder }) => {
  // The large file's last part waits until the test has seen what it wants.
  let go = () => undefined as void;
  const seen = new Promise<void>((resolve) => (go = resolve));
  await page.route("**/parts/3", async (route) => {
    await seen;
    await route.continue().catch(() => undefined);
  });
  await page.route("**/api/v1/uploads", (route) =>
    route.request().postData()?.includes("refused.csv") ? route.fulfill({ status: 413, contentType: "application/problem+json", body: JSON.stringify({ type: "about:blank", title: "Too large", status: 413, code: "too_large", detail: "size: too large for this service" }) }) : route.continue(),
  );
  const refused = join(folder, "refused.csv");
  writeFileSync(refused, VENDOR);
  await choose(page, [...large(folder), refused]);
  await page.getByRole("button", { name: "Upload all" }).click();
  await page.getByRole("button", { name: "Pause large.csv" }).click();
  await expect(page.getByText("size: too large for this service")).toBeVisible();
  await expect(page.locator('[data-file="crm.csv"]')).toHaveAttribute("data-state", "done");
  await expect(page.locator('[data-file="large.csv"]')).toHaveAttribute("data-state", "paused");
  await accessible(page);
  go();
  await page.getByRole("button", { name: "Resume large.csv" }).click();
  await expect(page.locator('[data-file="large.csv"]')).toHaveAttribute("data-state", "done");
  await page.getByRole("button", { name: "Remove refused.csv" }).click();
  await expect(page.getByRole("button", { name: "Continue to columns" })).toBeEnabled();
});

test("twenty files at once", async ({ page }) => {
  const vendors = Array.from({ length: 19 }, (_, i) => csv(`vendor-${i + 1}.csv`, VENDOR.replace("Title", `Title ${i + 1}`)));
  await run(page, [csv("crm.csv", CRM), ...vendors]);
  await page.waitForURL(/\/result$/);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("2 of 3 rows matched");
});

test("lines that cannot be read are set aside, with a click and an account", async ({ page }) => {
  await run(page, [csv("crm.csv", CRM), csv("apollo.csv", `${VENDOR}x@example.com,a,b,c,d,e\n`)]);
  await expect(page.getByRole("heading", { name: "The merge could not be finished" })).toBeVisible();
  await accessible(page);
  await page.getByRole("button", { name: "Set such lines aside and continue" }).click();
  await page.waitForURL(/\/result$/);
  await expect(page.getByText("1 line of apollo could not be read and was set aside")).toBeVisible();
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator("[data-output=rejects]").click()]);
  expect(readFileSync((await download.path())!, "utf8")).toContain("x@example.com");
});

test("rules that cannot be are told where they are made", async ({ page }) => {
  await upload(page, [csv("crm.csv", CRM), csv("other.csv", "Animal,Sound\ncat,meow\n")]);
  await page.getByRole("link", { name: "Continue to rules" }).click();
  await expect(page.getByText("With these rules there is no merge")).toBeVisible();
  await expect(page.getByRole("button", { name: "Run the merge" })).toBeDisabled();
  await accessible(page);
});

test.describe("without a worker", () => {
  test.use({ options: ["--no-worker"] });

  test("a job waits, is cancelled, and can be run again", async ({ page }) => {
    await run(page, [csv("crm.csv", CRM), csv("apollo.csv", VENDOR)]);
    await expect(page.getByRole("heading", { name: "Waiting for its turn" })).toBeVisible();
    await accessible(page);
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("button", { name: "Stop this merge" }).click();
    await expect(page.getByRole("heading", { name: "Cancelled" })).toBeVisible();
    await accessible(page);
    await page.getByRole("button", { name: "Run it again" }).click();
    await expect(page.getByRole("heading", { name: "Waiting for its turn" })).toBeVisible();
  });

  test("a server that goes away is told, and its return too", async ({ page, served }) => {
    await page.goto(`${served.url}/jobs`);
    await expect(page.getByText("No jobs yet")).toBeVisible();
    await served.stop();
    await expect(page.getByText("Reconnecting to the server")).toBeVisible();
    await accessible(page);
  });
});

test.describe("where a token is needed", () => {
  const options: string[] = [];
  test.use({
    options: async ({ folder }, use) => use([...options, "--token-file", tokenFile(folder, [{ name: "ada", role: "write", token: "right" }, { name: "guest", role: "read", token: "look" }])]),
  });

  test("the page asks once; a wrong one is refused; a session that ends keeps the work", async ({ page, context }) => {
    await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
    await accessible(page);
    await page.getByLabel("Token").fill("wrong");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("alert")).toBeVisible();
    await page.getByLabel("Token").fill("right");
    await page.keyboard.press("Enter");
    await expect(page.getByText("ada")).toBeVisible();
    await upload(page, [csv("crm.csv", CRM), csv("apollo.csv", VENDOR)]);
    await page.getByRole("link", { name: "Continue to rules" }).click();
    await expect(page.locator(".preview-table")).toBeVisible();
    await context.clearCookies();
    await page.getByText("Take theirs").click();
    await expect(page.getByRole("heading", { name: "Your session has ended" })).toBeVisible();
    await accessible(page);
    await page.getByLabel("Token").fill("right");
    await page.keyboard.press("Enter");
    await expect(page.getByLabel("Take theirs")).toBeChecked();
    await expect(page.getByRole("button", { name: "Run the merge" })).toBeEnabled();
  });

  test("who may only look is told so", async ({ page }) => {
    await page.getByLabel("Token").fill("look");
    await page.keyboard.press("Enter");
    await expect(page.getByText("guest, may look only")).toBeVisible();
  });
});

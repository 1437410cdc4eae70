import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { BatchUploadStep } from "./BatchUploadStep";
import { type UploadClient, UploadError } from "./client";
import { useBatchUpload } from "./useBatchUpload";

/** A server that refuses to begin some files: what happens after the first answer is tested in a browser against the real one. */
function refusing(names: string[]): UploadClient {
  return {
    create: vi.fn(async ({ name }) => {
      if (names.includes(name)) throw new UploadError("size: this service takes files of up to 10 bytes", 413);
      return new Promise<never>(() => undefined);
    }),
    get: () => new Promise<never>(() => undefined),
    complete: () => new Promise<never>(() => undefined),
    abandon: async () => undefined,
    arrived: async () => undefined,
  };
}

function Step({ client, onUploads }: { client: UploadClient; onUploads?: () => void }) {
  const batch = useBatchUpload({ client, onUploads });
  return <BatchUploadStep batch={batch} onContinue={() => undefined} />;
}

const csv = (name: string, text = "Email,City\nada@example.com,London\n") => new File([text], name, { type: "text/csv" });

async function choose(...files: File[]) {
  await userEvent.upload(document.querySelector<HTMLInputElement>("input[type=file]")!, files);
}

it("asks for files, then lists them with their roles and one button", async () => {
  render(<Step client={refusing([])} />);
  expect(screen.getByText(/Drop your CRM export/)).toBeVisible();
  await choose(csv("crm.csv"), csv("apollo.csv"));
  const original = within(screen.getByRole("region", { name: "Your CRM export" }));
  expect(original.getByText("crm.csv")).toBeVisible();
  expect(within(screen.getByRole("region", { name: "Vendor files" })).getByText("apollo.csv")).toBeVisible();
  expect(screen.getByRole("button", { name: "Upload all" })).toBeEnabled();
});

it("needs an export and a vendor's file", async () => {
  render(<Step client={refusing([])} />);
  await choose(csv("crm.csv"));
  expect(screen.getByRole("button", { name: "Upload all" })).toBeDisabled();
  expect(screen.getByText(/at least one vendor file are needed/)).toBeVisible();
});

it("switches the role by a click and the order by buttons and keys", async () => {
  render(<Step client={refusing([])} />);
  await choose(csv("crm.csv"), csv("a.csv"), csv("b.csv"));
  const ranks = () => within(screen.getByRole("region", { name: "Vendor files" })).getAllByText(/\.csv$/).map((one) => one.textContent);
  expect(ranks()).toEqual(["a.csv", "b.csv"]);
  await userEvent.click(screen.getByRole("button", { name: "Move b.csv up" }));
  expect(ranks()).toEqual(["b.csv", "a.csv"]);
  screen.getByRole("button", { name: "Remove b.csv" }).focus();
  await userEvent.keyboard("{Alt>}{ArrowDown}{/Alt}");
  expect(ranks()).toEqual(["a.csv", "b.csv"]);
  await userEvent.click(within(screen.getByRole("group", { name: "What is b.csv?" })).getByLabelText("CRM export"));
  expect(within(screen.getByRole("region", { name: "Your CRM export" })).getByText("b.csv")).toBeVisible();
});

it("says what is wrong with a file before it is sent", async () => {
  render(<Step client={refusing([])} />);
  await choose(csv("crm.csv"), csv("empty.csv", ""), csv("crm.csv"));
  expect(await screen.findByText("This file is empty.")).toBeVisible();
  expect(screen.getByText(/has the same name/)).toBeVisible();
});

it("tells a refusal at its file, and lets the others go on", async () => {
  const client = refusing(["large.csv"]);
  render(<Step client={client} />);
  await choose(csv("crm.csv"), csv("large.csv"));
  await userEvent.click(screen.getByRole("button", { name: "Upload all" }));
  expect(await screen.findByText("size: this service takes files of up to 10 bytes")).toBeVisible();
  await waitFor(() => expect(client.create).toHaveBeenCalledTimes(2));
  expect(document.querySelector('[data-file="crm.csv"]')).toHaveAttribute("data-state", "waiting");
  expect(screen.getByRole("button", { name: "Retry large.csv" })).toBeEnabled();
});
